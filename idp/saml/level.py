"""Classes of authentication contexts (SAML authentication contexts §3.4) and our levels."""

from collections.abc import Sequence

from config.vocabulary import AuthenticationLevel
from idp.login.level import reaches, weakest

_CLASSES = "urn:oasis:names:tc:SAML:2.0:ac:classes:"
PASSWORD = _CLASSES + "PasswordProtectedTransport"
MULTI_FACTOR = "https://refeds.org/profile/mfa"

LEVELS: dict[str, AuthenticationLevel] = {
    _CLASSES + "unspecified": AuthenticationLevel.PASSWORD,
    _CLASSES + "Password": AuthenticationLevel.PASSWORD,
    PASSWORD: AuthenticationLevel.PASSWORD,
    MULTI_FACTOR: AuthenticationLevel.TWO_FACTORS,
    **{level.value: level for level in AuthenticationLevel},
}
"""What reaches a class that a service provider may ask for."""


def demanded(contexts: Sequence[str]) -> AuthenticationLevel | None:
    """The least that answers; None where none of them is known."""
    return weakest([LEVELS[one] for one in contexts if one in LEVELS])


def said(contexts: Sequence[str], level: AuthenticationLevel) -> str:
    """The class in the answer: of those that were asked for the first that holds (SAML core §3.3.2.2.1)."""
    asked = (one for one in contexts if one in LEVELS and reaches(level, LEVELS[one]))
    usual = PASSWORD if level is AuthenticationLevel.PASSWORD else MULTI_FACTOR
    return next(asked, usual)
