"""What every event says, and where from."""

from dataclasses import dataclass
from datetime import datetime

from config.vocabulary import NO_DEVICE, DeviceId


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """Where a request came from, as the data plane says it."""

    address: str = ""
    """Client address without port; empty when unknown."""
    request_id: str = ""
    user_agent: str = ""
    device: DeviceId = NO_DEVICE
    """By the cookie of a browser in which a sign-in was completed."""


NOWHERE = Origin()
"""For what happens without a request: a sweep, a command."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something to an account: its person, an officer, or an operator's command."""

    name: str
    """As people know them: the login, or `cli:<unix account> (<unix user who signed in>)`."""
    subject: str
    """Stays though the login changes; of a command the same as its name, empty where it was not kept."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Happening:
    """What every event says."""

    at: datetime
    origin: Origin = NOWHERE
    person: str = ""
    """Login name: as typed until the directory knows the person, then the directory's."""
    subject: str = ""
