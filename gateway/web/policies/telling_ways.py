"""When, and from where, changed policies may make a difference: their hours, days, dates and networks say it. Pure.

What nobody would notice now may be noticed at night. These are proposals to look at, each at the edge of something that
a changed policy names; whether anybody gains or loses then the page works out.
"""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from config.holidays import is_public_holiday
from config.vocabulary import NetworkName
from gateway.web.policies.coming import NETWORK
from gateway.web.policies.entered import YEARS
from idp.http.moments import PRAGUE
from policies.statements import split
from policies.texts import POLICIES, Texts

HOUR = re.compile(r"context\.time\.hour\s*[<>=!]=?\s*(\d{1,2})\b")
OF_DAY = re.compile(r"context\.time\.of_day\s*[<>=!]=?\s*duration\(\"(\d{1,2})h")
DAY_OF_YEAR = re.compile(r'"(\d{4}-\d\d-\d\d)(?:T[^"]*)?"')
OF_THE_WEEK, HOLIDAYS, TIME = "context.time.weekday", "context.time.holiday", "context.time."
PLACE, COUNTRY = "context.place.networks", "context.place.country"
MOST = 8
NOON, LAST = 12, 23
SATURDAY = 6
DAY = timedelta(days=1)
WITHIN = 366  # days in which a kind of day is looked for


@dataclass(frozen=True, slots=True, order=True)
class Way:
    """`at`: in Prague; None: whenever. `place`: a value of `coming.places`."""

    at: datetime | None
    place: str

    @property
    def typed(self) -> str:
        return "" if self.at is None else self.at.replace(tzinfo=None).isoformat(timespec="minutes")


def telling_ways(before: Texts, after: Texts, now: datetime, networks: Collection[NetworkName]) -> list[Way]:
    """Those to come, soonest first; none where no changed policy asks for time or place."""
    changed = "\n".join(sorted(_statements(before) ^ _statements(after)))
    today = now.astimezone(PRAGUE)
    moments = sorted({one for one in _moments(changed, today.date()) if one > today})
    places = _places(changed, networks)
    ways = [Way(one, "") for one in moments][: MOST - len(places)]
    return ways + [Way(None, place) for place in places][:MOST]


def _statements(texts: Texts) -> set[str]:
    return {one.text for name, text in texts.items() if name.endswith(POLICIES) for one in split(text)}


def _moments(changed: str, today: date) -> Iterator[datetime]:
    if TIME not in changed:
        return
    working = _first(today + DAY, lambda day: day.isoweekday() < SATURDAY and not is_public_holiday(day))
    hours = {int(one) for found in (HOUR, OF_DAY) for one in found.findall(changed)}
    for hour in hours:
        yield from (_at(working, edge) for edge in (hour - 1, hour) if 0 <= edge <= LAST)
    if OF_THE_WEEK in changed:
        yield _at(working, NOON)
        yield _at(_first(today, lambda day: day.isoweekday() == SATURDAY), NOON)
    if HOLIDAYS in changed:
        yield _at(_first(today, is_public_holiday), NOON)
    for text in DAY_OF_YEAR.findall(changed):
        try:
            days = [date.fromisoformat(text) + away * DAY for away in (-1, 0, 1)]
        except (ValueError, OverflowError):  # at the ends of the calendar there is nothing to look at
            continue
        yield from (_at(day, NOON) for day in days if day.year in YEARS)


def _places(changed: str, networks: Collection[NetworkName]) -> list[str]:
    found = (
        [f"{NETWORK}{one}" for one in sorted(networks) if f'"{one}"' in changed] if PLACE in changed else []
    )
    return [*found, "abroad"] if COUNTRY in changed else found


def _first(day: date, fits: Callable[[date], bool]) -> date:
    return next((one for one in (day + away * DAY for away in range(WITHIN)) if fits(one)), day)


def _at(day: date, hour: int) -> datetime:
    return datetime.combine(day, time(hour), PRAGUE)
