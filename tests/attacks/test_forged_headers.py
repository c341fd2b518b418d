"""Headers and cookies that say who somebody is: a client's never count, an application's never reach a browser."""

import json
from base64 import urlsafe_b64decode

import pytest
from aiohttp import web

from gateway.audit.entry import Code
from gateway.demo.configuration import BUDGET, RECORDS
from gateway.demo.people import HULIN
from gateway.grants.assertion import AssertionVerifier
from gateway.web.identity import ReadAssertion
from tests.attacks.conftest import SignedIn
from tests.rig.attacked import Ground
from tests.rig.neighbours import Request

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
NAMES = (
    "x-brana-assertion",
    "X-BRANA-Assertion",
    "x_brana_assertion",
    "x-brana_assertion",
    "x-brana-gate",
    "X_Brana-Gate",
    "x-brana-fresh",
    "x-brana-route",
    "x-brana-client-address",
    "x-brana-host",
    "x-brana-reason",
)
PROXIES = (
    "X-Forwarded-For",
    "X-Forwarded-Host",
    "X-Forwarded-Proto",
    "X-Forwarded-Prefix",
    "X-Forwarded-User",
    "X-Original-URL",
    "X-Original-Host",
    "X-Rewrite-URL",
    "Forwarded",
    "X-Real-IP",
    "True-Client-IP",
    "X-Request-Id",
)
FORGED = "203.0.113.66"


def claims(token: str) -> dict[str, object]:
    payload = token.split(".")[1]
    return dict(json.loads(urlsafe_b64decode(payload + "=" * (-len(payload) % 4))))


def reader(ground: Ground) -> ReadAssertion:
    return AssertionVerifier([ground.state.keys.assertion], ground.portal)


def forged_lines(assertion: str) -> tuple[str, ...]:
    """Each header once, twice, and joined by a comma; with a real assertion of somebody else, where it is one."""
    values = {name: assertion if "ssertion" in name else FORGED for name in (*NAMES, *PROXIES)}
    return tuple(
        line
        for name, value in values.items()
        for line in (f"{name}: {value}", f"{name}: {value}", f"{name}: {value}, {value}")
    )


async def test_a_stranger_who_brings_somebody_s_assertion_is_still_a_stranger(
    ground: Ground, clerk: SignedIn
) -> None:
    await ground.ask(cookie=clerk.cookie)
    stolen = ground.taken_over.last.value("x-brana-assertion")
    ground.taken_over.requests.clear()
    address = ground.address()
    for headers in ((f"x-brana-assertion: {stolen}",), forged_lines(stolen)[:36], forged_lines(stolen)[36:]):
        answer = await ground.ask(headers=headers, address=address)
        assert answer.status == 401
        entry = await ground.refused(answer, "sign_in_needed")
        assert (entry.address, entry.subject) == (address, "")
    assert ground.taken_over.requests == []


async def test_what_the_application_is_told_of_a_person_comes_from_us_alone(
    ground: Ground, clerk: SignedIn
) -> None:
    other = await ground.signed_in(ground.somebody())
    stolen = ground.taken_over.last.value("x-brana-assertion")
    session = "; ".join(part for part in clerk.cookie.split("; ") if "session" in part)
    lines = forged_lines(stolen)
    address = ground.address()
    for cookie in (clerk.cookie, session):  # with a fresh grant, and decided anew
        for headers in (lines[:36], lines[36:]):
            ground.taken_over.requests.clear()
            answer = await ground.ask("/x", cookie=cookie, headers=headers, address=address)
            assert answer.status == 200
            seen = ground.taken_over.last
            (assertion,) = seen.values("x-brana-assertion")
            said = reader(ground)(assertion, RECORDS, (await ground.entry(answer)).at)
            assert said.subject == clerk.account.subject
            told = {name.lower() for name, _ in seen.headers}
            assert not told & {name.lower() for name in (*NAMES[2:], *PROXIES[3:-1], "X-Forwarded-Host")}
            assert seen.values("x-forwarded-proto") == ["https"]
            assert seen.values("x-forwarded-for") == [address]
            assert FORGED not in str(seen.headers)
            entry = await ground.entry(answer)
            assert (entry.person, entry.address) == (clerk.account.login, address)
    assert other.cookies(ground.records())


async def test_a_request_number_of_the_client_s_own_is_in_no_entry(ground: Ground) -> None:
    answer = await ground.ask(headers=("x-request-id: 00000000-forged",))
    await ground.refused(answer, "sign_in_needed")
    assert await ground.entries(request_id="00000000-forged") == []


