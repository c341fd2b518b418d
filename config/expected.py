"""What each type of setting asks of the person who writes it, in words."""

from collections.abc import Sequence
from datetime import date, timedelta
from difflib import get_close_matches
from enum import Enum
from functools import cache
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, NewType, Union, get_args, get_origin

from msgspec import Meta, Struct

PATTERNS = {
    "^[A-Z]{2}$": "two capital letters of ISO 3166-1, as CZ",
    "^[a-z][a-z0-9-]{0,40}$": "lower-case letters, digits and hyphens that begin with a letter, 41 at most",
    "^[a-z][a-z0-9-]{0,19}$": "lower-case letters, digits and hyphens that begin with a letter, 20 at most",
}


@cache
def bare(kind: Any) -> Any:
    """The type inside `Annotated[…]`, `… | None` and `NewType`."""
    if get_origin(kind) is Annotated:
        return bare(get_args(kind)[0])
    if isinstance(kind, NewType):
        return bare(kind.__supertype__)
    if get_origin(kind) in (Union, UnionType):
        (kind, *others) = [one for one in get_args(kind) if one is not NoneType]
        return None if others else bare(kind)
    return kind


def words(kind: Any) -> list[str]:
    """What may be written where the list is closed; else nothing."""
    inner = bare(kind)
    if isinstance(inner, type) and issubclass(inner, Enum):
        return [str(one.value) for one in inner]
    return [str(one) for one in get_args(inner)] if get_origin(inner) is Literal else []


PLAIN: dict[Any, str] = {
    bool: "true or false",
    date: "a day without quotation marks, as 2026-12-31",
    timedelta: "a duration in quotation marks, as `15 min`",
    Path: "a path in quotation marks",
}


def expectation(kind: Any) -> str:
    """What stands after "must be"."""
    inner, bounds = bare(kind), _bounds(kind)
    if allowed := words(kind):
        return f"one of {', '.join(allowed)}"
    if inner is int:
        return f"a number {_range(bounds)}".rstrip()
    if inner is str:
        pattern = bounds.pattern if bounds and bounds.pattern else ""
        return PATTERNS.get(pattern, "text in quotation marks")
    if get_origin(inner) is list:
        (item, *_) = get_args(inner)
        at_least = " of at least one" if bounds and bounds.min_length else ""
        return (
            "tables, each below a heading in double brackets"
            if is_table(item)
            else f'a list{at_least}, as ["…"]'
        )
    return PLAIN.get(inner, "a table")


@cache
def is_table(kind: Any) -> bool:
    inner = bare(kind)
    return isinstance(inner, type) and issubclass(inner, Struct)


def table_in(kind: Any) -> Any:
    """The table that is meant, be it one or a list of such; None for anything else."""
    inner = bare(kind)
    if get_origin(inner) is list:
        (item, *_) = get_args(inner)
        inner = bare(item)
    return inner if is_table(inner) else None


def near(written: str, known: Sequence[str]) -> str | None:
    """The known word that was probably meant."""
    found = get_close_matches(written.lower(), known, n=1)
    return found[0] if found else None


def _bounds(kind: Any) -> Meta | None:
    if get_origin(kind) is Annotated:
        return next((one for one in get_args(kind)[1:] if isinstance(one, Meta)), None)
    if get_origin(kind) in (Union, UnionType):
        return next((found for one in get_args(kind) if (found := _bounds(one)) is not None), None)
    return None


def _range(bounds: Meta | None) -> str:
    if bounds is None or bounds.ge is None:
        return ""
    return f"of {bounds.ge} or more" if bounds.le is None else f"from {bounds.ge} to {bounds.le}"
