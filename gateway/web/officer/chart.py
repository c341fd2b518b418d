"""A day of activity as bars: where each stands and how high, in the units of an SVG's own box."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from gateway.audit.search import Hour

HOURS = 24
COLUMN = 10.0  # width of an hour; 24 of them make the box 240 wide
BAR = 7.0
HEIGHT = 100.0
STEPS = (1, 2, 5)  # scales end at 1, 2 or 5 times a power of ten


@dataclass(frozen=True, slots=True)
class Bar:
    hour: Hour
    x: float
    accesses_y: float
    accesses_height: float
    refusals_y: float
    refusals_height: float


@dataclass(frozen=True, slots=True)
class Chart:
    bars: tuple[Bar, ...]
    top: int
    """Number of requests that the full height stands for."""

    @property
    def accesses(self) -> int:
        return sum(bar.hour.requests for bar in self.bars)

    @property
    def refusals(self) -> int:
        return sum(bar.hour.refusals for bar in self.bars)


def day_until(now: datetime) -> tuple[datetime, datetime]:
    """The 24 whole hours of which the last holds `now`: first moment, first moment after."""
    end = now.replace(minute=0, second=0, microsecond=0) + timedelta(hours=1)
    return end - timedelta(hours=HOURS), end


def draw(hours: Iterable[Hour], since: datetime) -> Chart:
    """Chart of the 24 hours from `since`; an hour that is missing was quiet."""
    known = {hour.start: hour for hour in hours}
    starts = [since + timedelta(hours=number) for number in range(HOURS)]
    day = [known.get(start) or Hour(start, 0, 0) for start in starts]
    top = round_up(max(hour.requests + hour.refusals for hour in day))
    return Chart(tuple(_bar(number, hour, top) for number, hour in enumerate(day)), top)


def round_up(value: int) -> int:
    """Smallest 1, 2 or 5 times a power of ten that is at least `value` (and at least 1)."""
    power = 1
    while True:
        for step in STEPS:
            if value <= step * power:
                return step * power
        power *= 10


def _bar(number: int, hour: Hour, top: int) -> Bar:
    accesses = HEIGHT * hour.requests / top
    refusals = HEIGHT * hour.refusals / top
    return Bar(
        hour=hour,
        x=number * COLUMN + (COLUMN - BAR) / 2,
        accesses_y=HEIGHT - accesses,
        accesses_height=accesses,
        refusals_y=HEIGHT - accesses - refusals,
        refusals_height=refusals,
    )
