"""The file of one machine while its content is taken along: nobody writes to it, and what it gives fits its tables.

SQLite keeps any type in any column and counts no characters; a server does neither, so each value is looked at.
"""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Boolean, Column, Connection, Integer, LargeBinary, String, Table

from config import durable
from gateway.storage.embedded import BUSY_TIMEOUT, open_engine
from gateway.storage.engine import DRIVER_ERRORS, Driver, driver_of, roll_back
from gateway.storage.migrate import revision
from gateway.storage.not_moved import StateNotMoved
from gateway.storage.place import aside_of
from gateway.storage.schema import revisions
from gateway.storage.unusable import concerns_the_file, explained

BATCH = 1_000  # rows held in memory at once
KINDS: tuple[tuple[type, type], ...] = ((Boolean, int), (Integer, int), (String, str), (LargeBinary, bytes))
"""Types of columns (BigInteger is an Integer, Text a String), and what SQLite gives for them: 0 and 1 for flags."""


@dataclass(frozen=True)
class Source:
    path: Path
    connection: Connection
    """Its transaction keeps others from writing."""

    def count(self, table: Table) -> int:
        found = self._driver.execute(f'SELECT count(*) FROM "{table.name}"').fetchone()  # noqa: S608 - a name of ours
        return int(found[0])

    def rows(self, table: Table) -> Iterator[list[tuple[Any, ...]]]:
        """All rows in batches, columns in the order of the table's. Raises StateNotMoved."""
        kinds = [_kind(table, column) for column in table.c]
        listed = ", ".join(f'"{column.name}"' for column in table.c)
        cursor: Any = self._driver.execute(f'SELECT {listed} FROM "{table.name}"')  # noqa: S608 - names of ours
        while batch := cursor.fetchmany(BATCH):
            for row in batch:
                for place, value in enumerate(row):
                    if value is not None and type(value) is not kinds[place]:
                        raise _odd(table, place, value)
            yield batch

    def last_number(self, table: Table, column: str) -> int:
        """The highest number that was ever given to a row, also to one that is gone; 0: none was."""
        highest = self._driver.execute(f'SELECT max("{column}") FROM "{table.name}"').fetchone()[0] or 0  # noqa: S608
        given = self._driver.execute(
            "SELECT seq FROM sqlite_sequence WHERE name = ?", (table.name,)
        ).fetchone()
        return max(int(highest), int(given[0]) if given else 0)

    def put_aside(self) -> None:
        """Nobody finds it under its name any more. All is in it: what SQLite keeps beside it is empty."""
        self.path.rename(aside_of(self.path))
        for beside in ("-wal", "-shm"):
            self.path.with_name(f"{self.path.name}{beside}").unlink(missing_ok=True)
        durable.sync(self.path.parent)

    @property
    def _driver(self) -> Driver:
        return driver_of(self.connection.connection)


@contextmanager
def held(path: Path, patience: timedelta = BUSY_TIMEOUT) -> Iterator[Source]:
    """Nobody else writes to it until the end. `patience`: with a command that does just now.

    Raises DatabaseUnusable, StateNotMoved.
    """
    engine = open_engine(path, patience=patience)
    try:
        with closing(sqlite3.connect(path)) as looking:
            _require_current(revision(looking, path), path)
        with engine.connect() as connection:
            driver = driver_of(connection.connection)
            driver.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            driver.execute("BEGIN IMMEDIATE")
            try:
                _require_alone(path)
                yield Source(path, connection)
            finally:
                roll_back(driver)
    except DRIVER_ERRORS as error:
        if concerns_the_file(error):
            raise explained(path, error) from error
        raise StateNotMoved(
            f"{path} cannot be read: {error}", "run `brana audit verify` on it without [state.database]"
        ) from error
    finally:
        engine.dispose()


def _require_current(found: str | None, path: Path) -> None:
    *older, newest = revisions()
    if found == newest:
        return
    if found is None:
        raise StateNotMoved(f"{path} is empty", "there is nothing to take along: start `brana serve`")
    what = f"the schema of {path} is {found}, and that of this version {newest}"
    if found not in older:
        raise StateNotMoved(what, "install the version that wrote it, or restore the backup made before it")
    raise StateNotMoved(
        what,
        "take [state.database] out of the configuration, let this version start once with `brana serve`, which brings "
        "the file to its schema, stop it, put [state.database] back",
    )


def _require_alone(path: Path) -> None:
    """All is in the file itself, so that it can be put aside as it is."""
    ahead = path.with_name(f"{path.name}-wal")
    if ahead.exists() and ahead.stat().st_size:
        raise StateNotMoved(f"another program has {path} open", "end that program (`fuser` names it)")


def _kind(table: Table, column: Column[Any]) -> type:
    for column_type, kind in KINDS:
        if isinstance(column.type, column_type):
            return kind
    raise AssertionError(f"{table.name}.{column.name}: how are values of {column.type!r} moved?")


def _odd(table: Table, place: int, value: object) -> StateNotMoved:
    return StateNotMoved(
        f"{table.name}.{list(table.c)[place].name} holds {type(value).__name__} in a row, which no server keeps there",
        "somebody else has written to the file: run `brana audit verify` without [state.database], restore a backup",
    )
