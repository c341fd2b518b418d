"""Ends of sessions of the provider."""

from dataclasses import dataclass
from enum import StrEnum

from config.vocabulary import SessionId
from idp.events.happening import Actor, Happening


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
class SignOutRefused(Happening):
    """The person, or a thief, would have ended other sessions than the one that asked."""

    session: SessionId
    """Which asked."""
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionEnded(Happening):
    session: SessionId
    reason: EndReason
    by: Actor | None = None
    """Who ended it, where that was neither the person nor the provider."""
