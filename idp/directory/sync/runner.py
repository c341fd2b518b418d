"""Keeps the replica of one directory current: one thread that asks for changes again and again, and takes in what is
told in between. What it decides with has rooms of its own: `delta`, `full_syncs`, `reporter`.

Laws: everything that concerns one directory happens in this thread, one message after the other, but for reading it
as a whole; the replica is as true as the last question that was answered, whatever was told since; a question that is
due goes before what was told, whose answer tells it all, but what is told waits for no list of everybody; a fault of
ours is logged, told to whoever waits for an answer, and ends nothing.
"""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from config.settings import Directory
from idp.directory.errors import DirectoryMisconfigured, DirectoryUnusable, NotReadYet
from idp.directory.pool import Pool
from idp.directory.sync.delta import Applied, AskAgain, DeltaSync, FullSyncNeeded, Push
from idp.directory.sync.full import Progress
from idp.directory.sync.full_syncs import FullSyncs, Outcome, ReadAll
from idp.directory.sync.news import News, held_back
from idp.directory.sync.record import Position
from idp.directory.sync.replica import Replica, ReplicaState
from idp.directory.sync.reporter import Reporter
from idp.directory.sync.source import Source
from idp.directory.sync.told import FullSyncEnded, Told
from idp.directory.sync.wanted import Answer, Wanted, cancel, failing

AFTER_FAULT = 5.0  # seconds
WINDOW = 0.9  # of the time between two questions in turn, of which each begins a count anew although clocks are set

log = structlog.get_logger("directory")


