"""What the database says of the log's end, held against the last entries. Pure."""

from dataclasses import dataclass
from typing import TypeGuard

from gateway.audit.facts import LATEST
from gateway.audit.shard import end_of_month, month_of


@dataclass(frozen=True, slots=True)
class EndTimes:
    """As they stand there, microseconds since the epoch: of the last entry, of the system clock then, and of the next
    month.
    """

    received_at: object
    wall: object
    until: object


@dataclass(frozen=True, slots=True)
class StoredTail:
    """What the database says of the log's end; nothing of it is believed."""

    size: int
    frontier: bytes
    shard: int = 0
    first: int = 0
    month: str = ""
    times: EndTimes | None = None

    def why_not(self, began: int | None, last: int | None) -> str:
        """What its month and times say that its entries cannot have brought about. `began`, `last`: when the first
        entry of the open month was received, and the last of the log.
        """
        if began is None or last is None or self.times is None:
            return ""
        if self.month != (month_of(began) if self.shard else ""):
            return "the stored month is not that of its first entry"
        if self.times.received_at != last:
            return "the stored time of the last entry is not that of the last entry"
        if not _is_time(self.times.wall) or self.times.wall > last:
            return "the stored time of the clock is later than the last entry"
        return "" if self._turns(began, last) else "the stored end of the month is not that of its entries"

    def _turns(self, began: int, last: int) -> bool:
        """The first tree of a log may be older than months, whose first one then began within it."""
        assert self.times is not None
        until = self.times.until
        if self.shard:
            return until == end_of_month(began)
        if until == 0:
            return True
        if not _is_time(until) or not end_of_month(began) <= until <= end_of_month(last):
            return False
        return end_of_month(until - 1) == until


def _is_time(value: object) -> TypeGuard[int]:
    return type(value) is int and 0 <= value < LATEST
