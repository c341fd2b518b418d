"""Where a control plane answers other nodes: one port, TLS 1.3, each side shows a certificate of the fleet.

The name in the handshake says which service is meant, the verified leaf which node calls, and the register whether it
is still one. All is decided before a byte of the caller's is read. What is refused is closed, and recorded.
"""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, cast

from config.fleet import CALLERS, NodeName, Role, Service, service_of
from gateway.fleet import certificates
from gateway.fleet.arriving import Arriving
from gateway.fleet.certificates import Shown, Unproven
from gateway.fleet.strangers import Strangers

REASONS = {9: Unproven.EXPIRED, 10: Unproven.EXPIRED, 26: Unproven.OTHER_PURPOSE}
"""OpenSSL's: not valid yet, expired, of another purpose (X509_V_ERR_…)."""

Standing = Callable[[NodeName, str], Awaitable[Role | None]]
"""Role of the node with the certificate of that serial; None where it counts no longer."""


@dataclass(frozen=True, slots=True)
class Refused:
    reason: Unproven
    node: str = ""
    """As the certificate says, where there is one."""
    service: str = ""
    address: str = ""


class Named(ssl.SSLObject):
    """Remembers which name was asked for, and tells of a certificate that no authority of ours signed."""

    asked: str | None = None
    failed: Callable[[Refused], None] | None = None

    def do_handshake(self) -> None:
        try:
            super().do_handshake()
        except ssl.SSLCertVerificationError as error:
            failed = getattr(self.context, "failed", None)
            if failed is not None:
                failed(Refused(_reason(error), service=self.asked or ""))
            raise


class _Context(ssl.SSLContext):
    failed: Callable[[Refused], None]


class Door:
    """`services`: makes the protocol that answers a connection. `standing`: asked at each connection."""

    def __init__(
        self,
        files: tuple[Path, Path],
        services: Mapping[Service, Callable[[], asyncio.Protocol]],
        standing: Standing,
        refused: Callable[[Refused], None],
        clock: Callable[[], datetime],
        strangers: Strangers | None = None,
    ) -> None:
        self._authority, self._node = files
        self._services, self._standing, self._refused, self._clock = services, standing, refused, clock
        self._open: dict[asyncio.Transport, Shown] = {}
        self._strangers = strangers or Strangers()
        self._context = self._made()
        self._loaded = self._stamp()

    @contextlib.asynccontextmanager
    async def serving(self, address: str, port: int) -> AsyncIterator[None]:
        try:
            async with Arriving(self._context, lambda: _Entrance(self), self._turned_away).serving(
                address, port
            ):
                yield
        finally:
            for transport in list(self._open):
                transport.abort()
            self._strangers.leave()

    def _turned_away(self, address: str) -> None:
        self._refused(Refused(Unproven.TOO_MANY, address=address))

    def reload(self) -> None:
        """Show the certificate that lies there now; what is open stays."""
        stamp = self._stamp()
        if stamp != self._loaded:
            self._context.load_cert_chain(self._node)
            self._loaded = stamp

    def sweep(self, believed: Collection[tuple[NodeName, str]]) -> None:
        """Close what belongs to other nodes and certificates than these, or whose certificate has expired."""
        self._open = {one: who for one, who in self._open.items() if not one.is_closing()}
        for transport, who in self._open.items():
            der = cast(ssl.SSLObject, transport.get_extra_info("ssl_object")).getpeercert(True)
            over = der is None or isinstance(certificates.shown(der, self._clock()), Unproven)
            if over or (who.name, who.serial) not in believed:
                transport.abort()

    async def protocol(self, transport: asyncio.Transport) -> asyncio.Protocol | None:
        """What answers on this connection; None where nothing does."""
        tls = cast(Named, transport.get_extra_info("ssl_object"))
        peer = transport.get_extra_info("peername")
        address = peer[0] if peer else ""
        service = service_of(tls.asked)
        asked = tls.asked or ""
        der = tls.getpeercert(True)
        if service is Service.JOIN and der is None:
            if self._strangers.admit(transport, address):
                return self._services[Service.JOIN]()
            self._refused(Refused(Unproven.TOO_MANY, service=asked, address=address))
            return None
        who = Unproven.NO_CERTIFICATE if der is None else certificates.shown(der, self._clock())
        if isinstance(who, Unproven):
            self._refused(Refused(who, service=asked, address=address))
            return None
        role = await self._standing(who.name, who.serial)
        if role is None or service is None or role not in CALLERS[service] or service not in self._services:
            reason = Unproven.REVOKED if role is None else Unproven.NOT_ITS_SERVICE
            self._refused(Refused(reason, who.name, asked, address))
            return None
        self._open[transport] = who
        return self._services[service]()

    def _made(self) -> ssl.SSLContext:
        context = _Context(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = context.maximum_version = ssl.TLSVersion.TLSv1_3
        # Whoever joins has no certificate yet, so that its lack is refused by `protocol`, service by service.
        context.verify_mode = ssl.CERT_OPTIONAL
        context.num_tickets = 0  # a session that is resumed would not be verified again
        context.load_verify_locations(self._authority)
        context.load_cert_chain(self._node)
        context.sslobject_class = Named
        context.failed = self._refused
        context.sni_callback = _asked
        return context

    def _stamp(self) -> tuple[int, int]:
        found = self._node.stat()
        return found.st_ino, found.st_mtime_ns


class _Entrance(asyncio.Protocol):
    """The first protocol of a connection; another takes its place as soon as it is known who calls."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._deciding: asyncio.Task[None] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        connection = cast(asyncio.Transport, transport)
        connection.pause_reading()
        self._deciding = asyncio.create_task(self._decide(connection))

    def connection_lost(self, _error: Exception | None) -> None:
        if self._deciding is not None:
            self._deciding.cancel()

    async def _decide(self, connection: asyncio.Transport) -> None:
        try:
            found = await self._door.protocol(connection)
        except BaseException:  # as where the register cannot be read: doubt refuses
            connection.abort()
            raise
        if found is None:
            connection.close()
            return
        connection.set_protocol(found)
        found.connection_made(connection)
        connection.resume_reading()


def _asked(tls: Any, host: str | None, _context: ssl.SSLContext) -> None:
    cast(Named, tls).asked = host


def _reason(error: ssl.SSLCertVerificationError) -> Unproven:
    return REASONS.get(error.verify_code, Unproven.NOT_TRUSTED)


def node_of(transport: asyncio.BaseTransport | None, here: NodeName) -> NodeName:
    """Which node asks: as its verified certificate says, or this one, by a socket that only we may open."""
    tls = transport.get_extra_info("ssl_object") if transport is not None else None
    if tls is None:
        return here
    der = tls.getpeercert(True)
    assert der is not None
    shown = certificates.name_in(certificates.read(der))
    assert shown is not None
    return shown
