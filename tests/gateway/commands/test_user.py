"""`brana user` and `brana sessions`, on an installation whose directory is a real slapd."""

import json
import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from config.vocabulary import Role, SubjectId
from gateway.commands.operator import operator
from gateway.commands.state import now, open_state
from gateway.storage.directory import StoredReplica
from idp.directory.person import RoleHeld
from idp.directory.pool import Pool
from idp.directory.subject import identity_of
from idp.directory.sync.full import FullSync
from idp.directory.sync.kinds import form_and_source
from idp.login.spoken_code import read_spoken_code
from idp.login.totp import Secret
from idp.login.upstream import Identity, Link
from tests.rig.installation import Installation, install
from tests.rig.people import HULIN, JANA_ID, person
from tests.rig.replica import LIMIT
from tests.rig.signed_on import signed_on
from tests.rig.slapd import municipality_ldif, person_ldif, role_ldif, slapd
from tests.rig.two_sessions import open_two

pytestmark = pytest.mark.real
JANA = "novakova.jana"
CLERK = "mala.lucie"
"""The one person with a role."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("office")
    people = person_ldif(JANA, name="Jana [/b] Nováková", entryUUID=identity_of(JANA_ID), ou="Odbor [/b]")
    people = people + person_ldif(CLERK, employeeNumber="7") + person_ldif("adm.lucie", employeeNumber="7")
    people = people + municipality_ldif(HULIN) + role_ldif(Role.CLERK, HULIN, [CLERK])
    with slapd(folder / "directory", people) as directory:
        installation = install(folder / "brana")
        installation.write(
            directories__servers=[directory.url],
            directories__authority=str(directory.authority),
            directories__bind_dn=directory.bind_dn,
            directories__bind_password_file=str(directory.bind_password_file),
            directories__people_base=directory.people_base,
            directories__groups_base=directory.groups_base,
            **{"directories__work.departments": "ou"},
        )
        directory.bind_password_file.chmod(0o600)
        state = open_state(installation.configuration)
        state.keys  # noqa: B018 - made by a first start
        state.database.close()
        yield installation


async def enrolled(office: Installation) -> None:
    state = open_state(office.configuration)
    try:
        await state.identities.enrol_for(JANA_ID, Secret("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"), now())
    finally:
        state.database.close()


def test_a_person_is_shown_whatever_characters_the_name_has(office: Installation) -> None:
    shown = office.brana("user", "show", JANA)
    assert (shown.returncode, shown.stderr) == (0, "")
    assert "Jana [/b] Nováková" in shown.stdout
    assert "none; enrols one with a code of `brana user enrolment-code`" in shown.stdout
    assert "0 unused" in shown.stdout
    assert re.search(r"department +\S Odbor \[/b\]", shown.stdout)


def test_the_other_accounts_of_a_person_are_shown(office: Installation) -> None:
    assert "other account" not in office.brana("user", "show", CLERK).stdout
    state = open_state(office.configuration)
    try:
        (settings,) = state.settings.directories
        replica, pool = StoredReplica(state.database), Pool(settings)
        form, source = form_and_source(settings, replica, now)
        pool.run_here(FullSync(settings.name, form, source, replica, LIMIT, now, lambda _: None))
        pool.close()
    finally:
        state.database.close()
    shown = office.brana("user", "show", CLERK).stdout
    assert re.search(r"other account +\S adm\.lucie \(urad:", shown), shown


@pytest.mark.parametrize(("login", "found"), [(JANA, 1), ("nikdo", 0)])
def test_a_look_at_a_person_is_recorded_with_who_looked(office: Installation, login: str, found: int) -> None:
    office.brana("user", "show", login)
    told = office.brana("audit", "search", "--json", "--code", "audit.searched", "--limit", "1").stdout
    entry = json.loads(told)["entry"]
    assert entry["subject"] == operator()
    assert entry["details"] == {
        "query": f"command=user show, user={login}",
        "found": found,
        "form": "command",
        "purpose": "routine_supervision",
    }


def test_somebody_without_a_factor_is_told_so_before_anything_is_asked(office: Installation) -> None:
    done = office.brana("user", "reset-factor", JANA, answer="y\n")
    assert done.returncode == 1
    assert done.stdout == ""
    assert f"brana: {JANA} has no second factor" in done.stderr


@pytest.mark.parametrize("answer", ["n\n", ""])
async def test_a_factor_stays_unless_the_question_is_answered_yes(answer: str, office: Installation) -> None:
    await enrolled(office)
    done = office.brana("user", "reset-factor", JANA, answer=answer)
    assert done.returncode == 130
    assert done.stderr.endswith("brana: aborted\n")
    assert "one-time codes since" in office.brana("user", "show", JANA).stdout


async def test_a_factor_is_removed_and_the_log_names_who_did_it(office: Installation) -> None:
    await enrolled(office)
    done = office.brana("user", "reset-factor", JANA, answer="y\n")
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith(f"second factors of {JANA} removed; 0 sessions ended\n")
    found = office.brana("audit", "search", "--json", "--code", "factor.removed", "--limit", "1").stdout
    assert json.loads(found)["entry"]["details"]["by"] == operator()


def last(office: Installation, code: str) -> dict[str, Any]:
    found = office.brana("audit", "search", "--json", "--code", code, "--limit", "1").stdout
    entry: dict[str, Any] = json.loads(found)["entry"]
    return entry


def test_policies_are_explained_of_a_person_as_the_directory_knows_them_and_the_look_is_recorded(
    office: Installation,
) -> None:
    found = json.loads(office.brana("policy", "explain", "map", "--person", CLERK, "--json").stdout)
    assert (found["permitted"], found["municipality"]) == (True, HULIN)
    told = office.brana("audit", "search", "--json", "--code", "audit.searched", "--limit", "1").stdout
    assert json.loads(told)["entry"]["details"]["query"] == f"command=policy explain, user={CLERK}"
    nobody = office.brana("policy", "explain", "map", "--person", "nikdo")
    assert (nobody.returncode, nobody.stdout) == (1, "")
    assert "no directory has anybody with the login 'nikdo'" in nobody.stderr


async def looked_up(office: Installation, query: Callable[[Any], Any]) -> Any:
    state = open_state(office.configuration)
    try:
        return await state.identities.look(query)
    finally:
        state.database.close()


async def test_an_enrolment_code_is_printed_once_and_recorded_with_who_gave_it(office: Installation) -> None:
    done = office.brana("user", "enrolment-code", JANA, "--hours", "2")
    assert (done.returncode, done.stderr) == (0, "")
    printed = re.search(r"code: ((?:[0-9A-Z]{5}-){3}[0-9A-Z]{5})\n", done.stdout)
    assert printed is not None, done.stdout
    code = read_spoken_code(printed[1])
    assert code is not None
    issued = await looked_up(office, lambda book: book.enrolment_code(code))
    assert issued.subject == JANA_ID
    assert issued.expires_at - issued.issued_at == timedelta(hours=2)
    entry = last(office, "factor.enrolment_code_issued")
    assert (entry["person"], entry["details"]["by"]) == (JANA, operator())
    assert printed[1] not in json.dumps(entry)
    assert code not in json.dumps(entry)


async def test_whoever_has_a_factor_gets_no_enrolment_code(office: Installation) -> None:
    await enrolled(office)
    done = office.brana("user", "enrolment-code", JANA)
    assert done.returncode == 1
    assert f"brana: {JANA} has a second factor" in done.stderr
    assert "code:" not in done.stdout
    assert office.brana("user", "reset-factor", JANA, "--yes").returncode == 0


@pytest.mark.parametrize("hours", ["0", "25"])
def test_an_enrolment_code_is_good_for_a_day_at_most(hours: str, office: Installation) -> None:
    assert office.brana("user", "enrolment-code", JANA, "--hours", hours).returncode != 0


async def test_an_exception_has_a_reason_and_an_end_and_is_recorded_shown_and_ended(
    office: Installation,
) -> None:
    assert office.brana("user", "exceptions").stdout == "no exceptions\n"
    day = (now() + timedelta(days=3)).strftime("%Y-%m-%d")
    done = office.brana("user", "exception", JANA, "--reason", "rozbitý  mobilní telefon", "--until", day)
    assert (done.returncode, done.stderr) == (0, "")
    entry = last(office, "exception.granted")
    assert (entry["details"]["by"], entry["details"]["why"]) == (operator(), "rozbitý mobilní telefon")
    running = await looked_up(office, lambda book: book.exception_of(JANA_ID, now()))
    assert running.reason == "rozbitý mobilní telefon"
    assert "password alone until" in office.brana("user", "show", JANA).stdout
    assert re.search(rf"{JANA} +│ runs", office.brana("user", "exceptions").stdout)
    ended = office.brana("user", "end-exception", JANA)
    assert (ended.returncode, ended.stdout) == (0, f"the exception of {JANA} has ended; 0 sessions ended\n")
    assert last(office, "exception.ended")["details"]["by"] == operator()
    assert await looked_up(office, lambda book: book.exception_of(JANA_ID, now())) is None
    again = office.brana("user", "end-exception", JANA)
    assert again.returncode == 1
    assert f"brana: no exception runs for {JANA}" in again.stderr


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--reason", "rozbil se telefon"), "Missing option '--until'"),
        (("--until", "2099-01-01"), "Missing option '--reason'"),
        (("--reason", "rozbil se telefon", "--until", "2020-01-01"), "is over already"),
        (("--reason", "rozbitý telefon", "--until", "2099-01-01"), "say why in 3 words at least"),
        (
            ("--reason", "rozbil se telefon", "--until", "9999-12-31"),
            "is too far ahead: sign_in.longest_exception is 90 days",
        ),
    ],
)
def test_an_exception_without_reason_or_end_is_not_granted(
    words: tuple[str, ...], said: str, office: Installation
) -> None:
    done = office.brana("user", "exception", JANA, *words)
    assert done.returncode != 0
    assert said in done.stderr


def test_an_exception_that_policies_make_useless_is_granted_with_a_warning(office: Installation) -> None:
    day = (now() + timedelta(days=3)).strftime("%Y-%m-%d")
    done = office.brana("user", "exception", CLERK, "--reason", "rozbil se telefon", "--until", day)
    assert (done.returncode, done.stdout.split(" until ")[0]) == (0, f"{CLERK} signs in by password alone")
    assert "warning: the policies let the password alone open nothing to this person" in done.stderr


def test_a_login_that_nobody_has_is_told(office: Installation) -> None:
    done = office.brana("user", "show", "nikdo")
    assert (done.returncode, done.stdout) == (1, "")
    assert "brana: no directory has anybody with the login 'nikdo'" in done.stderr


@pytest.mark.parametrize(
    ("words", "said"), [((), "no open session\n"), (("--user", JANA), f"no open session of '{JANA}'\n")]
)
def test_a_list_without_sessions_says_that_there_are_none(
    words: tuple[str, ...], said: str, office: Installation
) -> None:
    listed = office.brana("sessions", "list", *words)
    assert (listed.returncode, listed.stdout, listed.stderr) == (0, said, "")


async def test_sessions_of_a_person_are_shown_with_the_time_of_prague(office: Installation) -> None:
    state = open_state(office.configuration)
    try:
        await open_two(state.sessions, now())
    finally:
        state.database.close()
    shown = office.brana("user", "show", JANA).stdout
    assert len(re.findall(r"[AB]{22} since [0-9-]{10} [0-9:]{5} CES?T from 192\.0\.2\.7", shown)) == 2


def test_a_person_who_lost_a_role_is_told_and_the_sessions_that_had_it_have_ended(
    office: Installation,
) -> None:
    """The sessions above were opened with a role that the directory does not give."""
    again = office.brana("user", "recheck", JANA)
    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout.startswith(
        f"{JANA}: the person lost a role that they were signed in with\nlost: clerk in Hulín (588491)\n"
    )
    told = office.brana(
        "audit", "search", "--json", "--code", "directory.person_rechecked", "--limit", "1"
    ).stdout
    entry = json.loads(told)["entry"]
    assert (entry["subject"], entry["reason"]) == (operator(), "role_lost")
    assert entry["details"]["lost"] == ["588491:clerk"]
    assert "nothing has changed" in office.brana("user", "recheck", JANA_ID).stdout


async def test_whoever_is_signed_in_at_the_provider_alone_is_read_again_and_out(office: Installation) -> None:
    """With a role that the directory does not give."""
    office.brana("sessions", "revoke", "--user", JANA_ID)
    state = open_state(office.configuration)
    try:
        theirs = signed_on(person(JANA_ID, JANA, roles=(RoleHeld(HULIN, Role.MAYOR),)), now())
        await state.identities.transact(lambda book: book.keep_session(theirs))
        assert theirs.sid in office.brana("user", "show", JANA).stdout
        again = office.brana("user", "recheck", JANA)
        assert (again.returncode, again.stderr) == (0, "")
        assert "the person lost a role that they were signed in with" in again.stdout
        assert again.stdout.endswith("1 session ended\n")
        assert await state.identities.look(lambda book: book.sessions_of_subject(JANA_ID)) == []
    finally:
        state.database.close()


def test_nobody_is_read_again_who_is_nowhere(office: Installation) -> None:
    done = office.brana("user", "recheck", "nikdo")
    assert (done.returncode, done.stdout) == (1, "")
    assert "no directory has anybody with the login 'nikdo'" in done.stderr


async def test_a_program_is_not_read_again_as_no_directory_knows_it(office: Installation) -> None:
    program = SubjectId("technical:budget-import")
    state = open_state(office.configuration)
    try:
        await open_two(state.sessions, now(), program, "EFGH")
        assert office.brana("user", "recheck", program).returncode == 1
        assert len((await state.sessions.open_of([program])).sessions) == 2
    finally:
        state.database.close()
    office.brana("sessions", "revoke", "--user", program)


async def test_a_login_of_somebody_signed_in_and_of_another_in_the_directory_is_nobodys(
    office: Installation,
) -> None:
    gone = SubjectId("urad:6f1c2f0e-6d7e-4a5e-9a51-2b8e6f0c1aff")
    office.brana("sessions", "revoke", "--user", JANA_ID)
    state = open_state(office.configuration)
    try:
        await open_two(state.sessions, now(), gone, "CDRS")
    finally:
        state.database.close()
    again = office.brana("user", "recheck", JANA)
    assert (again.returncode, again.stdout) == (1, "")
    assert f"({JANA_ID})" in again.stderr
    assert f"({gone})" in again.stderr
    assert "the person left the directory" in office.brana("user", "recheck", gone).stdout
    assert "nothing has changed" in office.brana("user", "recheck", JANA).stdout  # whose it is alone by now


async def test_one_factor_that_the_person_did_not_add_is_removed_with_all_sessions(
    office: Installation,
) -> None:
    for _ in range(2):
        await enrolled(office)
    shown = office.brana("user", "show", JANA).stdout
    names = [one.id for one in await looked_up(office, lambda book: book.authenticators(JANA_ID))]
    assert all(name in shown for name in names)
    done = office.brana("user", "remove-factor", JANA, names[1])
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"one-time codes of {JANA} removed; 0 sessions ended\n"
    assert last(office, "factor.removed")["details"]["by"] == operator()
    left = await looked_up(office, lambda book: book.authenticators(JANA_ID))
    assert [one.id for one in left] == names[:1]
    again = office.brana("user", "remove-factor", JANA, names[1])
    assert (again.returncode, "has no second factor" in again.stderr) == (1, True)
    only = office.brana("user", "remove-factor", JANA, names[0])
    assert (only.returncode, "it is the only second factor" in only.stderr) == (1, True)
    assert office.brana("user", "reset-factor", JANA, "--yes").returncode == 0


async def test_a_link_with_another_provider_is_shown_and_ended_with_all_sessions(
    office: Installation,
) -> None:
    identity = Identity(issuer="https://sso.kraj.test", subject="a1")
    link = Link(identity=identity, provider="kraj", name="Jana N.", subject=JANA_ID, linked_at=now())
    state = open_state(office.configuration)
    try:
        await state.identities.transact(lambda book: book.keep_link(link))
    finally:
        state.database.close()
    shown = office.brana("user", "show", JANA).stdout
    assert "kraj as 'Jana N.' since" in shown
    assert identity.name in shown
    done = office.brana("user", "remove-factor", JANA, identity.name)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"link with kraj of {JANA} removed; 0 sessions ended\n"
    assert last(office, "upstream.unlinked")["details"]["by"] == operator()
    assert await looked_up(office, lambda book: book.links_of(JANA_ID)) == []
