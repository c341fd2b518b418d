"""How surely somebody must be recognised, whatever the page asked for: administrators more surely than others."""

from collections.abc import Collection
from typing import Literal, Protocol

from config.vocabulary import ADMINISTRATORS, AuthenticationLevel, Role

WATCHED = ADMINISTRATORS | {Role.SECURITY_OFFICER}
"""Who can put others out or change what they may: no exception from the register is for them."""

NAMED = {
    "two-factors": AuthenticationLevel.TWO_FACTORS,
    "phishing-resistant": AuthenticationLevel.PHISHING_RESISTANT,
}


class Limits(Protocol):
    """What this file needs of `config.settings.SignIn`."""

    @property
    def administrators_level(self) -> Literal["two-factors", "phishing-resistant"]: ...


def needed(roles: Collection[Role], limits: Limits, *, excepted: bool = False) -> AuthenticationLevel:
    """The least level of a session of somebody with these roles.

    `excepted`: an exception of the register holds for the person now (decree 409/2025 §19(2)).
    """
    if not WATCHED.isdisjoint(roles):
        return NAMED[limits.administrators_level]
    return AuthenticationLevel.PASSWORD if excepted else AuthenticationLevel.TWO_FACTORS


def may_be_excepted(roles: Collection[Role]) -> bool:
    """Whether an exception may be entered into the register for somebody with these roles."""
    return WATCHED.isdisjoint(roles)
