"""`brana directory` on an installation whose directory is a real slapd."""

import asyncio
import os
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from aiohttp import web
from click.testing import CliRunner, Result

from gateway.audit.canonical import Recorded
from gateway.audit.entry import Code
from gateway.audit.search import Query
from gateway.commands.directory import command
from gateway.commands.lock import take
from gateway.commands.operator import operator
from gateway.commands.state import open_state
from gateway.control import Step, control_app
from gateway.storage.audit_search import LogSearch
from tests.rig.installation import Installation, install
from tests.rig.slapd import Directory, person_dn, person_ldif, slapd

pytestmark = pytest.mark.real
LDIF = "".join(person_ldif(f"p{number}") for number in range(12)) + person_ldif("dva", uid=["dva", "podruhe"])


@pytest.fixture
def directory(tmp_path: Path) -> Iterator[Directory]:
    with slapd(tmp_path / "directory", LDIF) as running:
        yield running


@pytest.fixture
def office(tmp_path: Path, directory: Directory) -> Installation:
    installation = install(tmp_path / "brana")
    directory.bind_password_file.chmod(0o600)
    installation.write(
        directories__servers=[directory.url],
        directories__authority=str(directory.authority),
        directories__bind_dn=directory.bind_dn,
        directories__bind_password_file=str(directory.bind_password_file),
        directories__people_base=directory.people_base,
        directories__groups_base=directory.groups_base,
        facts__refresh="4 min",
        facts__grace="2 h",
    )
    state = open_state(installation.configuration)
    state.keys  # noqa: B018 - made by a first start
    state.database.close()
    return installation


def brana(office: Installation, *arguments: str, answer: str = "") -> Result:
    """In this process: a command takes longer to start than to do this."""
    wide = CliRunner(env={"COLUMNS": "200"})
    return wide.invoke(command, [*arguments, "--config", str(office.configuration)], input=answer)


async def test_a_directory_is_read_looked_at_and_a_mass_removal_confirmed(
    office: Installation, directory: Directory
):
    assert "never read" in (await asyncio.to_thread(brana, office, "status")).stdout
    read = await asyncio.to_thread(brana, office, "sync", "urad")
    assert read.stdout.startswith("urad is known as it was at ")
    shown = (await asyncio.to_thread(brana, office, "status")).stdout
    assert "12, 0, 0" in shown
    assert f"{person_dn('dva')}: uid has 2 values where one is expected" in shown
    with directory.as_root() as root:
        for number in range(8):
            root.delete_s(person_dn(f"p{number}"))
    refused = await asyncio.to_thread(brana, office, "sync", "urad")
    assert "8 of 12 people" in str(refused.exception)
    assert "brana directory confirm urad" in (await asyncio.to_thread(brana, office, "status")).stdout
    declined = await asyncio.to_thread(brana, office, "confirm", "urad", answer="n\n")
    assert declined.exit_code == 1
    confirmed = await asyncio.to_thread(brana, office, "confirm", "urad", "--yes")
    assert (confirmed.exit_code, confirmed.stdout) == (0, "confirmed: 8 of 12 people\n")
    assert "4, 0, 0" in (await asyncio.to_thread(brana, office, "status")).stdout
    again = await asyncio.to_thread(brana, office, "confirm", "urad", "--yes")
    assert "nothing of urad is held back" in str(again.exception)
    assert await removals(office) == [(operator(), "8 of 12 people")]


async def removals(office: Installation) -> list[tuple[str, object]]:
    """Recorded confirmations: who, and of what."""
    state = open_state(office.configuration)
    try:
        query = Query(codes=frozenset({Code.DIRECTORY_REMOVAL_CONFIRMED}))
        page = await LogSearch(state.database).page(query, limit=5)
    finally:
        state.database.close()
    return [
        (one.entry.person, one.entry.details["removal"]) for one in page.entries if isinstance(one, Recorded)
    ]


def test_the_running_product_syncs_when_it_is_told_to(office: Installation, directory: Directory):
    with office.serving():
        assert "12, 0, 0" in office.brana("directory", "status").stdout  # read before it was ready
        with directory.as_root() as root:
            root.delete_s(person_dn("p3"))
        assert office.brana("directory", "sync", "urad").returncode == 0
        assert "11, 0, 0" in office.brana("directory", "status").stdout
        assert office.brana("directory", "sync", "urad", "--full").returncode == 0
        directory.stop()
        away = office.brana("directory", "sync", "urad", "--full")
        assert away.returncode == 1
        assert "cannot be reached" in away.stderr


async def test_a_sync_that_may_not_begin_yet_says_when_it_will_and_is_no_success(office: Installation):
    early = datetime(2026, 11, 26, 11, 30, tzinfo=UTC)

    async def too_early(_name: str, *, full: bool) -> AsyncIterator[Step]:
        yield Step(ended=True, trouble=f"full: {full}", next_at=early)

    async def look_again() -> bool:
        return True

    runner = web.AppRunner(control_app(look_again, too_early))
    await runner.setup()
    await web.UnixSite(runner, str(office.state / "run" / "control.sock")).start()
    held = take(office.state)
    try:
        said = await asyncio.to_thread(brana, office, "sync", "urad")
    finally:
        os.close(held)
        await runner.cleanup()
    assert said.exit_code == 1
    assert "urad was not read; all of it is read next at 2026-11-26 12:30:00 CET" in str(said.exception)


def test_a_directory_that_is_not_configured_is_told_with_those_that_are(office: Installation):
    for name in ("sync", "confirm"):
        assert "there are: urad" in str(brana(office, name, "jiny").exception)
