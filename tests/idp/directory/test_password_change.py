"""People change their passwords, on a real domain controller and a real slapd."""

import itertools
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import ldap
import pytest

from config.vocabulary import SubjectId
from idp.directory.errors import BindRefused, RefusalReason
from idp.directory.password import Changed, NotChanged, NotChangedReason, Way
from idp.directory.person import Person
from idp.directory.pool import Pool
from idp.directory.reader import DirectoryReader
from tests.rig import slapd
from tests.rig.broken_line import broken_line
from tests.rig.domain_office import PASSWORD, dn, domain
from tests.rig.office import reading
from tests.rig.samba import Domain, account, quoted
from tests.rig.samba_surgery import age_password, forbid_password_change
from tests.rig.samba_tree import BASE

__all__ = ["domain"]
pytestmark = pytest.mark.real

NEW = "Úplně jiné heslo, 2× delší 😀"


async def subject_of(reader: DirectoryReader, login: str) -> SubjectId:
    (found,) = await reader.named(login)
    return found.subject


# --- Active Directory


@pytest.fixture(scope="module")
def reader(domain: Domain) -> Iterator[DirectoryReader]:
    with reading(domain.settings()) as made:
        yield made


def newcomer(domain: Domain, login: str, **facts: object) -> None:
    with domain.as_administrator() as root:
        root.add(dn(login), **account(login, PASSWORD, displayName=login))
        if facts:
            root.change(dn(login), **facts)


async def test_a_changed_password_signs_in(domain: Domain, reader: DirectoryReader):
    newcomer(domain, "meni")
    whose = await subject_of(reader, "meni")
    assert await reader.change_password(whose, PASSWORD, NEW) == Changed()
    assert isinstance(await reader.authenticate("meni", NEW), Person)


async def test_the_old_password_goes_on_binding_so_a_bind_proves_nothing_about_the_present_one(
    domain: Domain, reader: DirectoryReader
):
    newcomer(domain, "meni.potom")
    whose = await subject_of(reader, "meni.potom")
    assert await reader.change_password(whose, PASSWORD, NEW) == Changed()
    assert isinstance(await reader.authenticate("meni.potom", PASSWORD), Person)
    assert await reader.change_password(whose, PASSWORD, NEW + "x") == NotChanged(NotChangedReason.OLD_WRONG)


async def test_whoever_must_change_the_password_can(domain: Domain, reader: DirectoryReader):
    newcomer(domain, "musi", pwdLastSet=0)
    refused = await reader.authenticate("musi", PASSWORD)
    assert isinstance(refused, BindRefused)
    assert (refused.reason, refused.subject) == (
        RefusalReason.MUST_CHANGE_PASSWORD, await subject_of(reader, "musi"),
    )  # fmt: skip
    assert await reader.change_password(refused.subject, PASSWORD, NEW) == Changed()
    assert isinstance(await reader.authenticate("musi", NEW), Person)


async def test_whose_password_has_expired_can_change_it(domain: Domain, reader: DirectoryReader):
    newcomer(domain, "propadle")
    age_password(domain.folder, dn("propadle"))
    whose = await subject_of(reader, "propadle")
    assert await reader.change_password(whose, "špatné", NEW) == NotChanged(NotChangedReason.OLD_WRONG)
    assert await reader.change_password(whose, PASSWORD, NEW) == Changed()
    assert isinstance(await reader.authenticate("propadle", NEW), Person)


@pytest.mark.parametrize(
    ("new", "reason"),
    [
        ("aB1-", NotChangedReason.TOO_SHORT),
        ("a" * 20, NotChangedReason.NOT_COMPLEX),
        (PASSWORD, NotChangedReason.USED_BEFORE),
        ("", NotChangedReason.AGAINST_RULES),
        ("nul\0uvnitř", NotChangedReason.AGAINST_RULES),
    ],
)
async def test_the_domain_says_what_is_wrong_with_a_new_password(
    reader: DirectoryReader, new: str, reason: NotChangedReason
):
    whose = await subject_of(reader, "bez.role")
    assert await reader.change_password(whose, PASSWORD, new) == NotChanged(reason)
    assert isinstance(await reader.authenticate("bez.role", PASSWORD), Person)


