"""Names are answered at the gateway's own address in the tunnel, by UDP and TCP, to awake devices alone.

Laws: whoever is no device of the tunnel hears nothing; one device holds a few connections at most, each for seconds;
whatever cannot be served leaves the tunnel as it is.
"""

import asyncio
import contextlib
import socket
import struct
from collections import Counter
from collections.abc import AsyncIterator, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from datetime import datetime
from ipaddress import ip_address
from typing import cast

from config.tunnel_pools import gateway_of
from gateway.tunnels.chains import NAMES
from gateway.tunnels.keys import TunnelKey
from gateway.tunnels.names import MOST, answer
from gateway.tunnels.peers import Address, Network
from gateway.tunnels.permits import Admitted

LENGTH = struct.Struct("!H")  # before each message over TCP (RFC 1035, section 4.2.2)
MOST_LINES, OF_A_DEVICE = 256, 4
QUESTIONS = 32  # over one connection
PATIENCE = 5.0  # seconds for each

Whose = Callable[[], Mapping[TunnelKey, Admitted]]
"""Who is in the tunnel; another mapping after each change."""


class Resolver:
    def __init__(self, admitted: Whose, now: Callable[[], datetime], pools: Collection[Network] = ()) -> None:
        self._admitted, self._now, self._pools = admitted, now, pools
        self._seen: Mapping[TunnelKey, Admitted] | None = None
        self._by_address: dict[Address, Admitted] = {}
        self._lines: Counter[Address] = Counter()

    def answers(self, whose: str, asked: bytes) -> bytes | None:
        who = self._who(ip_address(whose))
        return None if who is None else answer(asked, who, self._now(), self._own(who))

    async def converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        whose = writer.get_extra_info("peername")[0]
        device = ip_address(whose)
        known = self._who(device) is not None
        if known and self._lines[device] < OF_A_DEVICE and self._lines.total() < MOST_LINES:
            self._lines[device] += 1
            try:
                with contextlib.suppress(OSError, TimeoutError, asyncio.IncompleteReadError):
                    await self._questions(whose, reader, writer)
            finally:
                self._lines[device] -= 1
                self._lines += Counter()  # those without any are forgotten
        writer.close()

    async def _questions(
        self, whose: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        for _ in range(QUESTIONS):
            async with asyncio.timeout(PATIENCE):
                (octets,) = LENGTH.unpack(await reader.readexactly(LENGTH.size))
                if octets > MOST:
                    return
                told = self.answers(whose, await reader.readexactly(octets))
                if told is None:
                    return
                writer.write(LENGTH.pack(len(told)) + told)
                await writer.drain()

    def _own(self, who: Admitted) -> Collection[Address]:
        """The gateway's, of each pool from which the device has an address: it has a way to no other."""
        return [gateway_of(pool) for pool in self._pools if any(one in pool for one in who.addresses)]

    def _who(self, address: Address) -> Admitted | None:
        now = self._admitted()
        if now is not self._seen:
            self._seen = now
            self._by_address = {each: one for one in now.values() for each in one.addresses}
        return self._by_address.get(address)


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, resolver: Resolver) -> None:
        self._resolver = resolver

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.DatagramTransport", transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        told = self._resolver.answers(addr[0], data)
        if told is not None:
            self._transport.sendto(told, addr)


@asynccontextmanager
async def resolving(
    resolver: Resolver, pools: Collection[Network], say: Callable[[str], None]
) -> AsyncIterator[bool]:
    """Whether names are answered; where they cannot be, `say` tells why and the tunnel goes on without."""
    loop = asyncio.get_running_loop()
    async with contextlib.AsyncExitStack() as stack:
        try:
            for pool in pools:
                udp, tcp = _bound(pool, socket.SOCK_DGRAM), _bound(pool, socket.SOCK_STREAM)
                transport, _ = await loop.create_datagram_endpoint(lambda: _Datagrams(resolver), sock=udp)
                stack.callback(transport.close)
                server = await asyncio.start_server(resolver.converse, sock=tcp, limit=MOST)
                stack.callback(server.close)
        except OSError as error:
            await stack.aclose()
            say(
                f"names are not answered in the tunnel: {error.strerror or error}; let this process have "
                f"CAP_NET_BIND_SERVICE, and nothing else listen at port {NAMES} of the tunnel's addresses"
            )
            yield False
        else:
            yield True


def _bound(pool: Network, kind: socket.SocketKind) -> socket.socket:
    family = socket.AF_INET6 if pool.version == 6 else socket.AF_INET
    made = socket.socket(family, kind | socket.SOCK_NONBLOCK | socket.SOCK_CLOEXEC)
    try:
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((str(gateway_of(pool)), NAMES))
    except OSError:
        made.close()
        raise
    return made
