import asyncio
import contextlib
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta

import ldap
import pytest

from config.vocabulary import DirectoryName, MunicipalityCode, Role
from idp.directory.errors import (
    BindRefused,
    DirectoryMisconfigured,
    DirectoryUnusable,
    EntryUnusable,
    RefusalReason,
)
from idp.directory.person import AccountState, Person, RoleHeld
from idp.directory.reader import REFUSAL_STEP, DirectoryReader
from idp.directory.subject import directory_of, identity_of, subject
from tests.rig.bind_relay import ANSWERS_WITHIN, bind_relay
from tests.rig.office import HULIN, KROMERIZ, PASSWORD, office, reading
from tests.rig.slapd import (
    GROUPS,
    PEOPLE,
    Directory,
    municipality_ldif,
    person_dn,
    person_ldif,
    role_ldif,
    slapd,
)

__all__ = ["office"]
pytestmark = pytest.mark.real
URAD = DirectoryName("urad")


@pytest.fixture
def reader(office: Directory) -> Iterator[DirectoryReader]:
    with reading(office.settings()) as made:
        yield made


def held(code: str, role: Role) -> RoleHeld:
    return RoleHeld(MunicipalityCode(code), role)


async def test_a_person_with_the_right_password_is_known_with_all_roles(reader: DirectoryReader):
    person = await reader.authenticate("novakova.jana", PASSWORD)
    assert isinstance(person, Person)
    assert directory_of(person.subject) == "urad"
    assert str(uuid.UUID(identity_of(person.subject))) == identity_of(person.subject)
    assert (person.login, person.name, person.mail) == (
        "novakova.jana",
        "Jana Nováková",
        "novakova.jana@obec.test",
    )
    assert person.state is AccountState.ACTIVE
    assert person.roles == (held(KROMERIZ, Role.CLERK), held(HULIN, Role.CLERK), held(HULIN, Role.REGISTRAR))


async def test_a_login_in_other_letters_is_the_same_person(reader: DirectoryReader):
    assert await reader.authenticate("NOVAKOVA.Jana", PASSWORD) == await reader.authenticate(
        "novakova.jana", PASSWORD
    )


@pytest.mark.parametrize(
    ("login", "password", "reason"),
    [
        ("novakova.jana", "spatne-heslo", RefusalReason.WRONG_PASSWORD),
        ("nikdo", PASSWORD, RefusalReason.UNKNOWN_PERSON),
        ("dvojnik", PASSWORD, RefusalReason.AMBIGUOUS_PERSON),
        ("bez.hesla", PASSWORD, RefusalReason.WRONG_PASSWORD),
        ("vypnuty", PASSWORD, RefusalReason.DISABLED),
        ("zamceny", PASSWORD, RefusalReason.LOCKED),
        ("zmenit.heslo", PASSWORD, RefusalReason.MUST_CHANGE_PASSWORD),
        ("prosly", PASSWORD, RefusalReason.EXPIRED),
        ("dve.prihlasovaci", PASSWORD, RefusalReason.ENTRY_UNUSABLE),
        ("druha.prezdivka", PASSWORD, RefusalReason.ENTRY_UNUSABLE),
        ("", PASSWORD, RefusalReason.EMPTY_LOGIN),
        ("  ", PASSWORD, RefusalReason.EMPTY_LOGIN),
        ("novakova.jana", "", RefusalReason.EMPTY_PASSWORD),
        ("novakova.jana ", PASSWORD, RefusalReason.UNFIT_INPUT),
        ("novakova.jana\0", PASSWORD, RefusalReason.UNFIT_INPUT),
        ("novakova.jana", PASSWORD + "\0x", RefusalReason.UNFIT_INPUT),
        ("novakova\n.jana", PASSWORD, RefusalReason.UNFIT_INPUT),
        ("x" * 257, PASSWORD, RefusalReason.UNFIT_INPUT),
        ("novakova.jana", "x" * 1025, RefusalReason.UNFIT_INPUT),
        ("\ud800", PASSWORD, RefusalReason.UNFIT_INPUT),
    ],
)
async def test_a_refusal_says_its_reason(
    reader: DirectoryReader, login: str, password: str, reason: RefusalReason
):
    answer = await reader.authenticate(login, password)
    assert isinstance(answer, BindRefused)
    assert answer.reason is reason


