"""Whatever a client says stays in its field of its line of the access log: a real Envoy, over both protocols."""

import asyncio
import contextlib

import pytest
import pytest_asyncio
from aiohttp import web
from h2.config import H2Configuration
from h2.connection import H2Connection

from tests.rig.envoy import DOMAIN, Plane

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
SIGNS = (b"\r", b"\n", b"\0", b"\r\n", b"\n\r")
PLACES = (b"GET /a%b HTTP/1.1", b"G%bET / HTTP/1.1", b"User-Agent: a%b", b"Host: a%b", b"X-Request-Id: a%b")
NAMES = (b":path", b":method", b":authority", b"user-agent", b"x-request-id")


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def decision_refuses(plane: Plane) -> None:
    plane.forget()
    plane.decision.answer = lambda _: web.Response(status=403)
    await plane.gate()


async def require_whole_lines(plane: Plane, before: int) -> None:
    """A line of more or fewer fields cannot be taken apart."""
    await plane.logged(await plane.ask(cookie=plane.cookie()))
    for one in plane.log_lines()[before:]:
        assert one["status"] in (0, 200, 400, 403, 404, 421, 426)
        assert one["address"] == "127.0.0.1"
        assert one["protocol"] in ("HTTP/2", "HTTP/1.1", "HTTP/1.0", None)


def planted(sign: bytes) -> bytes:
    return sign + b"x" + sign + b"200" + sign


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("place", PLACES)
async def test_no_client_parts_fields_or_lines(plane: Plane, sign: bytes, place: bytes) -> None:
    """Where a sign is a line's end to HTTP, what follows is another header."""
    before = len(plane.log_lines())
    head = [b"GET / HTTP/1.1", f"Host: files.{DOMAIN}".encode(), b"Connection: close"]
    if b"HTTP" in place:
        head[0] = place % planted(sign)
    else:
        head.append(place % planted(sign))
    with contextlib.suppress(AssertionError, OSError):
        await plane.raw(b"\r\n".join(head) + b"\r\n\r\n")
    await require_whole_lines(plane, before)


@pytest.mark.parametrize("sign", SIGNS)
@pytest.mark.parametrize("name", NAMES)
async def test_nor_does_one_that_speaks_http_2(plane: Plane, sign: bytes, name: bytes) -> None:
    before = len(plane.log_lines())
    said = {
        b":method": b"GET",
        b":scheme": b"https",
        b":authority": f"files.{DOMAIN}".encode(),
        b":path": b"/",
    }
    said[name] = said.get(name, b"a") + planted(sign)
    client = H2Connection(H2Configuration(validate_outbound_headers=False, normalize_outbound_headers=False))
    client.initiate_connection()
    client.send_headers(1, list(said.items()), end_stream=True)
    reader, writer = await plane.connect(alpn="h2")
    writer.write(client.data_to_send())
    with contextlib.suppress(OSError, TimeoutError):
        async with asyncio.timeout(0.3):  # Envoy resets the stream, or ends the connection
            while await reader.read(65_536):
                pass
    writer.close()
    await require_whole_lines(plane, before)
