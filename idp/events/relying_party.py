"""What relying parties are given and refused."""

from dataclasses import dataclass

from config.vocabulary import SessionId
from idp.events.happening import Happening


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationGranted(Happening):
    """An authorization code was handed to a relying party."""

    session: SessionId
    client: str
    rule: str = ""
    """The policy that lets the person use its application; none where it names no application."""
    policy_version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthorizationRefused(Happening):
    client: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AssertionIssued(Happening):
    """A service provider of SAML was told who signed in."""

    session: SessionId
    client: str
    """Its entity id."""
    rule: str = ""
    policy_version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SamlRequestRefused(Happening):
    client: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenIssued(Happening):
    session: SessionId
    client: str
    refreshed: bool = False
    """Whether for a refresh token; else for a code."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRefused(Happening):
    client: str
    reason: str
    revoked: int = 0
    """Tokens withdrawn because their code was used twice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenRevoked(Happening):
    """Its client gave it back."""

    session: SessionId
    client: str
    revoked: int
    """How many: a refresh token takes all along that came of its sign-in."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientRefused(Happening):
    """A client asked for something about tokens, and may not."""

    client: str
    reason: str
    endpoint: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceAuthorizationAsked(Happening):
    """A program without a browser waits for somebody who types its code (RFC 8628)."""

    client: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceAuthorizationAllowed(Happening):
    """Somebody typed the code of a program and said yes: it acts for them."""

    session: SessionId
    client: str
    asked_from: str
    """The program's address."""
    rule: str = ""
    """As of `AuthorizationGranted`."""
    policy_version: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class DeviceAuthorizationRefused(Happening):
    """A code was wrong, or its person said no or may not."""

    session: SessionId
    client: str
    asked_from: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RefreshTokenMisused(Happening):
    """More than its client has it: all that came of its sign-in was withdrawn."""

    session: SessionId
    client: str
    """Whose it is."""
    shown_by: str
    """The client that proved itself as it was used."""
    reason: str
    revoked: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentGiven(Happening):
    """A person agreed to what a client outside the centre learns of them."""

    session: SessionId
    client: str
    scopes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentRefused(Happening):
    session: SessionId
    client: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ConsentWithdrawn(Happening):
    session: SessionId
    client: str
    revoked: int
    """Tokens that the client had of the person."""
