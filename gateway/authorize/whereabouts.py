"""Where in the world an address is, and whether somebody could have come there from where they were.

A journey counts from where a person was let in last on this control plane. One that sees somebody for the first time,
after its start or because they were at another before, counts from where their open sessions began. Only what is
certain is said: without coordinates nothing is.
"""

import math
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime

from config.vocabulary import SubjectId
from gateway.sessions.session import Session

EARTH = 6371.0  # km, mean radius (IUGG)
FASTEST = 1000.0  # km/h; airliners fly at 900
SHORTEST = 300.0  # km beyond what either place may be off: below it, providers move addresses between towns
REMEMBERED = 100_000  # people, the one longest unseen first to be forgotten


@dataclass(frozen=True, slots=True, kw_only=True)
class Location:
    """What a database of addresses says of one."""

    country: str | None = None
    """ISO 3166-1 alpha-2, upper case."""
    latitude: float | None = None
    longitude: float | None = None
    """Degrees."""
    radius: float = 0.0
    """By how many kilometres that may be off."""


NOWHERE = Location()
Locate = Callable[[str], Location]
"""Of an address without port. What is not known stays None; never raises."""


def nowhere(_: str) -> Location:
    return NOWHERE


@dataclass(frozen=True, slots=True)
class Sighting:
    location: Location
    at: datetime


def impossible(before: Sighting, after: Sighting) -> bool | None:
    """Whether nobody can have travelled so; None: it cannot be said."""
    distance = _apart(before.location, after.location)
    if distance is None:
        return None
    if distance <= SHORTEST:
        return False
    hours = abs((after.at - before.at).total_seconds()) / 3600
    return distance > FASTEST * hours


def _apart(one: Location, other: Location) -> float | None:
    """Kilometres that lie between them at least (haversine)."""
    if one.latitude is None or one.longitude is None or other.latitude is None or other.longitude is None:
        return None
    south, north = math.radians(one.latitude), math.radians(other.latitude)
    east = math.radians(other.longitude - one.longitude)
    half = math.sin((north - south) / 2) ** 2 + math.cos(south) * math.cos(north) * math.sin(east / 2) ** 2
    return max(0.0, 2 * EARTH * math.asin(min(1.0, math.sqrt(half))) - one.radius - other.radius)


class Whereabouts:
    """Of a control plane, as long as it lives."""

    def __init__(self, locate: Locate = nowhere) -> None:
        self.locate = locate
        self._last: OrderedDict[SubjectId, Sighting] = OrderedDict()
        self._recalled: OrderedDict[SubjectId, None] = OrderedDict()

    def knows(self, subject: SubjectId) -> bool:
        """Whether nothing would come of recalling where else they are signed in."""
        return self.locate is nowhere or subject in self._last or subject in self._recalled

    def recall(self, subject: SubjectId, sessions: Iterable[Session]) -> None:
        """All open ones of a person who was not known."""
        for one in sorted(sessions, key=lambda one: one.opened_at):
            self.let_in(one, one.address, one.opened_at)
        self._recalled[subject] = None
        if len(self._recalled) > REMEMBERED:
            self._recalled.popitem(last=False)

    def of(self, session: Session, address: str, now: datetime) -> tuple[Location, bool | None]:
        """Where the person of the session is, and whether nobody can have come there."""
        here = Sighting(self.locate(address), now)
        return here.location, impossible(self._before(session), here)

    def places(self, session: Session, address: str) -> tuple[Location, Location]:
        """Where the person of the session is, and where they were before."""
        return self.locate(address), self._before(session).location

    def _before(self, session: Session) -> Sighting:
        return self._last.get(session.subject) or Sighting(self.locate(session.address), session.opened_at)

    def let_in(self, session: Session, address: str, now: datetime) -> None:
        """From here on journeys count from there, unless nobody can be there: somebody who has got hold of a session
        does not shut out its person.
        """
        location, cannot_be = self.of(session, address, now)
        if cannot_be or location.latitude is None:
            return
        self._last[session.subject] = Sighting(location, now)
        self._last.move_to_end(session.subject)
        if len(self._last) > REMEMBERED:
            self._last.popitem(last=False)
