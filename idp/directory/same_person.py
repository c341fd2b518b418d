"""Whose accounts are one person's, for whoever compares who acted: the one place that answers it.

Laws: an account is its own person's; of others only those are that the directories say are (`person_number.py`); what
is known here is in memory, so that decisions ask nobody.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from config.vocabulary import MunicipalityCode, Role, SubjectId


@dataclass(frozen=True, slots=True)
class Account:
    """Another account of somebody. `roles`: those that count, none of an account that lets nobody in."""

    subject: SubjectId
    login: str
    roles: frozenset[tuple[MunicipalityCode, Role]] = frozenset()


OtherAccounts = Callable[[SubjectId], Sequence[Account]]
"""The other accounts of whose account this is."""


def no_others(_: SubjectId) -> Sequence[Account]:
    return ()


def same_person(one: SubjectId, other: SubjectId, others: OtherAccounts) -> bool:
    return one == other or any(each.subject == other for each in others(one))


def other_among(who: SubjectId, these: Collection[str], others: OtherAccounts) -> Account | None:
    """By which other account of theirs the person is among these."""
    return next((each for each in others(who) if each.subject in these), None)


def all_of(who: SubjectId, others: OtherAccounts) -> frozenset[SubjectId]:
    """Every account of the person."""
    return frozenset({who, *(each.subject for each in others(who))})


class Persons:
    """In the memory of a control plane; used from its event loop."""

    def __init__(self) -> None:
        self._others: Mapping[SubjectId, tuple[Account, ...]] = {}
        self.taken = 0
        """How often: what was read before the last time may be older."""

    def take(self, persons: Iterable[Collection[Account]]) -> frozenset[SubjectId]:
        """What the directories say by now: each the accounts that one number names. Of whom something is different."""
        found: dict[SubjectId, dict[SubjectId, Account]] = {}
        for accounts in persons:
            for one in accounts:
                theirs = found.setdefault(one.subject, {})
                theirs |= {each.subject: each for each in accounts if each.subject != one.subject}
        self.taken += 1
        before, self._others = (
            self._others,
            {one: tuple(sorted(each.values(), key=_by_login)) for one, each in found.items()},
        )
        return frozenset(one for one in {*before, *self._others} if before.get(one) != self._others.get(one))

    def others(self, subject: SubjectId) -> Sequence[Account]:
        """Implements `OtherAccounts`."""
        return self._others.get(subject, ())


def _by_login(one: Account) -> tuple[str, SubjectId]:
    return one.login, one.subject