@pytest.mark.parametrize("number", ["00000000-forged-early", "x 203.0.113.66 200 - 1 2 3 HTTP/2"])
async def test_a_request_number_said_where_ours_is_not_yet_given_is_in_no_entry_and_breaks_no_line(
    ground: Ground, number: str
) -> None:
    """Envoy answers a request without a host, or with an odd path, before it takes the client's number away."""
    host = f"Host: {ground.host()}\r\n"
    for begins in (f"GET /a%2Fb HTTP/1.1\r\n{host}", f"OPTIONS * HTTP/1.1\r\n{host}", "GET /a HTTP/1.1\r\n"):
        address = ground.address()
        sent = f"{begins}X-Request-Id: {number}\r\nConnection: close\r\n\r\n"
        (answer,) = await ground.raw(sent.encode(), address=address)
        entry = await ground.entry_from(address)
        assert (entry.outcome, entry.details["status"]) == ("refused", answer.status)
        assert number not in str(entry)


async def test_an_address_that_the_client_claims_is_not_where_a_guess_came_from(ground: Ground) -> None:
    """Else every guess would have an address of its own, and no address would run out of them."""
    address, victim = ground.address(), ground.somebody()
    browser = ground.browser(address)
    page = await browser.get(ground.portal)
    claimed = {
        "X-Forwarded-For": FORGED,
        "x-brana-client-address": FORGED,
        "Sec-Fetch-Site": "same-origin",
        "Origin": ground.login,
    }
    answer = await browser.post(page.form, {"username": victim.login, "password": "spatne"}, headers=claimed)
    refused = await ground.entry(answer, Code.SIGN_IN_PASSWORD_REFUSED)
    assert (refused.address, refused.reason) == (address, "wrong_password")


async def test_connection_cannot_take_away_what_we_add(ground: Ground, clerk: SignedIn) -> None:
    names = (
        "x-brana-assertion, x-brana-gate, x-brana-fresh, x-brana-route, x-brana-client-address, cookie, x-request-id, "
        "x-forwarded-for, host"
    )
    for line in (f"Connection: {names}", f"Connection: close, {names}", "Connection: x-brana-assertion"):
        address = ground.address()
        ground.taken_over.requests.clear()
        answer = await ground.ask(
            "/x", cookie=f"theme=dark; {clerk.cookie}", headers=(line,), address=address
        )
        entry = await ground.entry_from(address)
        if answer.status == 200:
            seen = ground.taken_over.last
            (assertion,) = seen.values("x-brana-assertion")
            assert reader(ground)(assertion, RECORDS, entry.at).subject == clerk.account.subject
            assert "__Host-brana" not in seen.value("cookie")
            assert entry.person == clerk.account.login
        else:
            assert ground.taken_over.requests == []
            assert (answer.status, entry.outcome, entry.reason) == (400, "refused", "request_malformed")
        unsigned = await ground.ask("/x", headers=(line,))
        assert unsigned.status in (400, 401)
        assert len(ground.taken_over.requests) <= 1


async def test_connection_cannot_take_the_client_s_address_from_a_guess(ground: Ground) -> None:
    address, login = ground.address(), ground.login.removeprefix("https://")
    answer = await ground.ask(
        "/authorize?client_id=nobody",
        host=login,
        headers=("Connection: x-brana-client-address, x-request-id",),
        address=address,
    )
    assert answer.status == 400
    entries = await ground.entries(at_least=2, address=address)
    assert {(entry.code, entry.reason) for entry in entries} == {
        (Code.ACCESS, "client_unknown"),
        (Code.CODE_REFUSED, "client_unknown"),
    }


async def test_trailers_bring_nothing_in(ground: Ground, clerk: SignedIn) -> None:
    head = f"POST /x HTTP/1.1\r\nHost: {ground.host()}\r\nTransfer-Encoding: chunked\r\n"
    body = "Trailer: x-brana-assertion\r\n\r\n1\r\na\r\n0\r\nx-brana-assertion: forged\r\nx-brana-fresh: 1\r\n\r\n"
    (answer,) = await ground.raw(f"{head}Cookie: {clerk.cookie}\r\n{body}".encode())
    assert answer.status == 200
    (assertion,) = ground.taken_over.last.values("x-brana-assertion")
    assert claims(assertion)["sub"] == clerk.account.subject
    (answer, *_) = await ground.raw(f"{head}{body}".encode())
    assert answer.status == 401
    await ground.refused(answer, "sign_in_needed")
    assert len(ground.taken_over.requests) == 1


