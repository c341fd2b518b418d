"""The index beside the log, as values: by which terms an entry is found, and which terms a query wants.

A term is `field=value`, `~word`, `hour=18` (of Prague's clock) or `size=30` (binary digits of the number of bytes
moved). An entry that fits a query has all terms that the query wants; the other way round the entry's own bytes decide.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import time
from functools import lru_cache
from operator import attrgetter
from typing import Protocol, cast
from zoneinfo import ZoneInfo

import msgspec

from gateway.audit.canonical import TEXTS, Detail
from gateway.audit.facts import moment
from gateway.audit.fields import (
    ANY,
    COLUMNS,
    FACTS,
    LONGEST,
    NAMED_BY,
    Told,
    facts_read,
    moved,
    values_in,
    values_of,
)
from gateway.audit.words import COLUMNS as WITH_WORDS
from gateway.audit.words import WITHOUT, Wanted, values_of_facts, words_of

HOUR = 3_600_000_000  # microseconds
LOCAL = ZoneInfo("Europe/Prague")  # whose hours of the day officers mean
NOT_INDEXED = "request_id"  # each is another one, and the log's own index finds it
DIFFERING = frozenset({"path", "status", "bytes_in", "bytes_out", "duration_ms", "idle"})
"""Details that are another at most requests: nothing is remembered of them."""
LARGEST_SIZE = 54  # binary digits of the sum of the largest two numbers that an entry may hold


class Quick(Told, Protocol):
    """What is needed of an entry's canonical bytes, read quickly. Not believed: see `canonical.parse`."""

    @property
    def municipality(self) -> str: ...
    @property
    def own_municipality(self) -> str: ...


_read = msgspec.json.Decoder(
    msgspec.defstruct(
        "Read",
        [
            *((name, str) for name in ("at", "code", "outcome")),
            *((name, str, "") for name in TEXTS),
            ("details", dict[str, Detail], {}),
        ],
        frozen=True,
        gc=False,
    )
)
quick = cast("Callable[[bytes], Quick]", _read.decode)
"""Raises `UNREADABLE`, or gives what makes later reading raise it: somebody may have written anything by hand."""
UNREADABLE = (msgspec.DecodeError, UnicodeError, TypeError, ValueError, RecursionError, OverflowError)


@dataclass(frozen=True, slots=True)
class Group:
    """At least one of these; with `without`, none of them."""

    terms: frozenset[str]
    beginnings: frozenset[str] = frozenset()
    without: bool = False
    between: tuple[str, str] | None = None
    """Or a term from the first to the last of these, by the order of their letters."""


CROSSING = "crossing"
"""The person's own municipality is another than that of the data."""


def sets_of(entry: Quick, at: int) -> list[frozenset[str]]:
    """The terms of an entry, in sets most of which many entries have: a term may stand in several. `at`: of the entry,
    microseconds since the epoch.
    """
    found = [_of_column(name, value) for name, value in zip(_NAMES, _columns(entry), strict=True) if value]
    own, of_data = entry.own_municipality, entry.municipality
    if own and of_data and own != of_data:
        found.append(_CROSSED)
    found.append(_hour(at // HOUR))
    for key, value in entry.details.items():
        if key not in DIFFERING:
            texts = value if type(value) is list else (value,)
            found += [_of_detail(key, text) for text in texts if type(text) is str]
        elif type(value) is str:
            found.append(_made_of(key, value))
    if status := values_of("status", entry):
        found.append(_of_status(*status))
    if (size := moved(entry)) is not None:
        found.append(_size(size.bit_length()))
    return found


def _made_of(key: str, text: str) -> frozenset[str]:
    """Of one text among the details."""
    if key == FACTS:
        held = facts_read(text)
    else:
        held = tuple((name, value) for name in NAMED_BY.get(key, ()) for value in values_in(name, text))
    found = {f"{name}={value[:LONGEST]}" for name, value in held} | {f"{name}={ANY}" for name, _ in held}
    if key not in WITHOUT:
        for each in values_of_facts(text) if key == FACTS else (text,):
            found |= {f"~{word}" for word in words_of(each)}
    return frozenset(found)


_of_detail = lru_cache(maxsize=1024)(
    _made_of
)  # what is said of a person, a browser or a host repeats; 3 KiB each
_NAMES = tuple(name for name in COLUMNS if name != NOT_INDEXED)
_columns = attrgetter(*_NAMES)
_CROSSED = frozenset({CROSSING})


@lru_cache(maxsize=4096)  # of a day a few people, places and sessions make most; 0.7 KiB each
def _of_column(name: str, value: str) -> frozenset[str]:
    words = {f"~{word}" for word in words_of(value)} if name in WITH_WORDS else set()
    return frozenset(words | {f"{name}={value[:LONGEST]}", f"{name}={ANY}"})


@lru_cache(maxsize=64)
def _of_status(*values: str) -> frozenset[str]:
    return frozenset(f"status={value}" for value in values)


@lru_cache(maxsize=1024)
def _hour(number: int) -> frozenset[str]:
    return frozenset({hour_term(moment(number * HOUR).astimezone(LOCAL).hour)})


def hour_term(hour: int) -> str:
    return f"hour={hour}"


@lru_cache(maxsize=128)
def _size(digits: int) -> frozenset[str]:
    return frozenset({size_term(digits)})


def size_term(digits: int) -> str:
    """By the order of letters as by that of numbers."""
    return f"size={digits:02}"


def wanted_words(text: str) -> Iterator[Group]:
    """Of nothing but names made of digits: nobody has such words."""
    wanted = Wanted(text)
    if not wanted:
        yield Group(frozenset())
    for word in wanted.whole:
        yield Group(frozenset({f"~{word}"}))
    for word in wanted.begun:
        yield Group(frozenset(), frozenset({f"~{word}"}))


def wanted_values(name: str, values: frozenset[str], *, without: bool = False) -> Group:
    """Values that end with ANY are beginnings, unless they are nothing else."""
    begun = {value for value in values if value.endswith(ANY) and value != ANY}
    terms = {f"{name}={value[:LONGEST]}" for value in values - begun}
    return Group(frozenset(terms), frozenset(f"{name}={value[:-1][:LONGEST]}" for value in begun), without)


def wanted_sizes(least: int | None, most: int | None) -> Group:
    """Of bytes moved; `most` is included."""
    low = 0 if least is None else min(max(least, 0).bit_length(), LARGEST_SIZE)
    high = LARGEST_SIZE if most is None else min(max(most, 0).bit_length(), LARGEST_SIZE)
    return Group(frozenset(), between=(size_term(low), size_term(high)))


def wanted_hours(begin: time, end: time) -> Group:
    """From `begin` on and before `end`, by Prague's clock; over midnight where `end` is not later."""
    last = (end.hour if end.minute or end.second else end.hour - 1) % 24
    span = (last - begin.hour) % 24 + 1
    if end <= begin and last == begin.hour:
        span = 24
    return Group(frozenset(hour_term((begin.hour + number) % 24) for number in range(span)))
