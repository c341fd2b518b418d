"""All that a file keeps comes to a real PostgreSQL as a whole, or nothing does."""

import sqlite3
from contextlib import closing
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from sqlalchemy import insert

from config.settings import Postgres
from gateway.audit.anchors import Fault
from gateway.audit.canonical import parse
from gateway.audit.drop_notes import OLDEST_SIGNER
from gateway.audit.entry import Code, Entry
from gateway.storage.audit_evidence import rows, verify_log
from gateway.storage.audit_spool import places
from gateway.storage.audit_tail import read_tail
from gateway.storage.database import Database, DatabaseUnusable
from gateway.storage.end_marks import mark_ends, mark_of
from gateway.storage.migrate import prepare
from gateway.storage.moving import RECOMPUTING, Moved
from gateway.storage.moving_source import BATCH, KINDS, held
from gateway.storage.not_moved import StateNotMoved
from gateway.storage.place import aside_of
from gateway.storage.schema import all_tables, tables_of_content
from gateway.storage.tables.directory import directory_generation
from tests.gateway.storage.moved_state import ENTRIES, MARK, SPOOL, Kept, copied, everything, kept
from tests.rig.inclusion import path_to, proves
from tests.rig.postgres import Server

pytestmark = pytest.mark.real


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Kept:
    return kept(tmp_path_factory.mktemp("filled"))


@pytest.fixture(scope="module")
def moved(filled: Kept, postgres: Server) -> tuple[Kept, Moved, Postgres]:
    """The filled file, what was said of its move, and where it is now."""
    server = postgres.empty()
    return filled, filled.move(server, marks=lambda: MARK), server


@pytest.fixture(scope="module")
def still_empty(postgres: Server) -> Postgres:
    """For moves that are refused."""
    return postgres.empty()


@pytest.fixture
def spoilt(filled: Kept, tmp_path: Path) -> Kept:
    return copied(filled.folder, tmp_path)


def refused(kept: Kept, server: Postgres, postgres: Server, **given: object) -> str:
    """Why; neither the file nor the server was changed by it."""
    before = sha256(kept.path.read_bytes()).digest()
    tables = "SELECT count(*) FROM pg_tables WHERE schemaname = 'public'"
    had = postgres.run(tables, server.name)
    with pytest.raises((StateNotMoved, DatabaseUnusable)) as raised:
        kept.move(server, **given)
    assert sha256(kept.path.read_bytes()).digest() == before
    assert postgres.run(tables, server.name) == had
    return str(raised.value)


def test_every_table_there_is_comes_along_row_by_row(moved: tuple[Kept, Moved, Postgres]) -> None:
    source, said, server = moved
    before, after = everything(source.path), everything(server)
    assert set(after) == {table.name for table in tables_of_content()}
    assert all(before.values()), "a table without rows would prove nothing"
    assert said.rows == {name: len(found) for name, found in before.items()}
    for name in set(before) - {"audit_entry", "audit_tail", "audit_spool", "audit_person", "audit_shard"}:
        assert after[name] == before[name], name
    added = [row for row in after["audit_entry"] if row not in before["audit_entry"]]
    assert [row[3] for row in added] == [Code.LOG_SHARD_OPENED, Code.STATE_MOVED], "in a later month"
    assert set(before["audit_shard"]) < set(after["audit_shard"])
    assert set(before["audit_entry"]) < set(after["audit_entry"])
    assert set(before["audit_person"]) < set(after["audit_person"])  # and who moved it


def test_the_log_is_whole_at_the_server_under_the_same_checkpoints_and_the_move_stands_behind_it(
    moved: tuple[Kept, Moved, Postgres],
) -> None:
    source, said, server = moved
    with closing(Database(source.path)) as file, closing(Database(server)) as database:
        there = verify_log(file, source.evidence.file, [source.key])
        here = verify_log(database, source.evidence.file, [source.key])
        entries = database.read_now(lambda connection: list(rows(connection)))
    assert there.broken is here.broken is None
    assert (here.checkpoints, here.sealed) == (there.checkpoints, there.sealed) == (2, ENTRIES)
    assert (here.entries, said.entries, said.root) == (there.entries + 2, there.entries, there.root)
    last = parse(entries[-1].canonical).entry
    assert (last.code, last.details["root"], last.details["finding"]) == (
        Code.STATE_MOVED,
        there.root.hex(),
        "whole",
    )


