"""Attacks on routing, headers and cookies that must fail, with bytes exactly as written, against a real Envoy."""

import asyncio
import subprocess
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import web

from tests.rig.envoy import DOMAIN, Answer, Plane, Request, data_plane

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
FILES = f"files.{DOMAIN}"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def plane(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Plane]:
    async with data_plane(tmp_path_factory.mktemp("e")) as running:
        yield running


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def nothing_is_allowed(plane: Plane) -> None:
    plane.decision.answer = lambda _: web.Response(status=403)
    plane.application.answer = lambda _: web.Response(text="hello")
    for neighbour in (plane.decision, plane.application, plane.web, plane.idp):
        neighbour.requests.clear()


READER = {"actions": ",read,"}
ADMIN_PATHS = [
    "//admin/x",
    "/%2e%2e/admin/x",
    "/x/../admin/x",
    "/x/%2e%2e/admin/x",
    "/./admin/x",
    "/%61dmin/x",
    "/ADMIN/x",
    "/admin",
    "/admin?x=/y",
    "/admin//x",
    "/x/.%2e/admin",
    "/x;/../admin",
    f"https://{FILES}/admin/x",
    f"https://{FILES}//admin/x",
]


@pytest.mark.parametrize("path", ADMIN_PATHS)
async def test_every_spelling_of_a_path_takes_its_own_route(plane: Plane, path: str) -> None:
    answer = await plane.ask(path, cookie=plane.cookie(**READER))
    assert plane.application.requests == []
    if plane.decision.requests:
        assert plane.decision.last.value("x-brana-route") == "files - administer"
    else:
        assert answer.status in (400, 404)


ODD_PATHS = [
    "/x%2Fadmin",
    "/x%5Cadmin",
    "/admin;x/y",
    "/admin%3Bx",
    "/admin%23x",
    "/admin%3Fx",
    "/admin%00",
    "/x%0d%0aSet-Cookie:a=1",
    "/x%0Aadmin",
    "/%2561dmin",
    "/x%252Fadmin",
    "/x%7f",
]


@pytest.mark.parametrize("path", ODD_PATHS)
async def test_paths_that_two_programs_read_differently_are_refused(plane: Plane, path: str) -> None:
    answer = await plane.ask(path, cookie=plane.cookie(actions=",read,write,administer,"))
    assert answer.status == 400
    assert plane.application.requests == []
    assert plane.decision.requests == []


@pytest.mark.parametrize("path", [r"\admin", r"/x\..\admin", "/\\admin"])
async def test_a_backslash_is_a_slash_or_nothing(plane: Plane, path: str) -> None:
    await plane.ask(path, cookie=plane.cookie(**READER))
    assert plane.application.requests == []
    assert all(asked.value("x-brana-route") == "files - administer" for asked in plane.decision.requests)


async def test_ordinary_paths_arrive_as_written(plane: Plane) -> None:
    cookie = plane.cookie(**READER)
    for path in (
        "/",
        "/a/b.pdf?x=1;2&y=%2F%3B",
        "/%C5%BE%20x",
        "/sleva%2050%25.pdf",
        "/administrator",
        "/a+b@c,d",
    ):
        assert (await plane.ask(path, cookie=cookie)).status == 200, path
        assert plane.application.last.target == path


async def test_our_own_paths_never_reach_an_application(plane: Plane) -> None:
    for path in ("/.brana/callback", "/.brana", "/x/../.brana/x", "//.brana/x", "/%2ebrana/x"):
        assert (await plane.ask(path)).status == 200
    assert len(plane.web.requests) == 5
    assert plane.application.requests == []
    for path in ("/.branax", "/.BRANA/x", "/x/.brana/y"):
        await plane.ask(path)
    assert len(plane.web.requests) == 5
    assert plane.application.requests == []


HOSTS = [f"FILES.{DOMAIN}", f"files.{DOMAIN}.", f"files.{DOMAIN}:1", f"Files.{DOMAIN}.:443"]


@pytest.mark.parametrize("host", HOSTS)
async def test_every_spelling_of_a_host_is_one_host(plane: Plane, host: str) -> None:
    assert (await plane.ask(host=host, cookie=plane.cookie())).status == 200
    assert plane.application.last.values("host") == [f"{FILES}:{plane.port}"]


@pytest.mark.parametrize(
    "host",
    [
        "",
        "evil.test",
        f"x.{FILES}",
        f"{FILES}.evil.test",
        "127.0.0.1",
        f"{FILES}/x",
        f"a@{FILES}",
        f"{FILES}, x",
    ],
)
async def test_a_host_that_is_none_of_ours_is_refused(plane: Plane, host: str) -> None:
    assert (await plane.ask(host=host, cookie=plane.cookie())).status in (400, 421)
    assert plane.application.requests == []


