"""Segregation of duties as data: which roles may not meet in one person, and which acts in one matter. Pure."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from itertools import combinations

from config.settings import Separation
from config.vocabulary import MunicipalityCode, Role, SubjectId
from gateway.asks.ask import Ask, Kind
from idp.directory.same_person import OtherAccounts

REASON = "separation_of_duties"
RoleIn = tuple[MunicipalityCode, Role]


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
    """Two roles that one person holds and may not. `account`: login of another account by which one of them is held;
    `second`: the second one.
    """

    roles: tuple[Role, Role]
    municipalities: tuple[MunicipalityCode, MunicipalityCode]
    account: str = ""
    second: bool = False

    def __str__(self) -> str:
        """For the log, which municipalities read: `auditor + local_administrator`. Another account and its role are
        told to nobody but its person (decision 130).
        """
        return " + ".join(
            "another account" if self.by_another(number) else role for number, role in enumerate(self.roles)
        )

    def by_another(self, number: int) -> bool:
        """Whether the first, or the second, is held by that account."""
        return bool(self.account) and self.second == bool(number)


def lent(asks: Iterable[Ask], now: datetime) -> frozenset[tuple[MunicipalityCode, Role]]:
    """In which somebody stands in for another now. `asks`: what that person has."""
    return frozenset(
        (one.municipality, one.role)
        for one in asks
        if one.kind is Kind.DELEGATION and one.role is not None and one.runs(now)
    )


@dataclass(frozen=True, slots=True)
class Duties:
    """Both tables, made once of the settings; `others`: by which they look at a person, not at an account."""

    roles: tuple[Separation, ...] = ()
    acts: frozenset[frozenset[Duty]] = ALWAYS
    others: OtherAccounts = field(kw_only=True)

    @classmethod
    def of(cls, separation: Sequence[Separation], others: OtherAccounts) -> "Duties":
        pairs = {
            frozenset(Duty(act) for act in pair) for one in separation for pair in combinations(one.acts, 2)
        }
        return cls(tuple(one for one in separation if one.roles), ALWAYS | pairs, others=others)

    def meeting(self, held: Collection[tuple[MunicipalityCode, Role]]) -> Meeting | None:
        """The first that is found, in order of the settings; None: nothing meets."""
        return next(self._meetings(held), None) if self.roles else None

    def meeting_now(
        self,
        who: SubjectId,
        held: Collection[tuple[MunicipalityCode, Role]],
        asks: Callable[[SubjectId], Sequence[Ask]],
        now: datetime,
    ) -> Meeting | None:
        """The same of a person, where roles that are lent by a delegation count as held. `asks`: of an account."""
        if not self.roles:
            return None
        elsewhere = {one.login: {*one.roles, *lent(asks(one.subject), now)} for one in self.others(who)}
        return self.meeting_with({*held, *lent(asks(who), now)}, elsewhere)

    def lending(
        self,
        who: SubjectId,
        held: Collection[tuple[MunicipalityCode, Role]],
        asks: Callable[[SubjectId], Sequence[Ask]],
        now: datetime,
    ) -> Ask | None:
        """The delegation by which this account has one of the roles that meet, and in no other way; None: none is."""
        meeting = self.meeting_now(who, held, asks, now)
        if meeting is None:
            return None
        only_lent = set(zip(meeting.municipalities, meeting.roles, strict=True)) - set(held)
        running = (one for one in asks(who) if one.kind is Kind.DELEGATION and one.runs(now))
        return next((one for one in running if (one.municipality, one.role) in only_lent), None)

    def meeting_with(
        self, own: AbstractSet[RoleIn], elsewhere: Mapping[str, AbstractSet[RoleIn]]
    ) -> Meeting | None:
        """One that an account's own roles have a part in. `elsewhere`: those of the person's other accounts."""
        for one in self._meetings(frozenset(own).union(*elsewhere.values())) if self.roles else ():
            pair = frozenset(zip(one.municipalities, one.roles, strict=True))
            if pair <= own:
                return one
            if not pair.isdisjoint(own):
                login = next(login for login, held in elsewhere.items() if pair - own <= held)
                second = (one.municipalities[1], one.roles[1]) not in own
                return replace(one, account=login, second=second)
        return None

    def _meetings(self, held: Collection[tuple[MunicipalityCode, Role]]) -> Iterator[Meeting]:
        for one in self.roles:
            theirs = sorted((where, role) for where, role in held if role in one.roles)
            for (here, first), (there, second) in combinations(theirs, 2):
                if first is not second and (one.where == "anywhere" or here == there):
                    yield Meeting((first, second), (here, there))

    def apart(self, done: Collection[Duty], wanted: Duty) -> bool:
        """Whether whoever has done this in a matter may not do that in it as well."""
        return any(frozenset({one, wanted}) in self.acts for one in done)
