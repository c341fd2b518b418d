"""The database: many readers, and one writer that commits in groups (`writer.py`)."""

import asyncio
import threading
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing, suppress
from datetime import timedelta
from functools import partial
from pathlib import Path
from traceback import clear_frames
from typing import Any, Protocol, TypeVar, cast

from sqlalchemy import Connection, Engine, PoolProxiedConnection

from gateway.audit.search import SearchTooLong
from gateway.storage import embedded
from gateway.storage.allowance import Allowance, was_broken_off
from gateway.storage.backend import Backend
from gateway.storage.embedded import BUSY_TIMEOUT, Embedded
from gateway.storage.end_marks import mark_over
from gateway.storage.engine import DRIVER_ERRORS, Driver, driver_of
from gateway.storage.place import Place, named
from gateway.storage.unusable import DatabaseUnusable, concerns_the_file, explained
from gateway.storage.writer import Writer

__all__ = ["Database", "DatabaseUnusable"]

T = TypeVar("T")

READERS = 4  # of lists: what ends sessions must not wait for two officers who look
SEARCHERS = 2  # of what an officer may ask the log for: a question costs what its author likes
PATIENCE = timedelta(seconds=3)  # with a server that is asked while somebody waits


class Watching(Protocol):
    def stop(self) -> None: ...

    def strangers(self) -> list[str]:
        """Who held the lead and was none of our nodes, since it was asked last."""
        ...


