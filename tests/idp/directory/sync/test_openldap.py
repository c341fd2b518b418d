import contextlib
import subprocess
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import ldap
import pytest

from idp.directory.person import AccountState
from idp.directory.sync.openldap_stream import Stream
from idp.directory.sync.record import Changes
from idp.directory.sync.replica import Limit, TooManyGone
from idp.directory.sync.source import PositionUnknown
from tests.rig.replica import LIMIT
from tests.rig.slapd import GROUPS, PEOPLE, Directory, entry, person_dn, person_ldif, slapd
from tests.rig.synced import Synced, now, synced

pytestmark = pytest.mark.real
ANYTHING = Limit(share=1.0, least=0)
ACTIVE = "(&(objectClass=inetOrgPerson)(!(employeeType=left)))"
OUTSIDE = f"ou=services,{PEOPLE.partition(',')[2]}"


LDIF = "".join(person_ldif(f"p{number}") for number in range(12))
NESTED = {
    "a": [person_dn("p0"), person_dn("p1"), person_dn("p11")],
    "b": [f"cn=a,{GROUPS}"],
    "c": [person_dn("p9")],
}


def add_groups(directory: Directory) -> None:
    """While the server runs, so that its overlays know whose groups these are."""
    with directory.as_root() as root:
        for name, members in NESTED.items():
            values = [("objectClass", b"groupOfNames"), ("cn", name.encode())]
            root.add_s(f"cn={name},{GROUPS}", [*values, ("member", [member.encode() for member in members])])


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Directory]:
    with slapd(tmp_path / "server", LDIF) as running:
        add_groups(running)
        yield running


@pytest.fixture
def office(directory: Directory, tmp_path: Path) -> Iterator[Synced]:
    with synced(tmp_path / "replica", directory.settings(people_filter=ACTIVE)) as made:
        made.full()
        yield made


@contextlib.contextmanager
def operations(directory: Directory) -> Iterator[list[str]]:
    """Searches the server is asked for, from its own log."""
    log = directory.server.plan.folder / "slapd.log"
    directory.server.debug = 256
    directory.stop()
    directory.start()
    found: list[str] = []
    begin = log.stat().st_size
    yield found
    found += [line for line in log.read_text(errors="replace")[begin:].splitlines() if " SRCH base=" in line]


async def test_changes_of_every_kind_come_over(office: Synced, directory: Directory):
    assert office.delta() == frozenset()
    with directory.as_root() as root:
        root.modify_s(person_dn("p2"), [(ldap.MOD_REPLACE, "displayName", ["Nové Jméno".encode()])])
        root.modify_s(person_dn("p3"), [(ldap.MOD_ADD, "pwdAccountLockedTime", [b"000001010000Z"])])
        root.delete_s(person_dn("p4"))
        root.add_s(
            person_dn("novy"),
            [("objectClass", b"inetOrgPerson"), *((n, b"novy") for n in ("uid", "cn", "sn"))],
        )
        root.modify_s(f"cn=c,{GROUPS}", [(ldap.MOD_ADD, "member", [person_dn("novy").encode()])])
    touched = office.delta()
    assert touched is not None
    assert len(touched) == 4
    assert await office.logins() == {f"p{number}" for number in range(12) if number != 4} | {"novy"}
    assert (await office.known("p2")).person.name == "Nové Jméno"
    assert (await office.known("p3")).person.account.state(now()) is AccountState.DISABLED
    assert await office.groups("novy") == {"cn=c"}


async def test_a_question_without_changes_costs_one_search(office: Synced, directory: Directory):
    office.delta()  # the first one lists everybody
    with operations(directory) as asked:
        for _ in range(3):
            office.delta()
    assert [line.partition("base=")[2].split()[0] for line in asked] == ['"dc=obec,dc=test"'] * 3


async def test_who_leaves_the_filter_is_gone(office: Synced, directory: Directory):
    with directory.as_root() as root:
        root.modify_s(person_dn("p5"), [(ldap.MOD_ADD, "employeeType", [b"left"])])
    office.delta()
    assert "p5" not in await office.logins()


