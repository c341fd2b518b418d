"""Fresh grants pass without a question; everything else is decided anew. Against a real Envoy."""

import re
import time
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from gateway.envoy.authorization import UNAVAILABLE
from idp.http.security_headers import page_headers
from tests.rig.envoy import DOMAIN, Plane
from tests.rig.neighbours import Request

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
AT_ONCE = 0.1  # seconds, as promised


@pytest_asyncio.fixture(autouse=True, loop_scope="module")
async def decision_refuses(plane: Plane) -> None:
    plane.forget()
    plane.decision.answer = lambda _: web.Response(status=403, text="refused by the decision")
    await plane.gate()


def permit(_: Request) -> web.StreamResponse:
    made = web.Response(
        headers={
            "x-brana-assertion": "from-the-decision",
            "x-brana-gate": "files 588458 sid7.2 epoch1 own ,read,",
        }
    )
    made.headers.add("Set-Cookie", "__Host-brana-grant=new; Path=/; Secure")
    return made


async def test_a_fresh_grant_passes_without_a_question(plane: Plane) -> None:
    for _ in range(5):
        assert (await plane.ask(cookie=plane.cookie())).status == 200
    assert plane.decision.requests == []
    sent = plane.application.last
    assert sent.values("x-brana-assertion") == ["assertion-of-the-grant"]
    assert {name for name, _ in sent.headers if name.lower().startswith("x-brana")} == {"x-brana-assertion"}


REFUSED: dict[str, dict[str, Any]] = {
    "other_application": {"application": "register"},
    "action_not_in_the_grant": {"actions": ",sign,"},
    "action_that_only_ends_alike": {"actions": ",xread,"},
    "action_that_only_begins_alike": {"actions": ",reader,"},
    "no_actions": {"actions": ",,"},
    "not_the_active_municipality": {"own": "-"},
    "old_epoch": {"epoch": "epoch0"},
    "expired": {"lives": -30},
    "given_by_a_clock_that_was_set_back_since": {"lives": 3600},
    "no_expiry": {"exp": None},
    "other_issuer": {"iss": "brana"},
    "other_audience": {"aud": "files"},
    "no_gate_claim": {"gate": None},
    "gate_is_a_number": {"gate": 7},
    "gate_with_seven_words": {"gate": "files 588296 sid1.1 epoch1 own ,read, more"},
    "gate_with_a_line_break": {"gate": "files 588296 sid1.1 epoch1 own\n,read,"},
    "empty_gate": {"gate": ""},
    "person_in_other_words": {"person": {"Log-in": "novakova.jana"}},
    "person_without_words": {"person": {}},
}


@pytest.mark.parametrize("grant", REFUSED.values(), ids=REFUSED.keys())
async def test_a_grant_that_does_not_fit_is_decided_anew(plane: Plane, grant: dict[str, Any]) -> None:
    answer = await plane.ask(cookie=plane.cookie(**grant))
    assert (answer.status, answer.body) == (403, b"refused by the decision")
    assert len(plane.decision.requests) == 1
    assert plane.application.requests == []


async def test_the_log_hears_on_what_each_request_rests(plane: Plane) -> None:
    """The words of the grant, and of its policies the one that permits what was asked for."""
    cookie = plane.cookie(actions=",read,read@reports,write,=g_1=0f25=clerks-read;;clerks-write,")
    for method, rule in (("GET", "clerks-read"), ("POST", "clerks-write"), ("HEAD", "clerks-read")):
        line = await plane.logged(await plane.ask("/x", method=method, cookie=cookie))
        assert line["fresh"] == f"sid1.1=g_1=0f25={rule} 588296"
    assert plane.decision.requests == []
    older = await plane.logged(await plane.ask("/x", cookie=plane.cookie()))
    assert older["fresh"] == "sid1.1 588296"


@pytest.mark.parametrize(
    "rests", ["=g=v=administer", "=g=v=;administer;", "=administer=administer=administer"]
)
async def test_what_a_grant_rests_on_permits_nothing(plane: Plane, rests: str) -> None:
    cookie = plane.cookie(actions=f",read,{rests},")
    assert (await plane.ask("/x", cookie=cookie)).status == 200
    assert (await plane.ask("/admin/x", cookie=cookie)).status == 403


async def test_a_grant_for_another_municipality_is_decided_anew(plane: Plane) -> None:
    host = f"register-588458.{DOMAIN}"
    there = plane.cookie(application="register", municipality="588458", own="-", actions=",read,")
    elsewhere = plane.cookie(application="register", municipality="588296", own="own", actions=",read,")
    assert (await plane.ask("/open", host=host, cookie=there)).status == 200
    assert (await plane.ask("/open", host=host, cookie=elsewhere)).status == 403
    assert plane.decision.last.value("x-brana-route") == "register 588458 read"


