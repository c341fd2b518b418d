import fcntl
import os
import sqlite3
import subprocess
import sys
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory

from gateway.storage.database import Database, DatabaseUnusable
from gateway.storage.identity_book import IdentityBook
from gateway.storage.migrate import prepare
from gateway.storage.migrations.run import configured, exclusive
from gateway.storage.schema import STAMP, all_tables, revisions
from gateway.storage.seal import Seal
from idp.directory.sync.marked import END, within
from idp.login.authenticator import Proof
from idp.login.totp import Enrolled, Secret
from tests.rig.at_once import faults_at_once
from tests.rig.later_schema import Later, filled, handles, stamp_of

ROOT = Path(__file__).parents[3]


def named_things(path: Path) -> set[tuple[str, str]]:
    with closing(sqlite3.connect(path)) as connection:
        rows = connection.execute("SELECT type, name FROM sqlite_schema").fetchall()
    return {(kind, name) for kind, name in rows if not name.startswith("sqlite_")}


def columns(path: Path) -> dict[str, list[tuple[object, ...]]]:
    """Of each table: name, type, whether it may be empty, default, part of the primary key."""
    with closing(sqlite3.connect(path)) as connection:
        return {
            name: sorted(row[1:] for row in connection.execute(f"PRAGMA table_info({name})"))
            for kind, name in named_things(path)
            if kind == "table" and name != STAMP
        }


def migrated_from_nothing(path: Path) -> Path:
    sqlite3.connect(path).close()
    with exclusive(path) as connection:
        command.upgrade(configured(connection), "head")
    return path


def test_a_new_file_gets_all_tables_and_the_newest_revision(tmp_path: Path) -> None:
    path = tmp_path / "brana.db"
    prepare(path)
    assert stamp_of(path) == revisions()[-1]
    assert {name for kind, name in named_things(path) if kind == "table"} >= set(all_tables().tables)
    assert list(tmp_path.glob("*schema*")) == []
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_file_that_is_current_is_left_alone(tmp_path: Path) -> None:
    path = tmp_path / "brana.db"
    prepare(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("INSERT INTO revoked VALUES ('a.1', 5)")
        connection.commit()
    prepare(path)
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT * FROM revoked").fetchall() == [("a.1", 5)]


def test_two_processes_that_start_at_once_make_one_database(tmp_path: Path) -> None:
    path = tmp_path / "brana.db"
    assert faults_at_once(lambda: prepare(path)) == []
    assert stamp_of(path) == revisions()[-1]


def test_a_start_waits_for_another_one_and_says_so_when_that_does_not_end(tmp_path: Path) -> None:
    folder = os.open(tmp_path, os.O_RDONLY)
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        with pytest.raises(DatabaseUnusable, match="another start is preparing it"):
            prepare(tmp_path / "brana.db", patience=timedelta(milliseconds=50))
        assert list(tmp_path.iterdir()) == []
    finally:
        os.close(folder)


def test_migrations_and_tables_agree(tmp_path: Path) -> None:
    """When this fails: `python -m gateway.storage.migrations "what changes"` writes the missing one."""
    path = migrated_from_nothing(tmp_path / "migrated.db")
    with exclusive(path) as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, all_tables()) == []
    prepare(tmp_path / "created.db")
    assert named_things(path) == named_things(tmp_path / "created.db")
    assert columns(path) == columns(tmp_path / "created.db")


def test_revisions_follow_one_another_without_branches() -> None:
    with exclusive_nowhere() as connection:
        script = ScriptDirectory.from_config(configured(connection))
    steps = [(one.revision, one.down_revision) for one in reversed(list(script.walk_revisions()))]
    assert [revision for revision, _ in steps] == revisions()
    assert [before for _, before in steps] == [None, *revisions()[:-1]]


def exclusive_nowhere() -> Any:
    return exclusive(Path(":memory:"))


def test_starting_loads_no_alembic(tmp_path: Path) -> None:
    program = (
        "import sys; from pathlib import Path; from gateway.storage.migrate import prepare\n"
        "prepare(Path(sys.argv[1])); prepare(Path(sys.argv[1]))\n"
        "sys.exit('alembic' in sys.modules)"
    )
    subprocess.run([sys.executable, "-c", program, str(tmp_path / "brana.db")], cwd=ROOT, check=True)


