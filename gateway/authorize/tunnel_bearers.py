"""Which tunnel bears an address: of a shared device one after the other. Pure."""

from datetime import datetime

from gateway.tunnel_sessions.opened import Opened
from gateway.tunnels.peers import Address


class Bearers:
    def __init__(self) -> None:
        self._last: dict[Address, Opened] = {}
        """Who has an address, or had it last."""
        self._before: dict[Address, Opened] = {}
        """Who had it before those."""
        self._since: dict[Address, datetime] = {}
        """From when on who has it does: later than it was asked for, as who had it goes on till then."""

    def bears(self, opened: Opened, since: datetime) -> None:
        for address in opened.addresses:
            if (last := self._last.get(address)) is not None and last.id != opened.id:
                self._before[address] = last
            self._last[address], self._since[address] = opened, since

    def bore(self, opened: Opened) -> None:
        """As far as is known, the same one; or one of which a start knows no more."""
        self._last.update(dict.fromkeys(opened.addresses, opened))

    def last(self, address: Address) -> Opened | None:
        return self._last.get(address)

    def at(self, address: Address, moment: datetime) -> Opened | None:
        """Whose what began then is, of which is heard a while later."""
        last, before = self._last.get(address), self._before.get(address)
        return last if before is None or moment >= self._since[address] else before
