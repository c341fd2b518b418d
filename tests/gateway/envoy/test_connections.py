"""Smuggling, upgrades, HTTP/2, slow and resetting clients: bytes exactly as written, a real Envoy."""

import asyncio
import subprocess

import pytest
import pytest_asyncio

from tests.rig.envoy import DOMAIN, Plane
from tests.rig.exact_http import Answer

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
FILES = f"files.{DOMAIN}"


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def nothing_is_allowed(plane: Plane) -> None:
    plane.forget()


READER = {"actions": ",read,"}
OURS = "__Host-brana-session=secret"

SMUGGLED = f"GET /admin/smuggled HTTP/1.1\r\nHost: {FILES}\r\n\r\n"
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
    "chunk_size_in_sign": "Transfer-Encoding: chunked\r\n\r\n+0\r\n\r\n",
    "endless_chunk_size": "Transfer-Encoding: chunked\r\n\r\n" + "0" * 20 + "1\r\na\r\n0\r\n\r\n",
}


@pytest.mark.parametrize("framing", SMUGGLERS.values(), ids=SMUGGLERS.keys())
async def test_a_request_inside_a_request_is_never_forwarded(plane: Plane, framing: str) -> None:
    cookie = plane.cookie(actions=",read,write,")
    head = f"POST /x HTTP/1.1\r\nHost: {FILES}\r\nCookie: {cookie}\r\n"
    await plane.raw((head + framing + SMUGGLED).encode("latin-1"))
    assert not [seen for seen in plane.application.requests if "smuggled" in seen.target]
    for asked in plane.decision.requests:  # what Envoy itself reads as a second request is asked about
        assert asked.value("x-brana-route") == "files - administer"
    for seen in plane.application.requests:
        assert len(seen.values("content-length")) + len(seen.values("transfer-encoding")) <= 1


async def test_too_many_or_too_large_headers_are_refused(plane: Plane) -> None:
    assert (await plane.ask(headers=tuple(f"X-{n}: 1" for n in range(150)))).status == 431
    assert (await plane.ask(headers=("X: " + "a" * 40_000,))).status == 431
    assert plane.decision.requests == []


async def test_an_upgrade_is_refused_where_the_route_has_none(plane: Plane) -> None:
    upgrade = (
        "Upgrade: websocket",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Version: 13",
    )
    answer = await _upgraded(plane, "/x", upgrade)
    assert answer.status == 403
    assert plane.application.requests == []
    answer = await _upgraded(plane, "/live/x", upgrade)
    assert answer.status == 101
    answer = await _upgraded(plane, "/live/x", ("Upgrade: h2c", "HTTP2-Settings: AAA"))
    assert answer.status == 200  # Envoy speaks HTTP/1.1 on, and forwards no upgrade
    assert plane.application.last.values("upgrade") == []


async def test_a_web_socket_needs_a_grant_like_any_request(plane: Plane) -> None:
    upgrade = (
        "Upgrade: websocket",
        "Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==",
        "Sec-WebSocket-Version: 13",
    )
    answer = await _upgraded(plane, "/live/x", upgrade, cookie="__Host-brana-session=s")
    assert answer.status == 403
    assert plane.decision.last.value("upgrade") == "websocket"
    assert plane.application.requests == []


async def test_an_upgrade_answered_with_200_carries_no_second_request(plane: Plane) -> None:
    head = (
        f"GET /live/refuse HTTP/1.1\r\nHost: {FILES}\r\nCookie: {plane.cookie()}\r\nConnection: Upgrade\r\n"
        "Upgrade: websocket\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\nSec-WebSocket-Version: 13\r\n\r\n"
    )
    await plane.raw((head + SMUGGLED).encode())
    assert not [seen for seen in plane.application.requests if "smuggled" in seen.target]


async def _upgraded(plane: Plane, path: str, headers: tuple[str, ...], cookie: str | None = None) -> Answer:
    lines = [f"GET {path} HTTP/1.1", f"Host: {FILES}", "Connection: Upgrade", *headers]
    lines.append(f"Cookie: {cookie or plane.cookie()}")
    answers = await plane.raw("\r\n".join([*lines, "", ""]).encode())
    return answers[0]


async def _curl(plane: Plane, *arguments: str) -> bytes:
    """HTTP/2 by curl, for what a browser would send."""
    process = await asyncio.create_subprocess_exec(
        "curl",
        "--silent",
        "--insecure",
        "--http2",
        "--max-time",
        "10",
        "--resolve",
        f"{FILES}:{plane.port}:127.0.0.1",
        "--write-out",
        "%{http_code} %{http_version}",
        *arguments,
        stdout=subprocess.PIPE,
    )
    return (await process.communicate())[0]