@pytest.mark.parametrize("stamp", ["9999", "0000", "abc", ""])
def test_a_file_of_a_newer_version_is_refused_and_left_as_it_was(stamp: str, tmp_path: Path) -> None:
    path = tmp_path / "brana.db"
    prepare(path)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(f"UPDATE {STAMP} SET version_num = ?", (stamp,))
        connection.commit()
    before = path.read_bytes()
    with pytest.raises(DatabaseUnusable, match="unknown to this version; install the version that wrote it"):
        prepare(path)
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    "statement", ["CREATE TABLE foreign_thing (x)", f"CREATE TABLE {STAMP} (version_num)"]
)
def test_a_database_of_another_program_is_refused(statement: str, tmp_path: Path) -> None:
    path = tmp_path / "brana.db"
    with closing(sqlite3.connect(path)) as connection:
        connection.execute(statement)
    with pytest.raises(DatabaseUnusable, match="not a database of this product"):
        prepare(path)


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "brana.db"
    path.write_bytes(b"anything but a database" * 100)
    with pytest.raises(DatabaseUnusable, match="restore it from a backup"):
        prepare(path)


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(DatabaseUnusable, match="correct state"):
        prepare(tmp_path / "none" / "brana.db")


@pytest.fixture
def later(tmp_path: Path) -> Later:
    return Later.beside(tmp_path)


def test_an_older_file_is_copied_and_migrated_with_all_its_rows(tmp_path: Path, later: Later) -> None:
    path = filled(tmp_path / "brana.db")
    before = stamp_of(path)
    newest = later.install()
    prepare(path, later.migrations)
    backup = tmp_path / f"brana.db.schema-{before}"
    assert (stamp_of(path), stamp_of(backup)) == (newest, before)
    assert (handles(path), handles(backup)) == (1, 1)  # rebuilding a table must not delete what points at it
    assert backup.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(path)) as connection:
        assert connection.execute("SELECT login, posture FROM session").fetchall() == [("l", None)]
    Database(path).close()


def test_a_file_of_the_next_version_is_used_where_that_says_so(tmp_path: Path, later: Later) -> None:
    path = filled(tmp_path / "brana.db")
    newest = later.install()
    prepare(path, later.migrations)
    prepare(path)  # by this version, which knows nothing of that step
    assert (stamp_of(path), handles(path)) == (newest, 1)
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("UPDATE schema_step SET oldest = ?", (newest,))
        connection.commit()
    with pytest.raises(DatabaseUnusable, match=f"serves versions from schema '{newest}' on"):
        prepare(path)


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ("raise RuntimeError('half way')", "half way"),
        ("op.execute('DELETE FROM session')", "point nowhere"),
        ("op.execute('INSERT INTO nowhere VALUES (1)')", "no such table"),
    ],
)
def test_a_migration_that_fails_leaves_the_file_as_it_was(
    more: str, says: str, tmp_path: Path, later: Later
) -> None:
    path = filled(tmp_path / "brana.db")
    before, things = stamp_of(path), named_things(path)
    later.install(more)
    with pytest.raises(DatabaseUnusable, match=says):
        prepare(path, later.migrations)
    assert (stamp_of(path), named_things(path), handles(path)) == (before, things, 1)


def test_a_file_damaged_in_the_middle_is_not_migrated(tmp_path: Path, later: Later) -> None:
    path = filled(tmp_path / "brana.db")
    with closing(sqlite3.connect(path)) as connection:
        connection.executemany("INSERT INTO revoked VALUES (?, 1)", [(f"{n:040}",) for n in range(2_000)])
        connection.commit()
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    content = bytearray(path.read_bytes())
    content[-60_000:] = os.urandom(60_000)
    path.write_bytes(content)
    later.install()
    with pytest.raises(DatabaseUnusable, match="damaged"):
        prepare(path, later.migrations)


def test_a_one_time_code_of_the_first_version_goes_on_working(tmp_path: Path) -> None:
    path, seal = tmp_path / "brana.db", Seal(bytes(32))
    people = {
        f"{number:036}": f"{letter}EZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ" for number, letter in enumerate("GHI")
    }
    sqlite3.connect(path).close()
    with exclusive(path) as connection:
        command.upgrade(configured(connection), "0001")
        for subject, secret in people.items():
            sealed = seal.close(secret.encode(), f"factor:{subject}")
            row = (subject, sealed, 59_000_000, 1_770_000_000_000_000)
            connection.exec_driver_sql("INSERT INTO factor VALUES (?, ?, ?, ?)", row)
    prepare(path)
    database = Database(path)
    try:
        for subject, secret in people.items():
            (held,) = database.read_now(
                lambda c, subject=subject: IdentityBook(c, seal).authenticators(subject)
            )
            assert held.means == Enrolled(Secret(secret), 59_000_000)
            assert (held.proven_by, held.enrolled_at.year, held.newly) == (Proof.PASSWORD_ONLY, 2026, None)
    finally:
        database.close()


