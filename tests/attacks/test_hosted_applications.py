"""Applications as offices have them: told in plain headers, by one account, on one host, over TLS."""

import ssl
from pathlib import Path

import psutil
import pytest
import pytest_asyncio
from aiohttp import web

from config.vocabulary import PUBLIC
from gateway.demo.authority import KeyPair
from gateway.envoy.process import Administration
from tests.attacks.conftest import SignedIn
from tests.rig.attacked import ACCOUNT, SHARING, Ground
from tests.rig.authority import make_authority, server_pair
from tests.rig.neighbours import Neighbour, listening

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
FORGED = "starosta.karel"
SPELLINGS = (
    *("X-Remote-User", "x-remote-user", "X-REMOTE-USER", "X_Remote_User", "X-Remote_User", "x_remote-user"),
    *("X.Remote.User", "X-Remote.User", "X~Remote~User", "x-brana-person-login", "X-Brana-Person-Login"),
)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def guest(standing: Ground) -> SignedIn:
    """A clerk with fresh grants at all applications of the shared host that are open to clerks."""
    account = standing.somebody()
    browser = await standing.signed_in(account, f"https://{standing.shared}/hlavicky/")
    for name in ("ucet", "starostova"):
        shown = await browser.get(f"https://{standing.shared}/{name}/")
        assert shown.status == (403 if name == "starostova" else 200)
    return SignedIn(account, browser, standing.cookie(browser, f"https://{standing.shared}/"))


async def test_nobody_but_us_names_a_person_to_an_application_that_believes_headers(
    ground: Ground, guest: SignedIn
) -> None:
    forged = tuple(f"{name}: {FORGED}" for name in SPELLINGS)
    session = "; ".join(part for part in guest.cookie.split("; ") if "session" in part)
    for cookie in (guest.cookie, session):  # with a fresh grant, and decided anew
        for headers in (forged, (*forged[:1] * 3, "Connection: close, x-brana-person-login")):
            ground.taken_over.requests.clear()
            answer = await ground.ask("/hlavicky/x", host=ground.shared, cookie=cookie, headers=headers)
            if answer.status == 400:
                continue  # `Connection` may be refused as a whole
            seen = ground.taken_over.last
            assert seen.values("x-remote-user") == [guest.account.login]
            assert FORGED not in str(seen.headers)
            assert not [name for name, _ in seen.headers if name.lower().startswith("x-brana")]
            assert (await ground.entry(answer)).person == guest.account.login
    stranger = await ground.ask("/hlavicky/x", host=ground.shared, headers=forged)
    assert (await ground.refused(stranger, "sign_in_needed")).person == ""
    public = await ground.ask("/hlavicky/vsem", host=ground.shared, headers=forged)
    assert public.status == 200
    assert FORGED not in str(ground.taken_over.last.headers)


async def test_a_grant_of_one_application_opens_no_other_on_the_same_host(
    ground: Ground, guest: SignedIn
) -> None:
    grants = {
        name: value
        for part in guest.cookie.split("; ")
        for name, _, value in [part.partition("=")]
        if "grant" in name
    }
    assert set(grants) == {"__Host-brana-grant-hlavicky", "__Host-brana-grant-ucet"}
    stolen = list(grants.values())
    session = next(part for part in guest.cookie.split("; ") if "session" in part)
    for name in ("__Host-brana-grant-starostova", "__Host-brana-grant"):
        for grant in stolen:
            ground.taken_over.requests.clear()
            for cookie, reason in (
                (f"{name}={grant}", "sign_in_needed"),
                (f"{name}={grant}; {session}", None),
            ):
                answer = await ground.ask("/starostova/x", host=ground.shared, cookie=cookie)
                assert answer.status in (401, 403)
                entry = await ground.entry(answer)
                assert (entry.outcome, entry.application) == ("refused", "starostova")
                assert reason in (None, entry.reason)
            assert ground.taken_over.requests == []


