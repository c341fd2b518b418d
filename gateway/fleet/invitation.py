"""What an operator carries from a control plane to a new machine: a code, good once, and whom to believe. Pure."""

import base64
import hmac
import secrets
from dataclasses import dataclass
from datetime import timedelta
from hashlib import sha256

LONGEST_LIFE = timedelta(hours=24)
CODE = 24  # bytes of randomness: 192 bits
FINGERPRINT = 32  # bytes: SHA-256 of the authority's certificate


@dataclass(frozen=True, slots=True)
class Invitation:
    code: bytes
    fingerprint: bytes

    def __repr__(self) -> str:
        return "Invitation(…)"

    def vouches_for(self, fingerprint: bytes) -> bool:
        return hmac.compare_digest(self.fingerprint, fingerprint)


def new_invitation(fingerprint: bytes) -> Invitation:
    return Invitation(secrets.token_bytes(CODE), fingerprint)


def written(invitation: Invitation) -> str:
    """As it is shown and typed: one word of 75 characters. A credential: kept as a hash only, never logged."""
    return base64.urlsafe_b64encode(invitation.code + invitation.fingerprint).decode().rstrip("=")


def read(typed: str) -> Invitation | None:
    """None for what cannot be one."""
    word = "".join(typed.split())
    try:
        both = base64.b64decode(word + "=" * (-len(word) % 4), altchars=b"-_", validate=True)
    except ValueError:
        return None
    return Invitation(both[:CODE], both[CODE:]) if len(both) == CODE + FINGERPRINT else None


def kept_as(code: bytes) -> bytes:
    """As it stands in the database: 192 random bits need no slow hash."""
    return sha256(b"brana fleet invitation\0" + code).digest()