def test_sign_ins_under_way_begin_again_and_the_first_browser_confirms_where_none_was_confirmed_yet(
    tmp_path: Path,
) -> None:
    """What a sign-in of before knows of its person is sealed: it could not be ended with the person's sessions."""
    path = tmp_path / "brana.db"
    sqlite3.connect(path).close()
    asked = {("jana", b"1"): 10, ("jana", b"2"): 20, ("petr", b"3"): 10, ("petr", b"4"): 20}
    confirmed = ("petr", b"5")
    with exclusive(path) as connection:
        command.upgrade(configured(connection), "0005")
        for (subject, browser), at in asked.items():
            row = (browser, subject, "S" * 22, at, "", "")
            connection.exec_driver_sql("INSERT INTO new_device VALUES (?, ?, ?, ?, ?, ?)", row)
        for subject, browser in (*asked, confirmed):
            connection.exec_driver_sql("INSERT INTO known_browser VALUES (?, ?, 30)", (browser, subject))
        flow = ("F" * 22, b"b", b"sealed", "", "", "cs", 0, 9_999_999_999_999_999)
        connection.exec_driver_sql("INSERT INTO sign_in_flow VALUES (?, ?, ?, ?, ?, ?, ?, ?)", flow)
    prepare(path)
    with closing(sqlite3.connect(path)) as kept:
        assert kept.execute("SELECT count(*) FROM sign_in_flow").fetchone() == (0,)
        first = kept.execute("SELECT subject, browser FROM new_device WHERE first").fetchall()
    assert first == [("jana", b"1")]


def test_whoever_was_in_a_group_of_the_replica_stays_in_it(tmp_path: Path) -> None:
    path = tmp_path / "brana.db"
    sqlite3.connect(path).close()
    with exclusive(path) as connection:
        command.upgrade(configured(connection), "0006")
        for membership in ((1, 7, 20), (1, 7, 3), (1, 8, 3), (2, 7, 3)):
            connection.exec_driver_sql("INSERT INTO directory_membership VALUES (?, ?, ?)", membership)
    prepare(path)
    with closing(sqlite3.connect(path)) as kept:
        rows = kept.execute("SELECT * FROM directory_membership").fetchall()
    assert rows == [(1, 7, "[3,20]"), (1, 8, "[3]"), (2, 7, "[3]")]


def test_what_was_read_while_names_were_compared_loosely_is_read_again(tmp_path: Path) -> None:
    path = tmp_path / "brana.db"
    sqlite3.connect(path).close()
    position = f"{'0' * 16}{END}rid=000"
    with exclusive(path) as connection:
        command.upgrade(configured(connection), "0003")
        row = ("urad", 1, position, 10, "")
        connection.exec_driver_sql("INSERT INTO directory_sync VALUES (?, ?, ?, ?, ?)", row)
        for number, state in ((1, "current"), (2, "held")):
            held = (number, "urad", state, 10, position, 0, "")
            connection.exec_driver_sql("INSERT INTO directory_generation VALUES (?, ?, ?, ?, ?, ?, ?)", held)
    prepare(path)
    with closing(sqlite3.connect(path)) as kept:
        generation, position_of_all = kept.execute(
            "SELECT generation, position FROM directory_sync"
        ).fetchone()
        held = kept.execute("SELECT position FROM directory_generation WHERE state = 'held'").fetchone()[0]
    assert generation == 1  # it serves until all is read
    assert within(position, "0" * 16) is not None
    assert (within(position_of_all, "0" * 16), within(held, "0" * 16)) == (None, None)


def test_the_next_migration_is_written_by_comparison(later: Later) -> None:
    """The tool of contributors: what the tables lack against the newest revision becomes the next file."""
    from gateway.storage.migrations.__main__ import write_next  # noqa: PLC0415 - a command, not a library

    newest = later.install()
    write_next("drop what the tables do not have", later.migrations)
    (written,) = (later.migrations / "versions").glob(f"{int(newest) + 1:04}_drop_what*.py")
    assert 'drop_column("posture")' in written.read_text().replace("'", '"')
    compile(written.read_text(), str(written), "exec")
