"""The way back from the provider: an answer that is stolen, planted, replayed, mixed up or weakened lets nobody in."""

import asyncio
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from yarl import URL

from gateway.audit.entry import Code
from gateway.demo.people import HULIN
from gateway.sessions.sign_in import Fault
from tests.attacks.conftest import SignedIn, authorization, known_at_login, turned_away
from tests.rig.attacked import Ground
from tests.rig.attacked_parties import LIBRARY, LIBRARY_CALLBACK
from tests.rig.visitor import Shown, Visitor

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]


async def begun(browser: Visitor, url: str) -> dict[str, str]:
    """A sign-in that this browser has begun at `url`: what the provider is asked."""
    first = await browser.get(url, follow=False)
    assert first.status == 302
    return dict(parse_qsl(first.location.raw_query_string))


async def answered(ground: Ground, who: SignedIn, asked: dict[str, str]) -> URL:
    """What the provider answers to such a question in the browser of `who`."""
    browser = known_at_login(ground, who)
    answer = await browser.get(
        URL(f"{ground.login}/authorize?{urlencode(asked)}", encoded=True), follow=False
    )
    assert answer.status == 303
    return answer.location


def said(address: URL) -> dict[str, str]:
    return dict(parse_qsl(address.raw_query_string))


def saying(address: URL, **changes: str | None) -> URL:
    kept = {name: value for name, value in {**said(address), **changes}.items() if value is not None}
    return URL(f"{address.origin()}{address.path}?{urlencode(kept)}", encoded=True)


async def lets_nobody_in(ground: Ground, browser: Visitor, shown: Shown, fault: Fault) -> None:
    """The callback refused for this reason: no session here, and the log says so."""
    assert shown.status == 403, shown.text
    assert "__Host-brana-session" not in browser.cookies(shown.url)
    assert not [line for line in shown.headers.getall("Set-Cookie", []) if "session" in line]
    entry = await turned_away(ground, shown, fault)
    assert (entry.details["path"], entry.session) == ("/.brana/callback", "")


async def test_an_attacker_s_own_answer_signs_no_victim_in_as_the_attacker(
    ground: Ground, clerk: SignedIn
) -> None:
    """Sign-in CSRF (RFC 6749 §10.12), by a stranger to the browser and by one who has begun something."""
    attacker, victim = ground.browser(), ground.browser()
    answer = await answered(ground, clerk, await begun(attacker, ground.records()))
    await lets_nobody_in(ground, victim, await victim.get(answer, follow=False), Fault.ATTEMPT_LOST)
    own = await begun(victim, ground.records())
    await lets_nobody_in(
        ground, victim, await victim.get(saying(answer, state=own["state"]), follow=False), Fault.CODE_REFUSED
    )
    refused = await ground.entries(at_least=1, codes=(Code.TOKEN_REFUSED,), reason="verifier_wrong")
    assert refused[0].subject == clerk.account.subject


async def test_a_stolen_answer_is_worth_nothing_in_the_thief_s_browser(
    ground: Ground, clerk: SignedIn
) -> None:
    victim, thief = ground.browser(), ground.browser()
    answer = await answered(ground, clerk, await begun(victim, ground.records()))
    await lets_nobody_in(ground, thief, await thief.get(answer, follow=False), Fault.ATTEMPT_LOST)
    await begun(thief, ground.records())
    await lets_nobody_in(ground, thief, await thief.get(answer, follow=False), Fault.ATTEMPT_LOST)
    arrived = await victim.get(answer, follow=False)  # the victim is not locked out by it
    assert arrived.status == 303


async def test_a_code_is_good_once_also_where_the_attempt_is_still_there(
    ground: Ground, clerk: SignedIn
) -> None:
    browser = ground.browser()
    answer = await answered(ground, clerk, await begun(browser, ground.records()))
    attempt = {n: v for n, v in browser.cookies(ground.records()).items() if "signin" in n}
    assert (await browser.get(answer, follow=False)).status == 303
    second = ground.browser()
    await lets_nobody_in(ground, second, await second.get(answer, follow=False), Fault.ATTEMPT_LOST)
    second.keep(ground.records(), attempt)
    await lets_nobody_in(ground, second, await second.get(answer, follow=False), Fault.CODE_REFUSED)
    refused = (await ground.entries(at_least=1, codes=(Code.TOKEN_REFUSED,), reason="code_used_twice"))[0]
    assert (refused.subject, refused.details["revoked"]) == (clerk.account.subject, 1)


