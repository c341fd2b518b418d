"""How a part of policies or cases changed, whatever it is: kind, effect on what is permitted, lines."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum

from policies.kept_lines import kept_lines
from policies.model import Text
from policies.reasons import CS, EN


class Kind(StrEnum):
    ADDED = "added"
    REMOVED = "removed"
    CHANGED = "changed"


class Effect(StrEnum):
    """On what is permitted, or on what holds that in check."""

    WEAKENS = "weakens"
    STRENGTHENS = "strengthens"
    OPENS_NOTHING = "opens_nothing"
    """A permit that something else always beats, as long as that stands."""
    EITHER = "either"
    NONE = "none"
    """Only words changed, which people read and nothing decides by."""


@dataclass(frozen=True, slots=True)
class Line:
    sign: str
    """`+`, `-` or a space."""
    text: str


def kind_of(was: bool, is_now: bool) -> Kind:  # noqa: FBT001 - a table of two bits
    return Kind.CHANGED if was and is_now else Kind.ADDED if is_now else Kind.REMOVED


def lines_between(old: str, new: str) -> Iterator[Line]:
    """In between what stayed, first what is gone and then what has come."""
    before, after = old.splitlines(), new.splitlines()
    at, there = 0, 0
    for i, k in [*kept_lines(before, after), (len(before), len(after))]:
        yield from (Line("-", text) for text in before[at:i])
        yield from (Line("+", text) for text in after[there:k])
        yield from (Line(" ", text) for text in before[i : i + 1])
        at, there = i + 1, k + 1


KINDS: Mapping[Kind, Text] = {
    Kind.ADDED: {CS: "přidáno", EN: "added"},
    Kind.REMOVED: {CS: "odebráno", EN: "removed"},
    Kind.CHANGED: {CS: "změněno", EN: "changed"},
}
EFFECTS: Mapping[Effect, Text] = {
    Effect.WEAKENS: {CS: "oslabuje", EN: "weakens"},
    Effect.STRENGTHENS: {CS: "zpřísňuje", EN: "strengthens"},
    Effect.OPENS_NOTHING: {CS: "nic neotevírá", EN: "opens nothing"},
    Effect.EITHER: {CS: "záleží na okolnostech", EN: "depends on the circumstances"},
    Effect.NONE: {CS: "jen slova", EN: "words only"},
}
