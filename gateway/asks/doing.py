"""Who does something about what was asked for."""

from dataclasses import dataclass
from datetime import datetime

from gateway.asks.ask import Party
from gateway.sessions.officers_act import Officer
from idp.events import Origin


@dataclass(frozen=True, slots=True)
class Doing:
    """Who does something, from where, when."""

    officer: Officer
    by: Party
    origin: Origin
    now: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Removal:
    """Who takes something away in a review of access, from where, and with which words."""

    by: Party
    note: str
    origin: Origin
    session: str
    own_municipality: str
