"""What officers do about a person's sign-in: exceptions from the second factor, and blocks that they lift."""

from dataclasses import dataclass
from datetime import datetime

from idp.events.happening import Actor, Happening


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionGranted(Happening):
    """To the person named: password alone suffices `until` then."""

    by: Actor
    why: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionUsed(Happening):
    """Somebody signed in by password alone, as the register of exceptions allows."""

    until: datetime
    granted_by: Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionEnded(Happening):
    """Before its time."""

    by: Actor


@dataclass(frozen=True, slots=True, kw_only=True)
class BlockLifted(Happening):
    """The person named has all guesses again that were used up."""

    by: Actor
    why: str
