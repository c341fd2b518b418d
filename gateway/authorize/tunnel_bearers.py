"""Which tunnels bear an address: of a shared device one after the other. Pure."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from gateway.tunnel_sessions.opened import Opened
from gateway.tunnels.peers import Address

MOST = 100  # tunnels of an address that are remembered: of days, at the counter of an office


class Bearers:
    def __init__(self) -> None:
        self._borne: defaultdict[Address, list[tuple[datetime, Opened]]] = defaultdict(list)
        """In turn, and from when on each has it: later than it was asked for, as who had it goes on till then."""

    def bears(self, opened: Opened, since: datetime) -> None:
        """After all others, also where the clock was set back; of one that bears it already nothing else is known."""
        for address in opened.addresses:
            borne = self._borne[address]
            if borne and borne[-1][1].id == opened.id:
                borne[-1] = (borne[-1][0], opened)
            else:
                before = [(min(at, since), one) for at, one in borne if one.id != opened.id]
                borne[:] = [*before, (since, opened)][-MOST:]

    def bore(self, opened: Opened) -> None:
        """One of those that are known, as it is by now; or one of which a start knows when it was asked for."""
        for address in opened.addresses:
            borne = self._borne[address]
            known = {one.id: since for since, one in borne}
            others = [one for one in borne if one[1].id != opened.id]
            found = [*others, (known.get(opened.id, opened.at), opened)]
            borne[:] = sorted(found, key=lambda one: one[0])[-MOST:]

    def last(self, address: Address) -> Opened | None:
        borne = self._borne.get(address)
        return borne[-1][1] if borne else None

    def within(self, address: Address, since: datetime, until: datetime) -> Sequence[Opened]:
        """Who had it between two moments, of what is heard a while later; where nobody is known, who had it next."""
        borne = self._borne.get(address, [])
        first = max(0, bisect_right(borne, since, key=lambda one: one[0]) - 1)
        after = bisect_right(borne, until, key=lambda one: one[0])
        return [one for _, one in borne[first : max(after, first + 1)]]
