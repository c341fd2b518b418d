"""The recovery administrator."""

from dataclasses import dataclass

from config.vocabulary import AuthenticationLevel, SessionId
from idp.events.happening import Happening


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
