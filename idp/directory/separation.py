"""Administrators have accounts of their own: one that mixes administration with anything else is refused.

Source: decree 409/2025 §13, separate user and administrator accounts. A security officer watches over
administrators, so that role does not go with theirs; with ordinary work it does, as it changes nothing there.
Roles that somebody has as a deputy count like one's own.
"""

from dataclasses import replace

from config.vocabulary import ADMINISTRATORS, Role
from idp.directory.person import AccountState, Person


def mixed(roles: frozenset[Role]) -> bool:
    """Whatever the municipality: who administers one and works for another needs two accounts as well."""
    return not roles.isdisjoint(ADMINISTRATORS) and not roles <= ADMINISTRATORS


MENDED_BY_THE_PERSON = frozenset(
    {AccountState.ACTIVE, AccountState.MUST_CHANGE_PASSWORD, AccountState.PASSWORD_EXPIRED}
)
"""States in which somebody comes in, if only after changing the password."""


def judged(person: Person) -> Person:
    """The person as far as this rule goes; a graver state of the account stays."""
    if person.state in MENDED_BY_THE_PERSON and mixed(frozenset(held.role for held in person.roles)):
        return replace(person, state=AccountState.ROLES_MIXED)
    return person
