import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import ldap
import pytest

from idp.directory.errors import DirectoryMisconfigured, DirectoryUnreachable
from idp.directory.person import AccountState
from idp.directory.sync.full import Progress
from idp.directory.sync.replica import Count
from tests.rig.slapd import (
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
COMMA = r"cn=Nováková\, Žaneta (OÚ \#1)"
NESTED = r"cn=skupina \(obce\)\+\"A\""

LDIF = "".join((
    person_ldif("prvni"),
    person_ldif("druhy", mail="spolecny@obec.test"),
    person_ldif("treti", mail="spolecny@obec.test"),
    entry(f"{COMMA},{PEOPLE}", objectClass="inetOrgPerson", uid="zaneta", cn="Nováková, Žaneta (OÚ #1)",
          sn="Nováková", displayName="Žaneta Nováková"),
    person_ldif("dvojnik"),
    entry(f"cn=jiny,{PEOPLE}", objectClass="inetOrgPerson", uid="dvojnik", cn="jiny", sn="x"),
    person_ldif("dvaloginy", uid=["dvaloginy", "podruhe"]),
    person_ldif("dvamaily", mail=["a@obec.test", "b@obec.test"]),
    entry(f"cn=bez loginu,{PEOPLE}", objectClass="inetOrgPerson", cn="bez loginu", sn="x"),
    entry(f"uid=jazyky,{PEOPLE}", objectClass="inetOrgPerson", uid="jazyky", cn="Jazyky",
          **{"cn;lang-en": "Languages"}, sn="x"),
    entry(f"uid=ridici,{PEOPLE}", **{"objectClass": "inetOrgPerson", "uid": "ridici", "cn": "ridici", "sn": "x",
          "displayName:": "emxvIBtbMzFtdmVub3U="}),
    person_ldif("vypnuty", pwdAccountLockedTime="000001010000Z"),
    person_ldif("zamceny", pwdAccountLockedTime="20260101000000Z"),
    municipality_ldif("588491"),
    entry(f"cn=a,ou=588491,{GROUPS}", objectClass="groupOfNames", cn="a",
          member=[person_dn("prvni"), f"{COMMA},{PEOPLE}"]),
    entry(f"cn=b,{GROUPS}", objectClass="groupOfNames", cn="b", member=f"cn=a,ou=588491,{GROUPS}"),
    entry(f"cn=c,{GROUPS}", objectClass="groupOfUniqueNames", cn="c", uniqueMember=[
        f"cn=b,{GROUPS}", f"cn=c,{GROUPS}", "uid=nikdo,dc=nikde"]),
))  # fmt: skip
USABLE = {"prvni", "druhy", "treti", "zaneta", "dvojnik", "jazyky", "vypnuty", "zamceny"}


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Directory]:
    with slapd(tmp_path_factory.mktemp("full"), LDIF) as running:
        yield running


@pytest.fixture
def office(directory: Directory, tmp_path: Path) -> Iterator[Synced]:
    with synced(tmp_path, directory.settings(page_size=3)) as made:
        yield made


async def test_everybody_usable_is_read_page_by_page(office: Synced):
    assert office.full() is None
    assert await office.logins() == USABLE
    assert office.heard[0] == Progress(3, 0)
    assert office.heard[-1] == Progress(13, 3)


async def test_a_name_full_of_syntax_is_read_and_is_a_member(office: Synced):
    office.full()
    zaneta = await office.known("zaneta")
    assert zaneta.person.name == "Žaneta Nováková"
    assert await office.groups("zaneta") == {"cn=a", "cn=b", "cn=c"}


async def test_groups_in_groups_are_followed_and_one_that_holds_itself_ends(office: Synced):
    office.full()
    assert await office.groups("prvni") == {"cn=a", "cn=b", "cn=c"}
    assert await office.groups("druhy") == set()


async def test_unusable_entries_are_named_and_left_out(office: Synced):
    office.full()
    told = await office.problems()
    assert told[person_dn("dvaloginy")] == "uid has 2 values where one is expected"
    assert told[person_dn("dvamaily")] == "mail has 2 values where one is expected"
    assert told[f"cn=bez loginu,{PEOPLE}"] == "uid is missing"
    assert told[person_dn("ridici")] == "displayName holds control characters or is too long"


async def test_a_login_of_two_people_and_a_shared_mail_are_told_with_both_names(office: Synced):
    office.full()
    told = await office.problems()
    assert told[person_dn("dvojnik")].endswith("nobody can sign in with it")
    assert f"cn=jiny,{PEOPLE}" in told
    assert "spolecny@obec.test" in told[person_dn("treti")]
    assert len(await office.reading.named(office.settings.name, "dvojnik")) == 2


