"""The embedded database: many readers, and one writer that commits in groups (`writer.py`)."""

import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from traceback import clear_frames
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine, PoolProxiedConnection
from sqlalchemy.exc import DBAPIError

from gateway.storage.engine import BUSY_TIMEOUT, driver_of, open_engine
from gateway.storage.unusable import DatabaseUnusable, concerns_the_file, explained
from gateway.storage.writer import Writer

__all__ = ["Database", "DatabaseUnusable"]

T = TypeVar("T")

READERS = 4  # of lists and searches: what ends sessions must not wait for two officers who search


class Database:
    """Runs functions of a SQLAlchemy connection: `read` in threads, `look_up` at once, `write` in the groups."""

    def __init__(self, path: Path, *, lasting: bool = True, patience: timedelta = BUSY_TIMEOUT) -> None:
        """Without `lasting` a power cut may take back the last writes, whole ones: for what can be had again.

        `patience`: with another program that holds the file.
        """
        self.path = path
        self._engine = open_engine(path, lasting=lasting, patience=patience)
        self._readers = ThreadPoolExecutor(READERS, "database-reader")
        self._writer = Writer(path, self._engine)
        self._point: PoolProxiedConnection | None = None  # kept for `row_now`
        self._point_lock = threading.Lock()
        self._near: Connection | None = None  # kept for `look_up`: to get one takes as long as a query
        self._near_lock = threading.Lock()
        try:
            self.read_now(lambda connection: connection.exec_driver_sql("PRAGMA schema_version").first())
        except DatabaseUnusable:
            self._engine.dispose()
            raise
        self._writer.start()

    def works(self) -> bool:
        """Whether the file can be read now, and took what was last to be written."""
        if self._writer.failing:
            return False
        try:
            self.read_now(lambda connection: connection.exec_driver_sql("PRAGMA schema_version").first())
        except DatabaseUnusable:
            return False
        return True

    @property
    def engine(self) -> Engine:
        """For migrations and for commands that read; the running product uses `read` and `write`."""
        return self._engine

    async def read(self, query: Callable[[Connection], T]) -> T:
        """Run `query` on a snapshot in a reader's thread. Raises DatabaseUnusable."""
        if self._writer.closed:
            raise DatabaseUnusable(self.path, "closed")
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.read_now, query)

    async def look_up(self, query: Callable[[Connection], T]) -> T:
        """Run a query that finds a few rows by their keys, on a snapshot, and nothing else in this thread meanwhile.

        It runs at once, in the calling thread: a thread of its own would cost more than the query, all the more when
        the interpreter's lock is in demand. What it returns must be whole: rows, no result to read from.
        Raises DatabaseUnusable.
        """
        with self._near_lock:
            if self._writer.closed:
                raise DatabaseUnusable(self.path, "closed")
            try:
                connection = self._near = self._near or self._engine.connect()
                return _on_snapshot(connection, query)
            except BaseException as error:
                self._near = None
                if concerns_the_file(error):
                    raise explained(self.path, error) from error
                raise

    def read_now(self, query: Callable[[Connection], T]) -> T:
        """The same in any thread, on a connection of its own; for commands."""
        if self._writer.closed:
            raise DatabaseUnusable(self.path, "closed")
        try:
            with self._engine.connect() as connection:
                return _on_snapshot(connection, query)
        except (DBAPIError, sqlite3.Error) as error:
            if concerns_the_file(error):
                raise explained(self.path, error) from error
            raise

    def row_now(self, statement: str, *values: str | bytes | int) -> tuple[Any, ...] | None:
        """The first row of a point query, by the driver alone (about 10 µs): for the decision path.

        `statement` is SQL with question marks. Such a query is a snapshot by itself. Raises DatabaseUnusable.
        """
        if self._writer.closed:
            raise DatabaseUnusable(self.path, "closed")
        try:
            # Closed at once: an open cursor would hold the snapshot.
            with (
                self._point_lock,
                closing(self._point_connection().execute(statement, values)) as cursor,
            ):
                return cast(tuple[Any, ...] | None, cursor.fetchone())
        except (DBAPIError, sqlite3.Error) as error:
            if concerns_the_file(error):
                raise explained(self.path, error) from error
            raise

    def _point_connection(self) -> sqlite3.Connection:
        if self._point is None:
            self._point = self._engine.raw_connection()
        return driver_of(self._point)

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in the next group, return when it is durable; raises what it raised."""
        return await asyncio.wrap_future(self.write_soon(work))

    def write_soon(self, work: Callable[[Connection], T]) -> Future[T]:
        return self._writer.write_soon(work)

    def close(self) -> None:
        """Finish what is waiting, then end the threads."""
        self._writer.close()
        self._readers.shutdown()
        with self._point_lock:
            if self._point is not None:
                self._point.close()
        with self._near_lock:
            if self._near is not None:
                self._near.close()
                self._near = None
        self._engine.dispose()


def _on_snapshot(connection: Connection, query: Callable[[Connection], T]) -> T:
    """Where something failed, nothing is kept: no connection and, in the frames of the exception, no half-read result.

    It would hold the snapshot for as long as anybody holds the exception.
    """
    driver = driver_of(connection.connection)
    try:
        driver.execute("BEGIN")
        answer = query(connection)
        driver.execute("ROLLBACK")
        connection.rollback()  # SQLAlchemy's own notion of a transaction; the driver has none any more
    except BaseException as error:
        clear_frames(error.__traceback__)
        connection.invalidate()
        connection.close()
        raise
    return answer