def test_the_end_bears_its_mark_there_and_deletions_go_on_to_be_signed(
    moved: tuple[Kept, Moved, Postgres], postgres: Server
) -> None:
    _, _, server = moved
    with closing(Database(server)) as database:
        mark_ends(database.engine, lambda: MARK)
        end = database.read_now(read_tail)
        assert end is not None
        assert isinstance(end.mark, bytes)
        assert end.mark == database.read_now(lambda connection: mark_of(connection, end))
    assert postgres.run("SELECT oldest FROM schema_step", server.name)[0][0] == OLDEST_SIGNER


def test_a_proof_of_inclusion_from_before_the_move_still_verifies(
    moved: tuple[Kept, Moved, Postgres],
) -> None:
    source, said, server = moved
    number, first = 777, ENTRIES // 2
    with closing(Database(source.path)) as file:
        leaves = [row.leaf for row in file.read_now(lambda connection: list(rows(connection)))][first:]
    at, size = number - first, said.entries - first
    path = path_to(at, leaves)
    assert proves(path, leaves[at], at, size, said.root)
    assert not proves(path, leaves[at + 1], at, size, said.root)
    with closing(Database(server)) as database:
        leaf = database.read_now(lambda connection: list(rows(connection)))[number].leaf
    assert proves(path, leaf, at, size, said.root)