@pytest.mark.parametrize(
    "login",
    [
        "*",
        "novakova*",
        "*)(uid=*))(|(uid=*",
        "novakova.jana)(objectClass=*",
        "novakova.jana))(&(objectClass=*",
        "\\2a",
        "novakova.jan\\61",
        person_dn("novakova.jana"),
        "novakova.jana,ou=people",
        "novakova  .jana",
        "n\u00a0ovakova.jana",
    ],
)
async def test_syntax_in_a_login_finds_nobody(reader: DirectoryReader, login: str):
    answer = await reader.authenticate(login, PASSWORD)
    assert isinstance(answer, BindRefused)
    assert answer.subject is None


async def test_no_refusal_comes_sooner_than_a_step(reader: DirectoryReader):
    for login in ("nikdo", "novakova.jana", "dvojnik"):
        began = time.monotonic()
        assert isinstance(await reader.authenticate(login, "spatne-heslo"), BindRefused)
        assert time.monotonic() - began >= 0.95 * REFUSAL_STEP


async def test_a_refusal_of_whoever_is_not_there_waits_for_one_answer_to_a_password_as_that_of_others(
    office: Directory,
):
    async with bind_relay(office) as line:
        with reading(office.settings(servers=[line.url], operation_timeout=timedelta(minutes=1))) as reader:
            for login in ("nikdo", "novakova.jana", "dvojnik"):
                before = line.answered
                with line.holding():
                    refusal = asyncio.create_task(reader.authenticate(login, "spatne-heslo"))
                    await line.until_answered(before + 1)
                    await asyncio.sleep(1.2 * REFUSAL_STEP)  # what waited for nothing would be there
                    assert not refusal.done()
                assert isinstance(await refusal, BindRefused)
                assert line.answered == before + 1


async def test_a_wrong_password_of_somebody_waits_for_nothing_after_its_answer_as_that_of_nobody(
    office: Directory,
):
    """What is asked of a busy directory waits in a queue: whoever had to wait there once more would be known by it."""
    async with bind_relay(office) as line:
        patience = timedelta(minutes=1)
        with reading(
            office.settings(servers=[line.url], connections=1, operation_timeout=patience)
        ) as reader:
            for login in ("nikdo", "novakova.jana", "vypnuty"):
                before = line.answered
                with contextlib.ExitStack() as busy:
                    with line.holding():
                        refusal = asyncio.create_task(reader.authenticate(login, "spatne-heslo"))
                        await line.until_answered(before + 1)
                        busy.enter_context(line.quiet())
                        behind = asyncio.create_task(reader.find("kdokoli"))
                        await asyncio.sleep(0)  # so that it stands in the queue
                    assert isinstance(await asyncio.wait_for(refusal, ANSWERS_WITHIN), BindRefused)
                    assert not behind.done()
                await behind


async def test_people_are_read_by_identity_and_the_missing_are_missing(reader: DirectoryReader):
    (jana,), (locked,) = await reader.named("novakova.jana"), await reader.named("zamceny")
    stranger = subject(URAD, str(uuid.uuid4()))
    assert await reader.people([jana.subject, locked.subject, stranger]) == {
        jana.subject: jana,
        locked.subject: locked,
    }
    assert await reader.person(stranger) is None
    elsewhere = subject(DirectoryName("obec"), identity_of(jana.subject))
    assert await reader.people([elsewhere]) == {}
    assert await reader.person(jana.subject) == jana
    assert await reader.people([]) == {}


async def test_a_person_is_found_by_login_without_a_password(reader: DirectoryReader):
    (found,) = await reader.named("Novakova.jana")
    assert found.login == "novakova.jana"
    for nobody in ("nikdo", "*", ""):
        assert await reader.named(nobody) == []
    assert len(await reader.named("dvojnik")) == 2  # told, so that somebody mends it


async def test_an_unusable_entry_is_nobody_and_is_reported(office: Directory):
    reported: list[EntryUnusable] = []
    with reading(office.settings(), reported) as reader:
        assert await reader.named("dve.prihlasovaci") == []
    assert [each.dn for each in reported] == [person_dn("dve.prihlasovaci")]


