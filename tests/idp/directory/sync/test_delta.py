"""What may be taken in, and what it says of the whole, beside a real slapd."""

import subprocess
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import ldap
import pytest

from idp.directory.person import AccountState
from idp.directory.sync.delta import Applied, AskAgain, DeltaSync, FullSyncNeeded
from idp.directory.sync.record import Changes, Position
from idp.directory.sync.replica import Limit, ReplicaState
from idp.directory.sync.source import MANY, PositionUnknown
from tests.rig.replica import fill, person
from tests.rig.slapd import GROUPS, Directory, entry, person_dn, person_ldif, slapd
from tests.rig.synced import Synced, now, synced

pytestmark = pytest.mark.real
ANYTHING = Limit(share=1.0, least=0)
WINDOW = timedelta(minutes=1)


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Directory]:
    with slapd(tmp_path / "server", "".join(person_ldif(f"p{number}") for number in range(12))) as running:
        yield running


@pytest.fixture
def office(directory: Directory, tmp_path: Path) -> Iterator[Synced]:
    with synced(tmp_path / "replica", directory.settings()) as made:
        made.full()
        yield made


@pytest.fixture
def delta(office: Synced) -> DeltaSync:
    made = DeltaSync(office.settings, office.replica, office.source, office.pool, now, WINDOW)
    made.generation = standing(office)[0].generation
    return made


def standing(office: Synced) -> tuple[ReplicaState, Position]:
    found = office.replica.standing(office.settings.name)
    assert found.position is not None
    return found, found.position


def ask(office: Synced, delta: DeltaSync, at: datetime) -> Applied | FullSyncNeeded | AskAgain:
    return delta.ask(*standing(office), at)


def delete(directory: Directory, *numbers: int) -> None:
    with directory.as_root() as root:
        for number in numbers:
            root.delete_s(person_dn(f"p{number}"))


async def test_what_is_taken_in_while_a_reading_is_held_makes_nothing_younger(
    office: Synced, directory: Directory, delta: DeltaSync
):
    before, position = standing(office)
    fill(office.replica, [], position=position, directory=office.settings.name)
    assert standing(office)[0].held is not None
    with directory.as_root() as root:
        root.modify_s(person_dn("p2"), [(ldap.MOD_REPLACE, "displayName", ["Nové Jméno".encode()])])
    assert isinstance(ask(office, delta, now()), Applied)
    assert (await office.known("p2")).person.name == "Nové Jméno"
    after, _ = standing(office)
    assert (after.position, after.synced_at) == (before.position, before.synced_at)


def disable(directory: Directory, number: int) -> None:
    with directory.as_root() as root:
        root.modify_s(person_dn(f"p{number}"), [(ldap.MOD_ADD, "pwdAccountLockedTime", [b"000001010000Z"])])


async def state(office: Synced, login: str) -> AccountState:
    return (await office.known(login)).person.account.state(now())


async def test_whoever_is_disabled_while_more_vanish_than_is_believed_waits_for_nobody(
    office: Synced, directory: Directory, delta: DeltaSync
):
    before, _ = standing(office)
    delete(directory, *range(8))
    disable(directory, 11)
    for touched in ({(await office.known("p11")).person.identity}, frozenset()):
        answer = ask(office, delta, now())
        assert isinstance(answer, FullSyncNeeded)
        assert "8 of 12 people" in answer.why
        assert answer.touched == touched
    assert await state(office, "p11") is AccountState.DISABLED
    assert len(await office.logins()) == 12
    after, _ = standing(office)
    assert (after.position, after.synced_at) == (before.position, before.synced_at)


async def test_so_it_is_where_so_many_are_not_listed_that_nobody_asks_for_them_one_by_one(
    office: Synced, directory: Directory, delta: DeltaSync
):
    telling = office.source.source.telling
    telling.presence = replace(telling.presence, at_most=0)
    nobody = Changes(people=(person(1),))  # kept, and in no directory
    office.replica.apply(office.settings.name, nobody, standing(office)[1], now(), ANYTHING)
    disable(directory, 11)
    answer = ask(office, delta, now())
    assert isinstance(answer, FullSyncNeeded)
    assert "1 are not listed" in answer.why
    assert answer.touched == {(await office.known("p11")).person.identity}
    assert await state(office, "p11") is AccountState.DISABLED


