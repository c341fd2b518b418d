"""Reads what a directory says of people's work, by the attributes that the configuration names. Pure.

Laws: nobody guesses: a fact of which anything cannot be read, or may not be said by this directory, is unknown as a
whole, and told; a directory speaks of its own municipalities alone; no value: unknown.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import TypeVar

from config.district import District
from config.settings import (
    ACTIVITY_ROLE_PLACEHOLDER,
    AGENDA_PLACEHOLDER,
    ICO_PLACEHOLDER,
    PLACEHOLDER,
    ActivityRoles,
    Directory,
)
from config.vocabulary import MunicipalityCode
from idp.directory.account import generalized_time
from idp.directory.entries import UNREADABLE
from idp.directory.names import prepared
from idp.directory.role_mapping import CODE_DIGITS, czech_day
from idp.directory.work import ActivityRole, Work

Fact = TypeVar("Fact")
MOST = 100  # values of one fact; a decision about somebody with more would be slow
ISO_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
TICKS = re.compile(r"[0-9]{1,19}")  # of 100 ns since 1601, as Active Directory counts
NO_DAY = frozenset({0, 0x7FFFFFFFFFFFFFFF})
FIRST_DAY = date(1900, 1, 1)  # before it nobody who works now was employed
EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
CODES = {
    AGENDA_PLACEHOLDER: "(?P<agenda>a[0-9]{1,9})",
    ACTIVITY_ROLE_PLACEHOLDER: "(?P<activity_role>cr[0-9]{1,9})",
    PLACEHOLDER: "(?P<municipality>[0-9]{6})",
    ICO_PLACEHOLDER: "(?P<ico>[0-9]{8})",
}
PLACEHOLDERS = re.compile("|".join(f"({re.escape(one)})" for one in CODES))


class NotReadable(Exception):
    """A value that says nothing certain; the message is for operators."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why a fact of somebody is not known although the directory says something."""

    fact: str
    """By its name in the settings and in policies."""
    attribute: str
    why: str

    def __str__(self) -> str:
        return f"{self.fact} is unknown: {self.attribute} {self.why}"


class WorkBook:
    """Of one directory. `district`: None where it is not known (then no `{ico}`)."""

    def __init__(self, settings: Directory, district: District | None = None) -> None:
        work, roles = settings.work, settings.work.activity_roles
        named = {
            "employed_since": work.employed_since,
            "employed_until": work.employed_until,
            "departments": work.departments,
            "activity_roles": None if roles is None else roles.attribute,
        }
        self._named = {fact: name.strip().lower() for fact, name in named.items() if name is not None}
        self._activity_roles = _Reader(
            roles or ActivityRoles(attribute=""), settings.municipalities, district
        )
        self.attributes = tuple(sorted(set(self._named.values())))
        """To be asked for, in lower case."""
        self.facts = tuple(self._named)
        """Names of those that the configuration lets the directory tell."""

    def work(self, values: Mapping[str, Sequence[str]]) -> tuple[Work, tuple[Unreadable, ...]]:
        """`values`: by attribute in lower case."""
        troubles: list[Unreadable] = []

        def told(fact: str, read: Callable[[Sequence[str]], Fact]) -> Fact | None:
            attribute = self._named.get(fact, "")
            try:
                return read(held) if (held := values.get(attribute, ())) else None
            except NotReadable as error:
                troubles.append(Unreadable(fact, attribute, str(error)))
                return None

        found = Work(
            employed_since=told("employed_since", _day),
            employed_until=told("employed_until", _day),
            departments=told("departments", _departments),
            activity_roles=told("activity_roles", self._activity_roles.read),
        )
        return found, tuple(troubles)


def _day(values: Sequence[str]) -> date | None:
    """None: the directory says that there is none."""
    if len(values) > 1:
        raise NotReadable(f"has {len(values)} values where one is expected")
    text = values[0].strip()
    try:
        if TICKS.fullmatch(text):
            ticks = int(text)
            found = None if ticks in NO_DAY else czech_day(EPOCH + timedelta(microseconds=ticks // 10))
        else:
            found = date.fromisoformat(text) if ISO_DAY.fullmatch(text) else czech_day(generalized_time(text))
    except (ValueError, OverflowError) as error:
        raise NotReadable(
            f"holds {text!r}, which is no day; write it as 2026-12-31 or 20261231000000Z"
        ) from error
    if found is not None and found < FIRST_DAY:
        raise NotReadable(f"holds {text!r}, a day before {FIRST_DAY.year}")
    return found


def _departments(values: Sequence[str]) -> tuple[str, ...]:
    return tuple(sorted({_text(one) for one in _few(values)}))


class _Reader:
    """Of activity roles."""

    def __init__(
        self, written: ActivityRoles, own: Sequence[MunicipalityCode], district: District | None
    ) -> None:
        self._written, self._own, self._district = written.value, frozenset(own), district
        parts = (CODES.get(part, re.escape(part)) for part in _split(prepared(written.value)))
        self._pattern = re.compile("".join(parts))

    def read(self, values: Sequence[str]) -> tuple[ActivityRole, ...]:
        return tuple(sorted({self._one(_text(one)) for one in _few(values)}))

    def _one(self, text: str) -> ActivityRole:
        hit = self._pattern.fullmatch(prepared(text))
        if hit is None:
            raise NotReadable(f"holds {text!r}, which is not written as {self._written}")
        found = hit.groupdict()
        where = self._place(found.get("municipality") or found.get("ico"))
        if where is None or (self._own and where not in self._own):
            raise NotReadable(f"holds {text!r}, of a municipality that the directory does not speak for")
        return ActivityRole(where, found["agenda"].upper(), found["activity_role"].upper())

    def _place(self, digits: str | None) -> MunicipalityCode | None:
        if digits is None:
            return next(iter(self._own)) if len(self._own) == 1 else None
        if self._district is None:
            return MunicipalityCode(digits) if len(digits) == CODE_DIGITS else None
        return self._district.code_of(digits)


def _split(written: str) -> Iterator[str]:
    return (part for part in PLACEHOLDERS.split(written) if part)


def _few(values: Sequence[str]) -> Sequence[str]:
    if len(values) > MOST:
        raise NotReadable(f"has {len(values)} values; {MOST} at most are read")
    return values


def _text(value: str) -> str:
    if value == UNREADABLE or not value.strip():
        raise NotReadable("holds a value that is no text in UTF-8, or too long, or empty")
    return value.strip()
