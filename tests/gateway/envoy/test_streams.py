"""Open web sockets and long answers through a real Envoy and the real watch; a control plane that says what a test
wants.
"""

import asyncio
import contextlib
import signal
import ssl
import time
from collections.abc import AsyncIterator
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from grpclib.const import Cardinality, Handler
from grpclib.server import Server
from grpclib.server import Stream as Call

from gateway.demo.slapd import free_port
from gateway.envoy.clusters import HTTP_OPTIONS, application_cluster
from gateway.envoy.discovery import CLUSTERS, all_resources
from gateway.streams.guard import Unread
from tests.rig.envoy import DOMAIN, GRACE, Plane

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
AT_ONCE = 1.0  # seconds: what the product promises
HOST = f"files.{DOMAIN}"
UPGRADE = (
    f"GET /live/x HTTP/1.1\r\nHost: {HOST}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
    "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n"
)


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def nothing_is_refused(plane: Plane) -> None:
    plane.forget()


@contextlib.asynccontextmanager
async def browser(plane: Plane) -> AsyncIterator[aiohttp.ClientSession]:
    tls = ssl.create_default_context(cafile=str(plane.folder / "server.pem"))
    tls.check_hostname = False
    connector = aiohttp.TCPConnector(ssl=tls, limit=0)
    async with aiohttp.ClientSession(f"https://127.0.0.1:{plane.port}", connector=connector) as http:
        yield http


def headers(plane: Plane, session: str = "sid1", **more: str) -> dict[str, str]:
    return {"Host": HOST, "Cookie": plane.cookie(revocation=f"{session}.1"), **more}


@contextlib.asynccontextmanager
async def socket(
    plane: Plane, session: str = "sid1", path: str = "/live/x", **more: str
) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
    async with (
        browser(plane) as http,
        http.ws_connect(path, headers=headers(plane, session, **more)) as opened,
    ):
        yield opened


async def answers(opened: aiohttp.ClientWebSocketResponse) -> bool:
    await opened.send_str("hello")
    return (await opened.receive(5)).data == "echo hello"


async def ends(opened: aiohttp.ClientWebSocketResponse) -> float:
    """Seconds until it does."""
    began = time.monotonic()
    message = await opened.receive(5)
    assert message.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSE), message
    return time.monotonic() - began


async def line_of(plane: Plane, request_id: str) -> dict[str, Any]:
    for _ in range(200):
        for line in plane.log_lines():
            if line["request_id"] == request_id:
                return line
        await asyncio.sleep(0.02)
    raise AssertionError(f"{request_id} is not in the access log")


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
    plane.application.handle = endless  # type: ignore[method-assign]
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
        plane.application.handle = answering  # type: ignore[method-assign]


async def test_a_short_answer_of_a_watched_route_is_nobody_s_question(plane: Plane) -> None:
    async with browser(plane) as http:
        for _ in range(20):
            async with http.get("/long", headers=headers(plane)) as answer:
                assert await answer.text() == "hello"
        await asyncio.sleep(0.7)
    assert plane.watch.asked == []


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
    plane.application.handle = flood  # type: ignore[method-assign]
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
        plane.application.handle = answering  # type: ignore[method-assign]


async def test_an_answer_with_trailers_comes_whole(plane: Plane) -> None:
    """As that of a gRPC service: the watch is asked about the trailers, and lets them pass."""

    async def say(call: Call[bytes, bytes]) -> None:
        await call.recv_message()
        await call.send_message(b"hello")

    class Service:
        def __mapping__(self) -> dict[str, Handler]:
            return {"/long/Say": Handler(say, Cardinality.UNARY_UNARY, bytes, bytes)}

    port, server = free_port(), Server([Service()], codec=Unread())
    await server.start("127.0.0.1", port)
    kinds = all_resources(plane.settings, plane.surroundings)[CLUSTERS]
    application = next(one for one in kinds if one["name"] == application_cluster("files"))
    application["typed_extension_protocol_options"][HTTP_OPTIONS]["explicit_http_config"] = {
        "http2_protocol_options": {}
    }
    endpoint = application["load_assignment"]["endpoints"][0]["lb_endpoints"][0]["endpoint"]
    endpoint["address"]["socket_address"]["port_value"] = port
    plane.discovery.publish({CLUSTERS: kinds})
    grpc = {"Content-Type": "application/grpc", "TE": "trailers"}
    try:
        async with asyncio.timeout(10), browser(plane) as http:
            while True:  # until Envoy has the other cluster
                asked = http.post("/long/Say", headers=headers(plane, **grpc), data=b"\0\0\0\0\0")
                async with asked as answer:
                    said = await answer.read()
                if answer.headers["Content-Type"] == "application/grpc+proto":
                    break
        assert said == b"\0\0\0\0\x05hello"
        line = await line_of(plane, answer.headers["x-request-id"])
        assert (line["status"], line["ended"]) == (200, "via_upstream")
        assert line["duration_ms"] < 2_000
    finally:
        server.close()
        await server.wait_closed()
        plane.discovery.publish(all_resources(plane.settings, plane.surroundings))


async def test_who_may_not_is_told_where_the_application_has_not_answered_yet(plane: Plane) -> None:
    answering = plane.application.handle
    waiting = asyncio.Event()

    async def slow(_: web.BaseRequest) -> web.StreamResponse:
        await waiting.wait()
        return web.Response()

    plane.application.handle = slow  # type: ignore[method-assign]
    plane.watch.refused["sid1"] = "role_lost"
    try:
        async with browser(plane) as http, http.get("/long", headers=headers(plane)) as answer:
            assert (answer.status, answer.headers["x-brana-reason"]) == (401, "role_lost")
            line = await line_of(plane, answer.headers["x-request-id"])
        assert line["ended"] == "brana_cut_role_lost"
    finally:
        waiting.set()
        plane.application.handle = answering  # type: ignore[method-assign]


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
    await _begins(plane)


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
    await _begins(plane)


async def _begins(plane: Plane) -> None:
    """Return when a web socket opens."""
    async with asyncio.timeout(10):
        while True:
            with contextlib.suppress(aiohttp.WSServerHandshakeError):
                async with socket(plane) as opened:
                    assert await answers(opened)
                    return
            await asyncio.sleep(0.05)
