"""Secrets of technical accounts, whose ids are the `person` of these events. What a program is refused at the token
endpoint is `TokenRefused`.
"""

from dataclasses import dataclass

from idp.events.happening import Actor, Happening


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramSecretIssued(Happening):
    secret: str
    """Its public name."""
    by: Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class ProgramSecretRevoked(Happening):
    secret: str
    by: Actor
