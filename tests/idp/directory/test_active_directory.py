"""Every trap of Active Directory that is about people, accounts and groups, on a real domain controller."""

import uuid
from collections.abc import Iterator
from datetime import date, timedelta

import ldap
import pytest

from config.settings import ActivityRoles, Work
from config.vocabulary import MunicipalityCode, Role
from idp.directory.connection import Connection
from idp.directory.errors import BindRefused, DirectoryMisconfigured, EntryUnusable, RefusalReason
from idp.directory.lockout import Lockout
from idp.directory.person import AccountState, Person, RoleHeld
from idp.directory.pool import Pool
from idp.directory.reader import DirectoryReader
from idp.directory.subject import identity_of
from idp.directory.work import ActivityRole
from idp.directory.work import Work as Known
from tests.rig.authority import make_authority
from tests.rig.domain_office import HULIN, KROMERIZ, PASSWORD, STATES, ZANETA, dn, domain
from tests.rig.office import reading
from tests.rig.samba import PEOPLE, Domain, account
from tests.rig.samba_tree import BASE

__all__ = ["domain"]
pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def reader(domain: Domain) -> Iterator[DirectoryReader]:
    with reading(domain.settings()) as made:
        yield made


def held(code: str, role: Role) -> RoleHeld:
    return RoleHeld(MunicipalityCode(code), role)


@pytest.mark.parametrize(
    "login",
    ["novakova.zaneta", "NOVAKOVA.Zaneta", "zaneta.novakova@obec.test", "Zaneta.Novakova@OBEC.test"],
)
async def test_a_person_signs_in_by_either_name_and_has_the_canonical_one(
    reader: DirectoryReader, login: str
):
    person = await reader.authenticate(login, PASSWORD)
    assert isinstance(person, Person)
    assert (person.login, person.name, person.mail) == (
        "novakova.zaneta",
        "Žaneta Nováková",
        "zaneta@obec.test",
    )


async def test_a_name_with_a_comma_a_hash_and_parentheses_binds_and_is_found(
    domain: Domain, reader: DirectoryReader
):
    person = await reader.authenticate("novakova.zaneta", PASSWORD)
    assert isinstance(person, Person)
    assert await reader.person(person.subject) == person
    with domain.as_administrator() as root:
        octets = root.read(ZANETA, "objectGUID")["objectGUID"][0]
    assert identity_of(person.subject) == str(uuid.UUID(bytes_le=octets))


async def test_identity_outlives_renames_and_moves_and_not_a_recreated_account(
    domain: Domain, reader: DirectoryReader
):
    with domain.as_administrator() as root:
        root.add(dn("odejde"), **account("odejde", PASSWORD))
    first = await reader.authenticate("odejde", PASSWORD)
    with domain.as_administrator() as root:
        root.add(f"OU=spisovna,{PEOPLE}", objectClass="organizationalUnit")
        root.connection.rename_s(dn("odejde"), "CN=Vdaná", f"OU=spisovna,{PEOPLE}")
        root.change(f"CN=Vdaná,OU=spisovna,{PEOPLE}", sAMAccountName="vdana")
    renamed = await reader.authenticate("vdana", PASSWORD)
    assert renamed.subject == first.subject
    with domain.as_administrator() as root:
        root.connection.delete_s(f"CN=Vdaná,OU=spisovna,{PEOPLE}")
        root.add(dn("odejde"), **account("odejde", PASSWORD))
    recreated = await reader.authenticate("odejde", PASSWORD)
    assert recreated.subject != first.subject
    assert await reader.person(first.subject) is None


async def test_groups_inside_groups_count_and_a_circle_of_groups_ends(reader: DirectoryReader):
    person = await reader.authenticate("novakova.zaneta", PASSWORD)
    assert isinstance(person, Person)
    assert person.roles == (
        held(KROMERIZ, Role.CLERK), held(HULIN, Role.ACCOUNTANT), held(HULIN, Role.REGISTRAR),
    )  # fmt: skip


