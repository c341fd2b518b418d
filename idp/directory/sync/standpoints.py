"""How far each controller of a domain was heard: all behind one name, or one after another.

Laws: a number means something at the controller that counted it, and nowhere else. What one controller tells may be
older than what another told a moment before. So whoever was heard before another goes back to where it stood SETTLED
ago: what it told since is told again when it is its turn, and nothing stays overwritten by who did not know of it yet.
"""

from datetime import datetime, timedelta

import msgspec

from idp.directory.sync.record import Position
from idp.directory.sync.source import PositionUnknown

MOST = 16  # controllers; of more, those heard last
SETTLED = timedelta(minutes=30)  # controllers of one site have told each other long before


class Standpoint(msgspec.Struct, frozen=True):
    """How far one controller had counted. One restored from a backup has another identifier."""

    server: str
    """Its invocation identifier, canonical UUID text."""
    number: int
    """What it tells is asked for from here on."""
    settled: int
    """How far it had counted SETTLED ago or earlier, or when it was heard first."""
    rising: int
    """How far it had counted at `since`; what will be settled next."""
    since: int
    """Seconds since 1970."""

    def at(self, number: int, now: int) -> "Standpoint":
        """It was heard up to that number. A clock that was set back does not tell how long ago the last time was."""
        passed = now - self.since
        if 0 <= passed < SETTLED.total_seconds():
            return msgspec.structs.replace(self, number=number)
        settled = self.settled if passed < 0 else self.rising
        return Standpoint(self.server, number, settled=settled, rising=number, since=now)

    def back(self) -> "Standpoint":
        return msgspec.structs.replace(self, number=self.settled)


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
        """That server has told everything up to that number."""
        seconds = int(now.timestamp())
        before = self._of(server) or Standpoint(server, number, number, number, seconds)
        others = (one.back() for one in self.known if one.server != server)
        return Standpoints((before.at(number, seconds), *others)[:MOST])

    def read_anew(self, server: str, number: int, now: datetime) -> "Standpoints":
        """All of it is read from that server, beginning where it has counted to that number."""
        others = tuple(one for one in self.known if one.server != server)
        return Standpoints(others).heard(server, number, now)

    def number_of(self, server: str, url: str) -> int:
        """From where on that server is asked. Raises PositionUnknown where it was not heard before."""
        one = self._of(server)
        if one is None:
            raise PositionUnknown(f"{url} is another server than before, or was restored")
        return one.number

    def _of(self, server: str) -> Standpoint | None:
        return next((one for one in self.known if one.server == server), None)