async def test_who_is_moved_out_of_the_base_is_gone_and_may_come_back(office: Synced, directory: Directory):
    before = (await office.known("p6")).person
    with directory.as_root() as root:
        root.rename_s(person_dn("p6"), "uid=p6", newsuperior=OUTSIDE)
    office.delta()
    assert "p6" not in await office.logins()
    with directory.as_root() as root:
        root.rename_s(f"uid=p6,{OUTSIDE}", "uid=p6", newsuperior=PEOPLE)
    office.delta()
    assert (await office.known("p6")).person == before


async def test_a_rename_keeps_the_person_and_the_groups(office: Synced, directory: Directory):
    """The overlay changes the groups' members without touching the groups' own change number."""
    identity = (await office.known("p0")).person.identity
    with directory.as_root() as root:
        root.rename_s(person_dn("p0"), "uid=prejmenovany")
    office.delta()
    renamed = await office.known("prejmenovany")
    assert renamed.person.identity == identity
    assert await office.groups("prejmenovany") == {"cn=a", "cn=b"}


async def test_a_group_that_was_read_before_the_server_mended_it_is_read_once_more(
    office: Synced, directory: Directory
):
    """Overlays that keep members right may need a while, and leave no trace in the group's own history."""
    with directory.as_root() as root:
        root.rename_s(person_dn("p0"), "uid=prejmenovany")
    office.delta()
    (a,) = (one for one in (await office.known("prejmenovany")).groups if one.dn.startswith("cn=a,"))
    since = office.replica.standing(office.settings.name).position
    assert since is not None
    as_it_was = replace(a, members=((await office.known("p1")).person.key,))
    office.replica.apply(office.settings.name, Changes(groups=(as_it_was,)), since, now(), LIMIT)
    assert await office.groups("prejmenovany") == set()
    office.pool.run_here(lambda line: office.source.changes(line, since))  # an answer that is not taken in
    office.delta()
    assert await office.groups("prejmenovany") == {"cn=a", "cn=b"}


async def test_two_accounts_whose_names_are_two_to_the_server_have_each_its_own_groups(
    office: Synced, directory: Directory
):
    """Whoever may create accounts is in no group by making one whose name looks like that of a member."""
    pairs = (("strauss", "strauß"), ("novaks", "Ⓝovaks"), ("iva", "ıva"))
    with directory.as_root() as root:
        for number, login in enumerate(login for pair in pairs for login in pair):
            facts = {"uid": login, "cn": "N", "sn": "N", "mail": f"n{number}@obec.test"}
            root.add_s(
                person_dn(login),
                [
                    ("objectClass", [b"inetOrgPerson"]),
                    *((name, [said.encode()]) for name, said in facts.items()),
                ],
            )
        theirs = [person_dn(member).encode() for member, _ in pairs]
        root.modify_s(f"cn=c,{GROUPS}", [(ldap.MOD_ADD, "member", theirs)])
    for bring in (office.delta, office.full):
        bring()
        for member, namesake in pairs:
            assert (await office.groups(member), await office.groups(namesake)) == ({"cn=c"}, set())
        assert await office.problems() == {}


async def test_a_renamed_group_keeps_what_is_above_it(office: Synced, directory: Directory):
    with directory.as_root() as root:
        root.rename_s(f"cn=a,{GROUPS}", "cn=jinak")
    office.delta()
    assert await office.groups("p0") == {"cn=jinak", "cn=b"}


async def test_a_recreated_account_is_another_person_without_the_old_ones_groups(
    office: Synced, directory: Directory
):
    identity = (await office.known("p1")).person.identity
    with directory.as_root() as root:
        root.delete_s(person_dn("p1"))
        root.add_s(
            person_dn("p1"), [("objectClass", b"inetOrgPerson"), *((n, b"p1") for n in ("uid", "cn", "sn"))]
        )
    office.delta()
    assert (await office.known("p1")).person.identity != identity
    assert await office.groups("p1") == set()


