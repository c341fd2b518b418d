"""Moments at which what a policy says of the time holds: found by counting, as a calendar has no formula. Pure."""

import operator
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from itertools import islice, product
from typing import Any
from zoneinfo import ZoneInfo

import msgspec

from config.holidays import is_public_holiday
from policies.comparisons import EPOCH, EXTENSIONS, OPERATORS
from policies.reading import path_of, read_in

PRAGUE = ZoneInfo("Europe/Prague")
TIME = ("context", "time")
OF_THE_DAY = frozenset((*TIME, name) for name in ("date", "month", "day", "weekday", "holiday"))
DAYS = 1500  # four years hold every day of the calendar
MOST = 3
NEAR = 2  # days that are looked at minute by minute, where nothing named will do
DAY, MINUTE = timedelta(days=1), timedelta(minutes=1)
FURTHEST = 7_258_118_400_000  # the year 2200, in milliseconds
Wanted = tuple[Any, bool]
"""A condition in Cedar's JSON, and how it is to come out."""


def reads_time_alone(node: Any) -> bool:
    paths = list(read_in(node))
    return bool(paths) and all(path[:2] == TIME and len(path) == 3 for path in paths)


def moments(
    wanted: Collection[Wanted], begin: datetime, hours: Collection[int] = (), days: Collection[int] = ()
) -> tuple[datetime, ...]:
    """Where all of these come out as wanted, as far as that can be counted; `hours`, `days`: none but these."""
    return _kept(msgspec.json.encode(list(wanted)), begin, tuple(hours), tuple(days))


@lru_cache(maxsize=1024)
def _kept(
    wanted: bytes, begin: datetime, hours: tuple[int, ...], days: tuple[int, ...]
) -> tuple[datetime, ...]:
    return tuple(_found([(node, want) for node, want in msgspec.json.decode(wanted)], begin, hours, days))


def _found(
    wanted: Collection[Wanted],
    begin: datetime,
    hours: Collection[int] = (),
    days: Collection[int] = (),
) -> list[datetime]:
    first = begin.astimezone(PRAGUE).date()
    numbers = sorted({number for node, _ in wanted for number in _numbers(node)})
    instants = [
        EPOCH + timedelta(milliseconds=one) for one in numbers if DAY.total_seconds() * 1000 < one < FURTHEST
    ]
    named = [at.astimezone(zone).date() for at in instants for zone in (PRAGUE, UTC)]
    every = dict.fromkeys(
        [first, *(one + day for one in named for day in (-DAY, timedelta(), DAY))]
        + [first + timedelta(days=number) for number in range(1, DAYS)]
    )
    of_days = [one for one in wanted if all(path in OF_THE_DAY for path in read_in(one[0]))]
    fitting = (
        day
        for day in every
        if (not days or day.isoweekday() in days)
        and _holds(of_days, _moment(datetime.combine(day, time(12), PRAGUE)))
    )
    near = list(islice(fitting, NEAR + 3 * len(named)))
    clocks = _clocks(numbers, instants)
    found = list(islice(_fitting(near, clocks, wanted, hours), MOST))
    return found or list(islice(_fitting(near[:NEAR], range(24 * 60), wanted, hours), MOST))


def _fitting(
    days: Iterable[date], minutes: Collection[int], wanted: Collection[Wanted], hours: Collection[int]
) -> Iterator[datetime]:
    for day, minute in product(days, minutes):
        at = datetime.combine(day, time(minute // 60, minute % 60), PRAGUE)
        if (not hours or at.hour in hours) and _holds(wanted, _moment(at)):
            yield at


def _clocks(numbers: Iterable[int], instants: Iterable[datetime]) -> list[int]:
    """Minutes of the day around all that is named, and in the middle of it."""
    hours = {one + by for one in numbers for by in (-1, 0, 1) if 0 <= one + by < 24} | {3, 10}
    minutes = {one + by for one in numbers for by in (-1, 0, 1) if 0 <= one + by < 60} | {0, 30}
    spans = {one // 60_000 + by for one in numbers for by in (-1, 0, 1)}
    named = {
        at.astimezone(PRAGUE).hour * 60 + at.astimezone(PRAGUE).minute + by
        for at in instants
        for by in (-1, 0, 1)
    }
    first = [10 * 60, 3 * 60, *sorted(one for one in spans | named if 0 <= one < 24 * 60)]
    return list(
        dict.fromkeys(
            [*first, *(hour * 60 + minute for hour, minute in product(sorted(hours), sorted(minutes)))]
        )
    )


def _moment(at: datetime) -> dict[str, Any]:
    """As `policies.request` tells of one; spans and instants in milliseconds."""
    local = at.astimezone(PRAGUE)
    midnight = datetime.combine(local.date(), time(), UTC)
    return {
        "now": int((at - EPOCH) / timedelta(milliseconds=1)),
        "date": int((midnight - EPOCH) / timedelta(milliseconds=1)),
        "month": local.month,
        "day": local.day,
        "of_day": (local.hour * 60 + local.minute) * 60_000,
        "hour": local.hour,
        "minute": local.minute,
        "weekday": local.isoweekday(),
        "holiday": is_public_holiday(local.date()),
    }


def _holds(wanted: Iterable[Wanted], moment: dict[str, Any]) -> bool:
    return all(_worked_out(node, moment) in (want, None) for node, want in wanted)


def _worked_out(node: Any, moment: dict[str, Any]) -> Any:
    """None: it cannot be counted here; Cedar says."""
    path = path_of(node)
    if path is not None:
        return True if "has" in node else moment.get(path[-1])
    ((name, inside),) = node.items()
    if name == "Value":
        return inside if isinstance(inside, int) else None
    if name in EXTENSIONS:
        text = inside[0].get("Value") if isinstance(inside[0], dict) else None
        return EXTENSIONS[name](text)
    if name in WORKS_OUT:
        left, right = (_worked_out(inside[side], moment) for side in ("left", "right"))
        return None if left is None or right is None else WORKS_OUT[name](left, right)
    if name == "contains" and isinstance(inside["left"].get("Set"), list):
        held = [_worked_out(one, moment) for one in inside["left"]["Set"]]
        one = _worked_out(inside["right"], moment)
        return None if one is None or None in held else one in held
    return None


ARITHMETIC: Mapping[str, Callable[[Any, Any], Any]] = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
}
WORKS_OUT: Mapping[str, Callable[[Any, Any], Any]] = {**OPERATORS, **ARITHMETIC}


def _numbers(node: Any) -> Iterator[int]:
    """Whole numbers that stand in it; of spans and instants, milliseconds."""
    if isinstance(node, dict):
        for name, inside in node.items():
            if name in EXTENSIONS and isinstance(inside, list) and isinstance(inside[0], dict):
                number = EXTENSIONS[name](inside[0].get("Value"))
                yield from () if number is None else (number,)
            elif name == "Value" and type(inside) is int:
                yield inside
            else:
                yield from _numbers(inside)
    elif isinstance(node, list):
        for one in node:
            yield from _numbers(one)
