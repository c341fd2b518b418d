"""What relying parties are given and refused."""

from dataclasses import dataclass

from config.vocabulary import SessionId
from idp.events.happening import Happening


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
