"""`brana sessions`, beside a control socket that answers as the running product does."""

import asyncio
import json
import re
import sqlite3
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, closing
from pathlib import Path

import pytest
from aiohttp import web

from config.vocabulary import SubjectId
from gateway.commands.operator import operator
from gateway.commands.state import now, open_state
from gateway.control import Step, control_app
from tests.rig.installation import Installation, install
from tests.rig.people import person
from tests.rig.signed_on import signed_on
from tests.rig.two_sessions import open_two

pytestmark = pytest.mark.real


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Installation]:
    """With two open sessions of one person."""
    installation = install(tmp_path / "brana")
    state = open_state(installation.configuration)
    try:
        state.keys  # noqa: B018 - made by a first start
        asyncio.run(open_two(state.sessions, now()))
    finally:
        state.database.close()
    yield installation


@asynccontextmanager
async def product(office: Installation, *, applies: bool) -> AsyncIterator[list[bool]]:
    """Its control socket; the list grows by one whenever a command says "look again"."""
    told: list[bool] = []

    async def look_again() -> bool:
        told.append(applies)
        return applies

    async def nothing(name: str, *, full: bool) -> AsyncIterator[Step]:
        raise AssertionError(name, full)
        yield Step()

    runner = web.AppRunner(control_app(look_again, nothing))
    await runner.setup()
    await web.UnixSite(runner, str(office.state / "run" / "control.sock")).start()
    try:
        yield told
    finally:
        await runner.cleanup()


def test_open_sessions_are_rows_of_one_line_whatever_characters_the_names_have(office: Installation) -> None:
    listed = office.brana("sessions", "list")
    rows = [line for line in listed.stdout.splitlines() if "Jana [/b] Nováková" in line]
    assert listed.returncode == 0
    assert sorted(row.split("│")[1].strip() for row in rows) == ["A" * 22, "B" * 22]
    assert all("Hulín" in row and "192.0.2.7" in row for row in rows)


def test_times_of_sessions_are_those_of_prague_and_say_so(office: Installation) -> None:
    row = next(line for line in office.brana("sessions", "list").stdout.splitlines() if "A" * 22 in line)
    assert len(re.findall(r"[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2} CES?T", row)) == 2


@pytest.mark.parametrize(
    ("words", "query", "found"),
    [
        ((), "command=sessions list", 2),
        (("--user", "nikdo"), "command=sessions list, user=nikdo", 0),
    ],
)
def test_a_look_at_the_sessions_is_recorded_with_who_looked(
    office: Installation, words: tuple[str, ...], query: str, found: int
) -> None:
    assert office.brana("sessions", "list", *words).returncode == 0
    told = office.brana("audit", "search", "--json", "--code", "audit.searched").stdout.splitlines()
    [entry] = [json.loads(line)["entry"] for line in told]
    assert entry["subject"] == operator()
    assert entry["details"] == {
        "query": query, "found": found, "form": "command", "purpose": "routine_supervision",
    }  # fmt: skip


def test_sessions_are_not_shown_when_the_look_cannot_be_recorded(office: Installation) -> None:
    assert office.brana("sessions", "list").returncode == 0
    with closing(sqlite3.connect(office.state / "brana.db")) as connection:
        connection.execute("UPDATE audit_tail SET frontier = x'00'")
        connection.commit()
    done = office.brana("sessions", "list")
    assert (done.returncode, done.stdout) == (1, "")
    assert "run `brana audit verify`" in done.stderr


async def test_a_session_is_ended_by_name_and_the_running_product_is_told(office: Installation) -> None:
    async with product(office, applies=True) as told:
        done = await asyncio.to_thread(office.brana, "sessions", "revoke", "A" * 22)
    assert (done.returncode, done.stdout, done.stderr) == (0, "1 session ended\n", "")
    assert told == [True]
    left = office.brana("sessions", "list").stdout
    assert ("A" * 22 in left, "B" * 22 in left) == (False, True)


def test_where_nothing_runs_the_database_is_enough(office: Installation) -> None:
    done = office.brana("sessions", "revoke", "--user", "NOVAKOVA.JANA")
    assert (done.returncode, done.stdout) == (0, "2 sessions ended\n")


@pytest.mark.parametrize("by_name", [True, False])
def test_who_has_only_been_at_the_pages_of_the_sign_in_is_listed_and_can_be_ended(
    office: Installation, by_name: bool
) -> None:
    """There is a sign-in, which would open everything, and no session of the gateway yet."""
    petr = person(SubjectId("urad:6f1c2f0e-6d7e-4a5e-9a51-2b8e6f0c1b0a"), "dvorak.petr")
    state, theirs = open_state(office.configuration), signed_on(petr, now())
    try:
        asyncio.run(state.identities.transact(lambda book: book.keep_session(theirs)))
        listed = office.brana("sessions", "list", "--user", petr.subject).stdout
        (row,) = [line for line in listed.splitlines() if theirs.sid in line]
        assert "dvorak.petr" in row
        assert "only at the sign-in" in row
        done = office.brana("sessions", "revoke", *([theirs.sid] if by_name else ["--user", "Dvorak.Petr"]))
        assert (done.returncode, done.stdout) == (0, "1 session ended\n")
        assert asyncio.run(state.identities.look(lambda book: book.sessions_of_subject(petr.subject))) == []
    finally:
        state.database.close()
    [line] = office.brana("audit", "search", "--json", "--code", "session.ended").stdout.splitlines()
    entry = json.loads(line)["entry"]
    assert (entry["session"], entry["details"]["by"]) == (theirs.sid, operator())


async def test_a_product_that_could_not_act_is_told_again_by_repeating_the_command(
    office: Installation,
) -> None:
    async with product(office, applies=False):
        failed = await asyncio.to_thread(office.brana, "sessions", "revoke", "--user", "novakova.jana")
    assert (failed.returncode, failed.stdout) == (1, "")
    assert failed.stderr.startswith("2 sessions ended in the database\nbrana: the running product could not")
    async with product(office, applies=True) as told:
        again = await asyncio.to_thread(office.brana, "sessions", "revoke", "--user", "novakova.jana")
    assert told == [True]
    assert again.returncode == 1
    assert "no open session of 'novakova.jana'; 0 sessions ended" in again.stderr


@pytest.mark.parametrize("words", [(), ("A" * 22, "--user", "novakova.jana")])
def test_whose_sessions_is_said_in_one_way(words: tuple[str, ...], office: Installation) -> None:
    done = office.brana("sessions", "revoke", *words)
    assert (done.returncode, done.stdout) == (2, "")
    assert "name sessions (see `brana sessions list`), or --user, not both" in done.stderr


def test_a_name_that_no_open_session_has_is_told_and_the_others_end(office: Installation) -> None:
    done = office.brana("sessions", "revoke", "A" * 22, "X" * 22)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"no open session {'X' * 22}; 1 session ended" in done.stderr
