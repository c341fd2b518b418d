"""Keeps the replica of one directory current: asks for changes again and again, takes in what is told in between.

Laws: whatever is not certain changes nothing and is told; the replica is as true as the last question that was
answered, whatever was told since; everything is read by one full sync at a time, beside all else.
"""

import queue
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from config.settings import Directory
from idp.directory.connection import Connection
from idp.directory.errors import DirectoryMisconfigured, DirectoryUnusable
from idp.directory.pool import Pool
from idp.directory.sync.full import Progress
from idp.directory.sync.news import News, held_back
from idp.directory.sync.record import Changes, Position
from idp.directory.sync.replica import Hold, Limit, Outdated, Replica, Standing, TooManyGone, Touched
from idp.directory.sync.source import PositionUnknown, Source

ReadAll = Callable[[Callable[[Progress], None]], Hold | None]
"""A full sync, in whatever process; tells its progress. Raises DirectoryUnusable."""
Push = Callable[[Connection], Changes]
"""Something that a server told; what it means may need further questions."""

MANY = 2_000  # changes at once; above that reading everything is better than one long write
AFTER_FAILURE = timedelta(minutes=1)  # until everything is read again, doubling up to the next
LONGEST_WAIT = timedelta(minutes=15)
AFTER_FAULT = 5.0  # seconds

log = structlog.get_logger("directory")


@dataclass(frozen=True, slots=True)
class Pace:
    refresh: timedelta
    full: timedelta
    """How often everything is read although nobody says that it must be."""


@dataclass(frozen=True, slots=True)
class Wanted:
    full: bool
    answer: "Future[Hold | None]"


@dataclass(frozen=True, slots=True)
class FullRead:
    outcome: Hold | DirectoryUnusable | None


