"""A web socket at the rig's `files`, as a browser opens it, and what it is worth."""

import asyncio
import contextlib
import ssl
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp

from tests.rig.envoy import DOMAIN, Plane

AT_ONCE = 1.0  # seconds: what the product promises
HOST = f"files.{DOMAIN}"
UPGRADE = (
    f"GET /live/x HTTP/1.1\r\nHost: {HOST}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
)


@contextlib.asynccontextmanager
async def browser(plane: Plane) -> AsyncIterator[aiohttp.ClientSession]:
    tls = ssl.create_default_context(cafile=str(plane.folder / "server.pem"))
    tls.check_hostname = False
    connector = aiohttp.TCPConnector(ssl=tls, limit=0)
    async with aiohttp.ClientSession(f"https://127.0.0.1:{plane.port}", connector=connector) as http:
        yield http


def headers(plane: Plane, session: str = "sid1", **more: str) -> dict[str, str]:
    return {"Host": HOST, "Cookie": plane.cookie(revocation=f"{session}.1"), **more}


@contextlib.asynccontextmanager
async def socket(
    plane: Plane, session: str = "sid1", path: str = "/live/x", **more: str
) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    async with (
        browser(plane) as http,
        http.ws_connect(path, headers=headers(plane, session, **more)) as opened,
    ):
        yield opened


async def answers(opened: aiohttp.ClientWebSocketResponse) -> bool:
    await opened.send_str("hello")
    return (await opened.receive(5)).data == "echo hello"


async def ends(opened: aiohttp.ClientWebSocketResponse) -> float:
    """Seconds until it does."""
    began = time.monotonic()
    message = await opened.receive(5)
    assert message.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSE), message
    return time.monotonic() - began


async def line_of(plane: Plane, request_id: str) -> dict[str, Any]:
    for _ in range(200):
        for line in plane.log_lines():
            if line["request_id"] == request_id:
                return line
        await asyncio.sleep(0.02)
    raise AssertionError(f"{request_id} is not in the access log")


async def begins(plane: Plane) -> None:
    """Return when a web socket opens."""
    async with asyncio.timeout(10):
        while True:
            with contextlib.suppress(aiohttp.WSServerHandshakeError):
                async with socket(plane) as opened:
                    assert await answers(opened)
                    return
            await asyncio.sleep(0.05)