async def test_the_route_says_which_action_is_asked_for(plane: Plane) -> None:
    cookie = plane.cookie(actions=",read,")
    assert (await plane.ask("/x", cookie=cookie)).status == 200
    assert (await plane.ask("/x", method="HEAD", cookie=cookie)).status == 200
    assert (await plane.ask("/x", method="POST", cookie=cookie, body=b"a=1")).status == 403
    assert plane.decision.last.value("x-brana-route") == "files - write"
    assert (await plane.ask("/admin/x", cookie=cookie)).status == 403
    assert plane.decision.last.value("x-brana-route") == "files - administer"


async def test_revocation_means_that_the_decision_is_asked(plane: Plane) -> None:
    cookie = plane.cookie(revocation="sid5.4")
    assert (await plane.ask(cookie=cookie)).status == 200
    await plane.gate("sid5.3", "sid5.5", "sid5")
    assert (await plane.ask(cookie=cookie)).status == 200
    await plane.gate("sid5.3", "sid5.4")
    assert (await plane.ask(cookie=cookie)).status == 403
    plane.decision.answer = permit
    assert (await plane.ask(cookie=cookie)).status == 200
    assert plane.application.last.value("x-brana-assertion") == "from-the-decision"


async def test_a_grant_ends_with_its_last_second_and_not_before(plane: Plane) -> None:
    ends = int(time.time()) + 2
    cookie = plane.cookie(exp=ends)
    assert (await plane.ask(cookie=cookie)).status == 200
    while True:
        asked = time.time()
        if (await plane.ask(cookie=cookie)).status != 200:
            break
        assert asked < ends + AT_ONCE
    assert time.time() >= ends


async def test_a_new_epoch_ends_every_grant(plane: Plane) -> None:
    cookie = plane.cookie()
    assert (await plane.ask(cookie=cookie)).status == 200
    await plane.gate(epoch="epoch2")
    assert (await plane.ask(cookie=cookie)).status == 403
    assert (await plane.ask(cookie=plane.cookie(epoch="epoch2"))).status == 200


async def test_no_grant_counts_for_an_application_that_whoever_decides_has_otherwise(plane: Plane) -> None:
    cookie = plane.cookie()
    try:
        plane.discovery.unsettled = ("other", "files")
        await plane.gate()
        assert (await plane.ask(cookie=cookie)).status == 403
        plane.discovery.unsettled = ("other",)
        await plane.gate()
        assert (await plane.ask(cookie=cookie)).status == 200
    finally:
        plane.discovery.unsettled = ()
        await plane.gate()


async def test_twenty_thousand_revoked_ids_fit(plane: Plane) -> None:
    await plane.gate(*(f"{number:022d}.7" for number in range(20_000)))
    assert (await plane.ask(cookie=plane.cookie(revocation=f"{19_999:022d}.7"))).status == 403
    assert (await plane.ask(cookie=plane.cookie(revocation=f"{20_000:022d}.7"))).status == 200


async def test_a_stale_assertion_never_reaches_the_application(plane: Plane) -> None:
    plane.decision.answer = lambda _: web.Response()  # permits, but names nobody
    assert (await plane.ask(cookie=plane.cookie(epoch="old"))).status == 200
    assert plane.application.last.values("x-brana-assertion") == []


async def test_the_decision_is_told_what_envoy_knows(plane: Plane) -> None:
    await plane.ask(
        "/x?q=1",
        host=f"FILES.{DOMAIN}.:1234",
        cookie="__Host-brana-session=s; theme=dark",
        headers=("Accept: text/html", "Sec-Fetch-Mode: navigate", "Accept-Language: cs", "User-Agent: T/1"),
    )
    asked = plane.decision.last
    assert (asked.method, asked.target) == ("GET", "/x?q=1")
    assert asked.value("host") == f"files.{DOMAIN}:{plane.port}"
    assert asked.values("x-brana-route") == ["files - read"]
    assert asked.values("x-brana-client-address") == ["127.0.0.1"]
    assert asked.values("cookie") == ["__Host-brana-session=s; theme=dark"]
    assert asked.value("sec-fetch-mode") == "navigate"
    assert asked.value("accept-language") == "cs"
    assert asked.value("user-agent") == "T/1"
    assert len(asked.value("x-request-id")) == 36


async def test_a_request_without_cookies_is_decided_without_cookies(plane: Plane) -> None:
    assert (await plane.ask()).status == 403
    assert plane.decision.last.value("cookie") in ("", "-")


async def test_what_the_decision_permits_goes_on_with_its_assertion_and_cookie(plane: Plane) -> None:
    plane.decision.answer = permit
    answer = await plane.ask(cookie="__Host-brana-session=s; theme=dark")
    assert answer.status == 200
    assert answer.values("set-cookie") == ["__Host-brana-grant=new; Path=/; Secure"]
    sent = plane.application.last
    assert sent.values("x-brana-assertion") == ["from-the-decision"]
    assert sent.values("cookie") == ["theme=dark"]
    assert sent.values("x-brana-gate") == []
    assert sent.value("host") == f"files.{DOMAIN}:{plane.port}"


