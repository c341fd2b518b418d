"""Changes of a password."""

from dataclasses import dataclass
from datetime import datetime

from idp.events.happening import Happening


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
