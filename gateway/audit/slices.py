"""A span of time in slices that people read: minutes, hours, days, weeks or months of Prague's calendar. Pure."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from functools import partial
from itertools import takewhile

from gateway.audit.facts import EPOCH
from gateway.audit.terms import LOCAL

MOST = 62  # slices: two months of days; more bars are too thin for a finger
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MINUTES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))
"""Prague is whole hours away from UTC, so these and hours begin where UTC's do."""


class Width(StrEnum):
    """How a slice is called."""

    MINUTES = "minutes"
    HOURS = "hours"
    DAY = "day"
    WEEK = "week"
    MONTH = "month"


@dataclass(frozen=True, slots=True)
class Cut:
    """`edges`: where slices begin, and the end of the last; rising, two at least."""

    width: Width
    edges: tuple[datetime, ...]


_Starts = Callable[[datetime], Iterator[datetime]]
"""Where slices begin, from the one that holds a moment on; without end."""


def cut(since: datetime, until: datetime, finest: timedelta = timedelta(0)) -> Cut:
    """The narrowest slices of which at most `MOST` make the span, none narrower than `finest`.

    Of a span of more months than that the newest `MOST` are told apart; the first slice has all before them.
    """
    until = max(until, since + timedelta(microseconds=1))
    width, starts = next(
        (width, starts)
        for width, length, starts in _WAYS
        if width is Width.MONTH or (length >= finest and (until - since) / length <= MOST - 1)
    )
    inner = [one for one in takewhile(lambda start: start < until, starts(since)) if one > since]
    return Cut(width, (since, *inner[1 - MOST :], until))


def _even(length: timedelta, since: datetime) -> Iterator[datetime]:
    start = since - (since - EPOCH) % length
    while True:
        yield start
        start += length


def _of_day(hours: int, since: datetime) -> Iterator[datetime]:
    day = since.astimezone(LOCAL).date()
    while True:
        for hour in range(0, 24, hours):
            yield _at(day, hour)
        day += DAY


def _days(number: int, since: datetime) -> Iterator[datetime]:
    """Weeks begin on Mondays."""
    day = since.astimezone(LOCAL).date()
    day -= timedelta(days=day.weekday() % number)
    while True:
        yield _at(day)
        day += timedelta(days=number)


def _months(since: datetime) -> Iterator[datetime]:
    day = since.astimezone(LOCAL).date().replace(day=1)
    while True:
        yield _at(day)
        day = (day + timedelta(days=31)).replace(day=1)


def _at(day: date, hour: int = 0) -> datetime:
    return datetime.combine(day, time(hour), LOCAL).astimezone(UTC)


_WAYS: tuple[tuple[Width, timedelta, _Starts], ...] = (
    *((Width.MINUTES, length, partial(_even, length)) for length in MINUTES),
    (Width.HOURS, HOUR, partial(_even, HOUR)),
    *((Width.HOURS, hours * HOUR, partial(_of_day, hours)) for hours in (3, 6, 12)),
    (Width.DAY, DAY, partial(_days, 1)),
    (Width.WEEK, 7 * DAY, partial(_days, 7)),
    (Width.MONTH, 28 * DAY, _months),
)
