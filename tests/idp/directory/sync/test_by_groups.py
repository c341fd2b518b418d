"""People who are people by being in a group: a real slapd that keeps `memberOf` without a trace at the person."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import ldap
import pytest

from config.vocabulary import SubjectId
from gateway.sessions.facts import why_closed
from gateway.sessions.session import EndReason
from idp.directory.replicated import ReplicatedPeople
from idp.directory.subject import subject
from idp.directory.sync.openldap_polling import BEHIND, PollingSource
from idp.directory.sync.presence import Presence
from idp.directory.sync.record import Changes
from idp.directory.sync.replica import TooManyGone
from idp.directory.sync.source import PositionUnknown
from tests.rig.office import reading
from tests.rig.replica import LIMIT
from tests.rig.running import PATIENCE, confirmed, running
from tests.rig.slapd import BASE, GROUPS, Directory, person_dn, person_ldif, slapd
from tests.rig.synced import Synced, now, synced

pytestmark = pytest.mark.real
NUMBER = 9
STAFF = f"cn=staff,{GROUPS}"
CLUB = f"cn=club,ou=services,{BASE}"  # not below groups_base
PASSWORD = "heslo zaměstnance 1"
FILTER = f"(&(objectClass=inetOrgPerson)(|(memberOf={STAFF})(memberOf={CLUB})))"


def add_group(root: Any, dn: str, members: Sequence[int]) -> None:
    names = [person_dn(f"p{number}").encode() for number in members]
    root.add_s(
        dn,
        [
            ("objectClass", b"groupOfNames"),
            ("cn", dn[3:].split(",", maxsplit=1)[0].encode()),
            ("member", names),
        ],
    )


def change(directory: Directory, group: str, kind: int, *numbers: int) -> None:
    with directory.as_root() as root:
        root.modify_s(group, [(kind, "member", [person_dn(f"p{number}").encode() for number in numbers])])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Directory]:
    people = "".join(person_ldif(f"p{number}", password=PASSWORD) for number in range(NUMBER))
    with slapd(tmp_path_factory.mktemp("server"), people) as made:
        yield made


@pytest.fixture
def directory(server: Directory) -> Iterator[Directory]:
    """p0 to p7 are staff, p8 is not."""
    with server.as_root() as root:
        add_group(root, STAFF, range(NUMBER - 1))
    yield server
    with server.as_root() as root:
        for name, _ in root.search_s(BASE, ldap.SCOPE_SUBTREE, "(objectClass=groupOfNames)", ["1.1"]):
            root.delete_s(name)


@pytest.fixture
def office(directory: Directory, tmp_path: Path) -> Iterator[Synced]:
    with synced(tmp_path / "replica", directory.settings(people_filter=FILTER)) as made:
        made.full()
        yield made


def staff(*but: int) -> set[str]:
    return {f"p{number}" for number in range(NUMBER - 1) if number not in but}


async def test_whoever_leaves_the_group_is_gone_and_whoever_joins_is_there_with_the_next_question(
    office: Synced, directory: Directory
):
    assert await office.logins() == staff()
    change(directory, STAFF, ldap.MOD_DELETE, 3)
    office.delta()
    assert await office.logins() == staff(3)
    change(directory, STAFF, ldap.MOD_ADD, 8)
    identity = office.delta()
    assert await office.logins() == staff(3) | {"p8"}
    assert identity == {(await office.known("p8")).person.identity}
    assert await office.groups("p8") == {"cn=staff"}


async def test_a_group_outside_of_groups_base_counts_as_well(office: Synced, directory: Directory):
    with directory.as_root() as root:
        add_group(root, CLUB, [8])
    office.delta()
    assert await office.logins() == staff() | {"p8"}
    with directory.as_root() as root:
        root.delete_s(CLUB)
    office.delta()
    assert await office.logins() == staff()


async def test_who_came_while_nobody_looked_is_found_by_the_first_question_after_a_start(
    office: Synced, directory: Directory
):
    """Told of the group's change before the server had changed the person, and ended then."""
    change(directory, STAFF, ldap.MOD_ADD, 8)
    since = office.replica.standing(office.settings.name).position
    assert since is not None
    at_last = office.pool.run_here(office.source.position)
    office.replica.apply(office.settings.name, Changes(position=at_last), since, now(), LIMIT)
    assert await office.logins() == staff()
    office.delta()
    assert await office.logins() == staff() | {"p8"}


async def test_everybody_is_listed_once_more_as_the_server_may_follow_a_group_later(
    office: Synced, directory: Directory
):
    change(directory, STAFF, ldap.MOD_ADD, 8)
    office.delta()
    since = office.replica.standing(office.settings.name).position
    assert since is not None
    as_it_was = Changes(gone_people=frozenset({(await office.known("p8")).person.identity}))
    office.replica.apply(office.settings.name, as_it_was, since, now(), LIMIT)
    assert await office.logins() == staff()
    office.pool.run_here(lambda line: office.source.changes(line, since))  # an answer that is not taken in
    office.delta()
    assert await office.logins() == staff() | {"p8"}


