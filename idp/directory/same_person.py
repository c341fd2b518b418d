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


Groups = Mapping[SubjectId, tuple[_Group, ...]]
"""By account: of each of its numbers the accounts that have it, in order."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """What the directories say, beside what was known when it was weighed."""

    groups: Groups
    changed: frozenset[SubjectId]
    """Who is of another group than before, or of one in which something is different."""
    after: int
    """`Persons.taken` then."""


class Persons:
    """In the memory of a control plane. What is known is replaced whole, so nobody reads half of it."""

    def __init__(self) -> None:
        self._groups: Groups = {}
        self.taken = 0
        """How often: what was read before the last time may be older."""
        self.told_of_many: frozenset[tuple[DirectoryName, str]] = frozenset()
        """Numbers of too many accounts of which the operators' log has told."""

    def weigh(self, persons: Iterable[Collection[Account]]) -> Weighed:
        """What the directories say by now: each the accounts that one number names. Changes nothing, and of a hundred
        thousand accounts takes a second, so it is called in a thread.
        """
        after, before = self.taken, self._groups
        distinct = dict.fromkeys(tuple(sorted(one, key=_by_login)) for one in persons if len(one) > 1)
        gathered: dict[SubjectId, list[_Group]] = {}
        for accounts in distinct:
            there = before.get(accounts[0].subject, ())
            group = next((one for one in there if one.accounts == accounts), None) or _Group(accounts)
            for one in accounts:
                gathered.setdefault(one.subject, []).append(group)
        found = {subject: _in_order(groups) for subject, groups in gathered.items()}
        changed = frozenset(one for one in {*before, *found} if before.get(one) != found.get(one))
        return Weighed(found, changed, after)

    def take(self, weighed: Weighed) -> bool:
        """From the event loop. False, and nothing is taken, where something was taken since it was weighed."""
        if weighed.after != self.taken:
            return False
        self.taken += 1
        self._groups = weighed.groups
        return True

    def know(self, persons: Iterable[Collection[Account]]) -> None:
        """Where nothing else runs that could wait: for a command."""
        self.take(self.weigh(persons))

    def others(self, subject: SubjectId) -> Sequence[Account]:
        """Implements `OtherAccounts`."""
        groups = self._groups.get(subject, ())
        theirs = {each.subject: each for group in groups for each in group.accounts}
        theirs.pop(subject, None)
        return tuple(sorted(theirs.values(), key=_by_login))


def _in_order(groups: Sequence[_Group]) -> tuple[_Group, ...]:
    if len(groups) > 1:
        groups = sorted(groups, key=lambda group: [_by_login(one) for one in group.accounts])
    return tuple(groups)


def _by_login(one: Account) -> tuple[str, SubjectId]:
    return one.login, one.subject
