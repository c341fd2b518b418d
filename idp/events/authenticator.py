"""What people prove themselves with: added, renamed, removed."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from idp.events.happening import Actor, Happening


class Factor(StrEnum):
    """Kinds of a second factor."""

    ONE_TIME_CODE = "one_time_code"
    KEY = "key"
    """A passkey or a security key (WebAuthn)."""
    RECOVERY_CODE = "recovery_code"


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
class RecoveryCodesMade(Happening):
    """In place of all earlier ones."""

    number: int
    counts_from: datetime | None = None
    """As of FactorEnrolled."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentCodeIssued(Happening):
    """By an officer, to the person named."""

    by: Actor
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentCodeUsed(Happening):
    issued_by: Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class EnrolmentCodeRefused(Happening):
    reason: str
