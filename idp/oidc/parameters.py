"""Request parameters: each at most once (RFC 6749 §3.1), none longer than anything sensible."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

LENGTH = 4096  # characters of one value; an id token of ours takes about 1,200
COUNT = 40


@dataclass(frozen=True, slots=True)
class Unreadable:
    """The parameters cannot be relied on; `name` is the culprit, empty when there are too many."""

    name: str


def read(pairs: Iterable[tuple[str, str]]) -> Mapping[str, str] | Unreadable:
    """Parameters by name. An empty value counts as left out (RFC 6749 §3.1)."""
    values: dict[str, str] = {}
    for number, (name, value) in enumerate(pairs):
        if number >= COUNT:
            return Unreadable("")
        if name in values or len(value) > LENGTH or "\x00" in value:
            return Unreadable(printable(name))
        values[name] = value
    return {name: value for name, value in values.items() if value}


def printable(text: str, limit: int = 40) -> str:
    """What may stand in an `error_description` (RFC 6749 §4.1.2.1: ASCII without quote and backslash)."""
    return "".join(c if " " <= c <= "~" and c not in '"\\' else "?" for c in text[:limit])