@pytest.mark.parametrize("old", ["špatné heslo", "", "a\0b"])
async def test_without_the_old_password_nothing_is_changed(domain: Domain, reader: DirectoryReader, old: str):
    newcomer(domain, f"zna.heslo{len(old)}")
    whose = await subject_of(reader, f"zna.heslo{len(old)}")
    assert await reader.change_password(whose, old, NEW) == NotChanged(NotChangedReason.OLD_WRONG)


async def test_the_history_holds_for_people(domain: Domain, reader: DirectoryReader):
    newcomer(domain, "vraci")
    whose = await subject_of(reader, "vraci")
    assert await reader.change_password(whose, PASSWORD, NEW) == Changed()
    assert await reader.change_password(whose, NEW, PASSWORD) == NotChanged(NotChangedReason.USED_BEFORE)


async def test_a_reset_by_an_administrator_would_pass_over_the_history_and_is_never_what_we_ask_for(
    domain: Domain, reader: DirectoryReader
):
    newcomer(domain, "obchazi")
    whose = await subject_of(reader, "obchazi")
    assert await reader.change_password(whose, PASSWORD, NEW) == Changed()
    with domain.as_administrator() as root:
        root.change(dn("obchazi"), unicodePwd=quoted(NEW))  # the same once more
    assert await reader.change_password(whose, NEW, NEW) == NotChanged(NotChangedReason.USED_BEFORE)


async def test_a_password_that_is_too_young_stays(domain: Domain, reader: DirectoryReader):
    newcomer(domain, "spechá")
    with domain.as_administrator() as root:
        root.change(BASE, minPwdAge=-864_000_000_000)
    try:
        answer = await reader.change_password(await subject_of(reader, "spechá"), PASSWORD, NEW)
    finally:
        with domain.as_administrator() as root:
            root.change(BASE, minPwdAge=0)
    assert answer == NotChanged(NotChangedReason.TOO_YOUNG)


async def test_who_may_not_change_it_is_told_so(domain: Domain, reader: DirectoryReader):
    newcomer(domain, "nesmi")
    forbid_password_change(domain.folder, dn("nesmi"))
    answer = await reader.change_password(await subject_of(reader, "nesmi"), PASSWORD, NEW)
    assert answer == NotChanged(NotChangedReason.NOT_ALLOWED)


@pytest.mark.parametrize(
    ("login", "reason"),
    [
        ("zamcena", NotChangedReason.LOCKED),
        ("vypnuta", NotChangedReason.NOT_ALLOWED),
        ("prosla", NotChangedReason.NOT_ALLOWED),
    ],
)
async def test_a_closed_account_changes_nothing(
    reader: DirectoryReader, login: str, reason: NotChangedReason
):
    answer = await reader.change_password(await subject_of(reader, login), PASSWORD, NEW)
    assert answer == NotChanged(reason)


async def test_a_person_of_another_directory_is_not_touched(reader: DirectoryReader):
    whose = await subject_of(reader, "bez.role")
    stranger = SubjectId(whose.replace("urad:", "jinde:"))
    answer = await reader.change_password(stranger, PASSWORD, NEW)
    assert answer == NotChanged(NotChangedReason.NOT_ALLOWED)


async def test_a_domain_that_is_away_is_told_apart_from_a_refusal(domain: Domain, reader: DirectoryReader):
    whose = await subject_of(reader, "starosta")
    domain.stop()
    try:
        answer = await reader.change_password(whose, PASSWORD, NEW)
    finally:
        domain.start()
    assert answer == NotChanged(NotChangedReason.UNREACHABLE)


# --- OpenLDAP

DIRECTORY_PASSWORD = "původní-heslo"
RULES = """\
pwdMustChange: TRUE
pwdInHistory: 3
pwdMinLength: 12
pwdCheckQuality: 2
pwdSafeModify: FALSE"""


def policy(name: str, **more: str) -> str:
    return slapd.entry(f"cn={name},ou=policies,{slapd.BASE}", objectClass=["device", "pwdPolicy"], cn=name,
                       pwdAttribute="userPassword", **more)  # fmt: skip


def under(name: str, login: str, **more: str) -> str:
    subentry = f"cn={name},ou=policies,{slapd.BASE}"
    return slapd.person_ldif(login, password=DIRECTORY_PASSWORD, pwdPolicySubentry=subentry, **more)


