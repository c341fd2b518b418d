"""Connections to the fleet's port before they have proved anything: few at once, and none for longer than a handshake.

They are taken here and not by the event loop's own server, which takes all that come and asks nobody: each holds a file
of the control plane, which has a thousand or so, and nobody in reach of the port needs more than a silent connection.
"""

import asyncio
import contextlib
import socket
import ssl
from collections.abc import AsyncIterator, Callable

from idp.login.purses import address_key

HANDSHAKE = 5.0  # seconds
BACKLOG = 128
MOST, OF_ADDRESS = 512, 256  # handshakes at once, and those of an IPv4 address or an IPv6 /64
PAUSE = 0.1  # seconds, where a connection cannot be taken just now


class Arriving:
    """`made`: the first protocol of a connection; `turned_away`: told the address of one for which there is no room."""

    def __init__(
        self,
        context: ssl.SSLContext,
        made: Callable[[], asyncio.Protocol],
        turned_away: Callable[[str], None],
    ) -> None:
        self._context, self._made, self._turned_away = context, made, turned_away
        self._here: dict[asyncio.Task[None], str] = {}

    @contextlib.asynccontextmanager
    async def serving(self, address: str, port: int) -> AsyncIterator[None]:
        """`address`: IPv4 or IPv6."""
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.create_server((address, port), family=family, backlog=BACKLOG) as listening:
            listening.setblocking(False)
            taking = asyncio.create_task(self._take(listening))
            try:
                yield
            finally:
                tasks = [taking, *self._here]
                for task in tasks:
                    task.cancel()
                await asyncio.gather(*tasks, return_exceptions=True)

    async def _take(self, listening: socket.socket) -> None:
        loop = asyncio.get_running_loop()
        while True:
            try:
                connection, peer = await loop.sock_accept(listening)
            except OSError:
                await asyncio.sleep(PAUSE)
                continue
            address = peer[0]
            client = address_key(address)
            if len(self._here) >= MOST or list(self._here.values()).count(client) >= OF_ADDRESS:
                connection.close()
                loop.call_soon(self._turned_away, address)  # whatever it raises, others are taken
                continue
            task = asyncio.create_task(self._prove(connection))
            self._here[task] = client
            task.add_done_callback(self._gone)

    async def _prove(self, connection: socket.socket) -> None:
        # Whoever fails is told to nobody here: the context tells of certificates that do not count.
        with contextlib.suppress(OSError):
            await asyncio.get_running_loop().connect_accepted_socket(
                self._made, connection, ssl=self._context, ssl_handshake_timeout=HANDSHAKE
            )

    def _gone(self, task: asyncio.Task[None]) -> None:
        self._here.pop(task, None)
