"""Whoever shows no certificate at the fleet's port, as a machine does that joins: few at once, and not for long."""

import asyncio

from idp.login.purses import address_key

MOST, OF_ADDRESS = 64, 8  # connections at once, and those of an IPv4 address or an IPv6 /64
LIVES = 10.0  # seconds of each for everything: a machine that joins needs a moment for each of two


class Strangers:
    def __init__(self, lives: float = LIVES) -> None:
        self._lives = lives
        self._here: dict[asyncio.Transport, str] = {}

    def admit(self, transport: asyncio.Transport, address: str) -> bool:
        """Whether there is room; the connection is ended when its time is over, whatever is under way."""
        self._here = {one: of for one, of in self._here.items() if not one.is_closing()}
        client = address_key(address)
        if len(self._here) >= MOST or list(self._here.values()).count(client) >= OF_ADDRESS:
            return False
        self._here[transport] = client
        asyncio.get_running_loop().call_later(self._lives, transport.abort)
        return True

    def leave(self) -> None:
        for transport in self._here:
            transport.abort()