CUT_OFF = ("ctvrty.d", "paty.e", "sesty.f", "sedmy.g", "osmy.h", "devaty.i")
STAFF = "".join((
    *(slapd.person_ldif(login, password=DIRECTORY_PASSWORD)
      for login in ("meni", "prvni.a", "druha.b", "treti.c", *CUT_OFF)),
    slapd.person_ldif("musi", password=DIRECTORY_PASSWORD, pwdReset="TRUE"),
    slapd.person_ldif("zamcena", password=DIRECTORY_PASSWORD, pwdAccountLockedTime="000001010000Z"),
    policy("prisna", pwdMaxAge="3600"),
    policy("milostiva", pwdMaxAge="3600", pwdGraceAuthNLimit="5"),
    policy("pevna", pwdAllowUserChange="FALSE"),
    policy("pomala", pwdMinAge="3600"),
    under("prisna", "propadle", pwdChangedTime="20200101000000Z"),
    under("milostiva", "propada", pwdChangedTime="20200101000000Z"),
    under("pevna", "nesmi"),
    under("pomala", "spechá"),
))  # fmt: skip


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[slapd.Directory]:
    skeleton = slapd.SKELETON.replace("pwdMustChange: TRUE", RULES)
    with slapd.slapd(tmp_path_factory.mktemp("hesla"), STAFF, skeleton=skeleton) as made:
        with made.as_root() as root:  # slapadd takes no passwordChangedTime of its own for the young one
            root.modify_s(
                slapd.person_dn("spechá"), [(ldap.MOD_REPLACE, "userPassword", DIRECTORY_PASSWORD.encode())]
            )
        yield made


@pytest.fixture(scope="module")
def behind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[slapd.Directory]:
    """Another server of the same people, to which no change is copied."""
    with slapd.slapd(tmp_path_factory.mktemp("pozadu"), STAFF) as made:
        yield made


def authority_of(*directories: slapd.Directory) -> Path:
    """One file with the authorities of all of them."""
    made = directories[0].authority.with_name("both.pem")
    made.write_text("".join(each.authority.read_text() for each in directories))
    return made


@pytest.fixture(scope="module")
def openldap(directory: slapd.Directory) -> Iterator[DirectoryReader]:
    with reading(directory.settings()) as made:
        yield made


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [
        ("špatné", NEW, NotChangedReason.OLD_WRONG),
        (DIRECTORY_PASSWORD, "krátké", NotChangedReason.TOO_SHORT),
        (DIRECTORY_PASSWORD, DIRECTORY_PASSWORD, NotChangedReason.USED_BEFORE),
    ],
)
async def test_openldap_says_what_is_wrong(
    openldap: DirectoryReader, old: str, new: str, reason: NotChangedReason
):
    assert await openldap.change_password(await subject_of(openldap, "meni"), old, new) == NotChanged(reason)


@pytest.mark.parametrize(
    ("login", "reason"),
    [
        ("zamcena", NotChangedReason.LOCKED),
        ("propadle", NotChangedReason.NOT_ALLOWED),
        ("nesmi", NotChangedReason.NOT_ALLOWED),
        ("spechá", NotChangedReason.TOO_YOUNG),
    ],
)
async def test_openldap_says_who_may_not_change_it(
    openldap: DirectoryReader, login: str, reason: NotChangedReason
):
    answer = await openldap.change_password(await subject_of(openldap, login), DIRECTORY_PASSWORD, NEW)
    assert answer == NotChanged(reason)


@pytest.mark.parametrize(
    ("login", "before"),
    [
        ("musi", RefusalReason.MUST_CHANGE_PASSWORD),
        ("propada", RefusalReason.PASSWORD_EXPIRED),
    ],
)
async def test_openldap_lets_in_those_who_have_to_change_it_for_that_alone(
    openldap: DirectoryReader, login: str, before: RefusalReason
):
    refused = await openldap.authenticate(login, DIRECTORY_PASSWORD)
    assert isinstance(refused, BindRefused)
    assert refused.reason is before
    assert await openldap.change_password(refused.subject, DIRECTORY_PASSWORD, NEW) == Changed()
    assert isinstance(await openldap.authenticate(login, NEW), Person)
    old = await openldap.authenticate(login, DIRECTORY_PASSWORD)
    assert isinstance(old, BindRefused)
    assert old.reason is RefusalReason.WRONG_PASSWORD


