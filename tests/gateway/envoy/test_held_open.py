"""What a connection may hold, and for how long: forms that never end, web sockets that outlive their reason."""

import asyncio
import contextlib
import json
import time
from datetime import timedelta

import pytest
import pytest_asyncio
from aiohttp import web
from msgspec.structs import replace

from config.settings import SignIn
from gateway.envoy.hardening import OUR_FORM_BYTES, WHOLE_STREAM
from gateway.envoy.messages import seconds
from gateway.envoy.resources import LISTENERS, ROUTE_TABLES, all_resources
from gateway.envoy.routes import routes
from tests.rig.envoy import DOMAIN, Plane

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
SHORT = timedelta(seconds=2)
UPGRADE = (
    f"GET /live/x HTTP/1.1\r\nHost: files.{DOMAIN}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
)
PING = b"\x89\x80\x00\x00\x00\x00"  # masked, empty; RFC 6455 §5.5.2


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def nothing_is_allowed(plane: Plane) -> None:
    plane.forget()


OUR_FORMS = {"login": "/sign-in/password", "files": "/.brana/sign-out", "portal": "/municipality"}


@pytest.mark.parametrize("host", OUR_FORMS)
async def test_a_form_that_is_not_whole_holds_nothing_of_ours(plane: Plane, host: str) -> None:
    path, cookie = OUR_FORMS[host], plane.cookie(application="portal")
    ours = plane.idp if host == "login" else plane.web
    arrived: list[str] = []
    answering = ours.handle

    async def noted(asked: web.BaseRequest) -> web.StreamResponse:
        arrived.append(asked.path)
        return await answering(asked)

    ours.handle = noted
    _, writer = await plane.connect()
    try:
        head = f"POST {path} HTTP/1.1\r\nHost: {host}.{DOMAIN}\r\nCookie: {cookie}\r\n"
        writer.write(f"{head}Content-Length: 2\r\n\r\na".encode())
        await writer.drain()
        await asyncio.sleep(0.3)
        assert arrived == [], "a thousand of these, and nobody can sign in"
        writer.write(b"b")
        await writer.drain()
        async with asyncio.timeout(5):
            while not ours.requests:
                await asyncio.sleep(0.02)
        assert ours.last.body == b"ab"
    finally:
        ours.handle = answering
        writer.transport.abort()


async def test_a_form_longer_than_any_of_ours_is_refused_before_it_reaches_us(plane: Plane) -> None:
    body = b"a" * (OUR_FORM_BYTES + 1)
    for host, path in OUR_FORMS.items():
        cookie = plane.cookie(application="portal")
        answer = await plane.ask(path, host=f"{host}.{DOMAIN}", method="POST", cookie=cookie, body=body)
        assert answer.status == 413
    assert plane.idp.requests == plane.web.requests == []


async def test_an_application_still_takes_long_bodies(plane: Plane) -> None:
    body = b"a" * (4 * OUR_FORM_BYTES)
    answer = await plane.ask("/", method="POST", cookie=plane.cookie(), body=body)
    assert answer.status == 200
    assert plane.application.last.body == body


async def test_a_web_socket_in_use_ends_when_any_session_would(plane: Plane) -> None:
    short = replace(plane.settings, sign_in=SignIn(absolute=SHORT))
    plane.discovery.publish({ROUTE_TABLES: [routes(short, plane.surroundings)]})
    try:
        await asyncio.sleep(0.5)
        reader, writer = await plane.connect()
        writer.write((UPGRADE + f"Cookie: {plane.cookie()}\r\n\r\n").encode())
        assert b" 101 " in await reader.readline()
        began = time.monotonic()
        pinging = asyncio.create_task(_ping(writer))
        async with asyncio.timeout(10):
            await reader.read()
        assert SHORT.total_seconds() - 0.5 < time.monotonic() - began < SHORT.total_seconds() + 2
        pinging.cancel()
        writer.transport.abort()
    finally:
        plane.discovery.publish({ROUTE_TABLES: [routes(plane.settings, plane.surroundings)]})


async def test_what_nothing_else_ends_ends_with_the_time_of_every_stream(plane: Plane) -> None:
    """A day as delivered, so its listener is told two seconds here."""
    told = json.dumps(all_resources(plane.settings, plane.surroundings)[LISTENERS])
    assert f'"{seconds(WHOLE_STREAM)}"' in told
    usual, plane.application.handle = plane.application.handle, _without_end
    try:
        await _listening(plane, told.replace(f'"{seconds(WHOLE_STREAM)}"', f'"{seconds(SHORT)}"'))
        reader, writer = await plane.connect()
        began = time.monotonic()
        writer.write(f"GET / HTTP/1.1\r\nHost: files.{DOMAIN}\r\nCookie: {plane.cookie()}\r\n\r\n".encode())
        async with asyncio.timeout(10):
            answer = await reader.read()
        assert answer.startswith(b"HTTP/1.1 200")
        assert SHORT.total_seconds() - 0.5 < time.monotonic() - began < SHORT.total_seconds() + 2
        writer.transport.abort()
    finally:
        plane.application.handle = usual
        await _listening(plane, told)


async def _listening(plane: Plane, told: str) -> None:
    plane.discovery.publish({LISTENERS: json.loads(told)})
    await plane.discovery.taken([(LISTENERS, ())], timedelta(seconds=10))


async def _without_end(asked: web.BaseRequest) -> web.StreamResponse:
    answer = web.StreamResponse()
    await answer.prepare(asked)
    with contextlib.suppress(ConnectionError):
        while True:
            await answer.write(b"more")
            await asyncio.sleep(0.1)
    return answer


async def _ping(writer: asyncio.StreamWriter) -> None:
    while True:
        writer.write(PING)
        await asyncio.sleep(0.1)
