"""Leads clients that look up names to the product: a proxy by CONNECT (RFC 9110 §9.3.6) for which every host is here.

No client is changed for a test: they take it as they would an office's proxy. What passes is TLS of client and Envoy.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator

from gateway.demo.slapd import free_port

PIECE = 65_536


async def _carry(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(ConnectionError):
        while piece := await reader.read(PIECE):
            writer.write(piece)
            await writer.drain()
    writer.close()


@contextlib.asynccontextmanager
async def name_proxy(port: int) -> AsyncIterator[str]:
    """Its address; `port`: where all connections go on this machine."""

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"CONNECT "), head
        there, back = await asyncio.open_connection("127.0.0.1", port)
        writer.write(b"HTTP/1.1 200 OK\r\n\r\n")
        await asyncio.gather(_carry(reader, back), _carry(there, writer))

    mine = free_port()
    server = await asyncio.start_server(serve, "127.0.0.1", mine)
    try:
        yield f"http://127.0.0.1:{mine}"
    finally:
        server.close()
