"""A browser that costs nearly nothing, for load: HTTP/1.1 over kept TLS connections, byte for byte, own cookies."""

import asyncio
import ssl
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Self, cast
from urllib.parse import urlencode, urlsplit

USUAL = (
    "accept: text/html\r\naccept-language: cs\r\nuser-agent: Mozilla/5.0 (X11)\r\n"
    "sec-fetch-mode: navigate\r\nsec-fetch-dest: document\r\n"
)


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    location: str
    body: bytes


class Connection(asyncio.Protocol):
    """One request at a time; knows answers with a length and chunked ones."""

    def __init__(self) -> None:
        self._got = bytearray()
        self._waiting: asyncio.Future[tuple[bytes, bytes]] | None = None
        self.transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def connection_lost(self, error: Exception | None) -> None:
        if self._waiting is not None and not self._waiting.done():
            self._waiting.set_exception(error or ConnectionError("the server hung up"))

    def data_received(self, data: bytes) -> None:
        self._got += data
        end = self._got.find(b"\r\n\r\n")
        if end < 0 or self._waiting is None:
            return
        head = bytes(self._got[:end])
        whole = self._whole(head.lower(), end + 4)
        if whole is not None:
            waiting, self._waiting = self._waiting, None
            body = bytes(self._got[end + 4 :])
            self._got.clear()
            waiting.set_result((head, body))

    def _whole(self, head: bytes, start: int) -> bool | None:
        at = head.find(b"\r\ncontent-length:")
        if at >= 0:
            length = int(head[at + 17 : head.find(b"\r\n", at + 17) % (len(head) + 1)])
            return True if len(self._got) >= start + length else None
        if b"\r\ntransfer-encoding: chunked" in head:
            return True if self._got.endswith(b"0\r\n\r\n") else None
        return True  # none of ours without either has a body

    @property
    def is_open(self) -> bool:
        return self.transport is not None and not self.transport.is_closing()

    async def ask(self, request: bytes) -> tuple[bytes, bytes]:
        """Head and body of the answer. Raises OSError where the other side hangs up before it."""
        assert self.transport is not None
        self._waiting = asyncio.get_running_loop().create_future()
        self.transport.write(request)
        return await self._waiting


@dataclass(slots=True)
class Lane:
    """One person's browser after another, on the same connections: `forget` between them."""

    port: int
    tls: ssl.SSLContext
    cookies: dict[str, dict[str, str]] = field(default_factory=dict)
    _connections: dict[str, Connection] = field(default_factory=dict)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        for connection in self._connections.values():
            if connection.transport is not None:
                connection.transport.close()

    def forget(self) -> None:
        self.cookies.clear()

    async def get(self, url: str) -> Answer:
        return await self._ask("GET", url, "")

    async def post(self, url: str, fields: Mapping[str, str]) -> Answer:
        return await self._ask("POST", url, urlencode(fields))

    async def _ask(self, method: str, url: str, form: str) -> Answer:
        parts = urlsplit(url)
        kept = self.cookies.setdefault(parts.netloc, {})
        lines = [f"{method} {parts.path or '/'}{'?' + parts.query if parts.query else ''} HTTP/1.1"]
        lines.append(f"host: {parts.netloc}")
        if kept:
            lines.append("cookie: " + "; ".join(f"{name}={value}" for name, value in kept.items()))
        if method == "POST":
            lines.append("content-type: application/x-www-form-urlencoded")
            lines.append(f"sec-fetch-site: same-origin\r\ncontent-length: {len(form)}")
        request = "\r\n".join(lines) + f"\r\n{USUAL}\r\n{form}"
        head, body = await (await self._connection(parts.hostname or "", parts.netloc)).ask(request.encode())
        return self._read(head.decode("latin-1"), body, kept)

    async def _connection(self, name: str, place: str) -> Connection:
        if place not in self._connections:
            loop = asyncio.get_running_loop()
            _, self._connections[place] = await loop.create_connection(
                Connection, "127.0.0.1", self.port, ssl=self.tls, server_hostname=name
            )
        return self._connections[place]

    @staticmethod
    def _read(head: str, body: bytes, kept: dict[str, str]) -> Answer:
        first, *headers = head.split("\r\n")
        location = ""
        for line in headers:
            name, _, value = line.partition(":")
            match name.lower():
                case "location":
                    location = value.strip()
                case "set-cookie":
                    cookie, _, rest = value.strip().partition(";")
                    key, _, content = cookie.partition("=")
                    if content and "max-age=0" not in rest.lower():
                        kept[key] = content
                    else:
                        kept.pop(key, None)
                case _:
                    pass
        return Answer(int(first.split(" ", 2)[1]), location, body)
