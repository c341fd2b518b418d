"""What the supervisor asks Envoy's administration socket. Standard library only: the supervisor uses it."""

import asyncio
import contextlib
import socket
import time
from collections.abc import Callable
from pathlib import Path

SOCKET = "envoy-admin.sock"
ACTIVE = "/stats?filter=^http.people.downstream_rq_active$"


async def drained(admin: Path, at_most: float) -> None:
    """No new requests; wait a moment, `at_most` seconds, for those under way."""
    limit = time.monotonic() + at_most
    try:
        await asyncio.to_thread(ask, admin, "POST", "/drain_listeners?graceful&skip_exit")
        while time.monotonic() < limit:
            said = await asyncio.to_thread(ask, admin, "GET", ACTIVE)
            if said.rstrip().endswith(": 0"):
                return
            await asyncio.sleep(0.05)
    except OSError:
        return  # no administration to ask: it is ending or was never up


async def keep_asking(admin: Path, heard: Callable[[], None], pause: float) -> None:
    """For ever: `heard` is called at each answer, whatever it says and however late it comes."""
    while True:
        with contextlib.suppress(OSError):
            reader, writer = await asyncio.open_unix_connection(str(admin))
            try:
                writer.write(_question("GET", "/ready"))
                if await reader.read(1):
                    heard()
            finally:
                writer.close()
        await asyncio.sleep(pause)


def ask(admin: Path, method: str, target: str) -> str:
    """One HTTP/1.0-style exchange. Raises OSError."""
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(1)
        connection.connect(str(admin))
        connection.sendall(_question(method, target))
        answer = bytearray()
        while part := connection.recv(4096):
            answer += part
    return answer.partition(b"\r\n\r\n")[2].replace(b"\r\n0\r\n", b"").decode("utf-8", "replace")


def _question(method: str, target: str) -> bytes:
    return f"{method} {target} HTTP/1.1\r\nHost: envoy\r\nConnection: close\r\n\r\n".encode()
