"""`brana user` and `brana sessions`, on an installation whose directory is a real slapd."""

import json
import re
from collections.abc import Iterator

import pytest

from gateway.commands.operator import operator
from gateway.commands.state import now, open_state
from idp.directory.subject import identity_of
from idp.login.totp import Secret
from tests.rig.installation import Installation, install
from tests.rig.people import JANA_ID
from tests.rig.slapd import person_ldif, slapd
from tests.rig.two_sessions import open_two

pytestmark = pytest.mark.real
JANA = "novakova.jana"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("office")
    people = person_ldif(JANA, name="Jana [/b] Nováková", entryUUID=identity_of(JANA_ID))
    with slapd(folder / "directory", people) as directory:
        installation = install(folder / "brana")
        installation.write(
            directories__servers=[directory.url],
            directories__authority=str(directory.authority),
            directories__bind_dn=directory.bind_dn,
            directories__bind_password_file=str(directory.bind_password_file),
            directories__people_base=directory.people_base,
            directories__groups_base=directory.groups_base,
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
    assert "none; enrolled at the next sign-in" in shown.stdout


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
    assert "│ enrolled" in office.brana("user", "show", JANA).stdout


async def test_a_factor_is_removed_and_the_log_names_who_did_it(office: Installation) -> None:
    await enrolled(office)
    done = office.brana("user", "reset-factor", JANA, answer="y\n")
    assert done.returncode == 0, done.stderr
    assert done.stdout.endswith(f"second factor of {JANA} removed; 0 sessions ended\n")
    found = office.brana("audit", "search", "--json", "--code", "factor.removed", "--limit", "1").stdout
    assert json.loads(found)["entry"]["details"]["by"] == operator()


def test_a_login_that_nobody_has_is_told(office: Installation) -> None:
    done = office.brana("user", "show", "nikdo")
    assert (done.returncode, done.stdout) == (1, "")
    assert "brana: the directory has nobody with the login 'nikdo'" in done.stderr


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
