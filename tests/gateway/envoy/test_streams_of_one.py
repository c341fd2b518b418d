"""Streams beside others: of one session, in one connection, just after a revocation, and where nobody watches."""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from msgspec.structs import replace

from config.settings import Route
from config.vocabulary import REASON_HEADER
from gateway.demo.slapd import free_port
from tests.rig import exact_http2 as http2
from tests.rig.envoy import DOMAIN, Plane, data_plane, hosting
from tests.rig.neighbours import listening
from tests.rig.open_socket import AT_ONCE, HOST, answers, browser, ends, headers, line_of, socket

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
MOST = 3
LONGEST = timedelta(seconds=1)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def plane(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Plane]:
    async with data_plane(tmp_path_factory.mktemp("o"), streams=MOST) as running:
        yield running


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def nothing_is_refused(plane: Plane) -> None:
    plane.forget()


async def test_a_session_has_a_bound_and_a_stream_that_ended_makes_room(plane: Plane) -> None:
    async with browser(plane) as http:
        mine = headers(plane)
        opened = [await http.ws_connect("/live/x", headers=mine) for _ in range(MOST)]
        async with http.get("/long", headers=mine) as answer:
            assert (answer.status, answer.headers[REASON_HEADER]) == (429, "too_many_streams")
            assert (await answer.json())["reason"] == "too_many_streams"
        line = await line_of(plane, answer.headers["x-request-id"])
        assert line["ended"] == "brana_cut_too_many_streams"
        async with socket(plane, "sid2") as theirs:
            assert await answers(theirs)
        for one in opened:
            assert await answers(one)
        await opened.pop().close()
        async with asyncio.timeout(5):
            while True:
                async with http.get("/long", headers=mine) as answer:
                    if answer.status == 200:
                        break


async def test_of_many_streams_in_one_connection_the_concerned_alone_is_cut(plane: Plane) -> None:
    async def endless(asked: web.BaseRequest) -> web.StreamResponse:
        stream = web.StreamResponse()
        await stream.prepare(asked)
        try:
            while True:
                await stream.write(b"data: x\n\n")
                await asyncio.sleep(0.05)
        except ConnectionError:
            return stream

    answering = plane.application.handle
    plane.application.handle = endless
    reader, writer = await plane.connect(alpn="h2")
    try:
        writer.write(http2.PREFACE)
        for number, session in ((1, "sid1"), (3, "sid2")):
            asked = [(":method", "GET"), (":scheme", "https"), (":path", "/long"), (":authority", HOST)]
            block = http2.block([*asked, ("cookie", headers(plane, session)["Cookie"])])
            flags = http2.END_HEADERS | http2.END_STREAM
            writer.write(http2.frame(http2.HEADERS, flags, number, block))
        await plane.watch.heard(2)
        plane.watch.refused["sid1"] = "role_lost"
        began = time.monotonic()
        await plane.watch.revoke("sid1.1", "sid2.1")
        async with asyncio.timeout(AT_ONCE):
            while (await _frame(reader)) != (http2.RST_STREAM, 1):
                pass
        assert time.monotonic() - began < AT_ONCE
        async with asyncio.timeout(AT_ONCE):
            while (await _frame(reader)) != (http2.DATA, 3):
                pass
    finally:
        writer.transport.abort()
        plane.application.handle = answering


async def _frame(reader: asyncio.StreamReader) -> tuple[int, int]:
    """Kind and stream (RFC 9113 §4.1)."""
    head = await reader.readexactly(9)
    await reader.readexactly(int.from_bytes(head[:3], "big"))
    return head[3], int.from_bytes(head[5:], "big")


async def test_a_stream_that_slips_in_beside_its_revocation_ends_at_once(plane: Plane) -> None:
    """The watch hears of the revocation first, and of the stream after it; the gate knew of neither."""
    plane.watch.refused["sid1"] = "ended_by_officer"
    await plane.watch.revoke("sid1.1")
    async with socket(plane) as opened:
        assert await ends(opened) < AT_ONCE + 0.5  # of which half is for Envoy's last words


async def test_whatever_is_open_ends_as_late_as_a_session_at_the_latest(tmp_path: Path) -> None:
    """Watched, where the answer is yes; of nobody; and answers without end on routes that do not say so."""
    public = Route(path="/feed", public=True, websocket=True, streaming=True)

    async def endless(asked: web.BaseRequest) -> web.StreamResponse:
        stream = web.StreamResponse()
        await stream.prepare(asked)
        try:
            while True:
                await stream.write(b"x")
                await asyncio.sleep(0.05)
        except ConnectionError:
            return stream

    upstream = free_port()
    async with (
        data_plane(
            tmp_path,
            applications=[hosting("open", f"http://127.0.0.1:{upstream}", routes=[public])],
            configured=lambda made: replace(made, sign_in=replace(made.sign_in, absolute=LONGEST)),
        ) as plane,
        listening(plane.application, upstream),
        browser(plane) as http,
    ):
        anybody_s, mine = {"Host": f"open.{DOMAIN}"}, headers(plane)
        for path, asked in (("/feed", anybody_s), ("/live/x", mine)):
            async with http.ws_connect(path, headers=asked) as opened:
                assert await answers(opened)
                assert await ends(opened) < LONGEST.total_seconds() + AT_ONCE
        plane.application.handle = endless
        for path, asked in (("/feed", anybody_s), ("/", mine), ("/long", mine)):
            with pytest.raises(aiohttp.ClientPayloadError):
                async with asyncio.timeout(5), http.get(path, headers=asked) as answer:
                    await answer.read()
