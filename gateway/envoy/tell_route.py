"""Asks the running Envoy which route a request would take: no second reading of hosts, paths and methods."""

import asyncio
from dataclasses import dataclass
from pathlib import Path

from gateway.envoy.tried import ASKED_HEADER

PATIENCE = 5.0  # seconds
LARGEST = 65_536  # bytes of an answer's head


class RouteUnknown(Exception):
    """Envoy does not tell."""

    def __init__(self, socket: Path, cause: str) -> None:
        super().__init__(
            f"Envoy does not say which route that would be (on {socket}: {cause})\n"
            "    see that the data plane runs (`/readyz`); write host and path as a browser sends them"
        )


@dataclass(frozen=True, slots=True)
class RouteTaken:
    """`name` is `<application> <municipality or -> <action>`; empty where nothing is asked for."""

    name: str
    status: int
    """200, or what Envoy answers by itself: 400, 404, 421."""


async def route_of(socket: Path, method: str, host: str, path: str, *, websocket: bool = False) -> RouteTaken:
    """Raises RouteUnknown."""
    words = (method, host, path)
    if not all(one.isascii() and one.isprintable() and " " not in one and one for one in words):
        raise RouteUnknown(socket, "a space, a control character or a letter that is not ASCII")
    upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n" if websocket else "Connection: close\r\n"
    sent = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\n{upgrade}\r\n"
    try:
        async with asyncio.timeout(PATIENCE):
            reader, writer = await asyncio.open_unix_connection(socket, limit=LARGEST)
            try:
                writer.write(sent.encode("ascii"))
                head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            finally:
                writer.close()
    except (OSError, TimeoutError, asyncio.IncompleteReadError, asyncio.LimitOverrunError) as error:
        raise RouteUnknown(socket, str(error) or type(error).__name__) from error
    first, *lines = head.split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (one.partition(":") for one in lines)}
    return RouteTaken(headers.get(ASKED_HEADER, ""), int(first.split(" ")[1]))
