"""The further filters of the log: any field of an entry, hours of the day, bytes moved.

`!` before a value is "other than", `*` alone is "any", `*` at the end is "begins so", `|` is "or".
"""

from collections.abc import Mapping
from datetime import time
from typing import Any

from gateway.audit.field_titles import FIELD_TITLES
from gateway.audit.fields import ANY
from gateway.audit.search import Having, Hours

OTHER, OR = "!", "|"
MEGABYTE = 1_000_000
MOST_MEGABYTES = 10**9
COLUMNS = ("own_municipality", "action", "address", "rule", "policy_version")
"""Those that the log's own columns answer, as long as one value is asked for."""


def text_read(text: str) -> str | None:
    """Raises ValueError."""
    if "\0" in text:
        raise ValueError("no entry holds such a character")
    return text.strip() or None


def clock_read(text: str) -> time | None:
    """`18:00`. Raises ValueError."""
    if not text.strip():
        return None
    hours, minutes = text.strip().split(":")
    return time(int(hours), int(minutes))


def megabytes_read(text: str) -> int | None:
    """Bytes. Raises ValueError."""
    if not text.strip():
        return None
    number = float(text.strip().replace(",", "."))
    if not 0 <= number <= MOST_MEGABYTES:
        raise ValueError(text)
    return round(number * MEGABYTE)


READERS = {
    "q": text_read,
    **dict.fromkeys(FIELD_TITLES, text_read),
    "hour_from": clock_read,
    "hour_to": clock_read,
    "mb_from": megabytes_read,
    "mb_to": megabytes_read,
    "crossing": bool,
}


def further(values: Mapping[str, Any]) -> dict[str, Any]:
    """What was read, as fields of a `Query`."""
    given: dict[str, Any] = {"text": values.get("q"), "crossing": bool(values.get("crossing"))}
    having = []
    for name in FIELD_TITLES:
        value = values.get(name)
        if value is None:
            continue
        if name in COLUMNS and not (value.startswith(OTHER) or OR in value or value.endswith(ANY)):
            given[name] = value
        else:
            having.append(having_of(name, value))
    begin, end = values.get("hour_from"), values.get("hour_to")
    if begin is not None or end is not None:
        given["hours"] = Hours(begin or time.min, end or time.min)
    return given | {
        "having": tuple(having),
        "bytes_from": values.get("mb_from"),
        "bytes_to": values.get("mb_to"),
    }


def having_of(name: str, text: str) -> Having:
    """Of a field and what was written for it."""
    without = text.startswith(OTHER)
    values = {one.strip() for one in text.removeprefix(OTHER).split(OR)} - {""}
    return Having(name, frozenset(values or {ANY}), without=without)
