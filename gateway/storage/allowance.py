"""How long one search may take, and how much it may read: what a question costs is chosen by whoever asks it.

Laws: a search ends by itself where it can say how far it came (`over`); a statement that would take longer is broken
off by the database, and what it read is nothing (`step`); what nobody waits for any more goes no further.
"""

import sqlite3
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError

from gateway.audit.search import SearchTooLong
from gateway.storage.engine import DRIVER_ERRORS, driver_of
from gateway.storage.server_faults import CANCELLED, code_of

LONGEST = timedelta(seconds=2)  # of a page: officers wait for no longer, and others wait for the same readers
BREAKING_OFF = timedelta(seconds=1)  # behind that: for the statement that runs just then
LOOKED_AT = 60_000  # entries of a page whose bytes are read one by one: some 15 µs each
FOREVER = float("inf")
Telling = Callable[[Connection, float], object]
"""Has the database break off each statement that takes longer than so many seconds."""


class Allowance:
    """Of one search. Its time begins when a reader takes it; until then, and without one, nothing is broken off."""

    def __init__(self, longest: timedelta = LONGEST, entries: float = LOOKED_AT) -> None:
        self._longest, self._left = longest.total_seconds(), entries
        self._ends = self._stops = FOREVER
        self._tell: Telling | None = None
        self._given_up = False

    def begin(self, tell: Telling) -> None:
        self._ends = time.monotonic() + self._longest
        self._stops = self._ends + BREAKING_OFF.total_seconds()
        self._tell = tell

    def give_up(self) -> None:
        """From any thread: nobody waits for it."""
        self._given_up = True

    @property
    def given_up(self) -> bool:
        return self._given_up

    def took(self, entries: int) -> None:
        """Entries whose bytes were read."""
        self._left -= entries

    @property
    def over(self) -> bool:
        """The search ends where it can."""
        return self._left <= 0 or self._given_up or time.monotonic() >= self._ends

    @property
    def stopped(self) -> bool:
        """What runs now is to be broken off."""
        return self._given_up or time.monotonic() >= self._stops

    @contextmanager
    def step(self, connection: Connection, longest: timedelta | None = None) -> Iterator[None]:
        """What may be broken off, after which there is still time to tell how far the search came.

        `longest`: where that is less than what is left. Raises SearchTooLong.
        """
        if self._tell is None:
            yield
            return
        driver, stops = driver_of(connection.connection), self._stops
        driver.execute("SAVEPOINT step")
        if longest is not None:
            self._stops = min(stops, time.monotonic() + longest.total_seconds())
        self._tell_of(connection)
        try:
            yield
        except DRIVER_ERRORS as error:
            if not was_broken_off(error):
                raise
            self._stops = max(stops, time.monotonic() + BREAKING_OFF.total_seconds())
            driver.execute("ROLLBACK TO SAVEPOINT step")
            self._tell_of(connection)
            raise SearchTooLong from None
        self._stops = stops
        driver.execute("RELEASE SAVEPOINT step")
        self._tell_of(connection)

    def _tell_of(self, connection: Connection) -> None:
        if self._tell is not None:
            self._tell(connection, max(self._stops - time.monotonic(), 0.0))


def unbounded() -> Allowance:
    """Of what the product itself asks, and knows to be little."""
    return Allowance(entries=FOREVER)


def was_broken_off(error: BaseException) -> bool:
    """SQLite says that it was interrupted, a server that the statement was cancelled."""
    raised = error.orig if isinstance(error, DBAPIError) else error
    interrupted = getattr(raised, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT
    return interrupted or code_of(raised) == CANCELLED
