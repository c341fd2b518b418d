"""Public routes, and limits of size and time that a route names. A real Envoy, bytes as written."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio
from aiohttp import web
from msgspec.structs import replace

from config.settings import Grants, Identity, IdentityHeaders, Route
from config.vocabulary import PUBLIC, REASON_HEADER, Action, ApplicationId
from gateway.demo.slapd import free_port
from gateway.envoy.hosted import MIB, UNTOLD_BY_ANYBODY
from tests.rig import exact_http2
from tests.rig.envoy import DOMAIN, Plane, data_plane, hosting
from tests.rig.exact_http import Answer
from tests.rig.neighbours import listening
from tests.rig.open_socket import AT_ONCE, answers, browser, ends

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
ACCOUNT = "Basic YnJhbmE6dGFqbmUtaGVzbG8="
SOON = timedelta(milliseconds=200)
GRANT = timedelta(milliseconds=600)
READ = Action.READ
ROUTES = [
    Route(path="/open", public=True),
    Route(path="/open-small", public=True, body_mib=1),
    Route(path="/small", action=Action.WRITE, body_mib=1),
    Route(path="/posted", methods=["POST"], action=Action.WRITE, body_mib=1),
    Route(path="/quick", action=READ, timeout=SOON),
    Route(path="/talkative", action=READ, idle_timeout=SOON),
    Route(path="/events", action=READ, streaming=True),
    Route(path="/brief-events", action=READ, streaming=True, idle_timeout=SOON),
    Route(path="/open-events", public=True, streaming=True),
    Route(path="/live", action=READ, websocket=True, timeout=SOON),
    Route(path="/open-live", public=True, websocket=True, timeout=SOON),
    Route(action=READ),
]
TOLD = IdentityHeaders(login="X-Remote-User")
WAYS = {
    "assertion": Identity(),
    "headers": Identity(way="headers", headers=TOLD),
    "basic": Identity(way="basic", user="brana"),
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def served(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Plane]:
    port = free_port()
    applications = [
        hosting(name, f"http://127.0.0.1:{port}", identity=identity, routes=ROUTES)
        for name, identity in WAYS.items()
    ]
    async with (
        data_plane(
            tmp_path_factory.mktemp("h"),
            applications=applications,
            accounts={ApplicationId("basic"): ACCOUNT},
            configured=lambda settings: replace(settings, grants=Grants(lifetime=GRANT)),
        ) as plane,
        listening(plane.application, port),
    ):
        yield plane


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def nothing_is_allowed(served: Plane) -> None:
    served.forget()


async def ask(
    plane: Plane,
    path: str,
    *headers: str,
    name: str = "assertion",
    method: str = "GET",
    body: bytes = b"",
    grant: bool = True,
) -> Answer:
    cookie = plane.cookie("own=1", application=name) if grant else None
    host = f"{name}.{DOMAIN}"
    return await plane.ask(path, host=host, cookie=cookie, headers=headers, method=method, body=body)


FORGED = (
    "x-brana-assertion: forged",
    "x-brana-person-login: forged",
    "X-Remote-User: forged",
    "x-brana-gate: assertion 588296 sid1.1 epoch1 own ,read,",
    "x-brana-fresh: 1",
)


@pytest.mark.parametrize("name", WAYS)
@pytest.mark.parametrize("grant", [False, True], ids=["stranger", "signed_in"])
async def test_a_public_route_asks_nobody_and_tells_nobody_s_identity(
    served: Plane, name: str, *, grant: bool
) -> None:
    answer = await ask(served, "/open/page", *FORGED, name=name, grant=grant, method="POST", body=b"x")
    assert answer.status == 200
    assert served.decision.requests == []
    seen = served.application.last
    assert seen.value("cookie") == ("own=1" if grant else "")
    assert [key for key, _ in seen.headers if key.lower().startswith("x-brana")] == []
    assert not seen.values("x-remote-user") or name != "headers"
    assert seen.values("authorization") == []


async def test_nobody_tries_passwords_at_the_one_account_of_an_application(served: Plane) -> None:
    own = "Authorization: Basic eDp5"
    assert (await ask(served, "/open", own, name="basic", grant=False)).status == 200
    assert served.application.last.values("authorization") == []


async def test_a_public_route_is_in_the_log_as_such_and_of_nobody(served: Plane) -> None:
    line = await served.logged(await ask(served, "/open?secret=1"))
    assert line["route"] == f"assertion - {PUBLIC}"
    assert (line["fresh"], line["decided"], line["path"]) == (None, None, "/open")


@pytest.mark.parametrize(
    "path",
    [
        *("/", "/opened", "/open-smaller", "/open/../secret", "/open/%2e%2e/secret", "/open/./../secret"),
        *(
            "/open/..;/secret",
            "/open\\..\\secret",
            "/open/%2e%2e%2fsecret",
            "/open/%252e%252e/secret",
            "/open;/x",
        ),
    ],
)
async def test_no_spelling_of_a_path_leads_from_a_public_route_to_one_that_is_not(
    served: Plane, path: str
) -> None:
    assert (await ask(served, path, grant=False)).status in (400, 403)
    assert served.application.requests == []


async def test_the_application_sees_the_path_that_was_found_to_be_public(served: Plane) -> None:
    for path in ("/open//x", "/open//../x", "/secret/../open/x"):
        assert (await ask(served, path, grant=False)).status == 200
        assert served.application.last.target == "/open/x"


@pytest.mark.parametrize("path", ["/small", "/posted", "/open-small"])
async def test_a_body_larger_than_its_route_takes_is_refused_before_anybody_reads_it(
    served: Plane, path: str
) -> None:
    fits = b"x" * MIB
    assert (await ask(served, path, method="POST", body=fits)).status == 200
    assert served.application.last.body == fits
    served.application.requests.clear()
    answer = await ask(served, path, f"Content-Length: {MIB + 1}", method="POST")
    assert (answer.status, answer.value(REASON_HEADER)) == (413, "request_too_large")
    assert served.application.requests == []
    assert (await served.logged(answer))["route"].startswith("assertion - ")


def chunked(size: int) -> bytes:
    return b"%x\r\n%s\r\n0\r\n\r\n" % (size, b"x" * size)


async def test_a_body_whose_length_nobody_says_has_the_same_limit(served: Plane) -> None:
    for size, told in ((MIB, (200, "")), (MIB + 1, (413, "request_too_large"))):
        served.application.requests.clear()
        cookie = served.cookie(application="assertion")
        head = f"POST /small HTTP/1.1\r\nHost: assertion.{DOMAIN}\r\nCookie: {cookie}\r\n"
        head += "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        answers = await served.raw(head.encode() + chunked(size))
        assert (answers[0].status, answers[0].value(REASON_HEADER)) == told
        assert [len(one.body) for one in served.application.requests] == [size] * (size == MIB)


async def test_strangers_who_say_no_length_have_little_held_for_them(served: Plane) -> None:
    """With 16 MiB for each request a few of them filled the memory, for as long as they sent a byte now and then."""
    for size, status in ((UNTOLD_BY_ANYBODY, 200), (UNTOLD_BY_ANYBODY + 1, 413)):
        served.application.requests.clear()
        head = f"POST /open-small HTTP/1.1\r\nHost: assertion.{DOMAIN}\r\n"
        head += "Transfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
        answers = await served.raw(head.encode() + chunked(size))
        assert answers[0].status == status
        assert [len(one.body) for one in served.application.requests] == [size] * (status == 200)


async def test_a_length_that_is_less_than_the_body_of_http_2_lets_nothing_more_through(served: Plane) -> None:
    reader, writer = await served.connect(alpn="h2")
    headers = [
        (":method", "POST"),
        (":scheme", "https"),
        (":path", "/small"),
        (":authority", f"assertion.{DOMAIN}"),
        ("cookie", served.cookie(application="assertion")),
        ("content-length", "5"),
    ]
    ends = exact_http2.END_HEADERS
    writer.write(
        exact_http2.PREFACE + exact_http2.frame(exact_http2.HEADERS, ends, 1, exact_http2.block(headers))
    )
    for _ in range(3):
        writer.write(exact_http2.frame(exact_http2.DATA, 0, 1, b"x" * 16_000))
    writer.write(exact_http2.frame(exact_http2.DATA, exact_http2.END_STREAM, 1, b"x"))
    await writer.drain()
    refused = await asyncio.wait_for(_until_reset(reader), 5)
    writer.close()
    assert refused
    assert served.application.requests == []


async def _until_reset(reader: asyncio.StreamReader) -> bool:
    """Whether the stream, or the whole connection, was ended without an answer."""
    while head := await reader.read(9):
        length, kind = int.from_bytes(head[:3], "big"), head[3]
        await reader.readexactly(length)
        if kind in (exact_http2.RST_STREAM, 7):  # or GOAWAY, RFC 9113 §6.8
            return True
        if kind == exact_http2.HEADERS:
            return False
    return True


async def slowly(asked: web.BaseRequest) -> web.StreamResponse:
    """Headers at once, then a byte each 100 ms, ten of them; `/open-events` is silent for as long."""
    stream = web.StreamResponse()
    await stream.prepare(asked)
    for _ in range(10):
        await asyncio.sleep(0.1)
        if "silent" not in asked.path:
            await stream.write(b".")
    return stream


WHOLE = {
    "/quick": False,
    "/talkative": True,
    "/talkative/silent": False,
    "/events": True,
    "/brief-events/silent": False,
    "/open-events/silent": True,
    "/live": False,
    "/open-live": False,
    "/slow": True,
}


async def test_an_answer_lasts_as_long_as_its_route_says(served: Plane) -> None:
    """`/events` outlives its grant, of 600 ms here: the watch says that it may stay."""

    async def said(path: str) -> bytes:
        head = f"GET {path} HTTP/1.1\r\nHost: assertion.{DOMAIN}\r\nConnection: close\r\n"
        reader, writer = await served.connect()
        writer.write(f"{head}Cookie: {served.cookie(application='assertion')}\r\n\r\n".encode())
        answer = await asyncio.wait_for(reader.read(), 5)
        writer.close()
        return answer

    usual, served.application.handle = served.application.handle, slowly
    try:
        answers = await asyncio.gather(*map(said, WHOLE))
    finally:
        served.application.handle = usual
    assert all(answer.startswith(b"HTTP/1.1 200") for answer in answers)
    whole = [answer.endswith(b"\r\n0\r\n\r\n") for answer in answers]
    assert dict(zip(WHOLE, whole, strict=True)) == WHOLE
    assert len(served.watch.asked) == 1, "of the others nobody is asked, or they have ended"


async def test_a_web_socket_has_no_timeout_and_is_watched_unless_it_is_nobody_s(served: Plane) -> None:
    whose = {"Host": f"assertion.{DOMAIN}", "Cookie": served.cookie(application="assertion")}
    async with (
        browser(served) as http,
        http.ws_connect("/live/x", headers=whose) as mine,
        http.ws_connect("/open-live/x", headers=whose) as anybody_s,
    ):
        await served.watch.heard()  # half a second later: more than the timeout of both
        assert await answers(mine)
        served.watch.refused["sid1"] = "ended_by_officer"
        await served.watch.revoke("sid1.1")
        assert await ends(mine) < AT_ONCE
        assert await answers(anybody_s)
    assert {one.number for one in served.watch.asked} == {served.watch.asked[0].number}


async def test_an_answer_that_does_not_begin_in_time_is_a_page_that_says_so(served: Plane) -> None:
    async def never(_: web.BaseRequest) -> web.StreamResponse:
        await asyncio.sleep(1)
        return web.Response()

    usual, served.application.handle = served.application.handle, never
    try:
        answer = await ask(served, "/quick")
    finally:
        served.application.handle = usual
    assert (answer.status, answer.value(REASON_HEADER)) == (504, "application_too_slow")
