"""Who left without a trace: hidden, or moved to where the service account of a real slapd may not look."""

import contextlib
import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import ldap
import pytest

from config.vocabulary import SubjectId
from gateway.sessions.facts import why_closed
from gateway.sessions.session import EndReason
from idp.directory.errors import DirectoryMisconfigured
from idp.directory.replicated import ReplicatedPeople
from idp.directory.subject import subject
from idp.directory.sync.kinds import form_of
from idp.directory.sync.listings import LISTED_EVERY
from idp.directory.sync.presence import Presence
from idp.directory.sync.record import Changes
from idp.directory.sync.replica import TooManyGone
from idp.directory.sync.source import PositionUnknown
from tests.rig.office import HULIN
from tests.rig.replica import LIMIT
from tests.rig.running import PATIENCE, confirmed, running
from tests.rig.slapd import (
    BASE,
    GROUPS,
    PEOPLE,
    SERVICE,
    Directory,
    entry,
    municipality_ldif,
    person_dn,
    person_ldif,
    slapd,
)
from tests.rig.synced import Synced, now, synced

pytestmark = pytest.mark.real
NUMBER = 8
HIDDEN, UNIT, CROWD = (f"ou={name},{PEOPLE}" for name in ("skryta", "odbor", "dav"))
READERS, OF_CROWD = (f"cn={name},ou=services,{BASE}" for name in ("readers", "of crowd"))
CLERKS = f"cn=clerk,ou={HULIN},{GROUPS}"
RULES = (
    "add: olcAccess",
    f'olcAccess: to dn.subtree="{HIDDEN}" by * none',
    *(
        f'olcAccess: to dn.children="{unit}" by group.exact="{readers}" read by * none'
        for unit, readers in ((UNIT, READERS), (CROWD, OF_CROWD))
    ),
)
INSIDE = f"uid=uvnitr,{UNIT}"


def below(unit: str, login: str) -> str:
    return entry(f"uid={login},{unit}", objectClass="inetOrgPerson", uid=login, cn=login, sn=login)


LDIF = "".join((
    *(person_ldif(f"p{number}") for number in range(NUMBER)),
    entry(HIDDEN, objectClass="organizationalUnit", ou="skryta"),
    entry(UNIT, objectClass="organizationalUnit", ou="odbor"),
    entry(CROWD, objectClass="organizationalUnit", ou="dav"),
    below(UNIT, "uvnitr"),
    *(below(CROWD, f"dav{number}") for number in range(6)),
    entry(READERS, objectClass="groupOfNames", cn="readers", member=[SERVICE, person_dn("p7")]),
    entry(OF_CROWD, objectClass="groupOfNames", cn="of crowd", member=[SERVICE, person_dn("p7")]),
    municipality_ldif(HULIN),
))  # fmt: skip
EVERYBODY = {*(f"p{number}" for number in range(NUMBER)), "uvnitr", *(f"dav{number}" for number in range(6))}


@contextmanager
def with_secrets(folder: Path, *, tells_changes: bool = True) -> Iterator[Directory]:
    """A unit that nobody may read, and one that readers may."""
    with slapd(folder, LDIF, tells_changes=tells_changes) as made:
        made.reconfigure(*RULES)
        with made.as_root() as root:  # while it runs, so that its overlays know whose group it is
            facts = [("objectClass", b"groupOfNames"), ("cn", b"clerk")]
            root.add_s(
                CLERKS,
                [
                    *facts,
                    ("member", [person_dn(f"p{one}").encode() for one in (1, 2, 7)] + [INSIDE.encode()]),
                ],
            )
        yield made


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Directory]:
    with with_secrets(tmp_path_factory.mktemp("server")) as made:
        yield made


def move(directory: Directory, number: int, to: str = HIDDEN, origin: str = PEOPLE) -> None:
    with directory.as_root() as root:
        root.rename_s(f"uid=p{number},{origin}", f"uid=p{number}", newsuperior=to)


def may_read(directory: Directory, group: str, kind: int) -> None:
    """Give us the right that members have, or take it (MOD_ADD, MOD_DELETE): no entry that is hidden changes."""
    with directory.as_root() as root:
        root.modify_s(group, [(kind, "member", SERVICE.encode())])


@pytest.fixture
def directory(server: Directory) -> Iterator[Directory]:
    """Whoever was moved comes back, and so do rights."""
    yield server
    for group in (READERS, OF_CROWD):
        with contextlib.suppress(ldap.TYPE_OR_VALUE_EXISTS):
            may_read(server, group, ldap.MOD_ADD)
    with server.as_root() as root:
        hidden = root.search_s(HIDDEN, ldap.SCOPE_ONELEVEL, "(objectClass=*)", ["1.1"])
    for dn, _ in hidden:
        move(server, int(dn.removeprefix("uid=p").partition(",")[0]), PEOPLE, HIDDEN)


@pytest.fixture
def office(directory: Directory, tmp_path: Path) -> Iterator[Synced]:
    """Listed a moment ago."""
    with synced(tmp_path / "replica", directory.settings()) as made:
        made.full()
        made.delta()
        made.delta()
        yield made


