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
PASSKEY: tuple[str, ...] = ("pop", "user", "mfa")
"""A key that verified its user by itself: possession, presence, and two factors in one."""
WITH: dict[Factor, tuple[str, ...]] = {
    Factor.ONE_TIME_CODE: ("pwd", "otp", "mfa"),
    Factor.RECOVERY_CODE: ("pwd", "mfa"),  # RFC 8176 has no word for a code kept on paper
    Factor.KEY: ("pwd", *PASSKEY),
}


def reaches(level: AuthenticationLevel, demanded: AuthenticationLevel | None) -> bool:
    """Whether `level` is what is demanded, or more; None demands nothing in particular."""
    return demanded is None or ORDER[level] >= ORDER[demanded]


def any_reaches(factors: Iterable[Factor], demanded: AuthenticationLevel | None) -> bool:
    return any(reaches(LEVELS[factor], demanded) for factor in factors)


def strongest(*levels: AuthenticationLevel | None) -> AuthenticationLevel | None:
    """Of what several demand; None where nobody demands anything."""
    return max((level for level in levels if level is not None), key=ORDER.__getitem__, default=None)


def weakest(levels: Iterable[AuthenticationLevel]) -> AuthenticationLevel | None:
    return min(levels, key=ORDER.__getitem__, default=None)
