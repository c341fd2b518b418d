"""Forged headers and stray cookies that must not get through: bytes exactly as written, a real Envoy."""

import asyncio

import pytest
import pytest_asyncio
from aiohttp import web

from tests.rig.envoy import DOMAIN, Plane
from tests.rig.neighbours import Request

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
FILES = f"files.{DOMAIN}"


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def nothing_is_allowed(plane: Plane) -> None:
    plane.forget()


READER = {"actions": ",read,"}

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
    "spaces_within": (f" a{' ' * 4000}b\t ; {OURS}", f"a{' ' * 4000}b"),
    "spaces_alone": (f"{' ' * 4000};\t;{OURS}", ""),
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


async def test_a_cookie_of_spaces_does_not_stop_everybody_else(plane: Plane) -> None:
    """A pattern that backtracks held a worker for a second with one of these, and anybody may send them."""
    async with asyncio.timeout(10):
        for _ in range(60):
            await plane.ask(cookie=f"a{' ' * 31_000}b")
    assert plane.application.requests == []


async def test_several_cookie_headers_are_doubt_and_none_goes_on(plane: Plane) -> None:
    """One header is all that a browser sends (RFC 6265 §5.4); HTTP/2 crumbs are joined before. No grant counts."""
    plane.decision.answer = lambda _: web.Response()
    headers = (
        "Cookie: a=1",
        f"Cookie: {OURS}",
        f"COOKIE: __Host-brana-grant={plane.signer.grant()}",
        "Cookie: b=2",
    )
    assert (await plane.ask(headers=headers)).status == 200
    assert len(plane.decision.requests) == 1
    assert plane.application.last.values("cookie") == []


async def test_an_application_cannot_set_our_cookies(plane: Plane) -> None:
    evil = (
        "__Host-brana-grant=evil; Path=/; Secure",
        "__HOST-BRANA-session=evil",
        "\t__Host-brana-session=evil",
        '"__Host-brana-session"=evil',
        "=__Host-brana-session=evil",
        "; __Host-brana-session=evil",
        "theme=x __Host-brana-session=evil",
        'theme="__Host-brana-session=evil"',
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
