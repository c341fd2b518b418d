"""How surely somebody must be recognised, whatever the page asked for: administrators more surely than others."""

from collections.abc import Collection
from typing import Literal, Protocol

from config.vocabulary import ADMINISTRATORS, RECOVERY_ADMINISTRATOR, AuthenticationLevel, Role
from idp.directory.person import Person

WATCHED = ADMINISTRATORS | {Role.SECURITY_OFFICER}
"""Who can put others out or change what they may: no exception from the register is for them."""

NAMED = {
    "two-factors": AuthenticationLevel.TWO_FACTORS,
    "phishing-resistant": AuthenticationLevel.PHISHING_RESISTANT,
}


class LevelLimits(Protocol):
    """What this file needs of `config.settings.SignIn`."""

    @property
    def administrators_level(self) -> Literal["two-factors", "phishing-resistant"]: ...


def needed(person: Person, limits: LevelLimits) -> AuthenticationLevel | None:
    """The least level of a session of this person; None: two factors, or what the register allows.

    The recovery administrator is an exception that is issued by itself, with or without a second factor.
    """
    if person.subject == RECOVERY_ADMINISTRATOR or may_be_excepted([held.role for held in person.roles]):
        return None
    return NAMED[limits.administrators_level]


def may_be_excepted(roles: Collection[Role]) -> bool:
    """Whether an exception from two factors may be granted to somebody with these roles."""
    return WATCHED.isdisjoint(roles)
