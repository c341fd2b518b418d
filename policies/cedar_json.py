"""Values as Cedar's JSON writes them."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import msgspec

JSON = dict[str, Any]
_encoder = msgspec.json.Encoder()


class FactUnusable(ValueError):
    """A fact of the question contradicts the others or has no meaning; the question cannot be answered."""


def written(value: Any) -> str:
    return _encoder.encode(value).decode()


def known(**values: Any) -> JSON:
    """Leave out what is not known: Cedar has no null, policies ask with `has`."""
    return {name: value for name, value in values.items() if value is not None}


def entity(kind: str, name: str) -> JSON:
    return {"__entity": {"type": kind, "id": str(name)}}


def instant(at: datetime) -> JSON:
    if at.utcoffset() is None:
        raise FactUnusable("the times of a question must be aware of their zone")
    return _extension("datetime", at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"))


def midnight(day: date) -> JSON:
    """A day, as policies write it: `datetime("2026-12-24")`."""
    return _extension("datetime", day.isoformat())


def span(of: timedelta) -> JSON:
    return _extension("duration", f"{int(of.total_seconds())}s")


def address(text: str) -> JSON:
    return _extension("ip", text)


def _extension(function: str, argument: str) -> JSON:
    return {"__extn": {"fn": function, "arg": argument}}