async def test_an_attribute_with_an_option_is_another_attribute(office: Synced):
    office.full()
    assert (await office.known("jazyky")).person.name == "Jazyky"


async def test_accounts_are_kept_as_facts_and_judged_when_needed(office: Synced):
    office.full()
    states = {
        login: (await office.known(login)).person.account.state(now()) for login in USABLE - {"dvojnik"}
    }
    assert states.pop("vypnuty") is AccountState.DISABLED
    assert states.pop("zamceny") is AccountState.LOCKED
    assert set(states.values()) == {AccountState.ACTIVE}


def p(number: int) -> str:
    return f"p{number}"


TWENTY = "".join(person_ldif(p(number)) for number in range(20))


def kill_at(directory: Directory, people: int) -> Callable[[Progress], None]:
    def told(progress: Progress) -> None:
        if progress.people == people and directory.server.pid:
            os.kill(directory.server.pid, signal.SIGKILL)

    return told


async def test_a_server_that_dies_in_the_middle_changes_nothing(tmp_path: Path):
    with (
        slapd(tmp_path / "server", TWENTY) as directory,
        synced(tmp_path / "replica", directory.settings(page_size=5)) as office,
    ):
        office.full()
        before = office.replica.standing(office.settings.name)
        with directory.as_root() as root:
            for number in range(4):
                root.delete_s(person_dn(p(number)))
        office.told = kill_at(directory, 10)
        with pytest.raises(DirectoryUnreachable):
            office.full()
        assert len(await office.logins()) == 20
        assert office.replica.standing(office.settings.name) == before


async def test_a_second_server_takes_over_from_the_beginning(tmp_path: Path):
    with slapd(tmp_path / "one", TWENTY) as one, slapd(tmp_path / "two", TWENTY) as two:
        both = tmp_path / "authorities.pem"
        both.write_bytes(one.authority.read_bytes() + two.authority.read_bytes())
        settings = one.settings(page_size=5, servers=[one.url, two.url], authority=both)
        with synced(tmp_path / "replica", settings) as office:
            office.told = kill_at(one, 10)
            assert office.full() is None
            assert len(await office.logins()) == 20


async def test_a_truncated_answer_is_an_error_and_not_a_small_directory(tmp_path: Path):
    with (
        slapd(tmp_path / "server", TWENTY) as directory,
        synced(tmp_path / "replica", directory.settings(page_size=5)) as office,
    ):
        office.full()
        directory.reconfigure("add: olcLimits", f'olcLimits: dn.exact="{SERVICE}" size.prtotal=12')
        with pytest.raises(DirectoryMisconfigured, match="cut short"):
            office.full()
        assert len(await office.logins()) == 20


async def test_a_service_account_that_lost_its_rights_empties_nothing(tmp_path: Path):
    groups = "".join(
        entry(
            f"cn=g{number},{GROUPS}", objectClass="groupOfNames", cn=f"g{number}", member=person_dn(p(number))
        )
        for number in range(12)
    )
    with (
        slapd(tmp_path / "server", TWENTY + groups) as directory,
        synced(tmp_path / "replica", directory.settings()) as office,
    ):
        office.full()
        directory.reconfigure("add: olcAccess", "olcAccess: {0}to attrs=member by * none")
        held = office.full()
        assert held is not None
        assert held.removal.groups == Count(12, 12)
        hidden = f'{{0}}to dn.subtree="{PEOPLE}" filter=(objectClass=inetOrgPerson) by * none'
        directory.reconfigure("add: olcAccess", f"olcAccess: {hidden}")
        with pytest.raises(DirectoryMisconfigured, match="nobody below"):
            office.full()
        assert len(await office.logins()) == 20
        assert await office.groups("p3") == {"cn=g3"}


async def test_an_unreadable_value_is_told_with_its_entry(tmp_path: Path):
    """A server keeps text as UTF-8; an attribute that is no text there may be any octets."""
    with slapd(tmp_path / "server", person_ldif("dobry") + person_ldif("zly")) as directory:
        settings = directory.settings(login_attributes=["userPKCS12"])
        with directory.as_root() as root:
            for login, octets in (("dobry", b"dobry"), ("zly", b"\xff\xfe")):
                root.modify_s(person_dn(login), [(ldap.MOD_REPLACE, "userPKCS12", [octets])])
        with synced(tmp_path / "replica", settings) as office:
            office.full()
            assert await office.logins() == {"dobry"}
            assert await office.problems() == {person_dn("zly"): "userPKCS12 is not UTF-8"}