async def test_the_target_of_an_absolute_request_decides_over_the_host_header(plane: Plane) -> None:
    answer = await plane.ask("https://evil.test/x", host=FILES, cookie=plane.cookie())
    assert answer.status == 421
    answer = await plane.ask(f"https://{FILES}/x", host="evil.test", cookie=plane.cookie())
    assert answer.status == 200
    assert plane.application.last.target == "/x"
    assert plane.application.last.values("host") == [f"{FILES}:{plane.port}"]


async def test_an_unmatched_path_or_method_is_refused_by_us(plane: Plane) -> None:
    host = f"register-588296.{DOMAIN}"
    assert (await plane.ask("/", host=host)).status == 404
    assert (await plane.ask("/opens", host=host)).status == 404
    assert (await plane.ask("/x", method="DELETE", cookie=plane.cookie())).status == 404
    assert (await plane.ask("/x", method="TRACE", cookie=plane.cookie())).status in (400, 404)
    assert plane.application.requests == []
    assert plane.decision.requests == []


async def test_no_health_path_goes_past_the_gate(plane: Plane) -> None:
    for path in ("/healthz", "/ready", "/stats", "/config_dump", "/?x=/healthz", "/healthz/../x"):
        answer = await plane.ask(path, headers=("User-Agent: Envoy/HC", "x-envoy-healthcheck: 1"))
        assert answer.status == 403
    assert plane.application.requests == []


FORGED = [
    "x-brana-assertion: forged",
    "X-BRANA-Assertion: forged",
    "x-brana-gate: files 588296 sid1.1 epoch1 own ,read,administer,",
    "X-Brana-Route: files - read",
    "x-brana-fresh: true",
    "x_brana_assertion: forged",
    "x-brana_assertion: forged",
    "X_Brana-Gate: forged",
    "x-brana: forged",
    "x-forwarded-for: 10.0.0.1",
    "X-Forwarded-Host: evil.test",
    "X-Forwarded-Proto: http",
    "X-Forwarded-Prefix: /admin",
    "X-Forwarded-Client-Cert: By=forged",
    "X-Original-URL: /admin",
    "X-Rewrite-URL: /admin",
    "X-Original-Host: evil.test",
    "Forwarded: for=10.0.0.1;host=evil.test",
    "X-Real-IP: 10.0.0.1",
    "True-Client-IP: 10.0.0.1",
    "X-HTTP-Method-Override: DELETE",
    "X-Method-Override: DELETE",
    "Proxy: http://evil.test",
    "x-envoy-original-path: /admin",
    "x-envoy-upstream-rq-timeout-ms: 1",
    "x-envoy-external-address: 10.0.0.1",
    "x-request-id: forged",
]


async def test_headers_only_a_proxy_may_set_are_taken_from_the_client(plane: Plane) -> None:
    doubled = tuple(line for header in FORGED for line in (header, header))
    for cookie in (plane.cookie(), "__Host-brana-session=s"):
        plane.decision.answer = lambda _: web.Response()
        assert (await plane.ask(cookie=cookie, headers=doubled)).status == 200
    assert len(plane.decision.requests) == 1
    for seen in (*plane.application.requests, plane.decision.last):
        said = {name.lower(): value for name, value in seen.headers}
        forged = {name.partition(":")[0].lower() for name in FORGED}
        allowed = {
            "x-brana-assertion",
            "x-brana-route",
            "x-forwarded-for",
            "x-forwarded-proto",
            "x-request-id",
        }
        assert not (forged - allowed) & set(said)
        assert not {"forged", "10.0.0.1", "evil.test", "http"} & set(said.values())
    assert plane.application.requests[0].values("x-brana-assertion") == ["assertion-of-the-grant"]
    assert plane.application.requests[1].values("x-brana-assertion") == []


async def test_forged_headers_do_not_make_a_request_fresh(plane: Plane) -> None:
    assert (await plane.ask(headers=tuple(FORGED))).status == 403
    assert plane.application.requests == []


async def test_connection_cannot_remove_what_we_add(plane: Plane) -> None:
    names = "x-brana-assertion, x-brana-gate, x-brana-route, cookie, x-request-id, host, x-forwarded-for"
    for value in (f"Connection: close, {names}", f"Connection: {names}"):
        answer = await plane.ask(cookie=plane.cookie("theme=dark"), headers=(value,))
        if answer.status == 200:
            sent = plane.application.last
            assert sent.values("x-brana-assertion") == ["assertion-of-the-grant"]
            assert sent.values("cookie") == ["theme=dark"]
            assert "x-brana" not in sent.value("connection")
        else:
            assert answer.status == 400


