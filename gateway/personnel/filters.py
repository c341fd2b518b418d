"""Filters of a search (RFC 7644 §3.4.2.2), of a bounded grammar: comparisons joined by `and`. Pure.

    filter     = comparison *(" and " comparison)
    comparison = path " pr" / path " " ("eq" / "ne" / "co" / "sw" / "ew") " " (string / "true" / "false")

No `or`, `not`, brackets or order: nothing that reads a personnel system's records here needs them, and what cannot be
written cannot be made slow.
"""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from gateway.personnel.attributes import SHOWN, Attribute, Value, Values, attribute_at, key_of
from gateway.personnel.refused import NotDone, Why

LONGEST, MOST = 1_000, 10  # characters; comparisons
ID = Attribute("id", ("id",), exact=True)
COMPARISON = re.compile(
    r"\s*(?P<path>[A-Za-z][A-Za-z0-9:._-]*)\s+(?:(?P<present>pr)|(?P<operator>eq|ne|co|sw|ew)\s+"
    r'(?P<value>"(?:[^"\\]|\\.)*"|true|false))\s*(?P<rest>\Z|\band\b)',
    re.IGNORECASE,
)
OPERATORS: Mapping[str, Callable[[str, str], bool]] = {
    "eq": lambda held, asked: held == asked,
    "ne": lambda held, asked: held != asked,
    "co": lambda held, asked: asked in held,
    "sw": lambda held, asked: held.startswith(asked),
    "ew": lambda held, asked: held.endswith(asked),
}


@dataclass(frozen=True, slots=True)
class Comparison:
    attribute: Attribute
    operator: str
    """One of `OPERATORS`, or `pr`."""
    asked: Value = ""

    def holds(self, values: Mapping[str, Value]) -> bool:
        held = values[self.attribute.field]
        if self.operator == "pr":
            return held not in ("", ())
        if isinstance(held, tuple):
            each = [one.casefold() for one in held]
            if self.operator == "ne":
                return str(self.asked).casefold() not in each
            return any(OPERATORS[self.operator](one, str(self.asked).casefold()) for one in each)
        if isinstance(held, bool) or isinstance(self.asked, bool):
            return (held is self.asked) is (self.operator == "eq")
        asked = str(self.asked)
        one, other = (held, asked) if self.attribute.exact else (held.casefold(), asked.casefold())
        return OPERATORS[self.operator](one, other)


@dataclass(frozen=True, slots=True)
class Filter:
    comparisons: tuple[Comparison, ...] = ()

    def fits(self, identifier: str, values: Values) -> bool:
        whole = {**values, ID.field: identifier}
        return all(one.holds(whole) for one in self.comparisons)


def filter_of(text: str) -> Filter:
    """Raises NotDone."""
    if len(text) > LONGEST:
        raise NotDone(Why.FILTER, f"more than {LONGEST} characters")
    found: list[Comparison] = []
    at, more = 0, True
    while more:
        part = COMPARISON.match(text, at)
        if part is None:
            raise NotDone(
                Why.FILTER, f"comparisons joined by `and` are understood, not {text[at:][:SHOWN]!r}"
            )
        found.append(_comparison(part))
        if len(found) > MOST:
            raise NotDone(Why.FILTER, f"more than {MOST} comparisons")
        at, more = part.end(), bool(part["rest"])
    return Filter(tuple(found))


def _comparison(part: re.Match[str]) -> Comparison:
    attribute = _attribute(part["path"])
    if part["present"]:
        return Comparison(attribute, "pr")
    operator, asked = part["operator"].lower(), _value(part["value"])
    if isinstance(asked, bool) is not (attribute.kind is bool):
        raise NotDone(Why.FILTER, f"{attribute.name} is compared with a value of another kind")
    if attribute.kind is bool and operator not in ("eq", "ne"):
        raise NotDone(Why.FILTER, f"{attribute.name} is compared by eq or ne")
    return Comparison(attribute, operator, asked)


def _attribute(path: str) -> Attribute:
    if key_of(path) == ID.field:
        return ID
    try:
        found = attribute_at(path.removesuffix(".value") if key_of(path) == "roles.value" else path)
    except NotDone:
        found = None
    if found is None:
        raise NotDone(Why.FILTER, f"{path[:SHOWN]} is not kept")
    return found


def _value(text: str) -> Value:
    if not text.startswith('"'):
        return text.lower() == "true"
    try:
        return str(json.loads(text))
    except ValueError:
        raise NotDone(Why.FILTER, f"{text[:SHOWN]} is no text of JSON") from None
