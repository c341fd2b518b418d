"""Conditions as people write them, in filters, commands and questions: any field of an entry, hours, bytes.

`!` before a value is "other than", `*` alone is "any", `*` at the end is "begins so", `|` is "or".
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import time
from typing import Any

from gateway.audit.entry import Code, Outcome
from gateway.audit.field_titles import FIELD_TITLES
from gateway.audit.fields import ANY, FIELDS
from gateway.audit.search import Having, Hours, Query
from gateway.audit.spoken import HOW as HOW_SPOKEN
from gateway.audit.spoken import OR, OTHER, NoSuchValue, as_kept

MEGABYTE = 1_000_000
MOST_MEGABYTES = 10**9
COLUMNS = ("own_municipality", "action", "address", "rule", "policy_version")
"""Those that the log's own columns answer, as long as one value is asked for."""


OWN = frozenset({"person", "municipality", "application", "session", "request_id", "reason"})
"""Columns with an index of their own, and a filter of their own name."""
CODES = frozenset(code.value for code in Code)


class ConditionUnusable(Exception):
    """What was written is no condition. `field`, `why`, `hint`: what to write instead."""

    def __init__(self, field: str, why: str, hint: str) -> None:
        super().__init__(f"{field}: {why}; {hint}")
        self.field, self.why, self.hint = field, why, hint


def text_read(text: str) -> str | None:
    """Raises ValueError."""
    if "\0" in text:
        raise ValueError("no entry holds such a character")
    return text.strip() or None


def _reader_of(name: str) -> Callable[[str], str | None]:
    def read(text: str) -> str | None:
        """Raises ValueError."""
        plain = text_read(text)
        return as_kept(name, plain) if plain else None

    return read


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


READERS: Mapping[str, Callable[[str], Any]] = {
    "q": text_read,
    **{name: _reader_of(name) for name in FIELD_TITLES},
    "hour_from": clock_read,
    "hour_to": clock_read,
    "mb_from": megabytes_read,
    "mb_to": megabytes_read,
    "crossing": bool,
}

HOW = {
    **dict.fromkeys(("hour_from", "hour_to"), "write a time of the day, `18:00`"),
    **dict.fromkeys(("mb_from", "mb_to"), "write megabytes, `1.5`"),
    "q": "write words",
    "crossing": "write `1`",
}
KNOWN = frozenset({*READERS, *FIELDS})


def further(values: Mapping[str, Any]) -> dict[str, Any]:
    """What was read, as fields of a `Query`."""
    given: dict[str, Any] = {"text": values.get("q"), "crossing": bool(values.get("crossing"))}
    having = []
    for name in FIELD_TITLES:
        value = values.get(name)
        if value is None:
            continue
        if name in COLUMNS and not is_of_many(value):
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


def is_of_many(text: str) -> bool:
    """Whether it stands for more than one value, so that no column answers it as it is."""
    return text.startswith(OTHER) or OR in text or text.endswith(ANY)


def having_of(name: str, text: str) -> Having:
    """Of a field and what was written for it."""
    without = text.startswith(OTHER)
    values = {one.strip() for one in text.removeprefix(OTHER).split(OR)} - {""}
    return Having(name, frozenset(values or {ANY}), without=without)


def query_of(where: Iterable[str]) -> Query:
    """Of conditions, `FIELD=VALUE` or `FIELD!=VALUE`, which all must hold. Raises ConditionUnusable."""
    values: dict[str, Any] = {}
    having: list[Having] = []
    for name, texts in _by_field(where).items():
        if name in FIELDS and name not in FIELD_TITLES:
            values |= _of_column(name, texts, having)
            continue
        if name not in READERS:
            raise ConditionUnusable(
                name, "no entry has such a field", f"write one of {', '.join(sorted(KNOWN))}"
            )
        if name in FIELD_TITLES:
            having += [having_of(name, _kept(name, text)) for text in texts if text]
        else:
            values[name] = _read(name, texts)
    given = further({name: value for name, value in values.items() if name in READERS})
    columns = {name: value for name, value in values.items() if name not in READERS}
    return Query(**columns, **given | {"having": (*given["having"], *having)})


def _by_field(where: Iterable[str]) -> Mapping[str, Sequence[str]]:
    found: defaultdict[str, list[str]] = defaultdict(list)
    for one in where:
        name, given, value = one.partition("=")
        if not given or not value:
            raise ConditionUnusable(one, "this is no condition", "write FIELD=VALUE or FIELD!=VALUE")
        found[name.removesuffix("!").strip()].append(f"!{value}" if name.endswith("!") else value)
    return found


def _of_column(name: str, texts: Sequence[str], having: list[Having]) -> dict[str, Any]:
    """As the log's own column where one plain value is wanted."""
    plain = len(texts) == 1 and not (texts[0].startswith(OTHER) or ANY in texts[0])
    codes = texts[0].split(OR) if plain and name == "code" else []
    if name == "code" and any(code not in CODES for code in codes):
        unknown = next(code for code in codes if code not in CODES)
        raise ConditionUnusable(name, f"there is no code {unknown!r}", "`brana audit codes` lists them")
    if codes:
        return {"codes": frozenset(Code(code) for code in codes)}
    if name == "outcome" and plain and texts[0] not in {one.value for one in Outcome}:
        raise ConditionUnusable(name, f"{texts[0]!r} is no outcome", "write success, refused or failure")
    if name == "outcome" and plain:
        return {"outcome": Outcome(texts[0])}
    kept = [_kept(name, text) for text in texts if text]
    if plain and OR not in texts[0] and name in OWN:
        return {name: kept[0]}
    having += [having_of(name, text) for text in kept]
    return {}


def _kept(name: str, text: str) -> str:
    try:
        return as_kept(name, text)
    except NoSuchValue as error:
        raise ConditionUnusable(name, f"no entry has {error}", _hint(name)) from error


def _hint(name: str) -> str:
    """As one clause, as all hints of commands."""
    hint = HOW_SPOKEN[name].en.rstrip(".")
    return hint[0].lower() + hint[1:]


def _read(name: str, texts: Sequence[str]) -> Any:
    if len(texts) != 1:
        raise ConditionUnusable(name, "several values", "write one")
    try:
        return READERS[name](texts[0])
    except ValueError as error:
        raise ConditionUnusable(name, f"{texts[0]!r} cannot be read", HOW[name]) from error