async def test_trailers_bring_nothing_in(plane: Plane) -> None:
    head = f"POST /x HTTP/1.1\r\nHost: {FILES}\r\nCookie: {plane.cookie()}\r\nTransfer-Encoding: chunked\r\n"
    body = "Trailer: x-brana-assertion\r\n\r\n1\r\na\r\n0\r\nx-brana-assertion: forged\r\nx-brana: a\r\n\r\n"
    answers = await plane.raw((head + body).encode())
    assert [answer.status for answer in answers] == [200]
    assert plane.application.last.values("x-brana-assertion") == ["assertion-of-the-grant"]
    assert plane.application.last.body == b"a"


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


OURS = "__Host-brana-session=secret"
COOKIES = {
    "alone": (OURS, ""),
    "first": (f"{OURS}; a=1", "a=1"),
    "last": (f"a=1; {OURS}", "a=1"),
    "between": (f"a=1; {OURS}; b=2", "a=1; b=2"),
    "no_space": (f"a=1;{OURS};b=2", "a=1; b=2"),
    "tabs": (f"a=1;\t {OURS}\t;b=2", "a=1; b=2"),
    "letter_case": ("a=1; __HOST-Brana-session=secret; b=2", "a=1; b=2"),
    "without_value": ("a=1; __Host-brana-session; b=2", "a=1; b=2"),
    "value_with_equals": ("__Host-brana-session=se=cret; a=1==", "a=1=="),
    "quoted_value": ('__Host-brana-session="secret"; a="1 2"', 'a="1 2"'),
    "in_an_opened_quote": (f'a="; {OURS}; b="', 'a="; b="'),
    "quoted_name": ('"__Host-brana-session"=secret; a=1', "a=1"),
    "equals_before": ("=__Host-brana-session=secret; a=1", "a=1"),
    "after_a_comma": ("a=1, __Host-brana-session=secret", ""),
    "empty_pieces": (f";; ;{OURS};;a=1;", "a=1"),
    "twice": (f"{OURS}; {OURS}; a=1", "a=1"),
    "similar_names_stay": (
        "__Host-brana=1; __Host-other=2; brana-session=3",
        "__Host-brana=1; __Host-other=2; brana-session=3",
    ),
}


@pytest.mark.parametrize("fresh", [True, False], ids=["fresh", "decided"])
@pytest.mark.parametrize(("sent", "kept"), COOKIES.values(), ids=COOKIES.keys())
async def test_our_cookies_never_reach_an_application(
    plane: Plane, sent: str, kept: str, *, fresh: bool
) -> None:
    plane.decision.answer = lambda _: web.Response()
    cookie = f"{sent}; __Host-brana-grant={plane.signer.grant()}" if fresh else sent
    assert (await plane.ask(cookie=cookie)).status == 200
    assert bool(plane.decision.requests) is not fresh
    assert plane.application.last.value("cookie") == kept


async def test_several_cookie_headers_are_doubt_and_none_goes_on(plane: Plane) -> None:
    """One header is all that a browser sends (RFC 6265 §5.4); HTTP/2 crumbs are joined before."""
    headers = (
        "Cookie: a=1",
        f"Cookie: {OURS}",
        f"COOKIE: __Host-brana-grant={plane.signer.grant()}",
        "Cookie: b=2",
    )
    assert (await plane.ask(headers=headers)).status == 200
    assert plane.application.last.values("cookie") == []


async def test_an_application_cannot_set_our_cookies(plane: Plane) -> None:
    evil = (
        "__Host-brana-grant=evil; Path=/; Secure",
        "__HOST-BRANA-session=evil",
        "\t__Host-brana-session=evil",
        '"__Host-brana-session"=evil',
        "=__Host-brana-session=evil",
        "; __Host-brana-session=evil",
    )
    honest = ("theme=dark", "__Host-own=1; Path=/; Secure", "x=__Host-brana-grant")

    def answer(_: Request) -> web.StreamResponse:
        made = web.Response(text="hello")
        for cookie in (*evil, *honest):
            made.headers.add("Set-Cookie", cookie)
        return made

    plane.application.answer = answer
    assert (await plane.ask(cookie=plane.cookie())).values("set-cookie") == list(honest)
    plane.decision.answer = lambda _: web.Response(headers={"Set-Cookie": "__Host-brana-grant=honest"})
    decided = await plane.ask()
    assert decided.values("set-cookie") == [*honest, "__Host-brana-grant=honest"]


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
    assert data.value("content-type") == "application/json"
    assert b'"reason":"no_such_host"' in data.body
    gone = await plane.ask("/", host=f"gone.{DOMAIN}", cookie=plane.cookie(application="gone"))
    assert gone.status == 503
    assert b'"reason":"unavailable"' in gone.body
