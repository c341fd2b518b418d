"""Which roles the configuration gives a person, from what the directory says. Pure: the day is an argument.

Laws: a role is given only by a rule that holds that day, in one municipality that is plain from the rule or from
digits in what the directory says; a directory gives roles in its own municipalities alone; what cannot be read gives
nothing.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Protocol
from zoneinfo import ZoneInfo

from config.district import District
from config.settings import Directory, RoleMapping
from config.vocabulary import MunicipalityCode
from idp.directory.errors import DirectoryMisconfigured
from idp.directory.names import Name, NotAName, parsed, prepared
from idp.directory.patterns import Captured, NamePattern, name_pattern, text_pattern
from idp.directory.person import RoleHeld
from idp.directory.spelling import strictly

CZECH_TIME = ZoneInfo("Europe/Prague")
CODE_DIGITS = 6  # of a municipality; an organisation number has eight


def czech_day(moment: datetime) -> date:
    """The day it is then where the offices are: roles begin and end at midnight there."""
    return moment.astimezone(CZECH_TIME).date()


def czech_midnight(day: date) -> datetime:
    """When that day begins there."""
    return datetime.combine(day, time(), CZECH_TIME).astimezone(UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """What the directory says of a person, as far as roles depend on it."""

    dn: str
    login: str
    groups: Iterable[str] = ()
    """Distinguished names."""
    values: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By attribute in lower case: of the attributes that rules name."""


@dataclass(frozen=True, slots=True, order=True)
class Given:
    """A role and what gave it."""

    held: RoleHeld
    rule: int
    """Number of the rule in the configuration, from 0."""
    allowed: bool
    """Whether the directory may give roles there; False: nobody has the role by it."""


class Source(Protocol):
    def captures(self, evidence: Evidence, groups: Sequence[Name], unit: Name) -> Iterator[Captured]:
        """One for each reason to give the role."""
        ...


@dataclass(frozen=True, slots=True)
class Member:
    pattern: NamePattern

    def captures(self, _evidence: Evidence, groups: Sequence[Name], _unit: Name) -> Iterator[Captured]:
        return (found for name in groups if (found := self.pattern.match(name)) is not None)


@dataclass(frozen=True, slots=True)
class Below:
    pattern: NamePattern

    def captures(self, _evidence: Evidence, _groups: Sequence[Name], unit: Name) -> Iterator[Captured]:
        return (found for found in [self.pattern.match_above(unit)] if found is not None)


@dataclass(frozen=True, slots=True)
class Having:
    attribute: str
    pattern: re.Pattern[str]

    def captures(self, evidence: Evidence, _groups: Sequence[Name], _unit: Name) -> Iterator[Captured]:
        texts = map(prepared, evidence.values.get(self.attribute, ()))
        return (frozenset(hit.groups()) for text in texts if (hit := self.pattern.fullmatch(text)))


@dataclass(frozen=True, slots=True)
class Appointed:
    login: str

    def captures(self, evidence: Evidence, _groups: Sequence[Name], _unit: Name) -> Iterator[Captured]:
        return iter([frozenset[str]()] if strictly(evidence.login) == self.login else [])


def source_of(mapping: RoleMapping) -> Source:
    """Raises DirectoryMisconfigured for one that cannot be read."""
    try:
        if mapping.group is not None:
            return Member(name_pattern(mapping.group))
        if mapping.unit is not None:
            return Below(name_pattern(mapping.unit))
    except NotAName as error:
        hint = "write a distinguished name (RFC 4514)"
        raise DirectoryMisconfigured(f"role mapping {mapping.group or mapping.unit!r}", hint) from error
    if mapping.attribute is not None and mapping.value is not None:
        return Having(mapping.attribute.lower(), text_pattern(mapping.value))
    return Appointed(strictly(mapping.person or ""))


class RoleBook:
    """The mappings of one directory, ready for use. `district`: None where it is not known (then no `{ico}`)."""

    def __init__(self, directory: Directory, district: District | None = None) -> None:
        self._rules = [(number, one, source_of(one)) for number, one in enumerate(directory.roles)]
        self.spans = [(one.valid_from, one.valid_until) for one in directory.roles]
        """First and last day of each rule."""
        self._district = district
        self._own = frozenset(directory.municipalities)
        self.attributes = tuple(sorted({one.attribute.lower() for one in directory.roles if one.attribute}))
        """To be asked for, for `Evidence.values`."""

    def given(self, evidence: Evidence, day: date) -> list[Given]:
        """Everything that gives a role that day, also where the directory may not; sorted, no repetition."""
        groups = [name for name in map(_readable, evidence.groups) if name is not None]
        unit = _readable(evidence.dn) or ()
        found = set()
        for number, mapping, source in self._rules:
            if not holds(mapping.valid_from, mapping.valid_until, day):
                continue
            for captured in source.captures(evidence, groups, unit):
                place = self._place(mapping, captured)
                if place is not None:
                    found.add(Given(RoleHeld(place, mapping.role), number, self._may(place)))
        return sorted(found)

    def holding(self, day: date) -> list[int]:
        """Numbers of the rules that hold that day."""
        return [number for number, one, _ in self._rules if holds(one.valid_from, one.valid_until, day)]

    def roles(self, evidence: Evidence, day: date) -> tuple[RoleHeld, ...]:
        """Sorted, without repetition."""
        return tuple(sorted({one.held for one in self.given(evidence, day) if one.allowed}))

    def _place(self, mapping: RoleMapping, captured: Captured) -> MunicipalityCode | None:
        """None where it is not plain which one is meant."""
        if mapping.municipality is not None:
            return None if captured else mapping.municipality
        if len(captured) != 1:
            return None
        (digits,) = captured
        if self._district is None:
            return MunicipalityCode(digits) if len(digits) == CODE_DIGITS else None
        return self._district.code_of(digits)

    def _may(self, place: MunicipalityCode) -> bool:
        return not self._own or place in self._own


def holds(first: date | None, last: date | None, day: date) -> bool:
    return (first is None or first <= day) and (last is None or day <= last)


def _readable(dn: str) -> Name | None:
    try:
        return parsed(dn)
    except NotAName:
        return None
