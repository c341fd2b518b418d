"""Exceptions from the second factor."""

from dataclasses import dataclass
from datetime import datetime

from idp.events.happening import Happening


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionGranted(Happening):
    """To the person named: password alone suffices `until` then."""

    by: str
    why: str
    until: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionUsed(Happening):
    """Somebody signed in by password alone, as the register of exceptions allows."""

    until: datetime
    granted_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ExceptionEnded(Happening):
    """Before its time."""

    by: str
