"""The one writer of a database, which commits in groups.

Life of a write: the caller hands over a function of a connection and waits. A thread takes everything that is
waiting, runs each function under a savepoint of its own in one transaction, commits once, and only then answers
all of them. So an act and its audit entry are durable together before anybody is told of them, and a thousand
decisions a second cost a few dozen commits.

Laws: an exception in one function rolls back that function alone and reaches its caller; what the file itself
cannot do (disk full, damaged, locked) fails the whole group; whatever happens, every caller gets an answer; a write
whose caller gave up before its turn is not run, one that has begun is finished.
"""

import queue
import threading
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import Connection

from gateway.storage.backend import Backend
from gateway.storage.ends_reached import committed, pending, put_pending
from gateway.storage.engine import Driver, driver_of, roll_back
from gateway.storage.unusable import DatabaseUnusable, concerns_the_file, explained

T = TypeVar("T")

ATTEMPTS = 3  # of a group that left no trace and may succeed when it is tried again

Pending = tuple[Callable[[Connection], Any], Future[Any]]
Answer = tuple[Future[Any], Any, BaseException | None]


class Writer:
    def __init__(self, backend: Backend) -> None:
        self._backend, self._where = backend, backend.where
        begin = tuple(backend.begin_writing)
        self._several = SEVERAL if backend.near else STACKED
        self._alone = _Bounds((), ("ROLLBACK", *begin), ())  # the transaction itself is its savepoint
        self._waiting: queue.SimpleQueue[Pending | None] = queue.SimpleQueue()
        self._thread = threading.Thread(target=self._write_until_closed, name="database-writer", daemon=True)
        self._taken: list[Pending] = []  # to be answered
        self._connection: Connection | None = None  # kept by the thread
        self._committing = False  # COMMIT was said, and not yet answered
        self._closing = threading.Lock()  # nothing enters the queue behind the mark that ends it
        self.closed = False
        """Nothing is taken any more: somebody closed it, or its thread has ended."""
        self.failing = False
        """The last group failed for the file's sake, as on a full disk; no write has succeeded since."""

    def start(self) -> None:
        self._thread.start()

    def write_soon(self, work: Callable[[Connection], T]) -> Future[T]:
        future: Future[T] = Future()
        with self._closing:
            if self.closed:
                raise DatabaseUnusable(self._where, "closed")
            self._waiting.put((work, future))
        return future

    def close(self) -> None:
        """Finish what is waiting, then end the thread."""
        with self._closing:
            if not self.closed:
                self.closed = True
                self._waiting.put(None)
        self._thread.join()
        if self._connection is not None:
            self._connection.close()

    def _write_until_closed(self) -> None:
        try:
            self._write_groups()
        finally:  # whatever ended this thread, nobody may wait for it
            with self._closing:
                self.closed = True
            while not self._waiting.empty():
                if (left := self._waiting.get()) is not None and left[1].set_running_or_notify_cancel():
                    self._taken.append(left)
            for _, future in self._taken:
                if not future.done():
                    future.set_exception(DatabaseUnusable(self._where, "closed"))

    def _write_groups(self) -> None:
        while (first := self._waiting.get()) is not None:
            group, last = [first], False
            while len(group) < self._backend.group and not self._waiting.empty():
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
            answers = self._at_last_committed(group)
        except BaseException as error:  # noqa: BLE001 - every waiting caller must learn of it
            self.failing = True
            for _, future in group:
                refusal = explained(self._where, error)  # one each: a raised exception collects its own trace
                refusal.__cause__ = error
                future.set_exception(refusal)
            return
        self.failing = False
        for future, value, problem in answers:
            if problem is None:
                future.set_result(value)
            else:
                future.set_exception(problem)

    def _at_last_committed(self, group: list[Pending]) -> list[Answer]:
        for _ in range(ATTEMPTS - 1):
            self._committing = False
            try:
                return self._committed(group)
            except Exception as error:
                # Where the answer to a COMMIT was lost, nobody knows whether it was done: that is told, not tried.
                if self._committing or not self._backend.again(error):
                    raise
        return self._committed(group)

    def _committed(self, group: list[Pending]) -> list[Answer]:
        """Run and commit the group; after any fault of the file with a new connection the next time.

        Every statement hands the interpreter's lock over and wins it back from a busy event loop, which costs
        more than the statement; so the connection is kept, and the driver is spoken to directly.
        """
        connection = self._connection = self._connection or self._connected()
        driver = driver_of(connection.connection)
        put_pending(connection, None)
        try:
            _run(driver, tuple(self._backend.begin_writing))
            self._backend.require_in_place()
            bounds = self._several if len(group) > 1 else self._alone
            answers = [self._one(connection, bounds, work, future) for work, future in group]
            self._committing = True
            driver.execute("COMMIT")
            committed(connection)
            connection.rollback()  # SQLAlchemy's own notion of a transaction; the driver has none any more
        except BaseException:
            self._connection = None
            roll_back(driver)
            connection.invalidate()
            connection.close()
            raise
        return answers

    def _connected(self) -> Connection:
        connection = self._backend.engine.connect()
        try:
            _run(driver_of(connection.connection), tuple(self._backend.for_writing))
        except BaseException:
            connection.invalidate()
            connection.close()
            raise
        return connection

    @staticmethod
    def _one(
        connection: Connection,
        bounds: "_Bounds",
        work: Callable[[Connection], Any],
        future: Future[Any],
    ) -> Answer:
        driver = driver_of(connection.connection)
        before = pending(connection)
        _run(driver, bounds.begin)
        try:
            value = work(connection)
        except Exception as error:
            if concerns_the_file(error):
                raise  # the group cannot be trusted
            # Otherwise it belongs to the caller of this one write.
            _run(driver, bounds.undo)
            put_pending(connection, before)
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
STACKED = _Bounds(("SAVEPOINT one",), ("ROLLBACK TO one",), ())
"""Each hides the one before: a way to the server less for each write."""


def _run(driver: Driver, statements: tuple[str, ...]) -> None:
    for statement in statements:
        driver.execute(statement)
