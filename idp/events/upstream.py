"""Signing in through another identity provider."""

from dataclasses import dataclass

from config.vocabulary import SessionId
from idp.events.happening import Actor, Happening


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamAccepted(Happening):
    """It said who somebody is, and that is a person of ours."""

    provider: str
    identity: str
    """Its `sub`."""
    trusted: bool = False
    """Whether its word stands for a second factor too."""
    said: tuple[str, ...] = ()
    """Of the office for which the person acts there: `municipality 588491`, `activity_role A115:CR22`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamNotLinked(Happening):
    """It said who somebody is, and nobody has shown yet whose that is here."""

    provider: str
    identity: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamRefused(Happening):
    provider: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamLinked(Happening):
    """Both sides were shown in one sign-in."""

    provider: str
    identity: str
    session: SessionId


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamSignedOut(Happening):
    """It told that a session there is over; the sessions that ended by it have entries of their own."""

    provider: str
    sessions: int
    """How many ended here."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamSignOutRefused(Happening):
    provider: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamUnlinked(Happening):
    provider: str
    identity: str
    by: Actor
    why: str = ""
