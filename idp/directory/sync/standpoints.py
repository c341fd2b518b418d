"""How far each controller of a domain was heard: all behind one name, or one after another.

Laws: a number means something at the controller that counted it, and nowhere else. What a controller tells may be
older than what another told before, and it mends that when its own replication has caught up: so whoever was heard is
heard again within LONGEST_UNHEARD, or everything is read anew from one that answers.
"""

from datetime import datetime, timedelta

import msgspec

from idp.directory.sync.record import Position
from idp.directory.sync.source import PositionUnknown

MOST = 16  # controllers; of more, those heard last
LONGEST_UNHEARD = timedelta(minutes=15)


class Standpoint(msgspec.Struct, frozen=True):
    """How far one controller had counted. One restored from a backup has another identifier."""

    server: str
    """Its invocation identifier, canonical UUID text."""
    number: int
    heard: int
    """When, in seconds since 1970."""


class Standpoints(msgspec.Struct, frozen=True):
    known: tuple[Standpoint, ...] = ()
    """The one heard last comes first; no server twice."""

    @classmethod
    def of(cls, position: Position | None) -> "Standpoints":
        """None known for a position in words of another version."""
        try:
            return cls() if position is None else msgspec.json.decode(position, type=cls)
        except msgspec.MsgspecError:
            return cls()

    def written(self) -> Position:
        return msgspec.json.encode(self).decode()

    def heard(self, server: str, number: int, now: datetime) -> "Standpoints":
        """That server has told everything up to that number; who was not heard for long is forgotten."""
        here = Standpoint(server, number, int(now.timestamp()))
        others = (one for one in self.known if one.server != server and not _long_ago(one, now))
        return Standpoints((here, *others)[:MOST])

    def number_of(self, server: str, url: str, now: datetime) -> int:
        """Up to where that server was heard. Raises PositionUnknown where that is not known, or not enough."""
        number = next((one.number for one in self.known if one.server == server), None)
        if number is None:
            raise PositionUnknown(f"{url} is another server than before, or was restored")
        if any(one.server != server and _long_ago(one, now) for one in self.known):
            raise PositionUnknown(
                f"another server than {url} is silent since; what it told last may have been behind"
            )
        return number


def _long_ago(one: Standpoint, now: datetime) -> bool:
    """Clocks are set."""
    return abs(now.timestamp() - one.heard) > LONGEST_UNHEARD.total_seconds()