async def test_the_primary_group_counts_and_what_it_is_in(reader: DirectoryReader):
    mayor = await reader.authenticate("starosta", PASSWORD)
    assert isinstance(mayor, Person)
    assert mayor.roles == (held(HULIN, Role.DEPUTY_MAYOR), held(HULIN, Role.MAYOR))


async def test_a_group_elsewhere_in_the_domain_leads_to_the_one_that_gives_the_role(reader: DirectoryReader):
    person = await reader.authenticate("z.oddeleni", PASSWORD)
    assert isinstance(person, Person)
    assert person.roles == (held(KROMERIZ, Role.BUDGET_MANAGER),)


async def test_a_list_for_mail_gives_no_role(reader: DirectoryReader):
    person = await reader.authenticate("novakova.zaneta", PASSWORD)
    assert isinstance(person, Person)
    assert held(HULIN, Role.MAIL_ROOM) not in person.roles


@pytest.mark.parametrize(
    ("login", "reason"),
    [
        ("vypnuta", RefusalReason.DISABLED),
        ("prosla", RefusalReason.EXPIRED),
        ("zmenit", RefusalReason.MUST_CHANGE_PASSWORD),
        ("stare.heslo", RefusalReason.PASSWORD_EXPIRED),
        ("zamcena", RefusalReason.LOCKED),
        ("mimo.hodiny", RefusalReason.NOT_NOW),
        ("Kontakt", RefusalReason.UNKNOWN_PERSON),
        ("nikdo", RefusalReason.UNKNOWN_PERSON),
        ("DC1$", RefusalReason.UNKNOWN_PERSON),
        ("novakova*", RefusalReason.UNKNOWN_PERSON),
    ],
)
async def test_a_refused_bind_says_why(reader: DirectoryReader, login: str, reason: RefusalReason):
    answer = await reader.authenticate(login, PASSWORD)
    assert isinstance(answer, BindRefused)
    assert answer.reason is reason


@pytest.mark.parametrize("login", ["bez.role", "vypnuta", "prosla", "zmenit", "stare.heslo"])
async def test_a_wrong_password_says_nothing_of_the_account(
    domain: Domain, reader: DirectoryReader, login: str
):
    answer = await reader.authenticate(login, "špatné heslo")
    assert isinstance(answer, BindRefused)
    assert answer.reason is RefusalReason.WRONG_PASSWORD
    assert answer.subject is not None


@pytest.mark.parametrize("login", ["nikdy.nula", "nikdy.nejvic", "nemusi.zmenit"])
async def test_an_account_that_never_expires_may_work(reader: DirectoryReader, login: str):
    assert isinstance(await reader.authenticate(login, PASSWORD), Person)


async def test_without_a_bind_accounts_are_in_the_same_state(reader: DirectoryReader):
    states = {person.login: person.state for login in STATES for person in await reader.named(login)}
    assert states == dict.fromkeys(STATES, AccountState.ACTIVE) | {
        "vypnuta": AccountState.DISABLED,
        "prosla": AccountState.EXPIRED,
        "zmenit": AccountState.MUST_CHANGE_PASSWORD,
        "stare.heslo": AccountState.PASSWORD_EXPIRED,
        "zamcena": AccountState.LOCKED,
    }


async def test_a_locked_account_shows_only_in_the_computed_flags(domain: Domain):
    with domain.as_administrator() as root:
        facts = root.read(dn("zamcena"), "userAccountControl", "msDS-User-Account-Control-Computed")
    assert facts == {"userAccountControl": [b"512"], "msDS-User-Account-Control-Computed": [b"16"]}


async def test_an_expired_account_shows_in_no_flag_at_all(domain: Domain):
    with domain.as_administrator() as root:
        facts = root.read(dn("prosla"), "userAccountControl", "msDS-User-Account-Control-Computed")
    assert facts == {"userAccountControl": [b"512"], "msDS-User-Account-Control-Computed": [b"0"]}


