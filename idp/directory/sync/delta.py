"""Delta sync: takes into the replica of one directory what changed since its position, asked for or told.

Laws: changes go only onto the position for which they were computed; only an answer to a question makes the replica
younger, what is told never does; the source hears of each answer that was taken in, and counts all others as not given;
more at once than is quick or believable is left to a full sync, whether it comes in one piece or in many. What was
removed is summed until a question is answered that comes a whole `window` after the one with which the sum began: what
is told may make questions follow each other as fast as it is told. Whatever is not certain changes nothing; but that
somebody is still there, and what of them is different, is certain whoever else vanished: whoever is disabled while
many are missing waits for nobody to confirm that.
"""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from config.settings import Directory
from idp.directory.connection import Connection
from idp.directory.pool import Pool
from idp.directory.sync.record import Changes, Position
from idp.directory.sync.replica import Limit, Outdated, Replica, ReplicaState, TooManyGone, Touched
from idp.directory.sync.source import MANY, PositionUnknown, Source, nothing

Push = Callable[[Connection], Changes]
"""Something that a server told; what it means may need further questions."""


@dataclass(frozen=True, slots=True)
class Applied:
    touched: Touched


@dataclass(frozen=True, slots=True)
class FullSyncNeeded:
    why: str
    touched: Touched = frozenset()
    """By what was taken in all the same."""


@dataclass(frozen=True, slots=True)
class AskAgain:
    """Only a question tells what is true now."""


class DeltaSync:
    """In one thread. Its methods block, and raise DirectoryUnusable: then nobody knows, and nothing has changed."""

    def __init__(
        self,
        settings: Directory,
        replica: Replica,
        source: Source,
        pool: Pool,
        clock: Callable[[], datetime],
        window: timedelta,
    ) -> None:
        self._name, self._replica, self._source, self._pool = settings.name, replica, source, pool
        self._clock, self._window = clock, window
        self._limit = Limit(settings.removal_share, settings.removal_least)
        self.generation: int | None = None
        """The one that was last known to be true."""
        self._summed_from: datetime | None = None
        self._told = 0  # entries, since the last question

    def ask(
        self,
        standing: ReplicaState,
        since: Position,
        at: datetime,
        meanwhile: Callable[[], None] = nothing,
    ) -> Applied | FullSyncNeeded | AskAgain:
        """What changed since? Whatever the answer, the replica is afterwards as before, or as the directory is.

        `meanwhile` as for a Source.
        """
        self._told = 0
        anew = self._summed_from is None or not timedelta() <= at - self._summed_from < self._window
        try:
            changes = self._pool.run_here(lambda line: self._changes(line, since, meanwhile))
            if standing.held is not None:  # then not even a good answer says that all is well
                changes = replace(changes, position=None)
            touched = self._replica.apply(self._name, changes, since, at, self._limit, anew=anew)
            self._source.taken_in()
        except PositionUnknown as unknown:
            certain = self._certain(unknown.told, since, at) if unknown.told is not None else frozenset()
            return FullSyncNeeded(unknown.why, certain)
        except TooManyGone as gone:
            return FullSyncNeeded(str(gone), self._certain(changes, since, at))
        except Outdated:
            return AskAgain()
        if anew:
            self._summed_from = at
        another = standing.generation != self.generation
        self.generation = standing.generation
        return Applied(None if another else touched)

    def _certain(self, changes: Changes, since: Position, at: datetime) -> Touched:
        """Takes in who is there and different, where more vanished than is believable. It confirms nothing, and the
        next question tells it once more.
        """
        people = Changes(people=changes.people)
        for some in (replace(people, groups=changes.groups), people):  # groups may have been emptied
            with suppress(TooManyGone, Outdated):
                if len(some) <= MANY:
                    return self._replica.apply(self._name, some, since, at, self._limit, anew=False)
        return frozenset()

    def _changes(self, line: Connection, since: Position, meanwhile: Callable[[], None]) -> Changes:
        changes = self._source.changes(line, since, meanwhile)
        if len(changes) > MANY:
            raise PositionUnknown(f"{len(changes)} entries have changed")
        return changes

    def take(self, push: Push, since: Position) -> Applied | AskAgain:
        """What was told, as far as it can be understood from it alone."""
        try:
            changes = self._pool.run_here(push)
            self._told += len(changes)
            if self._told > MANY:
                return AskAgain()
            touched = self._replica.apply(self._name, changes, since, self._clock(), self._limit)
        except (PositionUnknown, Outdated, TooManyGone):
            return AskAgain()
        # everybody is looked at when all of it is certain
        return AskAgain() if touched is None else Applied(touched)
