"""HTTP/1.1 exactly as written: bytes over TLS, and the answers read back. Nothing is made tidy on the way."""

import asyncio
import ssl
from dataclasses import dataclass

FIRST_WITHIN, NEXT_WITHIN = 15, 1  # seconds


@dataclass
class Answer:
    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def values(self, name: str) -> list[str]:
        return [value for key, value in self.headers if key.lower() == name]

    def value(self, name: str) -> str:
        return ", ".join(self.values(name))

    @property
    def request_id(self) -> str:
        return self.value("x-request-id")


async def connect(
    port: int, tls: ssl.SSLContext, server_name: str, *, alpn: str = "http/1.1", address: str = "127.0.0.1"
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    """A connection from `address`, any of 127.0.0.0/8."""
    tls.set_alpn_protocols([alpn])
    return await asyncio.open_connection(
        "127.0.0.1", port, ssl=tls, server_hostname=server_name, local_addr=(address, 0)
    )


async def exchange(reader: asyncio.StreamReader, writer: asyncio.StreamWriter, sent: bytes) -> list[Answer]:
    """Send bytes, read answers until the other side has nothing more to say; closes the connection."""
    writer.write(sent)
    answers: list[Answer] = []
    try:
        await writer.drain()
        head = sent.startswith(b"HEAD ")
        while answer := await asyncio.wait_for(
            _read_answer(reader, head_only=head), NEXT_WITHIN if answers else FIRST_WITHIN
        ):
            answers.append(answer)
            if answer.status == 101 or answer.value("connection") == "close":
                break
    except (TimeoutError, ConnectionError):
        pass
    finally:
        writer.transport.abort()
    return answers


def request(
    path: str,
    *,
    host: str,
    method: str = "GET",
    cookie: str | None = None,
    headers: tuple[str, ...] = (),
    body: bytes = b"",
) -> bytes:
    """One request, the last of its connection."""
    lines = [f"{method} {path} HTTP/1.1", f"Host: {host}", "Connection: close", *headers]
    if cookie is not None:
        lines.append(f"Cookie: {cookie}")
    if body:
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join([*lines, "", ""]).encode("latin-1") + body


async def _read_answer(reader: asyncio.StreamReader, *, head_only: bool) -> Answer | None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    headers = [(name, value.strip()) for name, _, value in (line.partition(":") for line in head[1:] if line)]
    answer = Answer(int(head[0].split(" ")[1]), headers, b"")
    if head_only:
        return answer
    if answer.value("transfer-encoding") == "chunked":
        while size := int(await reader.readline(), 16):
            answer.body += (await reader.readexactly(size + 2))[:-2]
        await reader.readline()
    elif answer.value("content-length"):
        answer.body = await reader.readexactly(int(answer.value("content-length")))
    return answer