async def test_two_people_with_one_mail_address_are_nobody_by_it(domain: Domain):
    with domain.as_administrator() as root:
        root.add(dn("dvojnice"), **account("dvojnice", PASSWORD, mail="zaneta@obec.test"))
    with reading(domain.settings(login_attributes=["sAMAccountName", "mail"])) as one:
        answer = await one.authenticate("zaneta@obec.test", PASSWORD)
        assert answer == BindRefused(RefusalReason.AMBIGUOUS_PERSON)
        assert isinstance(await one.authenticate("novakova.zaneta", PASSWORD), Person)


@pytest.mark.parametrize("way", ["url", "plain_url"])
async def test_ldaps_and_starttls_are_verified_against_the_authority(domain: Domain, way: str, tmp_path):
    server = getattr(domain, way)
    with reading(domain.settings(servers=[server])) as one:
        assert isinstance(await one.authenticate("bez.role", PASSWORD), Person)
    stranger = make_authority(tmp_path, "Somebody else").certificate
    with (
        reading(domain.settings(servers=[server], authority=stranger)) as one,
        pytest.raises(DirectoryMisconfigured, match="certificate is not accepted"),
    ):
        await one.authenticate("bez.role", PASSWORD)


async def test_the_domain_says_when_it_locks_accounts(reader: DirectoryReader):
    assert await reader.lockout() == Lockout(attempts=3, window=timedelta(minutes=30))


def test_a_plain_bind_is_refused_by_the_server(domain: Domain):
    with pytest.raises(ldap.STRONG_AUTH_REQUIRED):
        ldap.initialize(domain.plain_url).simple_bind_s(dn("bez.role"), PASSWORD)


def test_who_am_i_is_not_supported_and_not_needed(domain: Domain):
    with domain.connected(dn("bez.role"), PASSWORD) as line, pytest.raises(ldap.PROTOCOL_ERROR):
        line.whoami_s()


async def test_referrals_of_a_search_from_the_top_are_passed_over(domain: Domain):
    reported: list[EntryUnusable] = []
    with reading(domain.settings(people_base=BASE, groups_base=BASE), reported) as one:
        assert isinstance(await one.authenticate("bez.role", PASSWORD), Person)
    assert reported == []
    pool = Pool(domain.settings())

    def found(line: Connection) -> list[str]:
        return [
            url
            for _, urls in line.search(BASE, ldap.SCOPE_SUBTREE, "(cn=bez.role)", ["cn"], 10)
            for url in urls
        ]

    try:
        assert await pool.run(found)  # they were there
    finally:
        pool.close()


async def test_a_domain_account_name_may_be_the_service_account(domain: Domain):
    with reading(domain.settings(bind_dn="OBEC\\brana")) as one:
        assert isinstance(await one.authenticate("bez.role", PASSWORD), Person)


async def test_the_same_person_by_a_name_that_only_looks_alike_is_nobody(reader: DirectoryReader):
    for login in ("nováková.žaneta", "novakova.zaneta\u200b", "novakova.žaneta"):
        answer = await reader.authenticate(login, PASSWORD)
        assert isinstance(answer, BindRefused), login
        assert answer.subject is None


async def test_what_it_says_of_peoples_work_is_read_as_it_writes_it(domain: Domain):
    """Its dates are numbers; the one of the account is one that every domain has."""
    ends = 134_431_920_000_000_000  # noon of the last day of 2026
    with domain.as_administrator() as root:
        facts = {"department": "Matrika", "carLicense": "A115:CR22@588491", "accountExpires": str(ends)}
        root.add(dn("pracuje"), **account("pracuje", PASSWORD), **facts)
    work = Work(
        employed_until="accountExpires",
        departments="department",
        activity_roles=ActivityRoles(attribute="carLicense"),
    )
    with reading(domain.settings(work=work)) as reader:
        (person,) = await reader.named("pracuje")
    assert person.work == Known(
        employed_until=date(2026, 12, 31),
        departments=("Matrika",),
        activity_roles=(ActivityRole(MunicipalityCode("588491"), "A115", "CR22"),),
    )