class Database:
    """Runs functions of a SQLAlchemy connection: `read` and `search` in threads, `look_up` at once, `write` grouped."""

    def __init__(self, place: Place, *, lasting: bool = True, patience: timedelta = BUSY_TIMEOUT) -> None:
        """Without `lasting` a power cut may take back the last writes, whole ones: for what can be had again.

        `patience`: with another program that holds the file. Raises DatabaseUnusable.
        """
        self.place, self.where = place, named(place)
        self._backend = _opened(place, lasting=lasting, patience=patience)
        self._engine = self._backend.engine
        self._readers = ThreadPoolExecutor(READERS, "database-reader")
        self._searchers = ThreadPoolExecutor(
            SEARCHERS, "database-searcher"
        )  # what they keep up, no other reader waits for
        self._writer = Writer(self._backend)
        self._point: PoolProxiedConnection | None = None  # kept for `row`
        self._point_lock = threading.Lock()
        self.answers: Callable[[], bool] = lambda: True
        """Whether whoever watches a server over the network had an answer lately; where not, nobody waits for one."""
        self._near: Connection | None = None  # kept for `look_up`: to get one takes as long as a query
        self._near_lock = threading.Lock()
        try:
            self.read_now(_nothing)
        except DatabaseUnusable:
            self._engine.dispose()
            raise
        self._writer.start()

    def works(self) -> bool:
        """Whether it can be read now, and took what was last to be written. Of a server, as its watch has it."""
        if self._writer.failing or not self.answers():
            return False
        if not self._backend.near:
            return True
        try:
            self.read_now(_nothing)
        except DatabaseUnusable:
            return False
        return True

    @property
    def engine(self) -> Engine:
        """For migrations and for commands that read; the running product uses `read` and `write`."""
        return self._engine

    async def read(self, query: Callable[[Connection], T]) -> T:
        """Run `query` on a snapshot in a reader's thread. Raises DatabaseUnusable."""
        self._require_open()
        return await asyncio.get_running_loop().run_in_executor(self._readers, self.read_now, query)

    async def search(self, query: Callable[[Connection], T], allowance: Allowance) -> T:
        """Run `query` on a snapshot in a searcher's thread, for as long as it is allowed and somebody waits for it.

        Raises SearchTooLong, DatabaseUnusable.
        """
        self._require_open()
        loop = asyncio.get_running_loop()
        try:
            return await loop.run_in_executor(self._searchers, self._searched, query, allowance)
        except asyncio.CancelledError:
            allowance.give_up()
            raise

    def _searched(self, query: Callable[[Connection], T], allowance: Allowance) -> T:
        if allowance.given_up:
            raise SearchTooLong

        def held(connection: Connection) -> T:
            with self._backend.held_to(connection, allowance):
                return query(connection)

        try:
            return self._once_more(lambda: self._read(held))
        except (*DRIVER_ERRORS, DatabaseUnusable) as error:
            if was_broken_off(
                error.__cause__ if isinstance(error, DatabaseUnusable) and error.__cause__ else error
            ):
                raise SearchTooLong from None
            raise

    async def look_up(self, query: Callable[[Connection], T]) -> T:
        """Run a query that finds a few rows by their keys, on a snapshot, and nothing else in this thread meanwhile.

        Of a file it runs at once, in the calling thread: a thread of its own would cost more than the query, all the
        more when the interpreter's lock is in demand. Of a server never: nothing else is done while the network is
        slow. What it returns must be whole: rows, no result to read from. Raises DatabaseUnusable.
        """
        if not self._backend.near:
            return await self.read(query)
        return self._once_more(lambda: self._looked_up(query))

    def _looked_up(self, query: Callable[[Connection], T]) -> T:
        """On a connection that is kept; after any fault on a new one the next time."""
        with self._near_lock:
            self._require_open()
            try:
                connection = self._near = self._near or self._engine.connect()
                return _on_snapshot(connection, self._backend.begin_reading, query)
            except BaseException as error:
                self._near = None
                if isinstance(error, MemoryError):
                    raise explained(self.where, error) from error
                raise

    def read_now(self, query: Callable[[Connection], T]) -> T:
        """Run a point query in the calling thread: about 0.1 ms in a file; for commands and threads."""
        self._require_open()
        return self._once_more(lambda: self._read(query))

    def _read(self, query: Callable[[Connection], T]) -> T:
        with self._engine.connect() as connection:
            return _on_snapshot(connection, self._backend.begin_reading, query)

    async def row(self, statement: str, *values: str | bytes | int) -> tuple[Any, ...] | None:
        """The first row of a point query, by the driver alone: for the decision path.

        From a file in about 10 µs, in the calling thread; from a server in a reader's, and nobody waits long.
        `statement` is SQL with question marks. Such a query is a snapshot by itself. Raises DatabaseUnusable.
        """
        self._require_open()
        if self._backend.near:
            return self._once_more(lambda: self._row(statement, values))
        asked = asyncio.get_running_loop().run_in_executor(
            self._readers, self._once_more, lambda: self._row_of_server(statement, values)
        )
        try:
            async with asyncio.timeout(PATIENCE.total_seconds()):
                return await asked
        except TimeoutError:
            raise DatabaseUnusable(
                self.where, f"no answer within {PATIENCE.seconds} s; see the server and the network"
            ) from None

    def _row(self, statement: str, values: Sequence[Any]) -> tuple[Any, ...] | None:
        # Closed at once: an open cursor would hold the snapshot.
        with self._point_lock, closing(self._point_connection().execute(statement, values)) as cursor:
            return cast(tuple[Any, ...] | None, cursor.fetchone())

    def _row_of_server(self, statement: str, values: Sequence[Any]) -> tuple[Any, ...] | None:
        with self._engine.connect() as connection:
            found = driver_of(connection.connection).execute(statement, values).fetchone()
            return cast(tuple[Any, ...] | None, found)

    def _point_connection(self) -> Driver:
        if self._point is None:
            self._point = self._engine.raw_connection()
        return driver_of(self._point)

    def _once_more(self, ask: Callable[[], T]) -> T:
        """Again where the backend says so: a question leaves no trace. Raises DatabaseUnusable."""
        try:
            try:
                return ask()
            except DRIVER_ERRORS as error:
                if not self._backend.again(error):
                    raise
            return ask()
        except DRIVER_ERRORS as error:
            if concerns_the_file(error):
                raise explained(self.where, error) from error
            raise

    def _require_open(self) -> None:
        if self._writer.closed:
            raise DatabaseUnusable(self.where, "closed")
        if not self.answers():
            raise DatabaseUnusable(self.where, "it does not answer; see the server and the network")

    async def write(self, work: Callable[[Connection], T]) -> T:
        """Run `work` in the next group, return when it is durable; raises what it raised."""
        return await asyncio.wrap_future(self.write_soon(work))

    def write_soon(self, work: Callable[[Connection], T]) -> Future[T]:
        """The same from any thread. Raises DatabaseUnusable."""
        self._require_open()
        return self._writer.write_soon(work)

    def watched(
        self, told: Callable[[AbstractSet[str]], object], leads: Callable[[bool], object]
    ) -> "Watching":
        """Begin to hear what other nodes change; see `gateway.storage.postgres.watch`. Of a server's database alone."""
        from gateway.storage.postgres.watch import Watch  # noqa: PLC0415 - a driver that a file does without

        assert not isinstance(self.place, Path)
        watch = Watch(self.place, told, leads, self.look_alive, partial(mark_over, self.engine))
        self.answers = watch.answers
        watch.start()
        return watch

    def look_alive(self) -> None:
        """Write nothing: whether writes succeed again is known at once, and not by the next one of somebody."""
        with suppress(DatabaseUnusable):
            self._writer.write_soon(_nothing)

    async def require_writes(self) -> None:
        """Raises DatabaseUnusable where nothing can be written now."""
        await self.write(_nothing)

    async def ask_all(self) -> None:
        """Every node that watches looks again. Raises DatabaseUnusable."""
        if isinstance(self.place, Path):
            return
        from gateway.storage.telling import ask_all  # noqa: PLC0415

        await self.write(ask_all)

    def close(self) -> None:
        """Finish what is waiting, then end the threads."""
        self._writer.close()
        self._readers.shutdown()
        self._searchers.shutdown()
        with self._point_lock:
            if self._point is not None:
                self._point.close()
        with self._near_lock:
            if self._near is not None:
                self._near.close()
                self._near = None
        self._engine.dispose()


def _opened(place: Place, *, lasting: bool, patience: timedelta) -> Backend:
    if isinstance(place, Path):
        engine = embedded.open_engine(place, lasting=lasting, patience=patience)
        return Embedded(str(place), engine) if lasting else Embedded(str(place), engine, for_writing=())
    from gateway.storage.postgres.engine import Shared, open_engine  # noqa: PLC0415 - a driver that a file does without

    return Shared(named(place), open_engine(place, READERS + SEARCHERS + 2))


def _nothing(connection: Connection) -> None:
    connection.exec_driver_sql("SELECT 1")


def _on_snapshot(connection: Connection, begin: str, query: Callable[[Connection], T]) -> T:
    """Where something failed, nothing is kept: no connection and, in the frames of the exception, no half-read result.

    It would hold the snapshot for as long as anybody holds the exception.
    """
    driver = driver_of(connection.connection)
    try:
        driver.execute(begin)
        answer = query(connection)
        driver.execute("ROLLBACK")
        connection.rollback()  # SQLAlchemy's own notion of a transaction; the driver has none any more
    except BaseException as error:
        clear_frames(error.__traceback__)
        connection.invalidate()
        connection.close()
        raise
    return answer