def test_each_month_has_a_table_of_its_own_at_the_server(
    moved: tuple[Kept, Moved, Postgres], postgres: Server
) -> None:
    _, said, server = moved
    counted = [
        postgres.run(f"SELECT count(*) FROM {table}", server.name)[0][0]
        for table in ("ONLY audit_entry", "audit_entry_1", "audit_entry_2")
    ]
    assert counted == [ENTRIES // 2, said.entries - ENTRIES // 2, 2]


def test_places_in_the_spool_are_kept_under_the_name_of_this_machine(
    moved: tuple[Kept, Moved, Postgres],
) -> None:
    source, _, server = moved
    with closing(Database(source.path)) as file, closing(Database(server)) as database:
        before = file.read_now(places)
        assert before
        assert database.read_now(lambda connection: places(connection, SPOOL)) == before
        assert not database.read_now(places)


def test_numbers_go_on_behind_the_last_that_was_given_also_where_its_row_is_gone(
    spoilt: Kept, postgres: Server
) -> None:
    spoilt.change("DELETE FROM directory_generation WHERE id = 3")
    server = postgres.empty()
    spoilt.move(server)
    new = insert(directory_generation).values(directory="x", state="staged", began_at=1)
    with closing(Database(server)) as database:
        made = database.write_soon(lambda connection: connection.execute(new).inserted_primary_key).result()
    assert made == (4,)


def test_a_stranger_who_typed_a_nul_keeps_nobody_from_moving(spoilt: Kept, postgres: Server) -> None:
    key = "UPDATE sign_in_guesses SET key = 'novak' || char(0) WHERE key = (SELECT min(key) FROM sign_in_guesses)"
    spoilt.change(key)
    server = postgres.empty()
    spoilt.move(server)
    assert "novak\N{REPLACEMENT CHARACTER}" in [row[0] for row in everything(server)["sign_in_guesses"]]


def test_how_far_it_is_is_told_batch_by_batch(moved: tuple[Kept, Moved, Postgres]) -> None:
    source, _, _ = moved
    steps = [(done, total) for what, done, total in source.told if what == "audit_entry"]
    assert steps == [(BATCH, ENTRIES + 1), (ENTRIES + 1, ENTRIES + 1)]
    assert source.told[-1] == (RECOMPUTING, ENTRIES + 1, ENTRIES + 1)


def test_said_again_it_sees_that_all_has_come_and_moves_nothing(moved: tuple[Kept, Moved, Postgres]) -> None:
    source, said, server = moved
    before = everything(server)
    again = source.move(server)
    assert again.rows is None
    assert (again.entries, again.root) == (said.entries, said.root)
    assert everything(server) == before


def test_a_server_that_keeps_something_is_refused_whatever_it_is(spoilt: Kept, postgres: Server) -> None:
    server = postgres.empty()
    prepare(server)
    postgres.run("INSERT INTO technical_assertion VALUES ('x', 1)", server.name)
    assert "is not empty" in refused(spoilt, server, postgres)
    postgres.run("DELETE FROM technical_assertion", server.name)
    spoilt.move(server)  # tables without rows are no state


def test_a_server_with_the_log_of_another_is_refused(
    spoilt: Kept, moved: tuple[Kept, Moved, Postgres]
) -> None:
    spoilt.change("UPDATE audit_tail SET frontier = zeroblob(length(frontier))")
    with pytest.raises(StateNotMoved, match="is not empty"):
        spoilt.move(moved[2])


def test_a_server_with_tables_of_others_is_refused(spoilt: Kept, postgres: Server) -> None:
    server = postgres.empty()
    postgres.run("CREATE TABLE theirs (a int)", server.name)
    assert "tables of others" in refused(spoilt, server, postgres)


def test_a_server_with_tables_of_another_version_is_refused(spoilt: Kept, postgres: Server) -> None:
    server = postgres.empty()
    prepare(server)
    postgres.run("UPDATE alembic_version SET version_num = '0022'", server.name)
    said = refused(spoilt, server, postgres)
    assert "has tables of the schema 0022" in said
    assert "name a new database" in said


def test_a_file_of_another_version_is_refused_and_it_is_said_how_it_is_brought_up(
    spoilt: Kept, still_empty: Postgres, postgres: Server
) -> None:
    spoilt.change("UPDATE alembic_version SET version_num = '0022'")
    said = refused(spoilt, still_empty, postgres)
    assert f"the schema of {spoilt.path} is 0022" in said
    assert "let this version start once" in said


def test_a_file_of_a_later_version_is_left_to_that_version(
    spoilt: Kept, still_empty: Postgres, postgres: Server
) -> None:
    spoilt.change("UPDATE alembic_version SET version_num = '9999'")
    assert "install the version that wrote it" in refused(spoilt, still_empty, postgres)


def test_a_file_without_tables_is_refused(tmp_path: Path, still_empty: Postgres, postgres: Server) -> None:
    nothing = Kept(tmp_path)
    nothing.path.touch()
    assert "is empty" in refused(nothing, still_empty, postgres)


def test_a_file_to_which_somebody_writes_is_refused(
    spoilt: Kept, still_empty: Postgres, postgres: Server
) -> None:
    with closing(Database(spoilt.path)) as database, database.engine.connect() as connection:
        connection.exec_driver_sql("BEGIN IMMEDIATE")
        assert "another program holds it" in refused(spoilt, still_empty, postgres)


def test_a_file_that_somebody_reads_is_refused_while_not_all_is_in_the_file_itself(
    spoilt: Kept, still_empty: Postgres, postgres: Server
) -> None:
    with closing(Database(spoilt.path)) as database, database.engine.connect() as connection:
        connection.exec_driver_sql("BEGIN")
        connection.exec_driver_sql("SELECT count(*) FROM session")
        database.write_soon(lambda c: c.exec_driver_sql("DELETE FROM revoked")).result()
        assert "another program has" in refused(spoilt, still_empty, postgres)


def test_who_had_the_file_open_writes_nothing_into_it_once_it_is_put_aside(spoilt: Kept) -> None:
    """A revocation, say, that would be reported as done, and be in no database."""
    with closing(Database(spoilt.path)) as database:
        with held(spoilt.path, timedelta(milliseconds=20)) as source:
            waiting = database.write_soon(lambda c: c.exec_driver_sql("DELETE FROM revoked"))
            source.put_aside()
        with pytest.raises(DatabaseUnusable, match="put aside"):
            waiting.result()
    with closing(sqlite3.connect(aside_of(spoilt.path))) as aside:
        assert aside.execute("SELECT count(*) FROM revoked").fetchone() == (3,)


def test_what_a_refused_row_holds_is_not_said(spoilt: Kept, still_empty: Postgres, postgres: Server) -> None:
    spoilt.change("UPDATE session SET address = 'typed by somebody' || printf('%046d', 1)")
    said = refused(spoilt, still_empty, postgres)
    assert "does not take a row of session.address: value too long" in said
    assert "typed by" not in said


def test_a_break_half_way_leaves_the_server_without_a_table(
    spoilt: Kept, still_empty: Postgres, postgres: Server
) -> None:
    def broken(*_told: object) -> Entry:
        raise StateNotMoved("the line broke", "mend it")

    assert "the line broke" in refused(spoilt, still_empty, postgres, entry=broken)


def test_a_line_that_breaks_while_the_log_is_copied_leaves_the_server_without_a_table(
    spoilt: Kept, still_empty: Postgres, postgres: Server
) -> None:
    ends = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{still_empty.name}'"

    def told(what: str, done: int, _total: int) -> None:
        if (what, done) == ("audit_entry", BATCH):
            postgres.run(ends)

    said = refused(spoilt, still_empty, postgres, told=told)
    assert "the connection is lost" in said


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE session SET login = x'00'", "session.login holds bytes"),
        ("UPDATE session SET generation = 'many'", "session.generation holds str"),
        ("UPDATE signing_key SET sealed = 'text'", "signing_key.sealed holds str"),
        ("UPDATE audit_spool SET finished = 7", "does not take a row of audit_spool"),
        ("UPDATE session SET address = printf('%046d', 1)", "does not take a row of session"),
        ("UPDATE session SET login = CAST(x'ff' AS TEXT)", "cannot be read"),
    ],
)
def test_what_no_server_would_keep_is_named_by_its_table(
    spoilt: Kept, still_empty: Postgres, postgres: Server, statement: str, said: str
) -> None:
    spoilt.change(statement)
    assert said in refused(spoilt, still_empty, postgres)