async def test_the_account_of_an_application_is_lent_to_nobody_and_seen_by_nobody(
    ground: Ground, guest: SignedIn
) -> None:
    """On its public routes, against its own password prompts, in Envoy's own words and on any command line."""
    own = ("Authorization: Basic eDp5",)
    signed_in = await ground.ask("/ucet/x", host=ground.shared, cookie=guest.cookie, headers=own)
    assert signed_in.status == 200
    (sent,) = ground.taken_over.last.values("authorization")
    assert sent != "Basic eDp5"
    assert "x-brana-assertion" not in {name.lower() for name, _ in ground.taken_over.last.headers}
    for headers in ((), own):
        ground.taken_over.requests.clear()
        public = await ground.ask("/ucet/vsem", host=ground.shared, cookie=guest.cookie, headers=headers)
        assert public.status == 200
        assert ground.taken_over.last.values("authorization") == []
        assert ground.taken_over.last.values("cookie") == []
        entry = await ground.entry(public)
        assert (entry.application, entry.action, entry.person) == ("ucet", PUBLIC, "")
    stranger = await ground.ask("/ucet/x", host=ground.shared, headers=own)
    await ground.refused(stranger, "sign_in_needed")
    told = await Administration(ground.product.run / "envoy-admin.sock").configuration()
    assert "account ucet" in told
    lines = [
        " ".join(psutil.Process(one.pid).cmdline())
        for one in (ground.product.envoy(), ground.product.control_plane())
    ]
    for secret in (ACCOUNT, sent.removeprefix("Basic ")):
        assert secret not in told
        assert secret not in ground.product.log.read_text("utf-8")
        assert not [line for line in lines if secret in line]


async def test_no_application_is_made_to_show_what_it_alone_is_told(ground: Ground, guest: SignedIn) -> None:
    """Apache's answer to TRACE is the request (RFC 9110 §9.3.8): its account would be in the person's hands."""
    for name in ("ucet", "hlavicky"):
        ground.taken_over.requests.clear()
        answer = await ground.ask(f"/{name}/x", host=ground.shared, cookie=guest.cookie, method="TRACE")
        await ground.refused(answer, "page_unknown")
        for method in ("TRACE", "TRACK", "trace"):
            status, number = await ground.curl(
                *("-X", method, "-H", f"Cookie: {guest.cookie}", f"/{name}/x"), host=ground.shared
            )
            assert (status, (await ground.entry(number)).reason) == (404, "page_unknown")
        assert ground.taken_over.requests == []


async def test_no_spelling_of_a_public_page_opens_another(ground: Ground) -> None:
    for path in (
        "/vsem/%u002e%u002e/x",
        "/vsem/%c0%ae%c0%ae/x",
        "/vsem/..%20/x",
        "/vsem/.../x",
        "/vsem/..%c0%afx",
    ):
        address = ground.address()
        answer = await ground.ask(f"/ucet{path}", host=ground.shared, address=address)
        assert answer.status == 400, path
        assert (await ground.entry_from(address)).reason == "request_malformed", path
    assert ground.taken_over.requests == []


async def test_an_application_takes_our_cookies_from_nobody_and_leads_nobody_past_us(
    ground: Ground, guest: SignedIn
) -> None:
    told = {"Clear-Site-Data": '"cookies", "*"', "Alt-Svc": 'h2=":8444"; ma=86400', "X-Own": "stays"}
    ground.taken_over.answer = lambda _: web.Response(headers=told)
    for path, person in (("/hlavicky/x", guest.account.login), ("/hlavicky/vsem", "")):
        answer = await ground.ask(path, host=ground.shared, cookie=guest.cookie)
        assert [answer.values(name.lower()) for name in told] == [[], [], ["stays"]]
        assert (await ground.entry(answer)).person == person


async def test_a_server_that_only_pretends_to_be_the_application_gets_nothing(
    ground: Ground, guest: SignedIn, tmp_path: Path
) -> None:
    world = ground.product.world.folder / "tls"
    url, cookie = "/tajna/vsem", guest.cookie
    right = KeyPair(world / "directory.pem", world / "directory.key")  # of our authority, for 127.0.0.1
    pretenders = {
        "another name": KeyPair(world / "public.pem", world / "public.key"),
        "another authority": server_pair(make_authority(tmp_path), names=["127.0.0.1"]),
        "no certificate": None,
    }
    for what, pair in (*pretenders.items(), ("the application", right)):
        server = Neighbour()
        server.answer = lambda _: web.Response(text="tajna")
        context = None
        if pair is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(pair.certificate, pair.key)
        async with listening(server, ground.secret_port, context):
            for path in (url, "/tajna/x"):
                answer = await ground.ask(path, host=ground.shared, cookie=cookie)
                if pair is right:
                    assert answer.status == 200, what
                    continue
                assert answer.status == 503, what
                entry = await ground.entry(answer)
                assert (entry.outcome, entry.reason) == ("failure", "unavailable"), what
        assert bool(server.requests) is (pair is right), what
    assert set(SHARING) >= {"tajna"}