async def test_a_group_that_is_gone_takes_its_roles_along(office: Synced, directory: Directory):
    with directory.as_root() as root:
        root.delete_s(f"cn=b,{GROUPS}")
    office.delta()
    assert await office.groups("p0") == {"cn=a"}


async def test_an_entry_that_became_unusable_is_told_and_out_until_it_is_mended(
    office: Synced, directory: Directory
):
    with directory.as_root() as root:
        root.modify_s(person_dn("p7"), [(ldap.MOD_ADD, "uid", [b"druhy"])])
    office.delta()
    assert "p7" not in await office.logins()
    assert await office.problems() == {person_dn("p7"): "uid has 2 values where one is expected"}
    with directory.as_root() as root:
        root.modify_s(person_dn("p7"), [(ldap.MOD_DELETE, "uid", [b"druhy"])])
    office.delta()
    assert "p7" in await office.logins()
    assert await office.problems() == {}


async def test_after_a_restart_without_its_session_log_the_server_names_who_is_present(
    office: Synced, directory: Directory
):
    with directory.as_root() as root:
        root.delete_s(person_dn("p8"))
        root.delete_s(f"cn=c,{GROUPS}")
        root.modify_s(person_dn("p2"), [(ldap.MOD_REPLACE, "displayName", [b"Jinak"])])
    directory.stop()
    directory.start()
    office.delta()
    assert "p8" not in await office.logins()
    assert (await office.known("p2")).person.name == "Jinak"
    assert await office.groups("p9") == set()


@pytest.mark.parametrize(
    ("name", "where", "left"), [("ou=jiny odbor", None, True), ("ou=odbor", OUTSIDE, False)]
)
async def test_a_renamed_or_moved_unit_asks_for_a_full_sync(
    tmp_path: Path, name: str, where: str | None, *, left: bool
):
    """Entries below it have other names, and the server says nothing of them."""
    unit = f"ou=odbor,{PEOPLE}"
    below = entry(f"uid=dole,{unit}", objectClass="inetOrgPerson", uid="dole", cn="Dole", sn="Dole")
    text = LDIF + entry(unit, objectClass="organizationalUnit", ou="odbor") + below
    with (
        slapd(tmp_path / "server", text) as directory,
        synced(tmp_path / "replica", directory.settings()) as office,
    ):
        office.full()
        with directory.as_root() as root:
            root.rename_s(unit, name, newsuperior=where)
        with pytest.raises(PositionUnknown, match="units of the directory"):
            office.delta()
        office.full()
        assert ("dole" in await office.logins()) is left


async def test_more_removals_than_believable_change_nothing(office: Synced, directory: Directory):
    with directory.as_root() as root:
        for number in range(7):
            root.delete_s(person_dn(f"p{number}"))
    with pytest.raises(TooManyGone, match="7 of 12 people"):
        office.delta()
    assert len(await office.logins()) == 12
    office.delta(ANYTHING)
    assert len(await office.logins()) == 5


async def test_a_server_that_is_behind_what_was_seen_asks_for_a_full_sync(
    office: Synced, directory: Directory
):
    position = office.replica.standing(office.settings.name).position
    assert position is not None
    later = position.replace("csn=20", "csn=30")
    with pytest.raises(PositionUnknown, match="has not all that was seen before"):
        office.pool.run_here(lambda line: office.source.changes(line, later))


async def test_what_the_server_tells_of_its_own_accord_is_heard_at_once(office: Synced, directory: Directory):
    position = office.replica.standing(office.settings.name).position
    assert position is not None
    (query, cookie), _ = office.source.searches(position)

    def listen(line):
        stream = Stream(line, query, cookie, persist=True)
        assert stream.refresh().entries == {}
        with directory.as_root() as root:
            began = time.monotonic()
            root.modify_s(person_dn("p2"), [(ldap.MOD_REPLACE, "displayName", [b"Hned"])])
            heard = stream.wait(2)
            root.delete_s(person_dn("p3"))
            gone = stream.wait(2)
        assert stream.wait(0.01) is None
        stream.end()
        return heard, gone, time.monotonic() - began

    heard, gone, _ = office.pool.run_here(listen)
    ((identity, told),) = heard.entries.items()
    assert told.dn == person_dn("p2")
    assert identity == office.form.identity(told)
    assert len(gone.deleted) == 1


