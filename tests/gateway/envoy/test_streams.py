"""Open web sockets and long answers through a real Envoy and the real watch; a control plane that says what a test
wants.
"""

import asyncio
import contextlib
import signal
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from grpclib.const import Cardinality, Handler
from grpclib.server import Server
from grpclib.server import Stream as Call

from config.settings import Route
from config.vocabulary import Action
from gateway.demo.slapd import free_port
from gateway.streams.guard import Unread
from tests.rig.envoy import DOMAIN, GRACE, Plane, data_plane, hosting
from tests.rig.open_socket import (
    AT_ONCE,
    HOST,
    answers,
    begins,
    browser,
    ends,
    headers,
    line_of,
    socket,
)

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
RPC = "rpc"


@pytest.fixture(scope="module")
def rpc_port() -> int:
    return free_port()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def plane(tmp_path_factory: pytest.TempPathFactory, rpc_port: int) -> AsyncIterator[Plane]:
    """With an application that speaks as gRPC services do. What Envoy is told stays: each of its threads hears of a
    change in its own time, and one may still ask the server of before.
    """
    watched = [Route(path="/long", action=Action.READ, streaming=True)]
    server = f"http://127.0.0.1:{rpc_port}"
    rpc = hosting(RPC, server, protocol="http2", routes=watched)
    async with data_plane(tmp_path_factory.mktemp("e"), applications=[rpc]) as running:
        yield running


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def nothing_is_refused(plane: Plane) -> None:
    plane.forget()


async def test_the_watch_is_told_whose_stream_it_is_and_what_was_asked(plane: Plane) -> None:
    async with socket(plane):
        (question,) = await plane.watch.heard()
    about = question.stream
    assert question.first
    assert (about.session, about.revocation_id) == ("sid1", "sid1.1")
    assert (about.application, about.municipality, about.action) == ("files", "588296", "read")
    assert about.address == "127.0.0.1"
    assert (await line_of(plane, about.request_id))["status"] == 101


async def test_so_it_is_where_a_decision_was_made(plane: Plane) -> None:
    decided = "files 588458 sid7.3 epoch1 own ,read,"
    allowed = {"x-brana-gate": decided, "x-brana-assertion": "a"}
    plane.decision.answer = lambda _: web.Response(headers=allowed)
    async with (
        browser(plane) as http,
        http.ws_connect("/live/x", headers={"Host": HOST}) as opened,
    ):
        (question,) = await plane.watch.heard()
        assert (question.stream.session, question.stream.revocation_id) == ("sid7", "sid7.3")
        assert question.stream.municipality == "588458"
        assert await answers(opened)


async def test_a_revoked_stream_that_gets_a_no_ends_within_a_second_and_no_other_does(plane: Plane) -> None:
    async with socket(plane) as mine, socket(plane, "sid2") as theirs:
        assert await answers(mine)
        asked = await plane.watch.heard(2)
        plane.watch.refused["sid1"] = "ended_by_officer"
        await plane.watch.revoke("sid1.1", "sid9.4")
        assert await ends(mine) < AT_ONCE
        assert await answers(theirs)
    mine_is = next(one.stream for one in asked if one.stream.session == "sid1")
    line = await line_of(plane, mine_is.request_id)
    assert line["ended"] == "brana_cut_ended_by_officer"
    assert line["bytes_in"] > 0 < line["bytes_out"]


async def test_a_revoked_stream_that_gets_a_yes_stays(plane: Plane) -> None:
    async with socket(plane) as opened:
        await plane.watch.heard()
        await plane.watch.revoke("sid1.1")
        asked = await plane.watch.heard(2)
        assert [one.first for one in asked] == [True, False]
        assert await answers(opened)


async def test_a_yes_that_has_run_out_is_asked_for_anew(plane: Plane) -> None:
    plane.watch.holds = 0.2
    async with socket(plane) as opened:
        await plane.watch.heard(3)
        assert await answers(opened)
        plane.watch.refused["sid1"] = "idle"
        assert await ends(opened) < AT_ONCE


async def test_what_nobody_can_answer_for_stays_for_the_grace_and_then_ends(plane: Plane) -> None:
    plane.watch.silent = True
    async with socket(plane) as opened:
        (question, *_) = await plane.watch.heard()
        assert await answers(opened)
        took = await ends(opened)
    assert GRACE.total_seconds() - 0.2 < took < GRACE.total_seconds() + AT_ONCE
    assert (await line_of(plane, question.stream.request_id))["ended"] == "brana_cut_gateway_unavailable"


async def test_a_control_plane_that_is_back_is_asked_about_everything(plane: Plane) -> None:
    async with socket(plane) as opened:
        await plane.watch.heard()
        plane.watch.break_off()
        await plane.watch.heard(2)
        assert await answers(opened)