async def test_one_code_sent_ten_times_at_once_opens_one_session(ground: Ground, clerk: SignedIn) -> None:
    browser = ground.browser()
    answer = await answered(ground, clerk, await begun(browser, ground.records()))
    attempt = browser.cookies(ground.records())
    racers = [ground.browser() for _ in range(10)]
    for racer in racers:
        racer.keep(ground.records(), attempt)
    shown = await asyncio.gather(*(racer.get(answer, follow=False) for racer in racers))
    assert sorted(one.status for one in shown) == [303] + [403] * 9
    for one in shown:
        if one.status == 403:
            await turned_away(ground, one, Fault.CODE_REFUSED)


@pytest.mark.parametrize("state", [None, "", "x", "other tab", "longer"])
async def test_an_answer_without_the_state_of_this_attempt_is_refused(
    ground: Ground, clerk: SignedIn, state: str | None
) -> None:
    browser = ground.browser()
    other = await begun(browser, ground.records())
    asked = await begun(browser, ground.records())
    answer = await answered(ground, clerk, asked)
    sent = {"other tab": other["state"], "longer": asked["state"] + "x"}.get(state or "", state)
    fault = Fault.CODE_REFUSED if state == "other tab" else Fault.ATTEMPT_LOST  # PKCE is of another attempt
    await lets_nobody_in(ground, browser, await browser.get(saying(answer, state=sent), follow=False), fault)


@pytest.mark.parametrize("nonce", [None, "x"], ids=["missing", "another"])
async def test_an_answer_with_another_nonce_is_refused(
    ground: Ground, clerk: SignedIn, nonce: str | None
) -> None:
    browser = ground.browser()
    asked = await begun(browser, ground.records())
    changed = {name: value for name, value in {**asked, "nonce": nonce}.items() if value is not None}
    answer = await answered(ground, clerk, changed)
    await lets_nobody_in(ground, browser, await browser.get(answer, follow=False), Fault.ID_TOKEN_REFUSED)


WEAKENED = {
    "none": {"code_challenge": None, "code_challenge_method": None},
    "no challenge": {"code_challenge": None},
    "no method": {"code_challenge_method": None},
    "plain": {"code_challenge_method": "plain"},
    "short": {"code_challenge": "v"},
    "implicit": {"response_type": "id_token"},
    "hybrid": {"response_type": "code id_token"},
    "fragment": {"response_mode": "fragment"},
    "form": {"response_mode": "form_post"},
    "no openid": {"scope": "profile"},
    "object": {"request": "eyJhbGciOiJub25lIn0.e30."},
    "object elsewhere": {"request_uri": "https://evil.test/request"},
}

EXACTER = {
    "request_not_supported": "request_keys_missing",
    "request_uri_not_supported": "request_uri_elsewhere",
}
"""What the log says in place of what the application is told."""


@pytest.mark.parametrize("changes", WEAKENED.values(), ids=WEAKENED.keys())
async def test_a_question_that_was_weakened_gets_no_code(
    ground: Ground, clerk: SignedIn, changes: dict[str, str | None]
) -> None:
    browser = known_at_login(ground, clerk)
    answer = await browser.get(authorization(ground, **changes), follow=False)
    assert answer.status == 303
    told = said(answer.location)
    assert "code" not in told
    assert str(answer.location).startswith(ground.callback(ground.host()))
    refused = await ground.entry(answer, Code.CODE_REFUSED)
    reason = EXACTER.get(told["error"], told["error"])
    assert (refused.reason, refused.application) == (reason, "brana-gateway")
    assert "#" not in str(answer.location)


async def test_a_challenge_that_was_exchanged_on_the_way_opens_nothing(
    ground: Ground, clerk: SignedIn
) -> None:
    browser = ground.browser()
    asked = await begun(browser, ground.records())
    answer = await answered(ground, clerk, {**asked, "code_challenge": "c" * 43})
    shown = await browser.get(answer, follow=False)
    await lets_nobody_in(ground, browser, shown, Fault.CODE_REFUSED)
    newest = (await ground.entries(at_least=1, codes=(Code.TOKEN_REFUSED,)))[0]
    assert newest.reason == "verifier_wrong"


async def test_a_code_of_another_application_or_host_opens_nothing_here(
    ground: Ground, clerk: SignedIn
) -> None:
    """Mixed up on purpose: the code of a hosted relying party, and one made for the other municipality's host."""
    reasons = []
    foreign = authorization(ground, client_id=LIBRARY, redirect_uri=LIBRARY_CALLBACK)
    for question in (
        dict(parse_qsl(urlsplit(foreign).query)),
        {
            **dict(parse_qsl(urlsplit(authorization(ground)).query)),
            "redirect_uri": ground.callback(ground.host(municipality=HULIN)),
        },
    ):
        browser = ground.browser()
        asked = await begun(browser, ground.records())
        kept = {name: asked[name] for name in ("nonce", "code_challenge", "state")}
        code = said(await answered(ground, clerk, {**question, **kept}))["code"]
        back = URL(
            f"{ground.callback(ground.host())}?{urlencode({'code': code, 'state': asked['state']})}",
            encoded=True,
        )
        await lets_nobody_in(ground, browser, await browser.get(back, follow=False), Fault.CODE_REFUSED)
        reasons.append((await ground.entries(at_least=1, codes=(Code.TOKEN_REFUSED,)))[0].reason)
    assert reasons == ["code_of_another_client", "redirect_uri_differs"]


