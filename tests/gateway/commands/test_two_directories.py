"""An installation with two directories, of which one is away."""

import re
import socket
from collections.abc import Iterator

import pytest

from idp.directory.subject import identity_of
from tests.rig.installation import Installation, install
from tests.rig.people import JANA_ID
from tests.rig.slapd import person_ldif, slapd

pytestmark = pytest.mark.real
AWAY = """
[[directories]]
name = "obec"
servers = ["ldaps://127.0.0.1:9"]
authority = "tls/ca.pem"
bind_dn = "cn=brana,dc=obec,dc=test"
bind_password_file = "directory-password"
people_base = "ou=people,dc=obec,dc=test"
groups_base = "ou=groups,dc=obec,dc=test"
municipalities = ["588491"]
realms = ["obec.test"]
[[directories.roles]]
group = "cn=starosta,ou=groups,dc=obec,dc=test"
role = "mayor"
municipality = "588491"
"""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    folder = tmp_path_factory.mktemp("office")
    with slapd(
        folder / "directory", person_ldif("novakova.jana", entryUUID=identity_of(JANA_ID))
    ) as directory:
        directory.bind_password_file.chmod(0o600)
        installation = install(folder / "brana")
        installation.write(
            directories__servers=[directory.url],
            directories__authority=str(directory.authority),
            directories__bind_dn=directory.bind_dn,
            directories__bind_password_file=str(directory.bind_password_file),
            directories__people_base=directory.people_base,
            directories__groups_base=directory.groups_base,
        )
        with installation.configuration.open("a", encoding="utf-8") as text:
            text.write(AWAY)
        yield installation


def test_the_one_that_is_away_is_told_and_keeps_nobody_from_starting(office: Installation) -> None:
    done = office.brana("config", "check", "--directory")
    assert done.returncode == 0, done.stderr
    assert "directory ldaps://127.0.0.1:9 cannot be reached" in done.stderr
    assert "its people cannot sign in until it answers" in done.stderr
    *_, answered, last = done.stdout.splitlines()
    assert answered == "directory urad: asked, and answered as the settings say"
    assert last == "directory obec is away: its people cannot sign in until it answers"


def test_where_none_answers_nothing_starts(office: Installation) -> None:
    whole = office.configuration.read_text("utf-8")
    first = whole.index("ldaps://127.0.0.1:")
    there = whole[first : whole.index('"', first)]
    office.configuration.write_text(whole.replace(there, "ldaps://127.0.0.1:9", 1), "utf-8")
    try:
        done = office.brana("config", "check", "--directory")
        assert done.returncode == 1
        for number, name in enumerate(("urad", "obec")):
            assert (
                f"directories[{number}].servers: directory {name}: ldaps://127.0.0.1:9 cannot" in done.stderr
            )
    finally:
        office.configuration.write_text(whole, "utf-8")


def test_a_busy_port_hides_no_fault_of_a_directory(office: Installation) -> None:
    whole = office.configuration.read_text("utf-8")
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        changed = re.sub(r"(?ms)^(\[metrics\].*?^port = )\d+", rf"\g<1>{port}", whole)
        assert changed != whole
        office.configuration.write_text(changed, "utf-8")
        try:
            done = office.brana("config", "check", "--directory")
        finally:
            office.configuration.write_text(whole, "utf-8")
    assert done.returncode == 1
    assert str(port) in done.stderr
    assert "directory obec: ldaps://127.0.0.1:9 cannot be reached" in done.stderr


def test_a_preview_shows_the_one_that_answers_and_says_that_not_all_did(office: Installation) -> None:
    done = office.brana("directory", "preview")
    assert done.returncode == 1
    assert "urad: 1 people, 0 groups, 1 people without a role" in done.stdout
    assert "brana: obec: directory ldaps://127.0.0.1:9 cannot be reached" in done.stderr
