"""Segregation of duties as data: which roles may not meet in one person, and which acts in one matter. Pure."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import combinations

from config.settings import Separation
from config.vocabulary import MunicipalityCode, Role
from gateway.asks.ask import Ask, Kind

REASON = "separation_of_duties"


class Duty(StrEnum):
    """What one person does in a matter; the words of `[[separation]] acts`."""

    ASK = "ask"
    APPROVE = "approve"
    SPONSOR = "sponsor"
    USE = "use"
    REVIEW = "review"
    DELEGATE = "delegate"
    AUTHOR = "author"


ALWAYS: frozenset[frozenset[Duty]] = frozenset(
    {
        frozenset({Duty.ASK, Duty.APPROVE}),
        frozenset({Duty.AUTHOR, Duty.APPROVE}),
        frozenset({Duty.USE, Duty.APPROVE}),
        frozenset({Duty.USE, Duty.SPONSOR}),
        frozenset({Duty.USE, Duty.REVIEW}),
    }
)
"""No configuration takes these away."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """Two roles that one person holds and may not."""

    roles: tuple[Role, Role]
    municipalities: tuple[MunicipalityCode, MunicipalityCode]


def lent(asks: Iterable[Ask], now: datetime) -> frozenset[tuple[MunicipalityCode, Role]]:
    """In which somebody stands in for another now. `asks`: what that person has."""
    return frozenset(
        (one.municipality, one.role)
        for one in asks
        if one.kind is Kind.DELEGATION and one.role is not None and one.runs(now)
    )


@dataclass(frozen=True, slots=True)
class Duties:
    """Both tables, made once of the settings."""

    roles: tuple[Separation, ...] = ()
    acts: frozenset[frozenset[Duty]] = ALWAYS

    @classmethod
    def of(cls, separation: Sequence[Separation]) -> "Duties":
        pairs = {
            frozenset(Duty(act) for act in pair) for one in separation for pair in combinations(one.acts, 2)
        }
        return cls(tuple(one for one in separation if one.roles), ALWAYS | pairs)

    def meeting(self, held: Collection[tuple[MunicipalityCode, Role]]) -> Meeting | None:
        """The first that is found, in order of the settings; None: nothing meets."""
        return next(self._meetings(held), None) if self.roles else None

    def meeting_now(
        self, held: Collection[tuple[MunicipalityCode, Role]], asks: Sequence[Ask], now: datetime
    ) -> Meeting | None:
        """The same, where roles that are lent by a delegation count as held. `asks`: what that person has."""
        return self.meeting({*held, *lent(asks, now)}) if self.roles else None

    def _meetings(self, held: Collection[tuple[MunicipalityCode, Role]]) -> Iterator[Meeting]:
        for one in self.roles:
            theirs = sorted((where, role) for where, role in held if role in one.roles)
            for (here, first), (there, second) in combinations(theirs, 2):
                if first is not second and (one.where == "anywhere" or here == there):
                    yield Meeting((first, second), (here, there))

    def apart(self, done: Collection[Duty], wanted: Duty) -> bool:
        """Whether whoever has done this in a matter may not do that in it as well."""
        return any(frozenset({one, wanted}) in self.acts for one in done)
