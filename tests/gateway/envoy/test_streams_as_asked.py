"""How a web socket is asked for and held: what is watched, what is refused, slow and abrupt ends, forged words."""

import asyncio
import contextlib

import pytest
import pytest_asyncio
from aiohttp import web

from tests.rig.envoy import Plane
from tests.rig.open_socket import (
    AT_ONCE,
    HOST,
    UPGRADE,
    browser,
    ends,
    headers,
    line_of,
    socket,
)

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def nothing_is_refused(plane: Plane) -> None:
    plane.forget()


async def test_words_that_only_we_may_say_change_nothing(plane: Plane) -> None:
    forged = {
        "x-brana-fresh": "sid2.1 588296",
        "x-brana-decided": "files 588296 sid2.1 epoch1 own ,read,",
        "x-brana-route": "files 588296 administer",
        "x-brana-request": "another",
        "x_brana_fresh": "sid2.1 588296",
        "x-request-id": "another",
    }
    async with socket(plane, "sid1", **forged) as opened:
        (question,) = await plane.watch.heard()
        assert (question.stream.session, question.stream.action) == ("sid1", "read")
        assert question.stream.request_id != "another"
        plane.watch.refused["sid1"] = "ended_by_officer"
        await plane.watch.revoke("sid1.1")
        assert await ends(opened) < AT_ONCE
    sent = {name.lower(): value for name, value in plane.application.last.headers}
    assert not [name for name, value in forged.items() if sent.get(name) == value]


async def test_requests_that_ask_for_no_web_socket_are_not_watched(plane: Plane) -> None:
    before = await _calls(plane)
    async with browser(plane) as http, http.get("/live/x", headers=headers(plane)) as answer:
        assert answer.status == 200
    assert await _calls(plane) == before


async def _calls(plane: Plane) -> int:
    counted = await plane.administration.counters("ext_proc.streams_started")
    return sum(counted.values())


@pytest.mark.parametrize("asked", ["websocket, h2c", "tls", "websocket/13"])
async def test_another_upgrade_is_refused_where_a_web_socket_is_offered(plane: Plane, asked: str) -> None:
    assert b" 403 " in await _handshake(plane, asked)
    assert plane.application.requests == []


async def test_an_upgrade_to_http_2_is_an_ordinary_request(plane: Plane) -> None:
    """Envoy leaves it out, as a server may (RFC 9110 §7.8)."""
    assert b" 200 " in await _handshake(plane, "h2c")
    assert plane.application.last.values("upgrade") == []


async def test_a_web_socket_in_another_spelling_is_watched_too(plane: Plane) -> None:
    """Letter case and white space around it are no part of it (RFC 9110 §5.5, RFC 6455 §4.2.1)."""
    reader, writer = await plane.connect()
    other = UPGRADE.replace("Upgrade: websocket", "Upgrade: \tWebSocket ")
    writer.write(f"{other}Cookie: {plane.cookie()}\r\n\r\n".encode())
    assert b" 101 " in await reader.readline()
    await plane.watch.heard()
    writer.transport.abort()


async def _handshake(plane: Plane, asked: str) -> bytes:
    reader, writer = await plane.connect()
    other = UPGRADE.replace("Upgrade: websocket", f"Upgrade: {asked}")
    writer.write(f"{other}Cookie: {plane.cookie()}\r\n\r\n".encode())
    status = await reader.readline()
    writer.transport.abort()
    return status


async def test_an_upgrade_with_a_body_brings_no_second_request(plane: Plane) -> None:
    reader, writer = await plane.connect()
    hidden = f"GET /admin HTTP/1.1\r\nHost: {HOST}\r\n\r\n"
    writer.write(
        f"{UPGRADE}Content-Length: {len(hidden)}\r\nCookie: {plane.cookie()}\r\n\r\n{hidden}".encode()
    )
    with contextlib.suppress(TimeoutError):
        await asyncio.wait_for(reader.read(4096), 1)
    writer.transport.abort()
    assert "/admin" not in [request.target for request in plane.application.requests]


async def test_a_head_that_is_too_long_opens_nothing(plane: Plane) -> None:
    reader, writer = await plane.connect()
    writer.write(f"{UPGRADE}X-Long: {'a' * 40_000}\r\nCookie: {plane.cookie()}\r\n\r\n".encode())
    assert b" 431 " in await reader.readline()
    writer.transport.abort()
    assert plane.watch.asked == plane.application.requests == []


async def test_a_web_socket_without_a_byte_ends_after_the_idle_time_of_its_route(plane: Plane) -> None:
    async with socket(plane, path="/brief/x") as opened:
        assert 0.8 < await ends(opened) < 3


async def test_either_side_may_end_abruptly_and_the_watch_forgets_the_stream(plane: Plane) -> None:
    reader, writer = await plane.connect()
    writer.write((UPGRADE + f"Cookie: {plane.cookie()}\r\n\r\n").encode())
    assert b" 101 " in await reader.readline()
    (question,) = await plane.watch.heard()
    writer.transport.abort()
    line = await line_of(plane, question.stream.request_id)
    assert not line["ended"].startswith("brana_cut")
    await plane.watch.revoke("sid1.1")
    await asyncio.sleep(0.3)
    assert len(plane.watch.asked) == 1, "asked about a stream that is gone"


async def test_a_slow_reader_holds_little_of_envoy_s_memory(plane: Plane) -> None:
    """Backpressure reaches the application: it cannot write more than buffers along the way hold."""
    written = 0

    async def flood(asked: web.BaseRequest) -> web.StreamResponse:
        nonlocal written
        stream = web.WebSocketResponse()
        await stream.prepare(asked)
        with contextlib.suppress(ConnectionError):
            for _ in range(2_000):
                await stream.send_bytes(b"x" * 65_536)
                written += 65_536
        return stream

    answering = plane.application.handle
    plane.application.handle = flood
    reader, writer = await plane.connect()
    try:
        writer.write((UPGRADE + f"Cookie: {plane.cookie()}\r\n\r\n").encode())
        assert b" 101 " in await reader.readline()
        before = -1
        while written != before:
            before = written
            await asyncio.sleep(0.3)
        assert written < 40 * 1024 * 1024
    finally:
        writer.transport.abort()
        plane.application.handle = answering
