"""A real receiver of syslog over TLS, which can die, not read, and come back. It reads frames as RFC 5425 says."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

from gateway.demo.authority import KeyPair


@dataclass
class SyslogReceiver:
    pair: KeyPair
    clients: Path | None = None
    """Authority of certificates that clients must have; None: none is asked for."""
    port: int = 0
    got: list[bytes] = field(default_factory=list)
    dies_after: int | None = None
    """Frames, after which it drops the connection without a word; what was in its buffers is lost with it."""
    reads: bool = True
    _server: asyncio.Server | None = None
    _lines: set[asyncio.StreamWriter] = field(default_factory=set)

    async def start(self) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.pair.certificate, self.pair.key)
        if self.clients is not None:
            context.verify_mode = ssl.CERT_REQUIRED
            context.load_verify_locations(self.clients)
        self._server = await asyncio.start_server(self._hear, "127.0.0.1", self.port, ssl=context)
        self.port = self._server.sockets[0].getsockname()[1]

    async def die(self) -> None:
        """The process is gone: nobody listens, and open connections are reset."""
        assert self._server is not None
        self._server.close()
        for one in list(self._lines):
            one.transport.abort()
        await self._server.wait_closed()

    async def _hear(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._lines.add(writer)
        try:
            while True:
                if not self.reads:
                    await asyncio.sleep(0.01)
                    if writer.is_closing():  # what lies in its buffers dies with it
                        return
                    continue
                length = await reader.readuntil(b" ")
                self.got.append(await reader.readexactly(int(length)))
                if self.dies_after is not None and len(self.got) >= self.dies_after:
                    self.dies_after = None
                    writer.transport.abort()
                    return
        except (asyncio.IncompleteReadError, ConnectionError, ssl.SSLError):
            pass
        finally:
            self._lines.discard(writer)
            writer.transport.abort()


@asynccontextmanager
async def syslog_receiver(pair: KeyPair, clients: Path | None = None) -> AsyncIterator[SyslogReceiver]:
    made = SyslogReceiver(pair, clients)
    await made.start()
    try:
        yield made
    finally:
        await made.die()
