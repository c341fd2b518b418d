"""Web sockets within an HTTP/2 connection (RFC 8441), and what else a client may try to begin by CONNECT there."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import pytest
import pytest_asyncio
from h2.connection import H2Connection
from h2.events import DataReceived, ResponseReceived, StreamReset
from h2.exceptions import ProtocolError

from tests.rig.envoy import DOMAIN, Plane

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
HELLO = b"\x81\x85\x00\x00\x00\x00hello"  # masked with nothing; RFC 6455 §5.2
ECHO = b"\x81\x0aecho hello"


@dataclass
class Tried:
    status: str | None = None
    headers: dict[str, str] = field(default_factory=dict)
    data: bytes = b""


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def nothing_is_allowed(plane: Plane) -> AsyncIterator[None]:
    plane.forget()
    yield


async def begun(plane: Plane, path: str | None, protocol: str | None, *, cookie: str = "") -> Tried:
    """An answer to CONNECT, and to a message where it is 200; `protocol`: of the extended one."""
    reader, writer = await plane.connect(alpn="h2")
    client = H2Connection()
    client.initiate_connection()
    headers = [(":method", "CONNECT"), (":authority", f"files.{DOMAIN}")]
    if path is not None:
        headers += [
            (":scheme", "https"),
            (":path", path),
            ("sec-websocket-version", "13"),
            ("cookie", cookie),
        ]
    if protocol is not None:
        headers.insert(1, (":protocol", protocol))
    client.send_headers(1, headers)
    writer.write(client.data_to_send())
    seen, over = Tried(), False
    try:
        async with asyncio.timeout(5):
            while not over and (piece := await reader.read(65_536)):
                for event in client.receive_data(piece):
                    match event:
                        case ResponseReceived():
                            seen.headers = {
                                bytes(key).decode(): bytes(value).decode() for key, value in event.headers
                            }
                            seen.status = seen.headers[":status"]
                            if seen.status == "200":
                                client.send_data(1, HELLO)
                        case DataReceived():
                            seen.data += event.data
                            over = True
                        case StreamReset():
                            over = True
                writer.write(client.data_to_send())
    except ProtocolError:  # Envoy has ended the connection, and this library wants to hear nothing more
        pass
    finally:
        writer.transport.abort()
    return seen


async def test_a_socket_opens_within_the_connection_and_the_server_gets_a_key(plane: Plane) -> None:
    seen = await begun(plane, "/live/x", "websocket", cookie=plane.cookie())
    assert (seen.status, seen.data) == ("200", ECHO)
    asked = plane.application.last
    assert (asked.method, asked.target, asked.value("upgrade")) == ("GET", "/live/x", "websocket")
    assert len(asked.values("sec-websocket-key")) == 1
    assert plane.cookie()[:18] not in asked.value("cookie")


async def test_a_key_of_the_client_is_kept(plane: Plane) -> None:
    given = "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA=="
    upgrade = ("Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13", given)
    answer = await plane.ask("/live/x", cookie=plane.cookie(), headers=upgrade)
    assert answer.status == 101
    assert plane.application.last.values("sec-websocket-key") == ["AAAAAAAAAAAAAAAAAAAAAA=="]


async def test_it_is_decided_as_any_other(plane: Plane) -> None:
    seen = await begun(plane, "/live/x", "websocket")
    assert seen.status == "403"
    assert plane.decision.last.value("x-brana-route") == "files - read"
    assert plane.application.requests == []


@pytest.mark.parametrize(
    ("path", "protocol"),
    [("/", "websocket"), ("/live/x", "connect-udp"), ("/live/x", "tcp"), (None, None)],
)
async def test_nothing_else_begins_by_connect(plane: Plane, path: str | None, protocol: str | None) -> None:
    seen = await begun(plane, path, protocol, cookie=plane.cookie())
    assert seen.status in (None, "400", "403", "404")
    assert plane.application.requests == []
