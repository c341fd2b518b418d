"""The embedded database: many readers, one writer that commits in groups.

Life of a write: the caller hands over a function of a connection and waits. A writer thread takes
everything that is waiting, runs each function under a savepoint of its own in one transaction, commits
once, and only then answers all of them. So an act and its audit entry are durable together before anybody
is told of them, and a thousand decisions a second cost a few dozen commits.

An exception in one function rolls back that function alone and reaches its caller.
"""

import asyncio
import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, text
from sqlalchemy.exc import DatabaseError, OperationalError

T = TypeVar("T")

GROUP = 256  # writes per commit: bounds how long the first of them waits
READERS = 4
BUSY_TIMEOUT_MS = 5_000  # another process of ours (a command) may hold the write lock for a moment


class DatabaseUnusable(Exception):
    """The database file cannot be opened, is damaged, or the disk is full. Says what to do."""

    def __init__(self, path: Path, cause: str) -> None:
        super().__init__(f"database {path}: {cause}")
        self.path = path


def open_engine(path: Path) -> Engine:
    """Engine for one SQLite file: WAL, foreign keys, every transaction explicit and immediate for writers."""
    engine = create_engine(f"sqlite:///{path}", connect_args={"check_same_thread": False})

    @event.listens_for(engine, "connect")
    def _configure(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves, so that savepoints work
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",  # an audit entry that was answered for survives a power cut
            "foreign_keys=ON",
            f"busy_timeout={BUSY_TIMEOUT_MS}",
            "cache_size=-4096",
        ):
            connection.execute(f"PRAGMA {pragma}")

    return engine


Pending = tuple[Callable[[Connection], Any], Future[Any]]


class Database:
    """Runs functions of a SQLAlchemy connection in threads: `read` on a snapshot, `write` in the groups."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._engine = open_engine(path)
        self._readers = ThreadPoolExecutor(READERS, "database-reader")
        self._waiting: queue.SimpleQueue[Pending | None] = queue.SimpleQueue()
        self._writer = threading.Thread(target=self._write_groups, name="database-writer", daemon=True)
        self._before_commit: list[Callable[[Connection], None]] = []
        self._closed = False
        try:
            with self._engine.connect() as connection:
                connection.execute(text("PRAGMA schema_version"))
        except DatabaseError as error:
            raise DatabaseUnusable(path, f"{error.orig}; restore the file from a backup") from error
        self._writer.start()

    @property
    def engine(self) -> Engine:
        """For migrations and for commands that read; the running product uses `read` and `write`."""
        return self._engine

    def before_commit(self, hook: Callable[[Connection], None]) -> None:
        """Have `hook` called once per group, in its transaction, after the writes (the tree uses it)."""
        self._before_commit.append(hook)

    async def read(self, query: Callable[[Connection], T]) -> T:
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.read_now, query)

    def read_now(self, query: Callable[[Connection], T]) -> T:
        """Run a point query in the calling thread: about 0.1 ms; for the decision path and for commands."""
        with self._engine.connect() as connection:
            connection.exec_driver_sql("BEGIN")
            try:
                return query(connection)
            finally:
                connection.exec_driver_sql("ROLLBACK")

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in the next group, return when it is durable; raises what it raised."""
        return await asyncio.wrap_future(self.write_soon(work))

    def write_soon(self, work: Callable[[Connection], T]) -> Future[T]:
        if self._closed:
            raise DatabaseUnusable(self.path, "closed")
        future: Future[T] = Future()
        self._waiting.put((work, future))
        return future

    def close(self) -> None:
        """Finish what is waiting, then end the threads."""
        if not self._closed:
            self._closed = True
            self._waiting.put(None)
            self._writer.join()
            self._readers.shutdown()
            self._engine.dispose()

    def _write_groups(self) -> None:
        while (first := self._waiting.get()) is not None:
            group, last = [first], False
            while len(group) < GROUP and not self._waiting.empty():
                following = self._waiting.get()
                if following is None:
                    last = True
                    break
                group.append(following)
            self._write_group(group)
            if last:
                return

    def _write_group(self, group: list[Pending]) -> None:
        answers: list[tuple[Future[Any], Any, BaseException | None]] = []
        try:
            with self._engine.connect() as connection:
                connection.exec_driver_sql("BEGIN IMMEDIATE")
                try:
                    for work, future in group:
                        answers.append(self._one(connection, work, future))
                    for hook in self._before_commit:
                        hook(connection)
                    connection.exec_driver_sql("COMMIT")
                except BaseException:
                    connection.exec_driver_sql("ROLLBACK")
                    raise
        except BaseException as error:  # noqa: BLE001 - every waiting caller must learn of it
            refusal = self._explain(error)
            for _, future in group:
                future.set_exception(refusal)
            return
        for future, value, problem in answers:
            if problem is None:
                future.set_result(value)
            else:
                future.set_exception(problem)

    @staticmethod
    def _one(
        connection: Connection, work: Callable[[Connection], Any], future: Future[Any]
    ) -> tuple[Future[Any], Any, BaseException | None]:
        connection.exec_driver_sql("SAVEPOINT one")
        try:
            value = work(connection)
        except (OperationalError, MemoryError):
            raise  # disk full, locked, damaged: the group cannot be trusted
        except Exception as error:  # noqa: BLE001 - belongs to the caller of this one write
            connection.exec_driver_sql("ROLLBACK TO one")
            connection.exec_driver_sql("RELEASE one")
            return future, None, error
        connection.exec_driver_sql("RELEASE one")
        return future, value, None

    def _explain(self, error: BaseException) -> BaseException:
        if isinstance(error, DatabaseError):
            cause = str(error.orig)
            hints = {
                "full": "the disk is full; free space on it",
                "readonly": "the file cannot be written; check its owner and the disk's mount",
                "malformed": "the file is damaged; restore it from a backup",
                "locked": "another program holds it; end that program",
            }
            hint = next((mend for word, mend in hints.items() if word in cause), "see the cause")
            return DatabaseUnusable(self.path, f"{cause}; {hint}")
        return error