async def test_a_long_answer_is_cut_as_well(plane: Plane) -> None:
    async def endless(asked: web.BaseRequest) -> web.StreamResponse:
        plane.application.requests.clear()
        stream = web.StreamResponse()
        await stream.prepare(asked)
        with contextlib.suppress(ConnectionError):
            while True:
                await stream.write(b"data: x\n\n")
                await asyncio.sleep(0.05)
        return stream

    answering = plane.application.handle
    plane.application.handle = endless
    try:
        async with browser(plane) as http, http.get("/long", headers=headers(plane)) as answer:
            assert await answer.content.read(9) == b"data: x\n\n"
            await plane.watch.heard()
            plane.watch.refused["sid1"] = "role_lost"
            began = time.monotonic()
            await plane.watch.revoke("sid1.1")
            with pytest.raises(aiohttp.ClientPayloadError):
                await answer.read()
            assert time.monotonic() - began < AT_ONCE
        line = await line_of(plane, answer.headers["x-request-id"])
        assert line["ended"] == "brana_cut_role_lost"
    finally:
        plane.application.handle = answering


async def test_a_short_answer_of_a_watched_route_is_nobody_s_question(plane: Plane) -> None:
    async with browser(plane) as http:
        for _ in range(20):
            async with http.get("/long", headers=headers(plane)) as answer:
                assert await answer.text() == "hello"
        await asyncio.sleep(0.7)
    assert plane.watch.asked == []


async def test_an_answer_with_trailers_comes_whole(plane: Plane, rpc_port: int) -> None:
    """As that of a gRPC service: the watch is asked about the trailers, and lets them pass."""

    async def say(call: Call[bytes, bytes]) -> None:
        await call.recv_message()
        await call.send_message(b"hello")

    class Service:
        def __mapping__(self) -> dict[str, Handler]:
            return {"/long/Say": Handler(say, Cardinality.UNARY_UNARY, bytes, bytes)}

    server = Server([Service()], codec=Unread())
    await server.start("127.0.0.1", rpc_port)
    grpc = {"Content-Type": "application/grpc", "TE": "trailers"}
    asked = {"Host": f"{RPC}.{DOMAIN}", "Cookie": plane.cookie(application=RPC), **grpc}
    try:
        async with (
            browser(plane) as http,
            http.post("/long/Say", headers=asked, data=b"\0\0\0\0\0") as answer,
        ):
            assert await answer.read() == b"\0\0\0\0\x05hello"
        line = await line_of(plane, answer.headers["x-request-id"])
        assert (line["status"], line["ended"]) == (200, "via_upstream")
        assert line["duration_ms"] < 2_000
    finally:
        server.close()
        await server.wait_closed()


async def test_who_may_not_is_told_where_the_application_has_not_answered_yet(plane: Plane) -> None:
    answering = plane.application.handle
    waiting = asyncio.Event()

    async def slow(_: web.BaseRequest) -> web.StreamResponse:
        await waiting.wait()
        return web.Response()

    plane.application.handle = slow
    plane.watch.refused["sid1"] = "role_lost"
    try:
        async with browser(plane) as http, http.get("/long", headers=headers(plane)) as answer:
            assert (answer.status, answer.headers["x-brana-reason"]) == (401, "role_lost")
            line = await line_of(plane, answer.headers["x-request-id"])
        assert line["ended"] == "brana_cut_role_lost"
    finally:
        waiting.set()
        plane.application.handle = answering


async def test_a_watch_that_hangs_is_one_that_died(plane: Plane) -> None:
    assert plane.watching.process is not None
    async with socket(plane) as opened:
        await plane.watch.heard()
        plane.watching.process.send_signal(signal.SIGSTOP)
        try:
            message = await opened.receive(8)
            assert message.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSE)
        finally:
            plane.watching.process.send_signal(signal.SIGCONT)
    await begins(plane)


async def test_without_a_watch_nothing_begins_and_what_was_open_ends(plane: Plane) -> None:
    async with socket(plane) as opened:
        (question,) = await plane.watch.heard()
        await plane.watching.die()
        assert await ends(opened) < AT_ONCE
    line = await line_of(plane, question.stream.request_id)
    assert line["ended"].startswith("ext_proc_error")
    async with browser(plane) as http:
        with pytest.raises(aiohttp.WSServerHandshakeError) as refused:
            await http.ws_connect("/live/x", headers=headers(plane))
        assert refused.value.status == 503
        async with http.get("/", headers=headers(plane)) as answer:
            assert answer.status == 200, "what is not watched needs no watch"
    await plane.watching.start()
    await begins(plane)
