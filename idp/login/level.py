"""Authentication levels (`acr`) and what reaches them; ways of authentication (`amr`, RFC 8176 §2)."""

from collections.abc import Iterable

from config.vocabulary import AuthenticationLevel
from idp.events import Factor

ORDER = {level: number for number, level in enumerate(AuthenticationLevel)}  # weakest first

LEVELS: dict[Factor, AuthenticationLevel] = {
    Factor.ONE_TIME_CODE: AuthenticationLevel.TWO_FACTORS,
    Factor.RECOVERY_CODE: AuthenticationLevel.TWO_FACTORS,
    Factor.KEY: AuthenticationLevel.PHISHING_RESISTANT,
}
"""What somebody reaches who shows the factor after the password."""

PASSWORD: tuple[str, ...] = ("pwd",)
FEDERATED: tuple[str, ...] = ("fed",)
"""Another provider in place of the password; RFC 8176 has no word for it."""
SEVERAL = "mfa"
POSSESSION, PRESENCE = "pop", "user"
PASSKEY: tuple[str, ...] = (POSSESSION, PRESENCE, "mfa")
"""A key that verified its user by itself: possession, presence, and two factors in one."""
WITH: dict[Factor, tuple[str, ...]] = {
    Factor.ONE_TIME_CODE: ("pwd", "otp", "mfa"),
    Factor.RECOVERY_CODE: ("pwd", "mfa"),  # RFC 8176 has no word for a code kept on paper
    Factor.KEY: ("pwd", *PASSKEY),
}


def reaches(level: AuthenticationLevel, demanded: AuthenticationLevel | None) -> bool:
    """Whether `level` is what is demanded, or more; None demands nothing in particular."""
    return demanded is None or ORDER[level] >= ORDER[demanded]


def any_reaches(levels: Iterable[AuthenticationLevel], demanded: AuthenticationLevel | None) -> bool:
    return any(reaches(level, demanded) for level in levels)


def lower(one: AuthenticationLevel, other: AuthenticationLevel) -> AuthenticationLevel:
    return min(one, other, key=ORDER.__getitem__)


def methods_of(full: tuple[str, ...], level: AuthenticationLevel) -> tuple[str, ...]:
    """Where a key does not count as one yet, nothing is said of its proof of possession: rules may ask for it."""
    if level is AuthenticationLevel.PHISHING_RESISTANT:
        return full
    return tuple(one for one in full if one != POSSESSION)


def in_place_of_password(methods: tuple[str, ...]) -> tuple[str, ...]:
    """The same where another provider was asked, and no password."""
    return tuple(FEDERATED[0] if one == PASSWORD[0] else one for one in methods)


def first_was_shown(methods: tuple[str, ...]) -> bool:
    """Whether there was a first factor apart from a key: one that another second factor can go with."""
    return PASSWORD[0] in methods or FEDERATED[0] in methods


def strongest(*levels: AuthenticationLevel | None) -> AuthenticationLevel | None:
    """Of what several demand; None where nobody demands anything."""
    return max((level for level in levels if level is not None), key=ORDER.__getitem__, default=None)


def weakest(levels: Iterable[AuthenticationLevel]) -> AuthenticationLevel | None:
    return min(levels, key=ORDER.__getitem__, default=None)
