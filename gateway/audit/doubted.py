"""Entries that are read as the log goes on, and are not what its end proves. Pure.

Somebody may have changed bytes for the second in which they are read. So they are waited for; what lasts is passed as
it stands, and told: whoever damages the log must not keep all that follows from being seen.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

WAITED = timedelta(seconds=30)
AGAIN = timedelta(minutes=15)  # as gaps are told: less than the `quiet` of the delivered rule


@dataclass(slots=True)
class Doubted:
    since: datetime | None = None
    """From when on nothing was read that is proven."""
    _told: datetime | None = None

    def waits(self, now: datetime, *, proven: bool) -> bool:
        if proven:
            self.since = self._told = None
            return False
        self.since = self.since or now
        return now - self.since < WAITED

    def is_due(self, now: datetime) -> bool:
        """Whether it is to be told, once it was waited for in vain."""
        if self.since is None or (self._told is not None and now - self._told < AGAIN):
            return False
        self._told = now
        return True
