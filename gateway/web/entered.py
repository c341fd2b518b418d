"""Moments as forms write them, in Prague, and what they mean in UTC."""

from datetime import UTC, date, datetime, time, timedelta

from idp.http.moments import PRAGUE


class MomentUnreadable(Exception):
    """A date or time of a form is not one."""

    def __init__(self, value: str) -> None:
        super().__init__(f"{value!r} is no date; write it as 2026-11-23 or 2026-11-23T18:00")
        self.value = value


def entered_since(value: str) -> datetime | None:
    """Start of a span that a form named, in UTC; None where it is empty. Raises MomentUnreadable."""
    entered = _entered(value)
    if entered is None:
        return None
    day, clock = entered
    # of an hour that the end of summer time repeats, the first: nothing is missed
    return datetime.combine(day, clock or time.min, PRAGUE).replace(fold=0).astimezone(UTC)


def entered_until(value: str) -> datetime | None:
    """First moment after a span that a form named (its last day or minute is still in it), in UTC."""
    entered = _entered(value)
    if entered is None:
        return None
    day, clock = entered
    if clock is None:
        return datetime.combine(_next_day(day), time.min, PRAGUE).astimezone(UTC)
    return datetime.combine(day, clock, PRAGUE).replace(fold=1).astimezone(UTC) + timedelta(minutes=1)


def _entered(value: str) -> tuple[date, time | None] | None:
    """Day, and minute where one was given, of `2026-11-23` or `2026-11-23T18:00` (HTML §2.3.5)."""
    text = value.strip()
    if not text:
        return None
    try:
        if len(text) == len("2026-11-23"):
            return _calendar_day(date.fromisoformat(text), value), None
        form = "%Y-%m-%dT%H:%M" if len(text) == len("2026-11-23T18:00") else "%Y-%m-%dT%H:%M:%S"
        moment = datetime.strptime(text, form)  # noqa: DTZ007 - Prague is added by the callers
    except ValueError:
        raise MomentUnreadable(value) from None
    return _calendar_day(moment.date(), value), moment.time()


def _calendar_day(day: date, value: str) -> date:
    if not 1970 <= day.year < 3000:  # keeps every later sum inside what datetime can hold
        raise MomentUnreadable(value)
    return day


def _next_day(day: date) -> date:
    return day + timedelta(days=1)