async def test_a_server_without_the_overlay_is_looked_through_instead(tmp_path: Path):
    with (
        slapd(tmp_path / "server", LDIF, tells_changes=False) as directory,
        synced(tmp_path / "replica", directory.settings(people_filter=ACTIVE)) as office,
    ):
        add_groups(directory)
        office.full()
        position = office.replica.standing(office.settings.name).position
        assert position is not None
        assert "syncprov" in office.source.manner(position).advice
        assert office.source.searches(position) == ()
        assert office.delta() == frozenset()
        with directory.as_root() as root:
            root.modify_s(person_dn("p2"), [(ldap.MOD_REPLACE, "displayName", [b"Jinak"])])
            root.modify_s(person_dn("p5"), [(ldap.MOD_ADD, "employeeType", [b"left"])])
            root.delete_s(person_dn("p4"))
            root.delete_s(f"cn=c,{GROUPS}")
            root.rename_s(person_dn("p0"), "uid=prejmenovany")
        office.delta()
        assert await office.logins() == {*(f"p{n}" for n in range(12) if n not in {0, 4, 5}), "prejmenovany"}
        assert (await office.known("p2")).person.name == "Jinak"
        assert await office.groups("prejmenovany") == {"cn=a", "cn=b"}
        assert await office.groups("p9") == set()
        with directory.as_root() as root:
            root.add_s(f"ou=odbor,{PEOPLE}", [("objectClass", b"organizationalUnit"), ("ou", b"odbor")])
        with pytest.raises(PositionUnknown, match="units of the directory"):
            office.delta()


def written_earlier(directory: Directory, folder: Path, person: str, *options: str) -> None:
    """Added to the files of the server, with the times and numbers that `person` names."""
    plan, text = directory.server.plan, folder / "person.ldif"
    text.write_text(person)
    directory.stop()
    where = ["-F", str(plan.folder / "configuration"), "-b", plan.suffix, "-l", str(text)]
    subprocess.run(["/usr/sbin/slapadd", *where, *options], check=True, capture_output=True)
    directory.start()


async def test_changes_are_heard_of_after_the_clock_of_the_server_was_ahead(
    office: Synced, directory: Directory, tmp_path: Path
):
    """Their numbers are lower than the highest that was seen, so the server itself never tells them."""
    in_2099 = person_ldif("zitra", entryCSN="20990101000000.000000Z#000000#000#000000")
    written_earlier(directory, tmp_path, in_2099, "-w")
    with pytest.raises(PositionUnknown, match="time to come"):
        office.delta()
    office.full()
    assert "zitra" in await office.logins()
    with directory.as_root() as root:
        root.modify_s(person_dn("p3"), [(ldap.MOD_ADD, "pwdAccountLockedTime", [b"000001010000Z"])])
        root.delete_s(person_dn("p4"))
    office.delta()
    assert (await office.known("p3")).person.account.state(now()) is AccountState.DISABLED
    assert "p4" not in await office.logins()
    standing = office.replica.standing(office.settings.name)
    assert standing.position is not None
    assert "no time to come" in office.source.manner(standing.position).advice


async def test_changes_of_a_server_whose_clock_is_behind_are_found_too(tmp_path: Path):
    """It tells none of its own accord, and what it wrote just now looks as if it had been an hour ago."""
    old = "".join(person_ldif(f"p{number}", modifyTimestamp="20200101000000Z") for number in range(3))
    hour_ago = f"{now() - timedelta(hours=1):%Y%m%d%H%M%SZ}"
    with (
        slapd(tmp_path / "server", old, tells_changes=False) as directory,
        synced(tmp_path / "replica", directory.settings()) as office,
    ):
        office.full()
        written_earlier(directory, tmp_path, person_ldif("novy", modifyTimestamp=hour_ago))
        office.delta()
        assert await office.logins() == {"p0", "p1", "p2", "novy"}