async def test_where_a_group_loses_more_members_than_is_believed_people_alone_are_taken_in(
    office: Synced, directory: Directory, delta: DeltaSync
):
    crowd, everybody = f"cn=crowd,{GROUPS}", [person_dn(f"p{number}").encode() for number in range(12)]
    with directory.as_root() as root:
        root.add_s(crowd, [("objectClass", b"groupOfNames"), ("cn", b"crowd"), ("member", everybody)])
        assert isinstance(ask(office, delta, now()), Applied)
        root.modify_s(crowd, [(ldap.MOD_REPLACE, "member", everybody[:1])])
    disable(directory, 11)
    answer = ask(office, delta, now() + 2 * WINDOW)
    assert isinstance(answer, FullSyncNeeded)
    assert answer.touched == {(await office.known("p11")).person.identity}
    assert (await state(office, "p11"), await office.groups("p11")) == (AccountState.DISABLED, {"cn=crowd"})


async def test_removals_of_quick_questions_are_summed_and_those_of_slow_ones_are_not(
    office: Synced, directory: Directory, delta: DeltaSync
):
    began = now()
    assert isinstance(ask(office, delta, began), Applied)
    for number in range(5):
        delete(directory, number)
        assert isinstance(ask(office, delta, began + timedelta(seconds=number)), Applied)
    delete(directory, 5)
    answer = ask(office, delta, began + timedelta(seconds=5))
    assert isinstance(answer, FullSyncNeeded)
    assert "6 of 12 people" in answer.why
    assert len(await office.logins()) == 7


async def test_a_question_a_window_later_begins_the_count_anew(
    office: Synced, directory: Directory, delta: DeltaSync
):
    began = now()
    assert isinstance(ask(office, delta, began), Applied)
    for minute in (1, 2):
        delete(directory, *range(4 * minute - 4, 4 * minute))
        assert isinstance(ask(office, delta, began + minute * WINDOW), Applied)
    assert len(await office.logins()) == 4


def test_more_told_than_is_quick_is_asked_for_instead_in_however_many_pieces(
    office: Synced, directory: Directory, delta: DeltaSync
):
    half = [person(number) for number in range(MANY // 2 + 1)]
    name, position = office.settings.name, standing(office)[1]
    assert fill(office.replica, half, position=position, directory=name, limit=ANYTHING) is None
    nothing_new = Changes(people=tuple(half))
    assert isinstance(delta.take(lambda _: nothing_new, standing(office)[1]), Applied)
    assert isinstance(delta.take(lambda _: nothing_new, standing(office)[1]), AskAgain)
    ask(office, delta, now())
    assert isinstance(delta.take(lambda _: nothing_new, standing(office)[1]), Applied)


def test_more_changes_than_are_quick_ask_for_a_full_sync(
    office: Synced, directory: Directory, delta: DeltaSync, tmp_path: Path
):
    """Of people alone so many are not even held in memory."""
    directory.reconfigure("replace: olcSizeLimit", "olcSizeLimit: unlimited")
    half = MANY // 2 + 1
    people = [person_ldif(f"n{number}") for number in range(half)]
    groups = [
        entry(f"cn=g{number},{GROUPS}", objectClass="groupOfNames", cn=f"g{number}", member=person_dn("p0"))
        for number in range(half)
    ]
    written(directory, tmp_path, "".join(people + groups))
    answer = ask(office, delta, now())
    assert isinstance(answer, FullSyncNeeded)
    assert f"{2 * half} entries have changed" in answer.why
    written(directory, tmp_path, "".join(person_ldif(f"m{number}") for number in range(half)))
    with pytest.raises(PositionUnknown, match=f"more than {MANY} entries have changed"):
        office.pool.run_here(lambda line: office.source.changes(line, standing(office)[1]))


def written(directory: Directory, folder: Path, ldif: str) -> None:
    """Added to the files of the server, which is quicker than to ask it."""
    plan, text = directory.server.plan, folder / "more.ldif"
    text.write_text(ldif)
    directory.stop()
    where = ["-F", str(plan.folder / "configuration"), "-b", plan.suffix, "-l", str(text)]
    subprocess.run(["/usr/sbin/slapadd", *where, "-w", "-q"], check=True, capture_output=True)
    directory.start()
