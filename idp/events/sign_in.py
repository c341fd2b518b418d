"""Steps of a sign-in and what it comes to."""

from dataclasses import dataclass
from datetime import datetime

from config.vocabulary import AuthenticationLevel, SessionId, SubjectId
from idp.events.authenticator import Factor
from idp.events.happening import Happening


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInStarted(Happening):
    client: str
    known_to: SubjectId | None = None
    """Who completed a sign-in in that browser before; nobody has shown yet that it is that person again."""
    displaced: bool = False
    """Another sign-in, in which nothing was shown, was dropped to make room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInNotBegun(Happening):
    """Too many were under way, or an officer has suspended the device."""

    client: str
    known_to: SubjectId | None = None
    """As of `SignInStarted`."""
    reason: str


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
class Throttled(Happening):
    reason: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInCompleted(Happening):
    session: SessionId
    level: AuthenticationLevel
    methods: tuple[str, ...]
    standing_in: tuple[str, ...] = ()
    """Roles held as a deputy: `municipality:role:login of whose it is`."""
    pushed: tuple[str, ...] = ()
    """Roles that a personnel system gives: `municipality:role:its account`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInFailed(Happening):
    reason: str


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