async def test_a_refusal_reaches_the_browser_whole(plane: Plane) -> None:
    def refuse(_: Request) -> web.StreamResponse:
        made = web.Response(
            status=302,
            body="<p>Přihlaste se</p>".encode(),
            headers={
                "Location": "https://login.test/authorize?a=1",
                "Content-Type": "text/html; charset=utf-8",
                "Cache-Control": "no-store",
                "Content-Security-Policy": "default-src 'none'",
                "X-Internal": "secret",
            },
        )
        made.headers.add("Set-Cookie", "__Host-brana-grant=; Max-Age=0")
        made.headers.add("Set-Cookie", "__Host-brana-signin-1=x; Path=/")
        return made

    plane.decision.answer = refuse
    answer = await plane.ask(headers=("Accept: text/html",))
    assert answer.status == 302
    assert answer.body.decode() == "<p>Přihlaste se</p>"
    assert answer.values("location") == ["https://login.test/authorize?a=1"]
    assert answer.values("set-cookie") == [
        "__Host-brana-grant=; Max-Age=0",
        "__Host-brana-signin-1=x; Path=/",
    ]
    assert answer.values("content-type") == ["text/html; charset=utf-8"]
    assert answer.values("cache-control") == ["no-store"]
    assert answer.values("content-security-policy") == ["default-src 'none'"]
    assert answer.values("x-internal") == []


async def test_a_page_of_the_decision_keeps_every_header_of_our_pages(plane: Plane) -> None:
    headers = page_headers()
    plane.decision.answer = lambda _: web.Response(status=403, text="no", headers=headers)
    answer = await plane.ask()
    theirs = {name for name in headers if name != "Strict-Transport-Security"}  # one for all hosts, Envoy's
    assert {name: answer.value(name.lower()) for name in theirs} == {name: headers[name] for name in theirs}


async def test_a_decision_that_must_wait_keeps_its_own_page(plane: Plane) -> None:
    own = {"text": "own", "content_type": "text/html", "headers": {"Set-Cookie": "a=1"}}
    plane.decision.answer = lambda _: web.Response(status=UNAVAILABLE, **own)
    answer = await plane.ask(headers=("Accept: text/html",))
    assert (answer.status, answer.body, answer.values("set-cookie")) == (503, b"own", ["a=1"])
    assert answer.value("content-type").startswith("text/html")


async def test_an_error_of_the_decision_never_opens(plane: Plane) -> None:
    for status in (500, 502, 201, 204, 301, 404):
        plane.decision.answer = lambda _, status=status: web.Response(status=status)
        assert (await plane.ask()).status != 200
    assert plane.application.requests == []


async def test_the_log_says_who_asked_for_what(plane: Plane) -> None:
    plane.decision.answer = permit
    cookie = plane.cookie(revocation="sid3.9")
    fresh = await plane.logged(await plane.ask("/a?secret=1", cookie=cookie, headers=("User-Agent: T/2",)))
    decided = await plane.logged(await plane.ask("/b?secret=1", cookie="__Host-brana-session=s"))
    login = await plane.logged(await plane.ask("/c", host=f"login.{DOMAIN}"))
    assert {key: fresh[key] for key in ("route", "fresh", "decided", "path", "status")} == {
        "route": "files - read",
        "fresh": "sid3.9 588296",
        "decided": None,
        "path": "/a",
        "status": 200,
    }
    assert fresh["user_agent"] == "T/2"
    assert fresh["address"] == "127.0.0.1"
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", fresh["time"])
    assert len(fresh["request_id"]) == 36
    assert decided["fresh"] is None
    assert decided["decided"].split(" ")[1:3] == ["588458", "sid7.2"]
    assert (login["route"] or "", login["fresh"], login["decided"]) == ("", None, None)
    assert "secret" not in str([fresh, decided, login])


async def test_the_log_keeps_the_reason_of_our_refusals_and_none_that_an_application_names(
    plane: Plane,
) -> None:
    named = {"x-brana-reason": "no_role", "Content-Type": "application/json"}
    plane.decision.answer = lambda _: web.Response(status=403, headers=named)
    plane.web.answer = lambda _: web.Response(status=403, headers={"x-brana-reason": "not_from_our_page"})
    plane.application.answer = lambda _: web.Response(status=403, headers={"x-brana-reason": "forged"})
    refused = [
        (await plane.ask(cookie="__Host-brana-session=s"), "no_role"),
        (await plane.ask("/.brana/sign-out"), "not_from_our_page"),
        (await plane.ask("/a;b"), "request_malformed"),
        (await plane.ask(host="evil.test"), "no_such_host"),
        (await plane.ask(cookie=plane.cookie()), None),
    ]
    for answer, reason in refused:
        assert (await plane.logged(answer))["reason"] == reason
        assert answer.value("x-brana-reason") == (reason or "")