async def test_an_answer_in_another_provider_s_name_is_refused(ground: Ground, clerk: SignedIn) -> None:
    """RFC 9207: `iss` of somebody else, an error beside a code, and a code that is no code."""
    browser = ground.browser()
    told: tuple[tuple[dict[str, str | None], Fault], ...] = (
        ({"iss": "https://login.evil.test"}, Fault.OTHER_ISSUER),
        ({"iss": f"{ground.login}/"}, Fault.OTHER_ISSUER),
        ({"error": "access_denied"}, Fault.PROVIDER_DENIED),
        ({"code": None}, Fault.PROVIDER_REFUSED),
        ({"code": "x"}, Fault.CODE_REFUSED),
        ({"code": "A" * 43}, Fault.CODE_REFUSED),
    )
    for changes, fault in told:
        answer = await answered(ground, clerk, await begun(browser, ground.records()))
        await lets_nobody_in(
            ground, browser, await browser.get(saying(answer, **changes), follow=False), fault
        )


async def test_two_tabs_at_once_each_come_back_to_their_own_page(ground: Ground, clerk: SignedIn) -> None:
    browser = ground.browser()
    first = await begun(browser, f"{ground.records()}first")
    second = await begun(browser, f"{ground.records()}second")
    to_second, to_first = [await answered(ground, clerk, asked) for asked in (second, first)]
    crossed = saying(to_first, code=said(to_second)["code"])
    arrived = [await browser.get(one, follow=False) for one in (to_second, to_first)]
    assert [one.location.path for one in arrived] == ["/second", "/first"]
    assert {(await ground.entry(one)).outcome for one in arrived} == {"success"}
    shown = await browser.get(crossed, follow=False)
    assert shown.status == 403
    await turned_away(ground, shown, Fault.ATTEMPT_LOST)


async def test_an_attempt_of_one_host_is_none_at_another(ground: Ground, clerk: SignedIn) -> None:
    browser, host = ground.browser(), ground.host(municipality=HULIN)
    asked = await begun(browser, ground.records())
    answer = await answered(ground, clerk, asked)
    other = ground.browser()
    other.keep(ground.records(HULIN), browser.cookies(ground.records()))
    shown = await other.get(URL(str(answer).replace(ground.host(), host), encoded=True), follow=False)
    await lets_nobody_in(ground, other, shown, Fault.ATTEMPT_LOST)


async def test_a_session_that_was_planted_before_the_sign_in_is_nobody_s_afterwards(ground: Ground) -> None:
    """Session fixation, at the provider and at the host."""
    planted = {"__Host-brana-session": "S" * 43, "__Host-brana-grant": "x.y.z"}
    at_login = {"__Host-brana-sso": "A" * 43, "__Host-brana-browser": "B" * 43}
    account, browser = ground.somebody(), ground.browser()
    browser.keep(ground.records(), planted)
    browser.keep(ground.login, at_login)
    page = await ground.at_code(browser, account)
    shown = await browser.fill(page, code=ground.code(account))
    assert shown.status == 200
    attacker = ground.browser()
    attacker.keep(ground.records(), planted)
    attacker.keep(ground.login, at_login)
    assert browser.cookies(ground.login)["__Host-brana-sso"] != at_login["__Host-brana-sso"]
    assert browser.cookies(ground.records())["__Host-brana-session"] != planted["__Host-brana-session"]
    first = await attacker.get(ground.records(), follow=False)
    assert first.status == 302
    asked = await attacker.get(first.location)
    assert (asked.url.path, 'name="password"' in asked.text) == ("/sign-in", True)
    assert (await ground.entry(first)).session == ""


async def test_a_session_that_was_known_before_another_sign_in_is_dead_after_it(ground: Ground) -> None:
    account = ground.somebody()
    browser = await ground.signed_in(account)
    before = browser.cookies(ground.login)
    page = await browser.get(authorization(ground, prompt="login"))
    page = await browser.fill(page, username=account.login, password=account.password)
    await browser.fill(page, code=ground.code(account), follow=False)
    assert browser.cookies(ground.login)["__Host-brana-sso"] != before["__Host-brana-sso"]
    thief = ground.browser()
    thief.keep(ground.login, before)
    answer = await thief.get(authorization(ground, prompt="none"), follow=False)
    assert said(answer.location)["error"] == "login_required"
    assert (await ground.entry(answer, Code.CODE_REFUSED)).reason == "login_required"