def later(office: Synced, times: int = 1) -> None:
    """When the next listing is due, or one after it."""
    office.source.source.telling.steady = lambda: time.monotonic() + times * LISTED_EVERY.total_seconds()


async def ends(office: Synced, whose: SubjectId) -> EndReason | None:
    replicated = ReplicatedPeople(office.settings, None, office.reading, now)
    return why_closed((await replicated.people([whose])).get(whose))


async def roles(office: Synced, whose: SubjectId) -> set[str]:
    replicated = ReplicatedPeople(office.settings, None, office.reading, now)
    return {held.role.value for held in (await replicated.people([whose]))[whose].roles}


async def of(office: Synced, login: str) -> SubjectId:
    return subject(office.settings.name, (await office.known(login)).person.identity)


async def test_whoever_is_hidden_by_a_right_that_was_taken_is_out_with_the_next_listing_and_comes_back_with_it(
    office: Synced, directory: Directory
):
    hidden, stays = await of(office, "uvnitr"), await of(office, "p2")
    assert await roles(office, hidden) == {"clerk"}
    may_read(directory, READERS, ldap.MOD_DELETE)
    office.delta()
    assert await ends(office, hidden) is None  # the server says nothing of it
    later(office)
    assert office.delta() == {hidden.partition(":")[2]}
    assert await ends(office, hidden) is EndReason.ACCOUNT_GONE
    assert await ends(office, stays) is None
    assert await roles(office, stays) == {"clerk"}
    may_read(directory, READERS, ldap.MOD_ADD)
    later(office, 2)
    office.delta()
    assert await ends(office, hidden) is None
    assert await roles(office, hidden) == {"clerk"}


async def test_whoever_is_moved_to_where_we_may_not_look_is_out(office: Synced, directory: Directory):
    leaver, stays = await of(office, "p1"), await of(office, "p2")
    assert await roles(office, leaver) == {"clerk"}
    move(directory, 1)
    later(office)
    assert office.delta() == {leaver.partition(":")[2]}
    assert await ends(office, leaver) is EndReason.ACCOUNT_GONE
    assert await ends(office, stays) is None
    assert await roles(office, stays) == {"clerk"}


async def test_whoever_comes_back_into_sight_has_the_roles_again(office: Synced, directory: Directory):
    back = await of(office, "p2")
    move(directory, 2)
    later(office)
    office.delta()
    assert await ends(office, back) is EndReason.ACCOUNT_GONE
    move(directory, 2, PEOPLE, HIDDEN)
    office.delta()
    office.delta()  # members are changed by an overlay, in its own time
    assert await ends(office, back) is None
    assert await roles(office, back) == {"clerk"}


async def test_a_group_that_is_moved_out_of_sight_takes_its_role_along(office: Synced, directory: Directory):
    whose = await of(office, "p7")
    assert await roles(office, whose) == {"clerk"}
    with directory.as_root() as root:
        root.rename_s(CLERKS, "cn=clerk", newsuperior=HIDDEN)
    try:
        office.delta()
        later(office)
        office.delta()
        assert await roles(office, whose) == set()
        assert await ends(office, whose) is None
    finally:
        with directory.as_root() as root:
            root.rename_s(f"cn=clerk,{HIDDEN}", "cn=clerk", newsuperior=f"ou={HULIN},{GROUPS}")


async def test_many_who_are_out_of_sight_at_once_are_not_believed(office: Synced, directory: Directory):
    may_read(directory, OF_CROWD, ldap.MOD_DELETE)
    office.delta()
    later(office)
    for _ in range(2):  # the directory's number does not move in between
        with pytest.raises(TooManyGone, match="6 of 15 people"):
            office.delta()
    assert await office.logins() == EVERYBODY


async def test_many_who_are_out_of_sight_stay_a_trouble_while_everything_cannot_be_read(
    directory: Directory, tmp_path: Path
):
    """The first question has everything read, which fails; for the second it is too early."""
    with running(directory, tmp_path / "replica") as made:
        made.hear(confirmed)
        may_read(directory, OF_CROWD, ldap.MOD_DELETE)
        made.runner.want(full=False).result(PATIENCE)
        nowhere = directory.settings(people_base=f"ou=nikde,{BASE}")
        made.office.form = form_of(nowhere)
        later(made.office)
        made.heard()
        for _ in range(2):
            with pytest.raises(DirectoryMisconfigured):
                made.runner.want(full=False).result(PATIENCE)
        assert not any(news.confirmed or news.touched for news in made.heard())
        assert made.office.replica.standing(made.name).trouble
        assert await made.office.logins() == EVERYBODY


async def test_a_listing_that_could_not_be_written_is_made_again_although_nothing_moved(
    office: Synced, directory: Directory, tmp_path: Path
):
    hidden = await of(office, "uvnitr")
    may_read(directory, READERS, ldap.MOD_DELETE)
    office.delta()
    later(office)
    with full_disk(tmp_path / "replica" / "brana.db"), pytest.raises(Exception, match="disk is full"):
        office.delta()
    assert await ends(office, hidden) is None
    office.delta()
    assert await ends(office, hidden) is EndReason.ACCOUNT_GONE


