"""Bringing a database to the schema of this version, before anything else opens it. What a server holds is prepared
in `gateway.storage.postgres.prepare`; here is the file.

A new file gets the tables as they are now and the name of the newest revision; a file of an older version is
copied and migrated; one of a newer version is used where that says it may be; anything else is refused untouched.
Alembic (0.3 s to import) is loaded only when there is something to migrate.
"""

import fcntl
import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import timedelta
from pathlib import Path

from sqlalchemy import inspect
from sqlalchemy.exc import DBAPIError

from gateway.storage.embedded import BUSY_TIMEOUT, open_engine
from gateway.storage.migrations.copying import Told
from gateway.storage.place import Place
from gateway.storage.schema import MIGRATIONS, STAMP, all_tables, revisions
from gateway.storage.step import SELECT, Step, keep_step, why_not
from gateway.storage.unusable import DatabaseUnusable, concerns_the_file, explained

PATIENCE_WITH_A_NODE = timedelta(seconds=30)  # which migrates what all of them have kept
RETRY_S = 0.01  # between looks at a lock that another start holds


def prepare(
    place: Place,
    migrations: Path = MIGRATIONS,
    patience: timedelta = BUSY_TIMEOUT,
    told: Told = lambda _done, _total: None,
) -> None:
    """Create or migrate it; a file is this user's alone. `patience`: with another start that is at it.

    `told`: how far the copy of a file is that is migrated.

    Raises DatabaseUnusable; then it is as it was.
    """
    if isinstance(place, Path):
        with _one_at_a_time(place, patience):
            _prepare(place, migrations, told)
        return
    from gateway.storage.postgres import prepare as server  # noqa: PLC0415 - a driver that a file does without

    server.prepare(place, migrations, max(patience, PATIENCE_WITH_A_NODE))


def exists(place: Place) -> bool:
    """Whether anything was ever kept there. Raises DatabaseUnusable."""
    if isinstance(place, Path):
        return place.exists() and place.stat().st_size > 0
    from gateway.storage.postgres import prepare as server  # noqa: PLC0415

    return server.exists(place)


@contextmanager
def _one_at_a_time(path: Path, patience: timedelta) -> Iterator[None]:
    """Several starts take turns, by a lock on the folder: it leaves no file and ends with the process.

    SQLite's own waiting does not do: the change to WAL answers "locked" at once while another connection is
    open (sqlite.org/wal.html, "sometimes queries return SQLITE_BUSY").
    """
    last = time.monotonic() + patience.total_seconds()
    try:
        folder = os.open(path.parent, os.O_RDONLY)
    except OSError:
        yield  # SQLite will say what is wrong with the folder
        return
    try:
        while True:
            try:
                fcntl.flock(folder, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if time.monotonic() >= last:
                    raise DatabaseUnusable(
                        path, "another start is preparing it; wait until that one is ready, or end it"
                    ) from None
                time.sleep(RETRY_S)
        yield
    finally:
        os.close(folder)


def _prepare(path: Path, migrations: Path, told: Told) -> None:
    if path.parent.is_dir() and not path.exists():
        path.touch(mode=0o600)  # and so will be what SQLite puts beside it
    try:
        with closing(sqlite3.connect(path, timeout=BUSY_TIMEOUT.total_seconds())) as connection:
            connection.execute("PRAGMA journal_mode=WAL")
            found = revision(connection, path)
            step = _step(connection)
    except sqlite3.Error as error:
        raise explained(path, error) from error
    known = revisions(migrations)
    if found is None:
        _create(path, known[-1])
    elif found not in known:
        if (why := why_not(found, step, known[-1])) is not None:
            raise DatabaseUnusable(path, why)
    elif found != known[-1]:
        _migrate(path, found, migrations, told)


def revision(connection: sqlite3.Connection, path: Path) -> str | None:
    """None for a file without any tables; raises DatabaseUnusable for one that is not ours."""
    names = {name for (name,) in connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table'")}
    if not names:
        return None
    stamps = connection.execute(f"SELECT version_num FROM {STAMP}").fetchall() if STAMP in names else []  # noqa: S608 - a constant
    if len(stamps) != 1:
        raise DatabaseUnusable(path, "it is not a database of this product; choose another state.directory")
    return str(stamps[0][0])


def _step(connection: sqlite3.Connection) -> Step | None:
    try:
        row = connection.execute(SELECT).fetchone()
    except sqlite3.OperationalError:  # of a version before there was such a table
        return None
    return None if row is None else Step(*row)


def _create(path: Path, newest: str) -> None:
    """In one transaction: a start that dies in the middle leaves a file without tables, to begin again."""
    engine = open_engine(path)
    try:
        with engine.connect() as connection:
            connection.exec_driver_sql("BEGIN IMMEDIATE")
            if inspect(connection).get_table_names():  # another process was quicker
                connection.exec_driver_sql("ROLLBACK")
                return
            all_tables().create_all(connection, checkfirst=False)
            connection.exec_driver_sql(f"CREATE TABLE {STAMP} (version_num VARCHAR(32) NOT NULL PRIMARY KEY)")
            connection.exec_driver_sql(f"INSERT INTO {STAMP} VALUES (?)", (newest,))  # noqa: S608 - a constant
            keep_step(connection, newest)
            connection.exec_driver_sql("COMMIT")
    except (DBAPIError, sqlite3.Error) as error:
        raise explained(path, error) from error
    finally:
        engine.dispose()


def _migrate(path: Path, found: str, migrations: Path, told: Told) -> None:
    from gateway.storage.migrations.run import upgrade  # noqa: PLC0415 - alembic, only when needed

    backup = path.with_name(f"{path.name}.schema-{found}")
    try:
        upgrade(path, backup, migrations, told)
    except Exception as error:
        if concerns_the_file(error):
            raise explained(path, error) from error
        raise DatabaseUnusable(
            path, f"it could not be migrated from {found} and is as it was: {error}"
        ) from error
