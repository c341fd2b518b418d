"""Requests inside requests, upgrades that are none, floods of headers and resets: against the running product."""

import asyncio
import contextlib

import pytest

from gateway.audit.entry import Code
from gateway.demo.configuration import MAP
from tests.attacks.conftest import SignedIn
from tests.rig import exact_http2 as http2
from tests.rig.attacked import Ground
from tests.rig.exact_http import Answer

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

SMUGGLERS = {
    "length_and_chunks": "Content-Length: 6\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "chunks_and_length": "Transfer-Encoding: chunked\r\nContent-Length: 6\r\n\r\n0\r\n\r\n",
    "two_lengths": "Content-Length: 0\r\nContent-Length: 60\r\n\r\n",
    "length_list": "Content-Length: 0, 60\r\n\r\n",
    "signed_length": "Content-Length: +0\r\n\r\n",
    "unknown_coding": "Transfer-Encoding: xchunked\r\n\r\n",
    "coding_twice": "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
    "space_before_colon": "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "folded_header": "X: a\r\n Transfer-Encoding: chunked\r\n\r\n",
    "bare_carriage_return": "X: a\rTransfer-Encoding: chunked\r\n\r\n",
    "null_in_value": "X: a\0b\r\n\r\n",
    "chunk_size_with_sign": "Transfer-Encoding: chunked\r\n\r\n+0\r\n\r\n",
    "underscore": "Transfer_Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("framing", SMUGGLERS.values(), ids=SMUGGLERS.keys())
async def test_a_request_inside_a_request_reaches_no_application(
    ground: Ground, clerk: SignedIn, framing: str
) -> None:
    address = ground.address()
    head = f"POST /x HTTP/1.1\r\nHost: {ground.host()}\r\nCookie: {clerk.cookie}\r\n"
    inside = f"POST /sign/smuggled HTTP/1.1\r\nHost: {ground.host()}\r\nCookie: {clerk.cookie}\r\n\r\n"
    answers = await ground.raw((head + framing + inside).encode("latin-1"), address=address)
    assert not [seen for seen in ground.taken_over.requests if "smuggled" in f"{seen.target}{seen.body!r}"]
    for seen in ground.taken_over.requests:
        assert len(seen.values("content-length")) + len(seen.values("transfer-encoding")) <= 1
    entries = await ground.entries(at_least=len(answers), codes=(Code.ACCESS,), address=address)
    assert len(entries) == len(answers) >= 1
    for entry in entries:  # what Envoy itself reads as two requests was decided as two
        smuggled = "smuggled" in str(entry.details["path"])
        reasons = {"action_not_permitted"} if smuggled else {"", "request_malformed"}
        assert entry.reason in reasons, entry


DOWNGRADES: dict[str, list[tuple[str, str]]] = {
    "transfer_encoding": [("transfer-encoding", "chunked")],
    "length_that_lies": [("content-length", "0")],
    "two_lengths": [("content-length", "5"), ("content-length", "60")],
    "line_in_a_value": [("x", "a\r\ntransfer-encoding: chunked")],
    "line_in_a_name": [("x: a\r\ntransfer-encoding", "chunked")],
    "capital_letters": [("Transfer-Encoding", "chunked")],
    "connection": [("connection", "x-brana-assertion"), ("transfer-encoding", "chunked")],
    "second_authority": [(":authority", "spisovka-588491.brana.localhost")],
    "second_path": [(":path", "/sign/smuggled")],
    "path_behind_headers": [("x", "a"), (":path", "/sign/smuggled")],
    "null": [("x", "a\0b")],
}


@pytest.mark.parametrize("headers", DOWNGRADES.values(), ids=DOWNGRADES.keys())
async def test_what_http_2_forbids_never_becomes_a_request_of_http_1(
    ground: Ground, clerk: SignedIn, headers: list[tuple[str, str]]
) -> None:
    address = ground.address()
    pseudo = [(":method", "POST"), (":scheme", "https"), (":authority", ground.host()), (":path", "/x")]
    head = http2.block([*pseudo, ("cookie", clerk.cookie), *headers])
    inside = f"0\r\n\r\nPOST /sign/smuggled HTTP/1.1\r\nHost: {ground.host()}\r\n\r\n".encode()
    reader, writer = await ground.connect(alpn="h2", address=address)
    writer.write(http2.PREFACE + http2.frame(http2.HEADERS, http2.END_HEADERS, 1, head))
    writer.write(http2.frame(http2.DATA, http2.END_STREAM, 1, inside))
    with contextlib.suppress(TimeoutError, ConnectionError):
        while await asyncio.wait_for(reader.read(65_536), 0.3):
            pass
    writer.transport.abort()
    # A length of nothing may go on before the body comes that it belies; the body never does.
    assert {(seen.target, seen.body) for seen in ground.taken_over.requests} <= {("/x", b"")}
    assert len(ground.taken_over.requests) <= (headers == DOWNGRADES["length_that_lies"])
    entry = await ground.entry_from(address)
    assert (entry.outcome, entry.reason) == ("refused", "request_malformed")


async def test_too_many_and_too_large_headers_are_refused(ground: Ground, clerk: SignedIn) -> None:
    floods = (
        tuple(f"X-{number}: 1" for number in range(150)),
        ("X: " + "a" * 40_000,),
        tuple(f"Cookie: c{number}={'b' * 400}" for number in range(90)),
    )
    for headers in floods:
        address = ground.address()
        answer = await ground.ask(cookie=clerk.cookie, headers=headers, address=address)
        assert answer.status == 431
        entry = await ground.entry_from(address)
        assert (entry.outcome, entry.reason) == ("refused", "headers_too_large")
    assert ground.taken_over.requests == []


async def test_a_form_larger_than_any_of_ours_is_refused(ground: Ground) -> None:
    login = ground.login.removeprefix("https://")
    own = (f"Origin: {ground.login}", "Content-Type: application/x-www-form-urlencoded")
    answer = await ground.ask("/sign-in/password", host=login, method="POST", headers=own, body=b"a" * 20_000)
    assert answer.status == 413
    await ground.refused(answer, "request_too_large")


UPGRADE = ("Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==", "Sec-WebSocket-Version: 13", "Upgrade: websocket")


async def upgraded(ground: Ground, path: str, host: str, cookie: str, *headers: str) -> list[Answer]:
    lines = [
        f"GET {path} HTTP/1.1",
        f"Host: {host}",
        "Connection: Upgrade",
        *headers,
        f"Cookie: {cookie}",
        "",
        "",
    ]
    inside = f"POST /sign/smuggled HTTP/1.1\r\nHost: {ground.host()}\r\n\r\n"
    return await ground.raw(("\r\n".join(lines) + inside).encode())


async def test_an_upgrade_that_an_application_answers_with_200_carries_no_second_request(
    ground: Ground,
) -> None:
    start = ground.product.application(MAP)
    browser = await ground.signed_in(ground.somebody(), start)
    ground.taken_over.requests.clear()
    answers = await upgraded(
        ground, "/feed/refuse", ground.host(MAP), ground.cookie(browser, start), *UPGRADE
    )
    assert [seen.target for seen in ground.taken_over.requests] == ["/feed/refuse"]
    assert answers[0].status in (200, 502, 503)
    assert (await ground.entry(answers[0])).details["path"] == "/feed/refuse"
    for further in answers[1:]:
        await ground.refused(further, "sign_in_needed")


async def test_an_upgrade_is_refused_where_the_route_has_none(ground: Ground, clerk: SignedIn) -> None:
    answers = await upgraded(ground, "/feed", ground.host(), clerk.cookie, *UPGRADE)
    assert answers[0].status == 403
    await ground.refused(answers[0], "upgrade_refused")
    answers = await upgraded(ground, "/x", ground.host(), clerk.cookie, "Upgrade: h2c", "HTTP2-Settings: AAA")
    assert answers[0].status in (200, 403)
    assert all(seen.values("upgrade") == [] for seen in ground.taken_over.requests)
    assert not [seen for seen in ground.taken_over.requests if "smuggled" in seen.target]


async def test_a_web_socket_without_a_session_is_refused_and_not_redirected(ground: Ground) -> None:
    answers = await upgraded(ground, "/feed", ground.host(MAP), "__Host-brana-session=x", *UPGRADE)
    assert answers[0].status == 401
    await ground.refused(answers[0], "sign_in_needed")
    assert ground.taken_over.requests == []


async def test_a_tunnel_is_not_opened_for_anybody(ground: Ground, clerk: SignedIn) -> None:
    for target in ("127.0.0.1:22", ground.host(), "/"):
        address = ground.address()
        answer = await ground.ask(target, method="CONNECT", cookie=clerk.cookie, address=address)
        assert answer.status in (400, 403, 404, 421), target
        entry = await ground.entry_from(address)
        assert entry.outcome == "refused"
        assert entry.reason
    assert ground.taken_over.requests == []


async def test_slow_headers_are_cut_off_and_recorded(ground: Ground) -> None:
    address = ground.address()
    reader, writer = await ground.connect(address=address)
    writer.write(f"GET /slow HTTP/1.1\r\nHost: {ground.host()}\r\n".encode())
    said = await asyncio.wait_for(reader.read(65_536), 20)
    assert b" 408 " in said.partition(b"\r\n")[0]
    writer.transport.abort()
    entry = await ground.entry_from(address)
    assert (entry.outcome, entry.reason) == ("refused", "request_too_slow")


async def test_streams_that_are_reset_at_once_end_the_connection_and_nothing_else(
    ground: Ground, clerk: SignedIn
) -> None:
    """CVE-2023-44487: 400 streams of HTTP/2, each begun and reset."""
    address = ground.address()
    reader, writer = await ground.connect(alpn="h2", address=address)
    writer.write(http2.PREFACE)
    asked = http2.block(
        [(":method", "GET"), (":scheme", "https"), (":authority", ground.host()), (":path", "/")]
    )
    for stream in range(1, 800, 2):
        writer.write(http2.frame(http2.HEADERS, http2.END_HEADERS | http2.END_STREAM, stream, asked))
        writer.write(http2.reset(stream))
    await asyncio.wait_for(_closed(reader), 10)
    writer.transport.abort()
    assert (await ground.ask("/x", cookie=clerk.cookie)).status == 200
    entries = await ground.entries(at_least=1, codes=(Code.ACCESS,), address=address)
    assert len(entries) < 400
    assert {entry.outcome for entry in entries} <= {"refused", "failure"}


async def _closed(reader: asyncio.StreamReader) -> None:
    try:
        while await reader.read(65_536):
            pass
    except ConnectionError:
        return