@contextmanager
def full_disk(path: Path) -> Iterator[None]:
    """Of this database, when somebody is to be removed."""
    with contextlib.closing(sqlite3.connect(path)) as database:
        refuse = "BEGIN SELECT RAISE(ABORT, 'disk is full'); END"
        database.execute(f"CREATE TRIGGER full_disk BEFORE DELETE ON directory_person {refuse}")
        try:
            yield
        finally:
            database.execute("DROP TRIGGER full_disk")


async def test_whoever_is_hidden_while_everybody_is_listed_is_out_with_the_next_listing_of_a_quiet_directory(
    office: Synced, directory: Directory
):
    hidden, pages = await of(office, "uvnitr"), list[int]()

    def page() -> None:
        if not pages:  # people are in one
            may_read(directory, READERS, ldap.MOD_DELETE)
        pages.append(1)

    with directory.as_root() as root:
        root.modify_s(person_dn("p3"), [(ldap.MOD_REPLACE, "displayName", [b"Jinak"])])
    later(office)
    office.delta(meanwhile=page)
    assert len(pages) == 2
    assert await ends(office, hidden) is None
    office.delta()
    later(office, 2)
    office.delta()
    assert await ends(office, hidden) is EndReason.ACCOUNT_GONE


async def test_a_clock_that_was_set_back_puts_no_listing_off(office: Synced, directory: Directory):
    """By almost as much as has passed since the last one."""
    hidden = await of(office, "uvnitr")
    may_read(directory, READERS, ldap.MOD_DELETE)
    later(office)
    office.source.source.telling.clock = lambda: now() + timedelta(seconds=1)
    office.delta()
    assert await ends(office, hidden) is EndReason.ACCOUNT_GONE


async def test_a_server_without_the_overlay_is_looked_through_for_them_too(tmp_path: Path):
    with (
        with_secrets(tmp_path / "server", tells_changes=False) as directory,
        synced(tmp_path / "replica", directory.settings()) as office,
    ):
        office.full()
        leaver = await of(office, "p1")
        move(directory, 1)
        office.delta()
        assert await ends(office, leaver) is EndReason.ACCOUNT_GONE
        assert await office.logins() == EVERYBODY - {"p1"}


async def test_a_runner_tells_of_whoever_is_out_of_sight(directory: Directory, tmp_path: Path):
    with running(directory, tmp_path / "replica") as made:
        made.hear(confirmed)
        leaver = await of(made.office, "uvnitr")
        may_read(directory, READERS, ldap.MOD_DELETE)
        made.runner.want(full=False).result(PATIENCE)
        made.heard()
        later(made.office)
        made.runner.want(full=False).result(PATIENCE)
        news = made.hear(confirmed)
        assert news.touched is None or leaver.partition(":")[2] in news.touched
        assert await ends(made.office, leaver) is EndReason.ACCOUNT_GONE


# --- a list that is not complete


class Forgetful:
    """A real connection whose long answers leave somebody out; what is asked by identity is answered in full."""

    def __init__(self, line: Any, dn: str) -> None:
        self._line, self._dn = line, dn
        self.by_identity = 0

    def __getattr__(self, name: str) -> Any:
        return getattr(self._line, name)

    def search(self, base: str, scope: int, where: str, *rest: Any) -> Iterator[Any]:
        long = "entryUUID=" not in where
        self.by_identity += not long
        for entries, referrals in self._line.search(base, scope, where, *rest):
            yield [one for one in entries if not long or one.dn != self._dn], referrals


def presence(office: Synced, **more: Any) -> Presence:
    return Presence(office.settings, office.form, office.replica, **more)


def asked(office: Synced, dn: str, look: Callable[[Any], Changes]) -> tuple[Changes, int]:
    def ask(line: Any) -> tuple[Changes, int]:
        forgetful = Forgetful(line, dn)
        return look(forgetful), forgetful.by_identity

    return office.pool.run_here(ask)


async def test_whom_a_long_answer_leaves_out_is_asked_for_once_and_stays(office: Synced):
    found, by_identity = asked(
        office, person_dn("p4"), lambda line: presence(office).everything(line, Changes())
    )
    assert [one.logins for one in found.people] == [("p4",)]
    assert (found.gone_people, found.gone_groups) == (frozenset(), frozenset())
    assert by_identity == 1


async def test_whoever_was_left_out_of_what_is_kept_is_read(office: Synced):
    """As after a list that was too short and believed."""
    since = office.replica.standing(office.settings.name).position
    assert since is not None
    lost = Changes(gone_people=frozenset({(await office.known("p5")).person.identity}))
    office.replica.apply(office.settings.name, lost, since, now(), LIMIT)
    found = office.pool.run_here(lambda line: presence(office).everything(line, Changes()))
    assert [one.logins for one in found.people] == [("p5",)]


def test_more_who_are_missing_than_are_asked_for_one_by_one_are_left_to_a_reading_of_everything(
    office: Synced,
):
    with pytest.raises(PositionUnknown, match="1 are not listed"):
        asked(
            office,
            person_dn("p4"),
            lambda line: presence(office, at_most=0).everything(line, Changes()),
        )
