"""Durations as people write them in the configuration: `15 min`, `10 h`, `300 ms`."""

import re
from datetime import timedelta

import msgspec

UNITS = {
    "ms": timedelta(milliseconds=1),
    "s": timedelta(seconds=1),
    "min": timedelta(minutes=1),
    "h": timedelta(hours=1),
    "days": timedelta(days=1),
}
WRITTEN = re.compile(r"([0-9]{1,6}) ?(ms|s|min|h|days)\Z")


def parse_age(text: str) -> timedelta:
    """As the configuration has it, or ISO 8601: `15 min`, `PT15M`. Raises ValueError, as `parse_duration`."""
    if not text.startswith("P"):
        return parse_duration(text)
    try:
        return msgspec.convert(text, timedelta)
    except msgspec.ValidationError as error:
        raise ValueError(f"{text!r} is not a duration; write for example `15 min` or `PT15M`") from error


def parse_duration(text: str) -> timedelta:
    """Raises ValueError; the message says how to write a duration."""
    found = WRITTEN.match(text)
    if found is None:
        raise ValueError(f"{text!r} is not a duration; write for example `15 min` ({', '.join(UNITS)})")
    return int(found[1]) * UNITS[found[2]]
