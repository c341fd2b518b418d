"""Secrets of technical accounts; what a program is refused at the token endpoint is `TokenRefused`."""

from dataclasses import dataclass

from idp.events.happening import Actor, Happening


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramSecretIssued(Happening):
    account: str
    secret: str
    """Its public name."""
    by: Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramSecretRevoked(Happening):
    account: str
    secret: str
    by: Actor
