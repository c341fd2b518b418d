"""Whether the system clock was set: what it says, beside a clock that nobody sets. Pure.

That it was set back is told by the next entry (`gateway.storage.audit`), so here alone that it was set forward.
"""

from datetime import datetime, timedelta

TOLERANCE = timedelta(seconds=1)  # below this a step is the daily work of time synchronisation


class Clocks:
    def __init__(self, wall: datetime, steady: timedelta) -> None:
        self._wall, self._steady = wall, steady

    def look(self, wall: datetime, steady: timedelta) -> datetime | None:
        """What the clock should have said at most, where it was set forward since the last look."""
        expected = self._wall + (steady - self._steady)
        self._wall, self._steady = wall, steady
        return expected if wall - expected > TOLERANCE else None
