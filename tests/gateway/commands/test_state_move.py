"""`brana state move`: what it refuses, what it says, and that nobody goes on beside what was moved or left."""

import json
import os
import shutil
import sqlite3
from contextlib import closing
from io import StringIO
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from rich.console import Console

from config.settings import Postgres
from gateway.audit.canonical import parse
from gateway.audit.entry import Code
from gateway.commands import lock
from gateway.commands.moving_bar import moving_bar
from gateway.commands.operator import operator
from gateway.commands.preflight import CannotStart
from gateway.commands.state import existing_state, open_state
from gateway.commands.state_move import command
from gateway.storage.audit_evidence import rows
from gateway.storage.database import Database
from gateway.storage.migrate import exists
from gateway.storage.moving import RECOMPUTING
from gateway.storage.not_moved import StateNotMoved
from gateway.storage.seal import MasterKeyUnusable, SealBroken
from tests.rig.installation import Installation, install
from tests.rig.postgres import Server

pytestmark = pytest.mark.real
EDGE = """
[fleet]
node = "b"
role = "edge"

[[fleet.peers]]
name = "a"
address = "127.0.0.1"
"""


@pytest.fixture(scope="module")
def begun(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder of an installation whose keys are made, and in its log."""
    made = install(tmp_path_factory.mktemp("begun") / "brana")
    state = open_state(made.configuration)
    with closing(state.database):
        state.keys  # noqa: B018 - made here
    return made.folder


@pytest.fixture
def office(begun: Path, tmp_path: Path) -> Installation:
    shutil.copytree(begun, tmp_path / "brana")
    copy = Installation(tmp_path / "brana")
    copy.write()
    return copy


@pytest.fixture(scope="module")
def still_empty(postgres: Server) -> Postgres:
    """For moves that are refused."""
    return postgres.empty()


def share(office: Installation, server: Postgres) -> None:
    """Its configuration names the server."""
    office.write()
    with office.configuration.open("a", encoding="utf-8") as file:
        file.write(f'\n[state.database]\nhosts = ["{server.hosts[0]}"]\nname = "{server.name}"\n')


def move(office: Installation, *options: str) -> Result:
    return CliRunner().invoke(command, ["move", "--config", str(office.configuration), *options])


def refused(office: Installation, kind: type[Exception] = CannotStart) -> str:
    """Why; the file is where it was."""
    result = move(office)
    assert isinstance(result.exception, kind), result.output
    assert exists(office.state / "brana.db")
    return str(result.exception)


def test_where_no_server_is_named_it_is_said_that_one_must_be(office: Installation) -> None:
    assert "no [state.database]" in refused(office)


def test_an_edge_has_nothing_to_move(office: Installation) -> None:
    with office.configuration.open("a", encoding="utf-8") as file:
        file.write(EDGE)
    assert "an edge keeps no state" in refused(office)


def test_a_product_that_runs_is_not_moved(office: Installation, still_empty: Postgres) -> None:
    share(office, still_empty)
    held = lock.take(office.state)
    try:
        assert "is in use by a product that runs already" in refused(office)
    finally:
        os.close(held)
    assert not exists(still_empty)


def test_where_nothing_was_kept_there_is_nothing_to_move(office: Installation, still_empty: Postgres) -> None:
    share(office, still_empty)
    (office.state / "brana.db").unlink()
    result = move(office)
    assert isinstance(result.exception, CannotStart)
    assert "there is nothing to move" in str(result.exception)


def test_a_state_without_the_key_that_opens_it_is_not_moved(
    office: Installation, still_empty: Postgres
) -> None:
    share(office, still_empty)
    key = office.state / "keys" / "master.key"
    key.write_bytes(bytes(32))
    refused(office, SealBroken)
    key.unlink()
    assert "it is missing" in refused(office, MasterKeyUnusable)
    assert not exists(still_empty)


def test_what_was_moved_earlier_is_not_written_over(office: Installation, still_empty: Postgres) -> None:
    share(office, still_empty)
    earlier = office.state / "brana.db.moved"
    earlier.write_bytes(b"earlier")
    assert "is in the way" in refused(office)
    assert earlier.read_bytes() == b"earlier"


def test_nothing_begins_in_an_empty_database_beside_a_file_that_keeps_something(
    office: Installation, postgres: Server
) -> None:
    server = postgres.empty()
    share(office, server)
    for opening in (open_state, existing_state):
        with pytest.raises(CannotStart, match="brana state move"):
            opening(office.configuration)
    assert not exists(server)
    (office.state / "brana.db").rename(office.folder / "left.db")
    open_state(office.configuration).database.close()
    assert exists(server)


def test_a_database_that_keeps_something_is_used_whatever_file_lies_there(
    office: Installation, postgres: Server
) -> None:
    server = postgres.empty()
    share(office, server)
    file = office.state / "brana.db"
    file.rename(office.folder / "left.db")
    open_state(office.configuration).database.close()
    (office.folder / "left.db").rename(file)
    open_state(office.configuration).database.close()


def test_a_move_is_told_recorded_and_not_undone_by_a_slip(office: Installation, postgres: Server) -> None:
    server, file = postgres.empty(), office.state / "brana.db"
    share(office, server)
    told = move(office)
    assert told.exit_code == 0, told.output
    assert "next: brana serve" in told.stdout
    assert "signing_key: 6 rows" in told.stderr
    assert [one.name for one in office.state.glob("brana.db*")] == ["brana.db.moved"]
    state = existing_state(office.configuration)
    with closing(state.database):
        state.keys  # noqa: B018 - the same master key opens them
        entries = [parse(row.canonical).entry for row in state.database.read_now(lambda c: list(rows(c)))]
    last = entries[-1]
    assert (last.code, last.subject, last.details["file"]) == (Code.STATE_MOVED, operator(), str(file))
    assert str(last.details["root"]) in told.stdout
    office.write()
    for opening in (open_state, existing_state):
        with pytest.raises(CannotStart, match="was moved to a database"):
            opening(office.configuration)
    assert not file.exists()


def test_a_move_that_was_cut_off_before_its_file_was_put_aside_is_finished_when_it_is_said_again(
    office: Installation, postgres: Server
) -> None:
    server, file = postgres.empty(), office.state / "brana.db"
    share(office, server)
    first = json.loads(move(office, "--json").stdout)
    (office.state / "brana.db.moved").rename(file)
    again = move(office, "--json")
    assert again.exit_code == 0, again.output
    assert json.loads(again.stdout) == first | {"rows": None}
    assert first["rows"]["signing_key"] == 6
    assert first["file"] == str(office.state / "brana.db.moved")
    with closing(Database(server)) as database:
        entries = database.read_now(lambda connection: list(rows(connection)))
    assert len(entries) == first["entries"] + 1
    assert not file.exists()


def test_a_log_that_is_not_whole_goes_along_when_that_is_meant_and_its_finding_with_it(
    office: Installation, postgres: Server
) -> None:
    server = postgres.empty()
    share(office, server)
    with closing(sqlite3.connect(office.state / "brana.db")) as connection:
        connection.execute("UPDATE audit_entry SET person = 'nobody' WHERE sequence = 2")
        connection.commit()
    assert "the log is not whole: entry 2" in refused(office, StateNotMoved)
    assert move(office, "--although-not-whole").exit_code == 0
    with closing(Database(server)) as database:
        *_, last = database.read_now(lambda connection: list(rows(connection)))
    assert "columns_differ" in str(parse(last.canonical).entry.details["finding"])


def test_whoever_watches_sees_a_bar_and_others_a_line_for_each_table(
    capsys: pytest.CaptureFixture[str],
) -> None:
    console = Console(file=StringIO(), force_terminal=True, width=120)
    with moving_bar(console) as told:
        told("session", 1000, 2000)
        told("session", 2000, 2000)
    assert isinstance(console.file, StringIO)
    assert "2000/2000" in console.file.getvalue()
    with moving_bar(Console(file=StringIO())) as told:
        told("session", 1000, 2000)
        told("session", 2000, 2000)
        told(RECOMPUTING, 0, 0)
    assert capsys.readouterr().err == "session: 2000 rows\n"
