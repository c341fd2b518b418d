"""Random values that a step of a sign-in may take; drawn for every step, so that none is used twice."""

import secrets
from dataclasses import dataclass, field

from idp.login import totp
from idp.login.authenticator import AuthenticatorId, new_authenticator_id
from idp.login.spoken_code import SpokenCode, new_spoken_code

CHALLENGE = 32  # bytes; WebAuthn Level 3 §13.4.3 asks for 16 at least
RECOVERY_CODES = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    secret: totp.Secret
    challenge: bytes
    """What a key signs next."""
    authenticator: AuthenticatorId
    question: str
    """Names what the directory is asked next, if it comes to that: 22 characters."""
    codes: tuple[SpokenCode, ...] = field(repr=False)
    """The person's next recovery codes, if it comes to that."""


def draw() -> Drawn:
    return Drawn(
        secret=totp.new_secret(),
        challenge=new_challenge(),
        authenticator=new_authenticator_id(),
        question=secrets.token_urlsafe(16),
        codes=tuple(new_spoken_code() for _ in range(RECOVERY_CODES)),
    )


def new_challenge() -> bytes:
    return secrets.token_bytes(CHALLENGE)