@dataclass(frozen=True, slots=True)
class Pace:
    refresh: timedelta
    full: timedelta
    """How often everything is read although nobody says that it must be."""


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
        steady: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name = settings.name
        self._replica, self._source, self._pace, self._clock = replica, source, pace, clock
        self._steady = steady
        self._told = Told()
        self._aside = ThreadPoolExecutor(1, f"told-{self.name}")  # has a connection of its own
        self._delta = DeltaSync(settings, replica, source, pool, clock, WINDOW * pace.refresh)
        self._full = FullSyncs(
            self.name, replica, read_all, steady, lambda outcome: self._told.put(FullSyncEnded(outcome))
        )
        self._reporter = Reporter(self.name, replica, tell)
        self._stopping = threading.Event()
        self._ask_at = steady()
        self._answers: list[Answer] = []  # due when the full sync under way has ended

    @property
    def progress(self) -> Progress | None:
        """Of the full sync under way."""
        return self._full.progress

    def want(self, *, full: bool) -> Answer:
        """A sync now; the answer comes when it has ended, and raises DirectoryUnusable."""
        answer = Answer()
        self._told.put(Wanted(full, answer))
        return answer

    def push(self, what: Push) -> None:
        """Take it in soon, or ask instead."""
        if self._told.push(what) and not self._full.under_way:
            self.wake()  # nothing may wait by now

    def wake(self) -> None:
        """Somebody else changed the replica."""
        self._told.put(None)

    def stop(self) -> None:
        self._stopping.set()
        self._full.stop()
        self._told.put(None)

    def run(self) -> None:
        going_on = False
        while not self._stopping.is_set():
            try:
                going_on = going_on or self._goes_on_from_before()
                self._step()
            except Exception:
                log.exception("directory.sync_failed", directory=self.name)
                self._stopping.wait(AFTER_FAULT)
        cancel(self._answers, self._told.everything())
        self._aside.shutdown()
        self._full.join()

    def _goes_on_from_before(self) -> bool:
        standing = self._replica.standing(self.name)
        self._delta.generation = standing.generation
        self._reporter.goes_on_from(standing.trouble)
        return True

    def _step(self) -> None:
        message = self._told.next(self._ask_at - self._steady())
        if self._stopping.is_set():
            cancel([], [message])
        elif isinstance(message, FullSyncEnded):
            answers, self._answers = self._answers, []
            with failing(self.name, answers):
                self._full_ended(message.outcome, answers)
        elif isinstance(message, Wanted):
            with failing(self.name, [message.answer]):
                self._serve(message)
        elif message is None:
            self._ask()
        elif not self._question_due or not self._ask():
            self._take(message)

    @property
    def _question_due(self) -> bool:
        behind = self._told.behind and not self._full.under_way  # that one's end asks
        return behind or self._steady() >= self._ask_at

    def _serve(self, wanted: Wanted) -> None:
        answered = False
        if wanted.full:
            self._full.allow()
            self._full.begin("it was asked for")
        else:
            answered = self._ask()
        if self._full.under_way:
            self._answers.append(wanted.answer)
            return
        standing = self._replica.standing(self.name)
        if standing.held is not None or answered:
            wanted.answer.set_result(standing.held)
        elif self._reporter.in_trouble:
            wanted.answer.set_exception(DirectoryMisconfigured(self.name, standing.trouble))
        elif (early := self._full.too_early) is not None:
            wanted.answer.set_exception(NotReadYet(self.name, self._clock() + early))
        else:
            self._told.put(wanted)  # somebody else changed the replica meanwhile

    def _ask(self) -> bool:
        """Whether the answer was taken in, and so whatever was told before."""
        self._told.question_begins()
        standing = self._replica.standing(self.name)
        every, answered = self._pace.refresh, False
        if standing.position is None:
            self._full.begin("nothing is kept of it yet")
        else:
            manner = self._source.manner(standing.position)
            every = max(every, manner.every or every)
            self._reporter.advise(manner.advice)
            answered = self._bring_up_to_date(standing, standing.position)
        if answered:
            self._told.question_answered()
        self._ask_at = self._steady() + every.total_seconds()
        return answered

    def _bring_up_to_date(self, standing: ReplicaState, since: Position) -> bool:
        at, answered = self._clock(), False
        try:
            answer = self._delta.ask(standing, since, at, lambda: self._told.meanwhile(self._taken_aside))
        except DirectoryUnusable as trouble:
            self._reporter.failed(trouble, self._clock())
        else:
            self._answered(answer, standing, at)
            answered = isinstance(answer, Applied)
        if standing.held is not None:
            self._reporter.failed(held_back(self.name, standing.held), self._clock())
            self._full.begin("a reading is held back")
        elif standing.full_at is not None and abs(at - standing.full_at) >= self._pace.full:  # clocks are set
            self._full.begin("the last one is long ago")
        return answered

    def _answered(
        self, answer: Applied | FullSyncNeeded | AskAgain, standing: ReplicaState, at: datetime
    ) -> None:
        match answer:
            case FullSyncNeeded(why, touched):
                if touched != frozenset():
                    self._reporter.changed(touched, at)
                self._full.begin(why)
            case AskAgain():
                self.wake()
            case Applied(touched) if standing.held is not None:
                self._reporter.changed(touched, at)
            case Applied(touched):
                self._full.allow()
                self._reporter.confirmed(touched, at)

    def _take(self, push: Push) -> None:
        if not self._taken(push, self._delta.take):
            self._ask()

    def _taken_aside(self, push: Push) -> bool:
        """While this thread's connection is in the middle of a list."""
        return self._taken(push, lambda *what: self._aside.submit(self._delta.take, *what).result())

    def _taken(self, push: Push, take: Callable[[Push, Position], Applied | AskAgain]) -> bool:
        """False where only a question tells what is true."""
        standing = self._replica.standing(self.name)
        if standing.position is None:
            return True
        try:
            answer = take(push, standing.position)
        except DirectoryUnusable:
            return True  # the next question tells what is wrong
        if isinstance(answer, AskAgain):
            return False
        if answer.touched:
            self._reporter.changed(answer.touched, self._clock())
        return True

    def _full_ended(self, outcome: Outcome, answers: Sequence[Answer]) -> None:
        self._full.settle(outcome)
        if isinstance(outcome, DirectoryUnusable):
            self._reporter.failed(outcome, self._clock())
            for answer in answers:
                answer.set_exception(outcome)
            return
        if outcome is None:
            if not self._ask() and not self._reporter.in_trouble:
                self._confirm_what_was_read()
        else:
            self._reporter.failed(held_back(self.name, outcome), self._clock())
        for answer in answers:
            answer.set_result(outcome)

    def _confirm_what_was_read(self) -> None:
        """A reading of everything is an answer by itself, whether or not the next server knows what changed since."""
        standing = self._replica.standing(self.name)
        if standing.held is None and standing.synced_at is not None:
            self._delta.generation = standing.generation
            self._reporter.confirmed(None, standing.synced_at)
