"""What a fact can be of which the schema says no more than that it is a number or a text: comparing it with anything
else always comes out the same, and a forbid with such a slip of the pen never forbids. Pure.
"""

import operator
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from config.countries import COUNTRIES
from policies import value_words as words
from policies.comparisons import EXTENSIONS
from policies.fault import Fault
from policies.misspelt import closest
from policies.near import Near
from policies.reading import Path, path_of

DAY = 86_400_000  # milliseconds
MINUTE = 60_000
COMPARED: Mapping[str, Callable[[int, int], bool]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}
AMONG = "["
"""Before values of which it is to be one."""
TURNED = {"<": ">", "<=": ">=", ">": "<", ">=": "<="}


@dataclass(frozen=True, slots=True)
class Between:
    """Whole numbers; of a span of time, milliseconds."""

    least: int
    most: int
    said: tuple[str, str]
    step: int = 1


@dataclass(frozen=True, slots=True)
class OneOf:
    values: frozenset[str]


AGES = (
    ("context", "sign_in", "age"),
    ("context", "sign_in", "idle"),
    ("context", "device", "age"),
    ("context", "emergency", "age"),
)
OLDEST = 2**63 - 1  # whole seconds, never negative: `policies.request`; Cedar's largest number
COUNTRY = OneOf(COUNTRIES)
RANGES: Mapping[Path, Between] = {
    ("context", "time", "hour"): Between(0, 23, ("0", "23")),
    ("context", "time", "minute"): Between(0, 59, ("0", "59")),
    ("context", "time", "weekday"): Between(1, 7, ("1", "7")),
    ("context", "time", "month"): Between(1, 12, ("1", "12")),
    ("context", "time", "day"): Between(1, 31, ("1", "31")),
    ("context", "time", "of_day"): Between(0, DAY - MINUTE, ("0h", "23h59m"), MINUTE),
    ("context", "sign_in", "level"): Between(1, 3, ("1", "3")),
    **dict.fromkeys(AGES, Between(0, OLDEST, ("0", "…"))),
}
LISTS: Mapping[Path, OneOf] = {
    ("context", "place", "country"): COUNTRY,
    ("context", "place", "protocol"): OneOf(
        frozenset({"smb", "rdp", "mssql", "oracle", "postgresql", "ssh"})
    ),
    ("context", "device", "os"): OneOf(frozenset({"windows", "macos", "linux", "android", "ios"})),
}
DATE = ("context", "time", "date")
MIDNIGHT = re.compile(r"\d{4}-\d\d-\d\d(T00:00:00(\.000)?(Z|[+-]0000))?")


def never_so(name: str, sides: Any) -> Iterator[tuple[Fault, Near]]:
    """Of one operator of Cedar's JSON and what stands on its sides."""
    if not isinstance(sides, dict) or sides.keys() != {"left", "right"}:
        return
    left, right = sides["left"], sides["right"]
    for read, other, sign in ((left, right, name), (right, left, TURNED.get(name, name))):
        path = path_of(read)
        if path is None:
            continue
        if name in COMPARED:
            yield from _beside(path, sign, other, name)
        elif name == "contains":
            yield from (one for each in other.get("Set", ()) for one in _beside(path, "==", each, AMONG))


def _beside(path: Path, sign: str, other: Any, name: str) -> Iterator[tuple[Fault, Near]]:
    """`name`: the operator as it stands there, or that it is one of several values."""
    said = ".".join(path)
    number = _number(other)
    if path in RANGES and number is not None and _always_the_same(RANGES[path], sign, number):
        least, most = RANGES[path].said
        word = _argument(other, "duration") or str(number)
        if name == AMONG:
            fault = words.NO_SUCH_VALUE.of(name=said, value=word, known=f"{least} – {most}")
        else:
            fault = words.OUT_OF_RANGE.of(name=said, operator=name, least=least, most=most)
        yield fault, Near(name, word)
    text = other.get("Value") if isinstance(other, dict) else None
    if path in LISTS and isinstance(text, str) and text not in LISTS[path].values:
        yield _no_such(path, said, text), Near(name, text)
    day = _argument(other, "datetime")
    if path == DATE and day is not None and not MIDNIGHT.fullmatch(day):
        yield words.NO_MIDNIGHT.of(name=said, value=day), Near(name, day)


def _always_the_same(of: Between, sign: str, number: int) -> bool:
    """Never, whatever it is; or always, by a number that it cannot reach: `< 24` is a way to say until midnight."""
    holds = {
        COMPARED[sign](value, number) for value in (of.least, of.most, min(max(number, of.least), of.most))
    }
    near = of.least <= number <= of.most + of.step
    return holds == {False} or (holds == {True} and (sign == "!=" or not near))


def _no_such(path: Path, said: str, text: str) -> Fault:
    if path == ("context", "place", "country"):
        meant = text.upper() if text.upper() in COUNTRIES else ""
        return (words.COUNTRY_MEANT if meant else words.NO_COUNTRY).of(name=said, value=text, meant=meant)
    known = LISTS[path].values
    meant = closest(text.lower(), known)
    return (words.VALUE_MEANT if meant else words.NO_SUCH_VALUE).of(
        name=said, value=text, meant=meant, known=", ".join(sorted(known))
    )


def _number(node: Any) -> int | None:
    """Of a span, milliseconds."""
    if isinstance(node, dict) and type(node.get("Value")) is int:
        return int(node["Value"])
    text = _argument(node, "duration")
    return None if text is None else EXTENSIONS["duration"](text)


def _argument(node: Any, name: str) -> str | None:
    """The text that a call of this name is given."""
    inside = node.get(name) if isinstance(node, dict) else None
    one = inside[0] if isinstance(inside, list) and len(inside) == 1 else None
    text = one.get("Value") if isinstance(one, dict) else None
    return text if isinstance(text, str) else None