class Runner:
    """`run` is the body of a thread; `want`, `push`, `wake` and `stop` may be called from any other."""

    def __init__(
        self,
        settings: Directory,
        replica: Replica,
        source: Source,
        pool: Pool,
        read_all: ReadAll,
        pace: Pace,
        clock: Callable[[], datetime],
        tell: Callable[[News], None],
    ) -> None:
        self.name, self._settings = settings.name, settings
        self._replica, self._source, self._pool = replica, source, pool
        self._read_all, self._pace, self._clock, self._tell = read_all, pace, clock, tell
        self._limit = Limit(settings.removal_share, settings.removal_least)
        self.progress: Progress | None = None
        """Of the full sync under way."""
        self._messages: queue.SimpleQueue[Push | Wanted | FullRead | None] = queue.SimpleQueue()
        self._stopping = threading.Event()
        self._ask_at = 0.0  # monotonic seconds
        self._reading: threading.Thread | None = None
        self._answers: list[Future[Hold | None]] = []  # due when the full sync under way has ended
        self._failures = 0
        self._full_not_before: datetime | None = None
        self._trouble: type[DirectoryUnusable] | None = None
        self._noted = self._advised = ""
        self._generation: int | None = None
        self._pushed_removals = 0

    def want(self, *, full: bool) -> "Future[Hold | None]":
        """A sync now; the answer comes when it has ended, and raises DirectoryUnusable."""
        answer: Future[Hold | None] = Future()
        self._messages.put(Wanted(full, answer))
        return answer

    def push(self, what: Push) -> None:
        self._messages.put(what)

    def wake(self) -> None:
        """Somebody else changed the replica."""
        self._messages.put(None)

    def stop(self) -> None:
        self._stopping.set()
        self._messages.put(None)

    def run(self) -> None:
        standing = self._replica.standing(self.name)
        self._generation, self._noted = standing.generation, standing.trouble
        while not self._stopping.is_set():
            try:
                self._step()
            except Exception:
                log.exception("directory.sync_failed", directory=self.name)
                self._stopping.wait(AFTER_FAULT)
        for answer in self._answers:
            answer.cancel()
        if (reading := self._reading) is not None:
            reading.join()

    def _step(self) -> None:
        message: Push | Wanted | FullRead | None = None
        with suppress(queue.Empty):
            message = self._messages.get(timeout=max(0.0, self._ask_at - time.monotonic()))
        if self._stopping.is_set():
            return
        if isinstance(message, FullRead):
            self._full_ended(message.outcome)
        elif isinstance(message, Wanted):
            self._serve(message)
        elif message is not None:
            self._take(message)
        else:
            self._ask()

    def _serve(self, wanted: Wanted) -> None:
        if wanted.full:
            self._full_not_before = None
            self._begin_full("it was asked for")
        else:
            self._ask()
        if self._reading is not None:
            self._answers.append(wanted.answer)
            return
        standing = self._replica.standing(self.name)
        if self._trouble is not None and standing.held is None:
            wanted.answer.set_exception(DirectoryMisconfigured(self.name, standing.trouble))
        else:
            wanted.answer.set_result(standing.held)

    def _ask(self) -> None:
        """What changed? Whatever the answer, the replica is afterwards as before, or as the directory is."""
        standing = self._replica.standing(self.name)
        every = self._pace.refresh
        if standing.position is None:
            self._begin_full("nothing is kept of it yet")
        else:
            manner = self._source.manner(standing.position)
            every = max(every, manner.every or every)
            self._advise(manner.advice)
            self._bring_up_to_date(standing, standing.position)
        self._ask_at = time.monotonic() + every.total_seconds()

    def _bring_up_to_date(self, standing: Standing, since: Position) -> None:
        at = self._clock()
        try:
            changes = self._pool.run_here(lambda line: self._changes(line, since))
            if standing.held is not None:  # then not even a good answer says that all is well
                changes = replace(changes, position=None)
            touched = self._replica.apply(self.name, changes, since, at, self._limit)
        except PositionUnknown as unknown:
            self._begin_full(unknown.why)
        except Outdated:
            self.wake()
        except TooManyGone as gone:
            self._begin_full(str(gone))
        except DirectoryUnusable as trouble:
            self._in_trouble(trouble)
        else:
            self._pushed_removals = 0
            self._came_up(standing, touched, at)
        if standing.held is not None:
            self._in_trouble(held_back(self.name, standing.held))
            self._begin_full("a reading is held back")
        elif standing.full_at is not None and at - standing.full_at >= self._pace.full:
            self._begin_full("the last one is long ago")

    def _changes(self, line: Connection, since: Position) -> Changes:
        changes = self._source.changes(line, since)
        if len(changes) > MANY:
            raise PositionUnknown(f"{len(changes)} entries have changed")
        return changes

    def _came_up(self, standing: Standing, touched: Touched, at: datetime) -> None:
        another = standing.generation != self._generation
        self._generation = standing.generation
        touched = None if another else touched
        if standing.held is not None:
            self._tell(News(directory=self.name, at=at, touched=touched))
            return
        first, self._trouble = self._trouble is not None, None
        self._note("")
        self._tell(News(directory=self.name, at=at, confirmed=True, touched=touched, first_of_its_kind=first))

    def _take(self, push: Push) -> None:
        """What was told is taken in; what cannot be understood from it alone is asked for."""
        standing = self._replica.standing(self.name)
        if standing.position is None:
            return
        try:
            changes = self._pool.run_here(push)
            self._pushed_removals += len(changes.gone | changes.gone_people | changes.gone_groups)
            if self._pushed_removals > self._limit.least or len(changes) > MANY:
                self.wake()  # many small removals are judged together
                return
            touched = self._replica.apply(self.name, changes, standing.position, self._clock(), self._limit)
        except (PositionUnknown, Outdated, TooManyGone):
            self.wake()
        except DirectoryUnusable:
            return  # the next question tells what is wrong
        else:
            if touched is None:
                self.wake()  # everybody is looked at when all of it is certain
            elif touched:
                self._tell(News(directory=self.name, at=self._clock(), touched=touched))

    def _begin_full(self, why: str) -> None:
        now = self._clock()
        if self._reading is not None or (self._full_not_before is not None and now < self._full_not_before):
            return
        log.info("directory.full_sync", directory=self.name, why=why)
        self._reading = threading.Thread(target=self._read, name=f"full-{self.name}", daemon=True)
        self._reading.start()

    def _read(self) -> None:
        outcome: Hold | DirectoryUnusable | None
        try:
            outcome = self._read_all(self._progressed)
        except DirectoryUnusable as trouble:
            outcome = trouble
        except Exception as error:
            log.exception("directory.sync_failed", directory=self.name)
            outcome = DirectoryMisconfigured(self.name, f"the full sync failed: {error}")
        self._messages.put(FullRead(outcome))
        try:
            self._replica.sweep(self._stopping.is_set)
        except Exception:
            log.exception("directory.sweep_failed", directory=self.name)

    def _progressed(self, progress: Progress) -> None:
        self.progress = progress

    def _full_ended(self, outcome: Hold | DirectoryUnusable | None) -> None:
        self._reading = self.progress = None
        answers, self._answers = self._answers, []
        if isinstance(outcome, DirectoryUnusable):
            self._failures += 1
            wait = min(AFTER_FAILURE * 2 ** min(self._failures - 1, 10), LONGEST_WAIT)
            self._full_not_before = self._clock() + wait
            self._in_trouble(outcome)
            for answer in answers:
                answer.set_exception(outcome)
            return
        self._failures = 0
        self._full_not_before = None if outcome is None else self._clock() + LONGEST_WAIT
        if outcome is None:
            self._ask()
        else:
            self._in_trouble(held_back(self.name, outcome))
        for answer in answers:
            answer.set_result(outcome)

    def _in_trouble(self, trouble: DirectoryUnusable) -> None:
        first, self._trouble = type(trouble) is not self._trouble, type(trouble)
        self._note(str(trouble))
        self._tell(News(directory=self.name, at=self._clock(), trouble=trouble, first_of_its_kind=first))

    def _advise(self, advice: str) -> None:
        """Once, and again only when it is another."""
        if advice and advice != self._advised:
            log.warning("directory.advice", directory=self.name, advice=advice)
        self._advised = advice

    def _note(self, trouble: str) -> None:
        if trouble != self._noted:
            self._replica.note_trouble(self.name, trouble)
            self._noted = trouble
