"""What a person proves a second factor with: applications for one-time codes, passkeys and security keys."""

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import NewType

from config.drawn_name import drawn_name
from config.vocabulary import AuthenticationLevel, SubjectId
from idp.events import Factor
from idp.login.totp import Enrolled

AuthenticatorId = NewType("AuthenticatorId", str)
"""Public name of an authenticator: 22 characters, base64url of 128 random bits. Those that were there before
authenticators had names bear their person's SubjectId, since each person had one."""

CredentialId = NewType("CredentialId", bytes)
"""What a WebAuthn credential calls itself: 16 to 1023 bytes (WebAuthn Level 3 §4, Credential ID)."""

NAME_MAX = 60  # characters
ONE_TIME_CODES_MAX = 3  # a guess is compared with each of them
KEYS_MAX = 10


class Proof(StrEnum):
    """How it was proven, at enrolment, that the authenticator belongs to the person."""

    OFFICERS_CODE = "officers_code"
    """Password and a single-use code of an officer."""
    EXISTING_FACTOR = "existing_factor"
    """A factor that was enrolled already was shown."""
    PASSWORD_ONLY = "password_only"
    """Straight after the password, which earlier versions accepted for the first factor."""
    PREPARED = "prepared"
    """By the operator, without the person."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Credential:
    """A WebAuthn credential as it was registered and last used."""

    id: CredentialId
    public_key: bytes
    """COSE_Key (RFC 9052 §7)."""
    sign_count: int
    """Of its last signature; 0 for ever where the authenticator does not count (WebAuthn Level 3 §6.1.1)."""
    aaguid: str
    """UUID text of the authenticator's model; all zero where it does not say."""
    transports: tuple[str, ...]
    user_verified: bool
    """Whether it has verified the person (PIN, fingerprint), at enrolment or after the password: `uvInitialized`."""
    discoverable: bool
    """Whether it can be used without a name being typed first, as it said at enrolment or has shown since."""
    backup_eligible: bool
    """Whether it may be copied to other devices, as synchronised passkeys are."""
    backed_up: bool
    attestation_format: str
    attestation_statement: bytes = field(repr=False)
    """The attestation object, CBOR, exactly as the authenticator made it."""

    @property
    def replaces_the_password(self) -> bool:
        """Whether it is known to sign in alone, as both factors (WebAuthn Level 3 §6.2: a multi-factor passkey)."""
        return self.user_verified and self.discoverable


@dataclass(frozen=True, slots=True)
class Newly:
    """What an authenticator counts for at first that a weaker proof added; see `trust.py`."""

    level: AuthenticationLevel
    """Of that proof; no more is reached."""
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Authenticator:
    id: AuthenticatorId
    subject: SubjectId
    name: str
    """Given by the person; empty where none was (`idp.http.called` says what it is called then)."""
    means: Enrolled | Credential
    enrolled_at: datetime
    proven_by: Proof
    last_used_at: datetime | None = None
    newly: Newly | None = None
    """None: it counted in full at once."""

    @property
    def factor(self) -> Factor:
        return Factor.ONE_TIME_CODE if isinstance(self.means, Enrolled) else Factor.KEY


@dataclass(frozen=True, slots=True, kw_only=True)
class Proofs:
    """What an account has beside its password, in numbers, and when that was last of use."""

    authenticators: int = 0
    recovery_codes: int = 0
    """Unused."""
    code_until: datetime | None = None
    """An officer's code to enrol by, which is not used, is good until then."""
    signed_in_at: datetime | None = None
    """The last sign-in that is still known of."""


NO_PROOFS = Proofs()


def new_authenticator_id() -> AuthenticatorId:
    return AuthenticatorId(drawn_name())


def enrolled(
    name: AuthenticatorId,
    subject: SubjectId,
    means: Enrolled | Credential,
    typed: str,
    proof: Proof,
    now: datetime,
) -> Authenticator:
    """A new one; `typed`: what the person calls it."""
    return Authenticator(
        id=name,
        subject=subject,
        name=name_of(typed),
        means=means,
        enrolled_at=now,
        proven_by=proof,
    )


def name_of(typed: str) -> str:
    """The name a person typed: one line, no control characters, not too long; empty when nothing is left."""
    shown = "".join(character if character.isprintable() else " " for character in typed[: 4 * NAME_MAX])
    return " ".join(shown.split())[:NAME_MAX].strip()
