"""Whose accounts are one person's, for whoever compares who acted: the one place that answers it.

Laws: an account is its own person's; of others only those are that the directories say are (`person_number.py`); what
is known here is in memory, so that decisions ask nobody.
"""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from config.vocabulary import DirectoryName, MunicipalityCode, Role, SubjectId


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


@dataclass(frozen=True, slots=True, eq=False)
class _Group:
    """Accounts of one number, by login. Compared by identity: each set of accounts is here once."""

    accounts: tuple[Account, ...]


class Persons:
    """In the memory of a control plane; used from its event loop, so what it takes costs as much as it is long."""

    def __init__(self) -> None:
        self._groups: Mapping[SubjectId, tuple[_Group, ...]] = {}
        self.taken = 0
        """How often: what was read before the last time may be older."""
        self.told_of_many: frozenset[tuple[DirectoryName, str]] = frozenset()
        """Numbers of too many accounts of which the operators' log has told."""

    def take(self, persons: Iterable[Collection[Account]]) -> frozenset[SubjectId]:
        """What the directories say by now: each the accounts that one number names. Who is of another group than
        before, or of one in which something is different.
        """
        known = {group.accounts: group for groups in self._groups.values() for group in groups}
        distinct = dict.fromkeys(tuple(sorted(one, key=_by_login)) for one in persons if len(one) > 1)
        found: dict[SubjectId, tuple[_Group, ...]] = {}
        for accounts in sorted(distinct, key=lambda each: [_by_login(one) for one in each]):
            group = known.get(accounts) or _Group(accounts)
            for one in accounts:
                found[one.subject] = (*found.get(one.subject, ()), group)
        self.taken += 1
        before, self._groups = self._groups, found
        return frozenset(one for one in {*before, *found} if before.get(one) != found.get(one))

    def others(self, subject: SubjectId) -> Sequence[Account]:
        """Implements `OtherAccounts`."""
        groups = self._groups.get(subject, ())
        theirs = {each.subject: each for group in groups for each in group.accounts}
        theirs.pop(subject, None)
        return tuple(sorted(theirs.values(), key=_by_login))


def _by_login(one: Account) -> tuple[str, SubjectId]:
    return one.login, one.subject