def test_a_log_that_is_not_whole_is_refused_until_it_is_said_that_it_is_meant(
    spoilt: Kept, postgres: Server
) -> None:
    spoilt.change("UPDATE audit_entry SET person = 'nobody' WHERE sequence = 40")
    server = postgres.empty()
    said = refused(spoilt, server, postgres)
    assert "entry 40" in said
    assert "--although-not-whole" in said
    spoilt.move(server, although_not_whole=True)
    with closing(Database(server)) as database:
        *_, last = database.read_now(lambda connection: list(rows(connection)))
        found = verify_log(database, spoilt.evidence.file, [spoilt.key])
    assert found.broken is not None
    assert parse(last.canonical).entry.details["finding"] == str(found.broken)
    assert spoilt.move(server).rows is None  # said again, it is seen to have come
    assert (found.broken.fault, found.broken.sequence) == (Fault.COLUMNS_DIFFER, 40)


def test_a_log_without_its_last_entries_is_not_whole_at_the_server_either(
    spoilt: Kept, still_empty: Postgres, postgres: Server
) -> None:
    spoilt.change("DELETE FROM audit_entry WHERE sequence >= 1490")
    assert "truncated" in refused(spoilt, still_empty, postgres)


def test_a_log_without_an_end_is_refused_whatever_is_meant(
    spoilt: Kept, still_empty: Postgres, postgres: Server
) -> None:
    spoilt.change("DELETE FROM audit_tail")
    assert "has no end any more" in refused(spoilt, still_empty, postgres, although_not_whole=True)


def test_a_role_that_may_make_no_tables_is_told_so(spoilt: Kept, postgres: Server) -> None:
    server = postgres.empty()
    postgres.run(f"ALTER DATABASE {server.name} OWNER TO postgres")
    assert "let the role own the database" in refused(spoilt, server, postgres)


def test_every_kind_of_column_has_its_form_in_the_file() -> None:
    kinds = {type(column.type) for table in all_tables().tables.values() for column in table.c}
    assert all(any(issubclass(kind, known) for known, _ in KINDS) for kind in kinds)
