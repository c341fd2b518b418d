"""`brana directory preview`, on a real slapd and an installation that does not run."""

import json
import os
import pty
import re
import subprocess
from collections.abc import Iterator

import pytest

from config.vocabulary import Role
from gateway.commands.state import now, open_state
from idp.directory.subject import identity_of
from tests.rig.installation import Installation, install
from tests.rig.people import JANA_ID
from tests.rig.slapd import Directory, municipality_ldif, person_ldif, role_ldif, slapd
from tests.rig.two_sessions import open_two

pytestmark = pytest.mark.real
JANA = "novakova.jana"
PEOPLE = (
    person_ldif(JANA, entryUUID=identity_of(JANA_ID), ou="Matrika", employeeNumber="soon")
    + person_ldif("svoboda.petr", name="Petr Svoboda", mail=f"{JANA}@obec.test")
    + municipality_ldif("588296")
    + municipality_ldif("999999")
    + role_ldif(Role.CLERK, "588296", [JANA])
    + role_ldif(Role.CLERK, "999999", ["svoboda.petr"])
)


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Directory]:
    with slapd(tmp_path_factory.mktemp("directory"), PEOPLE) as running:
        running.bind_password_file.chmod(0o600)
        yield running


@pytest.fixture
def office(directory: Directory, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    installation = install(tmp_path_factory.mktemp("o"))
    installation.write(
        directories__servers=[directory.url],
        directories__authority=str(directory.authority),
        directories__bind_dn=directory.bind_dn,
        directories__bind_password_file=str(directory.bind_password_file),
        directories__people_base=directory.people_base,
        directories__groups_base=directory.groups_base,
        **{"directories__work.departments": "ou", "directories__work.employed_until": "employeeNumber"},
    )
    return installation


def watched(office: Installation, *arguments: str) -> str:
    """What somebody at a terminal saw of the progress of a command."""
    ours, theirs = pty.openpty()
    with os.fdopen(ours, "rb", buffering=0) as shown:
        try:
            subprocess.run(
                [*office.before, *office.program, *arguments],
                cwd=office.place, env=office.environment | {"TERM": "xterm"}, stdout=subprocess.DEVNULL,
                stderr=theirs, timeout=60, check=False,
            )  # fmt: skip
            os.set_blocking(ours, False)
            return shown.read(1_000_000).decode()
        finally:
            os.close(theirs)


def test_who_watches_sees_how_much_there_is_and_the_reading_come_to_its_end(office: Installation) -> None:
    seen = re.findall(r"(\d+)/(\d+)", watched(office, "directory", "preview"))
    assert seen[-1] == ("4", "4")
    assert {total for _, total in seen} == {"4"}


def test_a_preview_tells_who_gets_what_and_what_is_wrong_and_makes_nothing(office: Installation) -> None:
    done = office.brana("directory", "preview")
    assert done.returncode == 2, done.stderr
    assert "urad: 2 people, 2 groups, 1 people without a role" in done.stdout
    assert "Kroměříž (588296)  clerk 1" in done.stdout
    assert "ou=999999" in done.stdout
    assert "no such municipality" in done.stdout
    assert "departments of 1 people" in done.stdout
    assert "employed_until is unknown: employeenumber holds 'soon', which is no day" in done.stdout
    assert f"{JANA}@obec.test: " in done.stdout
    assert done.stderr == "urad: 2 people, 2 groups read\n"
    assert not office.state.exists()


def test_a_person_is_shown_with_the_rule_that_gives_each_role(office: Installation) -> None:
    shown = office.brana("directory", "preview", "--person", JANA.upper()).stdout
    assert "clerk  Kroměříž (588296)  roles[0]: group cn=clerk,ou={municipality}" in shown
    assert (
        "nothing gives svoboda.petr a role here"
        in office.brana("directory", "preview", "--person", "svoboda.petr").stdout
    )


def test_a_login_that_nobody_has_is_told_and_a_rule_with_its_line(office: Installation) -> None:
    done = office.brana("directory", "preview", "--person", "nobody.x")
    assert (done.returncode, done.stdout) == (1, "")
    assert "nobody in urad has the login 'nobody.x'" in done.stderr
    text = office.configuration.read_text("utf-8").split("\n")
    line = next(number for number, one in enumerate(text, 1) if one.strip() == "[[directories.roles]]")
    shown = office.brana("directory", "preview", "--person", JANA).stdout
    assert f"(line {line})" in " ".join(shown.split())


def test_a_program_gets_all_of_it(office: Installation) -> None:
    (told,) = json.loads(office.brana("directory", "preview", "--output", "json").stdout)
    assert told["roles"] == [
        {"municipality": "588296", "municipality_name": "Kroměříž", "role": "clerk", "people": 1}
    ]
    assert [one["login"] for one in told["holders"]] == [JANA]
    assert len(told["problems"]) == 3


async def test_what_would_change_for_those_who_are_signed_in_is_told_and_the_look_recorded(
    office: Installation,
) -> None:
    state = open_state(office.configuration)
    try:
        state.keys  # noqa: B018 - made by a first start
        await open_two(state.sessions, now())
    finally:
        state.database.close()
    shown = office.brana("directory", "preview", "--changes").stdout
    assert "2 open sessions, of which 2 would change" in shown
    assert f"{JANA} ({'A' * 22}): + clerk in Kroměříž (588296)" in shown
    assert f"{JANA} ({'B' * 22}): - clerk in Hulín (588491)" in shown
    told = office.brana("audit", "search", "--json", "--code", "audit.searched", "--limit", "1").stdout
    assert "directory preview" in json.loads(told)["entry"]["details"]["query"]


def test_a_directory_that_cannot_be_read_or_does_not_exist_is_told(office: Installation) -> None:
    unknown = office.brana("directory", "preview", "--directory", "jiny")
    assert (unknown.returncode, unknown.stdout) == (1, "")
    assert "no directory is called 'jiny'" in unknown.stderr
    office.write()
    away = office.brana("directory", "preview")
    assert (away.returncode, away.stdout) == (1, "")
    assert "urad: directory ldaps://127.0.0.1:9 cannot be reached" in away.stderr
