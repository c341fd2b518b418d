"""The embedded database: many readers, one writer that commits in groups.

Life of a write: the caller hands over a function of a connection and waits. A writer thread takes
everything that is waiting, runs each function under a savepoint of its own in one transaction, commits
once, and only then answers all of them. So an act and its audit entry are durable together before anybody
is told of them, and a thousand decisions a second cost a few dozen commits.

An exception in one function rolls back that function alone and reaches its caller. What the file itself
cannot do (disk full, damaged, locked) fails the whole group; whatever happens, every caller gets an answer.
A write whose caller gave up before its turn is not run; one that has begun is finished.
"""

import asyncio
import queue
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, cast

from sqlalchemy import Connection, Engine, PoolProxiedConnection, create_engine, event
from sqlalchemy.exc import DBAPIError

from gateway.storage.unusable import DatabaseUnusable, concerns_the_file, explained

__all__ = ["Database", "DatabaseUnusable", "driver_of", "open_engine"]

T = TypeVar("T")

GROUP = 256  # writes per commit: bounds how long the first of them waits
READERS = 4
BUSY_TIMEOUT_MS = 5_000  # another process of ours (a command) may hold the write lock for a moment


def open_engine(path: Path, *, lasting: bool = True) -> Engine:
    """Engine for one SQLite file: WAL, foreign keys, every transaction explicit and immediate for writers."""
    engine = create_engine(f"sqlite:///{path}", connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, so that savepoints work
        for pragma in (
            f"busy_timeout={BUSY_TIMEOUT_MS}",  # first: the next one may have to wait
            "journal_mode=WAL",
            # an audit entry that was answered for survives a power cut
            "synchronous=FULL" if lasting else "synchronous=NORMAL",
            "foreign_keys=ON",
            # KiB; there are half a dozen connections, and the kernel caches the file for all
            f"cache_size=-{512 if lasting else 8192}",
        ):
            connection.execute(f"PRAGMA {pragma}")

    return engine


Pending = tuple[Callable[[Connection], Any], Future[Any]]
Answer = tuple[Future[Any], Any, BaseException | None]


class Database:
    """Runs functions of a SQLAlchemy connection in threads: `read` on a snapshot, `write` in the groups."""

    def __init__(self, path: Path, *, lasting: bool = True) -> None:
        """Without `lasting` a power cut may take back the last writes, whole ones: for what can be had again."""
        self.path = path
        self._engine = open_engine(path, lasting=lasting)
        self._readers = ThreadPoolExecutor(READERS, "database-reader")
        self._waiting: queue.SimpleQueue[Pending | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write_until_closed, name="database-writer", daemon=True)
        self._taken: list[Pending] = []  # by the writer, to be answered
        self._closed = False
        self._writing: Connection | None = None  # kept by the writer's thread
        self._point: PoolProxiedConnection | None = None  # kept for `row_now`
        self._point_lock = threading.Lock()
        self._closing = threading.Lock()  # nothing enters the queue behind the mark that ends it
        try:
            self.read_now(lambda connection: connection.exec_driver_sql("PRAGMA schema_version").first())
        except DatabaseUnusable:
            self._engine.dispose()
            raise
        self._writer.start()

    def works(self) -> bool:
        """Whether the file can be read now."""
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
        if self._closed:
            raise DatabaseUnusable(self.path, "closed")
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.read_now, query)

    def read_now(self, query: Callable[[Connection], T]) -> T:
        """Run a point query in the calling thread: about 0.1 ms; for the decision path and for commands."""
        if self._closed:
            raise DatabaseUnusable(self.path, "closed")
        try:
            with self._engine.connect() as connection:
                connection.exec_driver_sql("BEGIN")
                try:
                    return query(connection)
                finally:
                    _roll_back(driver_of(connection.connection))
        except (DBAPIError, sqlite3.Error) as error:
            if concerns_the_file(error):
                raise explained(self.path, error) from error
            raise

    def row_now(self, statement: str, *values: str | bytes | int) -> tuple[Any, ...] | None:
        """The first row of a point query, by the driver alone (about 10 µs): for the decision path.

        `statement` is SQL with question marks. Such a query is a snapshot by itself. Raises DatabaseUnusable.
        """
        if self._closed:
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
        future: Future[T] = Future()
        with self._closing:
            if self._closed:
                raise DatabaseUnusable(self.path, "closed")
            self._waiting.put((work, future))
        return future

    def close(self) -> None:
        """Finish what is waiting, then end the threads."""
        with self._closing:
            if not self._closed:
                self._closed = True
                self._waiting.put(None)
        self._writer.join()
        if self._writing is not None:
            self._writing.close()
        self._readers.shutdown()
        with self._point_lock:
            if self._point is not None:
                self._point.close()
        self._engine.dispose()

    def _write_until_closed(self) -> None:
        try:
            self._write_groups()
        finally:  # whatever ended this thread, nobody may wait for it
            with self._closing:
                self._closed = True
            while not self._waiting.empty():
                if (left := self._waiting.get()) is not None and left[1].set_running_or_notify_cancel():
                    self._taken.append(left)
            for _, future in self._taken:
                if not future.done():
                    future.set_exception(DatabaseUnusable(self.path, "closed"))

    def _write_groups(self) -> None:
        while (first := self._waiting.get()) is not None:
            group, last = [first], False
            while len(group) < GROUP and not self._waiting.empty():
                following = self._waiting.get()
                if following is None:
                    last = True
                    break
                group.append(following)
            # From here a caller that gives up only stops listening: its future cannot be cancelled any more.
            self._taken = [one for one in group if one[1].set_running_or_notify_cancel()]
            if self._taken:
                self._write_group(self._taken)
            if last:
                return

    def _write_group(self, group: list[Pending]) -> None:
        try:
            answers = self._committed(group)
        except BaseException as error:  # noqa: BLE001 - every waiting caller must learn of it
            for _, future in group:
                refusal = explained(self.path, error)  # one each: a raised exception collects its own trace
                refusal.__cause__ = error
                future.set_exception(refusal)
            return
        for future, value, problem in answers:
            if problem is None:
                future.set_result(value)
            else:
                future.set_exception(problem)

    def _committed(self, group: list[Pending]) -> list[Answer]:
        """Run and commit the group; after any fault of the file with a new connection the next time.

        Every statement hands the interpreter's lock over and wins it back from a busy event loop, which costs
        more than the statement; so the connection is kept, and the driver is spoken to directly.
        """
        connection = self._writing = self._writing or self._engine.connect()
        driver = driver_of(connection.connection)
        try:
            driver.execute("BEGIN IMMEDIATE")
            bounds = SEVERAL if len(group) > 1 else ALONE
            answers = [self._one(connection, bounds, work, future) for work, future in group]
            driver.execute("COMMIT")
            connection.rollback()  # SQLAlchemy's own notion of a transaction; the driver has none any more
        except BaseException:
            self._writing = None
            _roll_back(driver)
            connection.close()
            raise
        return answers

    @staticmethod
    def _one(
        connection: Connection,
        bounds: "_Bounds",
        work: Callable[[Connection], Any],
        future: Future[Any],
    ) -> Answer:
        driver = driver_of(connection.connection)
        _run(driver, bounds.begin)
        try:
            value = work(connection)
        except Exception as error:
            if concerns_the_file(error):
                raise  # the group cannot be trusted
            # Otherwise it belongs to the caller of this one write.
            _run(driver, bounds.undo)
            return future, None, error
        _run(driver, bounds.keep)
        return future, value, None


@dataclass(frozen=True, slots=True)
class _Bounds:
    """Statements around one write of a group."""

    begin: tuple[str, ...]
    undo: tuple[str, ...]
    keep: tuple[str, ...]


SEVERAL = _Bounds(("SAVEPOINT one",), ("ROLLBACK TO one", "RELEASE one"), ("RELEASE one",))
ALONE = _Bounds((), ("ROLLBACK", "BEGIN IMMEDIATE"), ())  # the transaction itself is its savepoint


def _run(driver: sqlite3.Connection, statements: tuple[str, ...]) -> None:
    for statement in statements:
        driver.execute(statement)


def driver_of(connection: PoolProxiedConnection) -> sqlite3.Connection:
    """The driver's own connection: statements prepared once, without SQLAlchemy's layers."""
    return cast(sqlite3.Connection, connection.dbapi_connection)


def _roll_back(driver: sqlite3.Connection) -> None:
    """SQLite has often rolled back by itself when the disk failed; the first error is what matters."""
    with suppress(sqlite3.Error):
        driver.execute("ROLLBACK")
