"""When everybody is listed: whoever is out in the directory is out here within five minutes, and a quiet directory is
left alone.

Laws: nobody is listed unless something moved since the last listing, the first question of a process apart; a listing
counts when its answer was taken in, and until then the next question lists everybody again. Its clock is one that
nobody sets.
"""

from dataclasses import dataclass
from datetime import timedelta

LISTED_EVERY = timedelta(minutes=4)


@dataclass(slots=True)
class Listings:
    """Of one source, in one thread. Times are seconds of a monotonic clock."""

    refresh: timedelta = timedelta()
    """How long after one question the next one comes."""
    _owed: bool = True
    """Something may have moved since everybody was listed."""
    _listed_at: float | None = None
    _answered: tuple[float, bool] | None = None
    """When everybody was listed for the answer that is being taken in, and whether something moved meanwhile."""

    def wanted(self, now: float, *, moved: bool) -> bool:
        """Whether everybody is listed with this question; `moved`: anything at all in the directory, since then."""
        self._answered = None
        self._owed = self._owed or moved
        return self._owed and due(self._listed_at, now, self.refresh)

    def answered(self, now: float, *, moved: bool = False) -> None:
        """Everybody was listed at `now`; `moved`: something may have, while that lasted."""
        self._answered = now, moved

    def taken_in(self) -> None:
        """The answer to the last question was."""
        if self._answered is not None:
            self._listed_at, self._owed = self._answered
            self._answered = None


def due(listed_at: float | None, now: float, refresh: timedelta) -> bool:
    """Whether everybody is listed with this question, lest the next one come too late for it."""
    return listed_at is None or now >= listed_at + (LISTED_EVERY - refresh).total_seconds()