async def test_when_the_line_breaks_after_the_change_the_new_password_tells_that_it_was_done(
    directory: slapd.Directory,
):
    async with broken_line("127.0.0.1", directory.server.tls_port) as line:
        settings = directory.settings(servers=[f"ldaps://127.0.0.1:{line.port}"], connections=1)
        with reading(settings) as reader:
            first, second = [await subject_of(reader, login) for login in ("prvni.a", "druha.b")]
            assert await reader.change_password(first, DIRECTORY_PASSWORD, NEW) == Changed()
            line.break_the_next_like_the_last()
            lines = len(line.answers)
            assert await reader.change_password(second, DIRECTORY_PASSWORD, NEW) == Changed()
            assert (
                len(line.answers) == lines + 2
            )  # one for the change, one on which the new password was tried
            assert isinstance(await reader.authenticate("druha.b", NEW), Person)


async def test_when_nobody_can_be_asked_after_a_change_without_an_answer_its_end_is_not_known(
    directory: slapd.Directory,
):
    async with broken_line("127.0.0.1", directory.server.tls_port) as line:
        settings = directory.settings(servers=[f"ldaps://127.0.0.1:{line.port}"], connections=1)
        with reading(settings) as reader:
            first, second = [await subject_of(reader, login) for login in ("ctvrty.d", "paty.e")]
            assert await reader.change_password(first, DIRECTORY_PASSWORD, NEW) == Changed()
            line.break_the_next_like_the_last(for_good=True)
            answer = await reader.change_password(second, DIRECTORY_PASSWORD, NEW)
            assert answer == NotChanged(NotChangedReason.UNCERTAIN)
    with reading(directory.settings()) as reader:
        assert isinstance(await reader.authenticate("paty.e", NEW), Person)


@pytest.mark.parametrize("knows_of_it", [True, False])
async def test_the_server_that_was_asked_for_the_change_is_asked_what_became_of_it(
    directory: slapd.Directory, behind: slapd.Directory, knows_of_it: bool
):
    """`behind` comes first again after each failure; it is another server, which no change ever reaches."""
    measured, login = ("sesty.f", "sedmy.g") if knows_of_it else ("osmy.h", "devaty.i")
    times = itertools.count(0.0, 100.0)  # every rest is over when the next server is chosen
    async with (
        broken_line("127.0.0.1", behind.server.tls_port) as first,
        broken_line("127.0.0.1", directory.server.tls_port) as second,
    ):
        urls = [f"ldaps://127.0.0.1:{line.port}" for line in (first, second)]
        both = authority_of(directory, behind)
        pool = Pool(directory.settings(servers=urls, authority=both), clock=lambda: next(times))
        try:
            change = partial(pool.change_password, Way.MODIFY_OPERATION)
            first.next_breaks_after = 0
            assert await change(slapd.person_dn(measured), DIRECTORY_PASSWORD, NEW) is None
            first.next_breaks_after = 0
            second.break_the_next_like_the_last(for_good=not knows_of_it)
            said = await change(slapd.person_dn(login), DIRECTORY_PASSWORD, NEW)
        finally:
            pool.close()
    assert said is (None if knows_of_it else NotChangedReason.UNCERTAIN)
    with reading(directory.settings()) as reader:
        assert isinstance(await reader.authenticate(login, NEW), Person)


async def test_when_the_line_breaks_before_the_change_nothing_is_claimed(directory: slapd.Directory):
    async with broken_line("127.0.0.1", directory.server.tls_port) as line:
        settings = directory.settings(servers=[f"ldaps://127.0.0.1:{line.port}"], connections=1)
        with reading(settings) as reader:
            whose = await subject_of(reader, "treti.c")
            assert isinstance(await reader.authenticate("treti.c", DIRECTORY_PASSWORD), Person)
            line.break_the_next_like_the_last()  # at the answer to the bind
            answer = await reader.change_password(whose, DIRECTORY_PASSWORD, NEW)
            assert answer == NotChanged(NotChangedReason.UNREACHABLE)
    with reading(directory.settings()) as reader:
        assert isinstance(await reader.authenticate("treti.c", DIRECTORY_PASSWORD), Person)