async def test_http2_takes_the_same_way(plane: Plane) -> None:
    url = f"https://{FILES}:{plane.port}"
    grant = f"cookie: __Host-brana-grant={plane.signer.grant(**READER)}"
    crumbs = ("-H", "cookie: a=1", "-H", grant, "-H", f"cookie: {OURS}", "-H", "cookie: b=2")
    forged = (
        "-H",
        "x-brana-assertion: forged",
        "-H",
        "x_brana_gate: forged",
        "-H",
        "x-forwarded-for: 10.0.0.1",
    )
    assert await _curl(plane, *crumbs, *forged, f"{url}/x") == b"hello200 2"
    assert plane.decision.requests == []
    assert plane.application.last.value("cookie") == "a=1; b=2"
    assert plane.application.last.values("x-brana-assertion") == ["assertion-of-the-grant"]
    assert "10.0.0.1" not in plane.application.last.value("x-forwarded-for")
    assert (await _curl(plane, *crumbs, "--path-as-is", f"{url}/x/../admin")).endswith(b"403 2")
    assert plane.decision.last.value("x-brana-route") == "files - administer"
    assert (await _curl(plane, "-H", "host: evil.test", f"{url}/x")).endswith(b"421 2")
    smuggling = ("-H", "transfer-encoding: chunked", "-H", grant, "--data", "0")
    assert not (await _curl(plane, *smuggling, f"{url}/x")).startswith(b"hello")


async def test_only_modern_tls_is_spoken(plane: Plane) -> None:
    for flags in (("--tls-max", "1.2"), ("--tls-max", "1.1")):
        assert (await _curl(plane, *flags, f"https://{FILES}:{plane.port}/")).endswith(b"000 0")
    assert (await _curl(plane, "--http1.1", f"https://{FILES}:{plane.port}/")).endswith(b"403 1.1")


async def test_rapid_resets_end_the_connection(plane: Plane) -> None:
    """HTTP/2 streams that are begun and reset at once (CVE-2023-44487)."""
    reader, writer = await plane.connect(alpn="h2")
    writer.write(b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes(3) + b"\x04\0\0\0\0\0")
    authority = FILES.encode()
    # HPACK (RFC 7541): static :method GET, :scheme https, :path /, then :authority as a literal
    block = b"\x82\x87\x84\x01" + bytes([len(authority)]) + authority
    for number in range(400):
        stream = (2 * number + 1).to_bytes(4, "big")
        writer.write(len(block).to_bytes(3, "big") + b"\x01\x05" + stream + block)
        writer.write(b"\0\0\4\3\0" + stream + b"\0\0\0\x08")
    await asyncio.wait_for(_until_closed(reader), 10)
    writer.transport.abort()


async def _until_closed(reader: asyncio.StreamReader) -> None:
    try:
        while await reader.read(65_536):
            pass
    except ConnectionError:
        return


async def test_slow_headers_are_cut_off(plane: Plane) -> None:
    """The whole header must arrive within ten seconds."""
    reader, writer = await plane.connect()
    writer.write(f"GET / HTTP/1.1\r\nHost: {FILES}\r\n".encode())
    loop = asyncio.get_running_loop()
    begun = loop.time()
    answer = await asyncio.wait_for(reader.read(65_536), 20)
    assert 5 < loop.time() - begun < 15
    assert b" 408 " in answer.partition(b"\r\n")[0]
    writer.transport.abort()


async def test_the_administration_is_a_socket_of_the_owner(plane: Plane) -> None:
    assert plane.administration.socket.stat().st_mode & 0o777 == 0o600
    assert plane.surroundings.socket("discovery").stat().st_mode & 0o777 == 0o600


async def test_what_envoy_answers_is_a_page_for_people_and_data_for_programs(plane: Plane) -> None:
    page = await plane.ask(host="evil.test", headers=("Accept: text/html,*/*",))
    assert page.value("content-type") == "text/html; charset=utf-8"
    assert "Tato adresa zde neexistuje" in page.body.decode()
    assert "There is no such address here" in page.body.decode()
    assert page.value("x-request-id") in page.body.decode()
    assert "default-src 'none'" in page.value("content-security-policy")
    data = await plane.ask(host="evil.test", headers=("Accept: application/json",))
    assert data.value("content-type") == "application/problem+json"
    assert b'"reason":"no_such_host"' in data.body
    gone = await plane.ask("/", host=f"gone.{DOMAIN}", cookie=plane.cookie(application="gone"))
    assert gone.status == 503
    assert b'"reason":"unavailable"' in gone.body
