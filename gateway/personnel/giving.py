"""Which roles a personnel system gives: what it says of a person, by the list of the configuration. Pure.

Laws: a word gives the roles that the list names for it, in the municipalities of the list, and every other word
nothing; only a record that is active gives, and only one account of its person gets: that of the login, or the only
one; by two records of a person counts what either says.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from config.settings import Personnel
from config.vocabulary import DirectoryName, SubjectId
from gateway.personnel.record import Record
from idp.directory.person import Pushed, RoleHeld
from idp.directory.subject import directory_of


@dataclass(frozen=True, slots=True)
class Rule:
    word: str
    """Without letters' case."""
    held: RoleHeld


def rules_of(settings: Personnel) -> tuple[Rule, ...]:
    return tuple(
        Rule(one.value.strip().casefold(), RoleHeld(one.municipality, one.role)) for one in settings.roles
    )


def roles_by(rules: Iterable[Rule], words: Iterable[str]) -> frozenset[RoleHeld]:
    said = {one.casefold() for one in words}
    return frozenset(one.held for one in rules if one.word in said)


def given(
    subject: SubjectId,
    records: Iterable[Record],
    rules: Mapping[str, tuple[DirectoryName, Sequence[Rule]]],
) -> frozenset[Pushed]:
    """`rules`: by account, with the directory whose people its records are."""
    found: set[Pushed] = set()
    for one in records:
        directory, listed = rules.get(one.account, ("", ()))
        if one.gives_to == subject and directory == directory_of(subject):
            found |= {Pushed(held, one.account) for held in roles_by(listed, one.roles)}
    return frozenset(found)


def receiver(found: Collection[SubjectId], called: Collection[SubjectId]) -> SubjectId | None:
    """Which of the person's accounts gets the roles: the one that has the login, or the only one; else none."""
    by_login = [one for one in called if one in found]
    if len(by_login) == 1:
        return by_login[0]
    return next(iter(found)) if len(found) == 1 else None
