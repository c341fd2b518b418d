import asyncio
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from config.vocabulary import Role
from idp.directory.errors import DirectoryMisconfigured, DirectoryUnreachable, DirectoryUnusable
from idp.directory.person import Person
from idp.directory.servers import LONGEST_REST
from tests.rig.authority import make_authority
from tests.rig.broken_line import broken_line
from tests.rig.office import HULIN, PASSWORD, office, reading
from tests.rig.slapd import Directory, municipality_ldif, person_ldif, role_ldif, slapd

__all__ = ["office"]
pytestmark = pytest.mark.real

LDIF = (
    person_ldif("novak", password=PASSWORD)
    + municipality_ldif(HULIN)
    + role_ldif(Role.CLERK, HULIN, ["novak"])
)


@contextmanager
def silent_server() -> Iterator[tuple[int, socket.socket]]:
    """Takes connections and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)
        yield listener.getsockname()[1], listener


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return listener.getsockname()[1]


async def test_starttls_serves_as_well_as_ldaps(office: Directory):
    with reading(office.settings(servers=[office.plain_url])) as reader:
        assert isinstance(await reader.authenticate("novakova.jana", PASSWORD), Person)


@pytest.mark.parametrize("scheme", ["ldaps", "ldap"])
async def test_a_certificate_of_another_authority_is_refused(office: Directory, tmp_path: Path, scheme: str):
    url = office.url if scheme == "ldaps" else office.plain_url
    other = make_authority(tmp_path).certificate
    with (
        reading(office.settings(servers=[url], authority=other)) as reader,
        pytest.raises(DirectoryMisconfigured, match=r"certificate is not accepted"),
    ):
        await reader.authenticate("novakova.jana", PASSWORD)


@pytest.mark.parametrize("scheme", ["ldaps", "ldap"])
async def test_a_certificate_for_another_host_is_refused(tmp_path: Path, scheme: str):
    with slapd(tmp_path, LDIF, names=["jinde.test"]) as directory:
        url = directory.url if scheme == "ldaps" else directory.plain_url
        with (
            reading(directory.settings(servers=[url])) as reader,
            pytest.raises(DirectoryMisconfigured, match=r"host name|not valid for"),
        ):
            await reader.authenticate("novak", PASSWORD)


@pytest.mark.parametrize("content", [None, "nonsense"])
async def test_an_authority_file_that_cannot_be_used_is_named(
    office: Directory, tmp_path: Path, content: str | None
):
    path = tmp_path / "authority.pem"
    if content is not None:
        path.write_text(content)
    with (
        reading(office.settings(authority=path)) as reader,
        pytest.raises(DirectoryMisconfigured, match=r"authority\.pem"),
    ):
        await reader.authenticate("novakova.jana", PASSWORD)


async def test_a_missing_password_file_is_named(office: Directory, tmp_path: Path):
    with (
        reading(office.settings(bind_password_file=tmp_path / "heslo")) as reader,
        pytest.raises(DirectoryMisconfigured, match="heslo"),
    ):
        await reader.authenticate("novakova.jana", PASSWORD)


async def test_an_empty_service_password_never_binds_as_nobody(office: Directory, tmp_path: Path):
    (tmp_path / "heslo").write_text("\n")
    with (
        reading(office.settings(bind_password_file=tmp_path / "heslo")) as reader,
        pytest.raises(DirectoryMisconfigured, match="bind_password_file"),
    ):
        await reader.authenticate("novakova.jana", PASSWORD)


@pytest.mark.parametrize("scheme", ["ldaps", "ldap"])
async def test_nobody_listening_is_said_so(office: Directory, scheme: str):
    with (
        reading(office.settings(servers=[f"{scheme}://127.0.0.1:{closed_port()}"])) as reader,
        pytest.raises(DirectoryUnreachable, match="connection refused"),
    ):
        await reader.authenticate("novakova.jana", PASSWORD)


@pytest.mark.parametrize("scheme", ["ldaps", "ldap"])
async def test_a_server_that_says_nothing_is_given_up_in_time(office: Directory, scheme: str):
    quick = timedelta(seconds=0.3)
    with silent_server() as (port, _):
        settings = office.settings(
            servers=[f"{scheme}://127.0.0.1:{port}"], connect_timeout=quick, operation_timeout=quick
        )
        with reading(settings) as reader:
            began = time.monotonic()
            with pytest.raises(DirectoryUnreachable, match=r"no answer within|timed out"):
                await reader.authenticate("novakova.jana", PASSWORD)
            assert time.monotonic() - began < 2


async def test_a_stopped_server_is_an_error_and_a_started_one_serves_again(tmp_path: Path):
    with slapd(tmp_path, LDIF) as directory, reading(directory.settings()) as reader:
        person = await reader.authenticate("novak", PASSWORD)
        directory.stop()
        with pytest.raises(DirectoryUnreachable):
            await reader.authenticate("novak", PASSWORD)
        with pytest.raises(DirectoryUnreachable):
            await reader.person(person.subject)
        directory.start()
        until = time.monotonic() + LONGEST_REST + 1
        while True:
            try:
                assert await reader.authenticate("novak", PASSWORD) == person
                break
            except DirectoryUnusable:
                assert time.monotonic() < until
                await asyncio.sleep(0.05)


async def test_a_person_whose_password_the_server_chokes_on_makes_it_rest_for_nobody(tmp_path: Path):
    with slapd(tmp_path, LDIF) as directory:
        async with broken_line("127.0.0.1", directory.server.tls_port) as line:
            settings = directory.settings(servers=[f"ldaps://127.0.0.1:{line.port}"], connections=1)
            with reading(settings) as reader:
                assert isinstance(await reader.authenticate("novak", PASSWORD), Person)
                for _ in range(3):
                    line.next_breaks_after = sum(
                        line.answers[1][:-2]
                    )  # of the one on which the password was tried
                    with pytest.raises(DirectoryUnreachable):
                        await reader.authenticate("novak", PASSWORD)
                assert isinstance(await reader.authenticate("novak", PASSWORD), Person)


async def test_a_restarted_server_is_not_even_noticed(tmp_path: Path):
    with slapd(tmp_path, LDIF) as directory, reading(directory.settings()) as reader:
        person = await reader.authenticate("novak", PASSWORD)
        directory.stop()
        directory.start()
        assert await reader.person(person.subject) == person
        assert await reader.authenticate("novak", PASSWORD) == person


async def test_a_second_server_takes_over_and_hands_back(tmp_path: Path):
    with slapd(tmp_path / "a", LDIF) as first, slapd(tmp_path / "b", LDIF) as second:
        trusted = tmp_path / "both.pem"
        trusted.write_bytes(first.authority.read_bytes() + second.authority.read_bytes())
        settings = first.settings(servers=[first.url, second.url], authority=trusted)
        with reading(settings) as reader:
            assert isinstance(await reader.authenticate("novak", PASSWORD), Person)
            first.stop()
            for _ in range(3):
                assert isinstance(await reader.authenticate("novak", PASSWORD), Person)
            first.start()
            second.stop()
            await asyncio.sleep(0.6)  # the rest after two failures
            assert isinstance(await reader.authenticate("novak", PASSWORD), Person)


async def test_a_dead_server_is_not_flooded(office: Directory):
    with silent_server() as (port, listener):
        quick = timedelta(seconds=0.1)
        settings = office.settings(
            servers=[f"ldaps://127.0.0.1:{port}"],
            connect_timeout=quick,
            operation_timeout=quick,
            connections=2,
        )
        with reading(settings) as reader:
            answers = await asyncio.gather(
                *(reader.authenticate("novak", PASSWORD) for _ in range(40)), return_exceptions=True
            )
        assert all(isinstance(answer, DirectoryUnreachable) for answer in answers)
        listener.setblocking(False)
        asked = 0
        while True:
            try:
                listener.accept()[0].close()
            except BlockingIOError:
                break
            asked += 1
        assert (
            asked <= 8
        )  # two threads, each one attempt and its diagnosis, and at most one probe after the rest


async def test_more_work_than_can_ever_be_done_is_turned_away(office: Directory):
    with reading(office.settings(connections=1)) as reader:
        answers = await asyncio.gather(
            *(reader.authenticate("novakova.jana", PASSWORD) for _ in range(60)), return_exceptions=True
        )
    refused = [answer for answer in answers if isinstance(answer, DirectoryUnreachable)]
    assert refused
    assert "too much is waiting" in str(refused[0])
    assert any(isinstance(answer, Person) for answer in answers)
