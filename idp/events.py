"""What the identity provider can say has happened: a closed set of frozen values.

The provider returns them, whoever composes the product records them. They hold no secret: no password, no
code, no token, no handle.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from config.vocabulary import AuthenticationLevel, SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a request came from, as the data plane says it."""

    address: str = ""
    """Client address without port; empty when unknown."""
    request_id: str = ""
    user_agent: str = ""


NOWHERE = Origin()
"""For what happens without a request: a sweep, a command."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something to an account: its person, an officer, or an operator's command."""

    name: str
    """As people know them: the login, or `cli:<unix account> (<unix user who signed in>)`."""
    subject: str
    """Stays though the login changes; of a command the same as its name, empty where it was not kept."""


class Factor(StrEnum):
    """Kinds of a second factor."""

    ONE_TIME_CODE = "one_time_code"
    KEY = "key"
    """A passkey or a security key (WebAuthn)."""
    RECOVERY_CODE = "recovery_code"


class EndReason(StrEnum):
    """Why a session of the provider ended."""

    SIGNED_OUT = "signed_out"
    SIGNED_OUT_EVERYWHERE = "signed_out_everywhere"
    SIGNED_OUT_ELSEWHERE = "signed_out_elsewhere"
    """All but the one that it was asked for in."""
    REPLACED = "replaced"
    """Another person signed in with the same browser."""
    IDLE = "idle"
    ABSOLUTE = "absolute_limit"
    ACCOUNT_CLOSED = "account_closed"
    BY_OFFICER = "ended_by_officer"
    FACTOR_TOO_WEAK = "factor_too_weak"
    """The person has a role by now that needs a stronger sign-in."""
    ROLE_LOST = "role_lost"
    """The person had a role when it was opened, and has it no more."""
    PASSWORD_CHANGED = "password_changed"
    PASSWORD_CHANGE_UNKNOWN = "password_change_unknown"
    """It may have been changed."""
    EXCEPTION_ENDED = "exception_ended"
    """An officer ended the exception that the password alone had opened it by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What every event says."""

    at: datetime
    origin: Origin = NOWHERE
    person: str = ""
    """Login name: as typed until the directory knows the person, then the directory's."""
    subject: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInStarted(Happening):
    client: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordAccepted(Happening):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordRefused(Happening):
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeAccepted(Happening):
    """A second factor was shown, or a passkey for both."""

    factor: Factor = Factor.ONE_TIME_CODE
    name: str = ""
    """Of the authenticator."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CodeRefused(Happening):
    """A one-time or recovery code of a person was refused."""

    factor: Factor = Factor.ONE_TIME_CODE
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyRefused(Happening):
    """What a passkey or security key answered proves nothing, or its owner's account is not open."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionUsed(Happening):
    """Somebody signed in by password alone, as the register of exceptions allows."""

    until: datetime
    granted_by: Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentCodeUsed(Happening):
    issued_by: Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentCodeRefused(Happening):
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryCodesMade(Happening):
    """In place of all earlier ones."""

    number: int
    counts_from: datetime | None = None
    """As of FactorEnrolled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChanged(Happening):
    pass


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChangeBegun(Happening):
    """The directory is asked next: without a word of how it ended, that is not known."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChangeUnknown(Happening):
    """Nobody recorded how a change ended that was begun: the password may be another one by now."""

    began_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordChangeRefused(Happening):
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentCodeIssued(Happening):
    """By an officer, to the person named."""

    by: Actor
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionGranted(Happening):
    """To the person named: password alone suffices `until` then."""

    by: Actor
    why: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionEnded(Happening):
    """Before its time."""

    by: Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class Throttled(Happening):
    reason: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorEnrolled(Happening):
    factor: Factor = Factor.ONE_TIME_CODE
    name: str = ""
    """Which the person gave it."""
    proof: str = ""
    """How it was proven whose it is."""
    counts_from: datetime | None = None
    """In full, where a weaker proof added it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorRenamed(Happening):
    factor: Factor
    name: str
    before: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorChangeRefused(Happening):
    """A signed-in person could not add, remove or rename an authenticator, or make recovery codes."""

    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorRemoved(Happening):
    factor: Factor = Factor.ONE_TIME_CODE
    name: str = ""
    by: Actor
    why: str = ""
    """What whoever removed another's said of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInCompleted(Happening):
    session: SessionId
    level: AuthenticationLevel
    methods: tuple[str, ...]
    standing_in: tuple[str, ...] = ()
    """Roles held as a deputy: `municipality:role:login of whose it is`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDeviceMet(Happening):
    """A sign-in was completed in a browser that this person never used before."""

    session: SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDeviceOwned(Happening):
    """The person says: that sign-in was mine."""

    session: SessionId
    """Which was opened in it."""
    device_address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewDeviceDisowned(Happening):
    """The person says: that sign-in was not mine."""

    session: SessionId
    device_address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInFailed(Happening):
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnded(Happening):
    session: SessionId
    reason: EndReason
    by: Actor | None = None
    """Who ended it, where that was neither the person nor the provider."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationGranted(Happening):
    """An authorization code was handed to a relying party."""

    session: SessionId
    client: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationRefused(Happening):
    client: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenIssued(Happening):
    session: SessionId
    client: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRefused(Happening):
    client: str
    reason: str
    revoked: int = 0
    """Access tokens withdrawn because their code was used twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryIssued(Happening):
    """A secret of the recovery administrator was made; `account` is its public name, as all below."""

    account: str
    by: str
    second_factor: bool
    replaced: str
    """The one before that was still good; empty when there was none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryRevoked(Happening):
    account: str
    by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryUsed(Happening):
    account: str
    session: SessionId
    level: AuthenticationLevel
    methods: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RecoveryRefused(Happening):
    account: str
    """Empty when there was none that could be meant."""
    reason: str


Event = (
    SignInStarted
    | PasswordAccepted
    | PasswordRefused
    | CodeAccepted
    | CodeRefused
    | KeyRefused
    | ExceptionUsed
    | EnrolmentCodeUsed
    | EnrolmentCodeRefused
    | EnrolmentCodeIssued
    | ExceptionGranted
    | ExceptionEnded
    | RecoveryCodesMade
    | PasswordChanged
    | PasswordChangeBegun
    | PasswordChangeUnknown
    | PasswordChangeRefused
    | Throttled
    | FactorEnrolled
    | FactorRemoved
    | FactorRenamed
    | FactorChangeRefused
    | SignInCompleted
    | NewDeviceMet
    | NewDeviceOwned
    | NewDeviceDisowned
    | SignInFailed
    | SessionEnded
    | AuthorizationGranted
    | AuthorizationRefused
    | TokenIssued
    | TokenRefused
    | RecoveryIssued
    | RecoveryRevoked
    | RecoveryUsed
    | RecoveryRefused
)