async def test_accounts_are_in_the_state_the_directory_says(reader: DirectoryReader):
    for login, state in (
        ("vypnuty", AccountState.DISABLED),
        ("zamceny", AccountState.LOCKED),
        ("zmenit.heslo", AccountState.MUST_CHANGE_PASSWORD),
        ("prosly", AccountState.EXPIRED),
        ("bez.role", AccountState.ACTIVE),
    ):
        (found,) = await reader.named(login)
        assert (login, found.state) == (login, state)


async def test_a_person_outside_the_filter_is_nobody(office: Directory):
    with reading(office.settings(people_filter="(&(objectClass=inetOrgPerson)(!(uid=starosta)))")) as reader:
        answer = await reader.authenticate("starosta", PASSWORD)
        assert answer == BindRefused(RefusalReason.UNKNOWN_PERSON)


async def test_many_sign_ins_at_once_all_get_their_own_answer(office: Directory):
    with reading(office.settings(connections=4)) as reader:
        logins = ["novakova.jana", "starosta", "bez.role", "nikdo"] * 6
        answers = await asyncio.gather(*(reader.authenticate(login, PASSWORD) for login in logins))
    assert [answer.login if isinstance(answer, Person) else "nikdo" for answer in answers] == logins


@pytest.mark.parametrize(
    ("changes", "what"),
    [
        ({"people_base": f"ou=nikde,{PEOPLE}"}, "people_base"),
        ({"bind_dn": "cn=neni,dc=obec,dc=test"}, "bind_dn"),
        ({"people_filter": "((("}, "people_filter"),
        ({"people_base": "nonsense"}, "people_base"),
    ],
)
async def test_wrong_settings_are_an_error_with_advice_and_never_a_refusal(
    office: Directory, changes: dict[str, str], what: str
):
    with reading(office.settings(**changes)) as reader:
        with pytest.raises(DirectoryMisconfigured, match=what):
            await reader.authenticate("novakova.jana", PASSWORD)
        with pytest.raises(DirectoryMisconfigured, match=what):
            await reader.person(subject(URAD, str(uuid.uuid4())))


async def test_an_account_that_lost_its_rights_does_not_read_as_everybody_deleted(office: Directory):
    plain_user = office.settings(bind_dn=person_dn("starosta"))
    office.bind_password_file.write_text(PASSWORD)
    try:
        with reading(plain_user) as reader, pytest.raises(DirectoryUnusable):
            await reader.people([subject(URAD, str(uuid.uuid4()))])
    finally:
        office.bind_password_file.write_text("sluzebni-heslo-brany\n")


async def test_a_recreated_account_is_another_person(tmp_path):
    text = person_ldif("novak", password=PASSWORD)
    with slapd(tmp_path, text) as directory, reading(directory.settings()) as reader:
        first = await reader.authenticate("novak", PASSWORD)
        with directory.as_root() as root:
            root.rename_s(person_dn("novak"), "uid=novak-jiny")
        renamed = await reader.authenticate("novak-jiny", PASSWORD)
        assert renamed.subject == first.subject
        with directory.as_root() as root:
            root.delete_s(person_dn("novak-jiny"))
            root.add_s(
                person_dn("novak"),
                [
                    ("objectClass", [b"inetOrgPerson"]),
                    ("cn", [b"Novak"]),
                    ("sn", [b"Novak"]),
                    ("userPassword", [PASSWORD.encode()]),
                ],
            )
        recreated = await reader.authenticate("novak", PASSWORD)
        assert recreated.subject != first.subject
        assert await reader.person(first.subject) is None


async def test_a_changed_role_is_seen_at_the_next_reading(tmp_path):
    text = person_ldif("novak") + person_ldif("druhy") + municipality_ldif(HULIN)
    text += role_ldif(Role.CLERK, HULIN, ["novak", "druhy"])
    with slapd(tmp_path, text) as directory, reading(directory.settings()) as reader:
        people = {login: (await reader.named(login))[0] for login in ("novak", "druhy")}
        with directory.as_root() as root:
            group = f"cn=clerk,ou={HULIN},{GROUPS}"
            root.modify_s(group, [(ldap.MOD_DELETE, "member", [person_dn("novak").encode()])])
        assert (await reader.person(people["novak"].subject)).roles == ()
        assert (await reader.person(people["druhy"].subject)).roles == (held(HULIN, Role.CLERK),)
