"""When everybody is listed: whoever is out in the directory is out here within five minutes, and a quiet directory is
left alone.

Laws: nobody is listed unless something moved since the last listing, the first question of a process apart; what a
listing found counts as taken in when the replica has come to stand where its answer led.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from idp.directory.sync.record import Position

LISTED_EVERY = timedelta(minutes=4)


@dataclass(slots=True)
class Listings:
    """Of one source, in one thread."""

    refresh: timedelta = timedelta()
    """How long after one question the next one comes."""
    _owed: bool = True
    """Something may have moved since everybody was listed."""
    _listed_at: datetime | None = None
    _answered: tuple[Position, datetime] | None = None
    """Where the answer of the last listing led, which may not have been taken in."""

    def wanted(self, since: Position, now: datetime, *, moved: bool) -> bool:
        """Whether everybody is listed with this question; `moved`: anything at all in the directory, since then."""
        if self._answered is not None and self._answered[0] == since:
            self._owed, self._listed_at = False, self._answered[1]
        self._answered = None
        self._owed = self._owed or moved
        return self._owed and due(self._listed_at, now, self.refresh)

    def answered(self, position: Position, now: datetime) -> None:
        """Everybody was listed at `now`, and the answer leads to `position`."""
        self._answered = position, now


def due(listed_at: datetime | None, now: datetime, refresh: timedelta) -> bool:
    """Whether everybody is listed with this question, lest the next one come too late for it; clocks are set."""
    return listed_at is None or not listed_at <= now < listed_at + LISTED_EVERY - refresh