async def test_a_group_that_changes_while_everybody_is_listed_lists_them_once_more(
    office: Synced, directory: Directory
):
    change(directory, STAFF, ldap.MOD_ADD, 8)
    office.delta()
    changed = list[int]()

    def page() -> None:
        if not changed:
            change(directory, STAFF, ldap.MOD_DELETE, 3)
        changed.append(3)

    office.delta(meanwhile=page)
    assert changed
    assert await office.logins() == staff() | {"p8"}
    office.delta()
    assert await office.logins() == staff(3) | {"p8"}


def test_once_all_of_a_change_was_seen_a_question_costs_one_search_again(
    office: Synced, directory: Directory
):
    change(directory, STAFF, ldap.MOD_ADD, 8)
    office.delta()
    office.delta()  # the overlay may have been slower than we
    since = office.replica.standing(office.settings.name).position
    assert since is not None
    assert office.pool.run_here(lambda line: searches(line, office, since)) == 1


def searches(line: Any, office: Synced, since: str) -> int:
    """How many it takes to hear that nothing changed."""
    asked = []

    class Counted:
        def __getattr__(self, name: str) -> Any:
            return getattr(line, name)

        def search(self, *what: Any) -> Any:
            asked.append(what)
            return line.search(*what)

    assert office.source.changes(Counted(), since) == Changes(position=since)
    return len(asked)


async def test_a_group_that_loses_many_removes_nobody_until_somebody_confirms(
    office: Synced, directory: Directory
):
    change(directory, STAFF, ldap.MOD_DELETE, *range(6))
    with pytest.raises(TooManyGone) as gone:
        office.delta()
    assert (gone.value.removal.people.known, gone.value.removal.people.missing) == (8, 6)
    assert await office.logins() == staff()


async def test_whose_entry_is_unusable_is_told_and_does_not_ask_for_a_reading_of_everything(
    office: Synced, directory: Directory
):
    with directory.as_root() as root:
        root.modify_s(person_dn("p8"), [(ldap.MOD_ADD, "uid", [b"druhy"])])
    change(directory, STAFF, ldap.MOD_ADD, 8)
    told = {person_dn("p8"): "uid has 2 values where one is expected"}
    for _ in range(2):
        office.delta()
        assert await office.problems() == told
    with directory.as_root() as root:
        root.modify_s(person_dn("p8"), [(ldap.MOD_DELETE, "uid", [b"druhy"])])
    office.delta()
    assert await office.logins() == staff() | {"p8"}


async def test_a_server_that_tells_no_changes_is_looked_through_for_it(office: Synced, directory: Directory):
    """By a clock that is late enough for nobody's entry to be new."""
    understanding = office.source.source.telling.understanding
    presence = Presence(office.settings, office.form, office.replica)
    polling = PollingSource(understanding, lambda: now() + 2 * BEHIND, presence)
    since = office.pool.run_here(polling.position)
    change(directory, STAFF, ldap.MOD_DELETE, 3)
    change(directory, STAFF, ldap.MOD_ADD, 8)
    found = office.pool.run_here(lambda line: polling.changes(line, since))
    assert [one.logins for one in found.people] == [("p8",)]
    assert found.gone_people == {(await office.known("p3")).person.identity}


async def test_a_session_of_who_left_ends_and_one_of_who_joined_goes_on(directory: Directory, tmp_path: Path):
    """As the rounds compare: `why_closed` says why sessions end."""
    settings = directory.settings(people_filter=FILTER)
    with running(directory, tmp_path / "replica", people_filter=FILTER) as made, reading(settings) as reader:
        made.hear(confirmed)
        replicated = ReplicatedPeople(settings, None, made.office.reading, now)
        leaver = subject(made.name, (await made.office.known("p3")).person.identity)
        change(directory, STAFF, ldap.MOD_DELETE, 3)
        change(directory, STAFF, ldap.MOD_ADD, 8)
        joined = await reader.authenticate("p8", PASSWORD)
        made.heard()
        made.runner.want(full=False).result(PATIENCE)
        news = made.hear(confirmed)
        assert news.touched is None or leaver.partition(":")[2] in news.touched

        async def ends(whose: SubjectId) -> EndReason | None:
            return why_closed((await replicated.people([whose])).get(whose))

        assert await ends(leaver) is EndReason.ACCOUNT_GONE
        assert await ends(joined.subject) is None


def test_more_who_come_at_once_than_are_read_one_by_one_are_read_as_a_whole(
    office: Synced, directory: Directory
):
    change(directory, STAFF, ldap.MOD_ADD, 8)
    careful = Presence(office.settings, office.form, office.replica, at_most=0)
    with pytest.raises(PositionUnknown, match="1 have come without a trace"):
        office.pool.run_here(lambda line: careful.people(line, Changes()))
