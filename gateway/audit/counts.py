"""Entries counted over time and by what a field says; and how far they were counted.

Most of it is counted by the index beside the log, without looking at entries. What would take too long is left out or
told as near enough, and the counts say so: an officer who waits looks at no chart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from gateway.audit.slices import Width

HOUR_OF_DAY = "hour"
"""Beside the fields of an entry: the hour of Prague's clock, `0` to `23`."""


@dataclass(frozen=True, slots=True)
class Slice:
    begin: datetime
    end: datetime
    """Before this moment."""
    entries: int
    refused: int
    """Those of the entries whose outcome is a refusal."""


@dataclass(frozen=True, slots=True)
class Counted:
    """How far one may rely on counts."""

    since: datetime | None = None
    """Older entries were not counted; None: all were."""
    exactly: bool = True
    """Otherwise some entries were not looked at one by one: each number is near enough, and no proof."""
    not_indexed: int = 0
    """Entries that the index does not know yet, and that were too many to be looked at."""

    @property
    def whole(self) -> bool:
        return self.since is None and not self.not_indexed


@dataclass(frozen=True, slots=True)
class OverTime:
    """`slices`: from the oldest on, without gaps; none where nothing was found in an open span."""

    width: Width
    slices: tuple[Slice, ...]
    counted: Counted

    @property
    def entries(self) -> int:
        return sum(one.entries for one in self.slices)

    @property
    def refused(self) -> int:
        return sum(one.refused for one in self.slices)


NOTHING_FOUND = OverTime(Width.HOURS, (), Counted())


@dataclass(frozen=True, slots=True)
class Valued:
    value: str
    entries: int


@dataclass(frozen=True, slots=True)
class ByValue:
    """The most frequent first. An entry with several values counts for each of them, one with none for none."""

    field: str
    rows: Sequence[Valued]
    more: int
    """Values that are left out."""
    counted: Counted
