"""A directory that is away or wrong at the start: one message, nothing started, and a start all the same if asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from idp.directory.subject import identity_of
from tests.journeys.test_bad_input import refused
from tests.rig.authority import make_authority
from tests.rig.installation import Installation, install
from tests.rig.people import JANA_ID
from tests.rig.slapd import Directory, person_ldif, slapd

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Directory]:
    with slapd(
        tmp_path_factory.mktemp("d"), person_ldif("novakova.jana", entryUUID=identity_of(JANA_ID))
    ) as running:
        running.bind_password_file.chmod(0o600)
        yield running


@pytest.fixture
def office(directory: Directory, tmp_path: Path) -> Installation:
    return install(tmp_path / "brana")


def configured(office: Installation, directory: Directory, **replaced: Any) -> None:
    office.write(
        **{
            "directories__servers": [directory.url],
            "directories__authority": str(directory.authority),
            "directories__bind_dn": directory.bind_dn,
            "directories__bind_password_file": str(directory.bind_password_file),
            "directories__people_base": directory.people_base,
            "directories__groups_base": directory.groups_base,
            "directories__connect_timeout": "1 s",
        }
        | replaced
    )


@contextmanager
def stopped(directory: Directory) -> Iterator[None]:
    directory.stop()
    try:
        yield
    finally:
        directory.start()


def told_before_anything_starts(office: Installation, *words: str) -> None:
    for command in (("serve",), ("config", "check", "--directory")):
        refused(office, *command, words=words)
    assert not office.state.exists(), "the state was begun although nothing could start"


def test_a_directory_that_does_not_answer_is_told_and_can_be_done_without(
    office: Installation, directory: Directory
) -> None:
    configured(office, directory)
    with stopped(directory):
        told_before_anything_starts(office, directory.url, "connect")
        with office.serving() as running:  # with --without-directory
            assert running.ready()["directory"] is False
    assert office.brana("config", "check", "--directory").returncode == 0


def test_a_service_account_that_is_refused_is_told(office: Installation, directory: Directory) -> None:
    wrong = office.folder / "wrong-password"
    wrong.write_text("not-it\n")
    wrong.chmod(0o600)
    configured(office, directory, directories__bind_password_file=str(wrong))
    told_before_anything_starts(office, directory.bind_dn, "bind_password_file")


def test_a_base_without_people_is_told(office: Installation, directory: Directory) -> None:
    configured(office, directory, directories__people_base="ou=nobody,dc=obec,dc=test")
    told_before_anything_starts(office, "ou=nobody", "people_base")


def test_a_certificate_of_another_authority_is_told(office: Installation, directory: Directory) -> None:
    other = make_authority(office.folder / "other")
    configured(office, directory, directories__authority=str(other.certificate))
    told_before_anything_starts(office, "its certificate is not accepted", "check authority")