OURS = (
    "__Host-brana-session",
    "__Host-brana-grant",
    "__Host-brana-sso",
    "__HOST-BRANA-login",
    "__Host-brana-signin-x",
)


async def test_no_cookie_of_ours_reaches_an_application(ground: Ground, clerk: SignedIn) -> None:
    planted = "; ".join(f"{name}=tajne" for name in OURS)
    session = "; ".join(part for part in clerk.cookie.split("; ") if "session" in part)
    for cookie in (clerk.cookie, session):
        for sent in (
            f"a=1; {planted}; {cookie}; b=2",
            f"{cookie}; a=1;{planted};b=2",
            f'a=1; "__Host-brana-session"=tajne; {cookie}; b=2',
        ):
            ground.taken_over.requests.clear()
            answer = await ground.ask("/x", cookie=sent)
            for seen in ground.taken_over.requests:
                assert seen.value("cookie") in ("a=1; b=2", "")
                assert "tajne" not in str(seen.headers)
            assert (await ground.entry(answer)).application == "records"


async def test_crumbs_of_http_2_bring_no_cookie_of_ours_to_an_application(
    ground: Ground, clerk: SignedIn
) -> None:
    crumbs = [
        part for cookie in ("a=1", *clerk.cookie.split("; "), "b=2") for part in ("-H", f"cookie: {cookie}")
    ]
    forged = ("-H", "x-brana-assertion: forged", "-H", f"x-forwarded-for: {FORGED}")
    status, number = await ground.curl(*crumbs, *forged, "/x")
    assert status == 200
    seen = ground.taken_over.last
    assert seen.value("cookie") == "a=1; b=2"
    assert claims(seen.value("x-brana-assertion"))["sub"] == clerk.account.subject
    assert FORGED not in str(seen.headers)
    assert (await ground.entry(number)).person == clerk.account.login


async def test_an_application_that_was_taken_over_sets_no_cookie_and_names_no_reason_of_ours(
    ground: Ground, clerk: SignedIn
) -> None:
    evil = (
        "__Host-brana-session=evil; Path=/; Secure",
        "__HOST-BRANA-grant=evil; Path=/; Secure",
        "\t__Host-brana-session=evil",
        '"__Host-brana-session"=evil',
        "=__Host-brana-session=evil",
        "; __Host-brana-session=evil",
    )

    def answers(_: Request) -> web.StreamResponse:
        made = web.Response(status=403, headers={"x-brana-reason": "no_role", "x-request-id": "forged"})
        for cookie in (*evil, "theme=dark"):
            made.headers.add("Set-Cookie", cookie)
        return made

    ground.taken_over.answer = answers
    answer = await ground.ask("/x", cookie=clerk.cookie)
    assert answer.values("set-cookie") == ["theme=dark"]
    entry = await ground.entry(answer)
    assert (entry.reason, entry.person) == ("", clerk.account.login)
    assert await ground.entries(request_id="forged") == []


async def test_an_assertion_that_an_application_was_sent_is_worth_nothing_at_another(ground: Ground) -> None:
    """The real budget, reached past us: it verifies what it is sent, and for whom it was meant."""
    browser = await ground.signed_in(ground.somebody())
    stolen = ground.taken_over.last.value("x-brana-assertion")
    grant = browser.cookies(ground.records())["__Host-brana-grant"]
    for token in ("", "x", stolen, grant, f"{stolen.rpartition('.')[0]}."):
        answer = await ground.product.visitor().get(
            f"http://127.0.0.1:{ground.budget_port}/", headers={"x-brana-assertion": token}
        )
        assert answer.status == 401
    through_us = await browser.get(ground.product.application(BUDGET))
    decided = await ground.entry(through_us, Code.DECISION_REFUSE)
    assert (through_us.status, decided.application) == (403, BUDGET)
    assert decided.reason == (await ground.entry(through_us)).reason


async def test_the_other_municipality_s_host_gets_no_assertion_of_mine(
    ground: Ground, clerk: SignedIn
) -> None:
    browser = await ground.signed_in(ground.somebody(), ground.portal)
    ground.taken_over.requests.clear()
    shown = await browser.get(ground.records(HULIN))
    assert shown.status == 403
    assert (await ground.refused(shown, "no_role_in_municipality")).municipality == HULIN
    assert ground.taken_over.requests == []
