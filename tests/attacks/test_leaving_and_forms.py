"""Forms of other people's pages, and what is left in a browser after signing out."""

import re

import pytest

from gateway.audit.entry import Code
from gateway.demo.people import HULIN
from gateway.sessions.sign_in import Fault
from tests.attacks.conftest import authorization, foreign, turned_away
from tests.rig.attacked import Ground
from tests.rig.visitor import Visitor

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

SESSION = re.compile(r'name="session" value="([^"]+)"')


async def still_in(ground: Ground, browser: Visitor) -> bool:
    shown = await browser.get(ground.records(), follow=False)
    return shown.status == 200


async def test_a_form_of_another_page_changes_nothing(ground: Ground) -> None:
    """Also that of a hosted application, which is the same site and not the same origin."""
    browser = await ground.signed_in(ground.somebody())
    await browser.get(ground.portal)
    forms = (
        (f"{ground.records()}.brana/sign-out", {}),
        (f"{ground.login}/account/sign-ins/end-all", {}),
        (f"{ground.portal}/municipality", {"municipality": HULIN}),
        (f"{ground.login}/logout/confirm", {}),
        (f"{ground.login}/sign-in/password?flow=x", {"username": "a", "password": "b"}),
        (f"{ground.login}/sign-in/code?flow=x", {"code": "000000"}),
    )
    for url, fields in forms:
        for headers in foreign(ground, url):
            answer = await browser.post(url, fields, headers=headers, follow=False)
            assert answer.status == 403, (url, headers)
            await ground.refused(answer, "not_from_our_page")
    assert await still_in(ground, browser)


async def test_nobody_is_signed_out_by_a_link(ground: Ground) -> None:
    account = ground.somebody()
    browser = await ground.signed_in(account)
    hint = "eyJhbGciOiJub25lIn0.e30."
    for url in (
        f"{ground.records()}.brana/sign-out",
        f"{ground.login}/logout",
        f"{ground.login}/logout?id_token_hint={hint}",
        f"{ground.login}/logout?client_id=library&post_logout_redirect_uri=https://knihovna.brana.localhost/out",
        f"{ground.login}/logout/confirm",
        f"{ground.login}/account/sign-ins/end-all",
    ):
        answer = await browser.get(url)
        assert answer.status in (200, 404, 405), url
        assert (await ground.entry(answer)).code is Code.ACCESS
        assert await still_in(ground, browser), url
    assert await ground.entries(codes=(Code.SIGN_OUT, Code.SESSION_ENDED), person=account.login) == []


async def test_somebody_else_s_sign_in_cannot_be_ended_at_my_account(ground: Ground) -> None:
    victim = await ground.signed_in(ground.somebody())
    theirs = SESSION.findall((await victim.get(f"{ground.login}/account")).text)
    assert theirs
    browser = await ground.signed_in(ground.somebody(), ground.portal)
    for session in theirs:
        answer = await browser.post(f"{ground.login}/account/sign-ins/end", {"session": session})
        assert answer.url.query["done"] == "gone"
    assert await still_in(ground, victim)


async def test_nobody_acts_for_a_municipality_that_is_not_theirs(ground: Ground) -> None:
    browser = await ground.signed_in(ground.somebody(), ground.portal)
    for code in (HULIN, "", "000000", f" {HULIN}", f"588296,{HULIN}", "588296' OR '1"):
        answer = await browser.post(f"{ground.portal}/municipality", {"municipality": code})
        assert answer.status == 403, code
        await ground.refused(answer, "municipality_not_yours")


async def test_the_back_button_after_signing_out_shows_nothing_and_opens_nothing(ground: Ground) -> None:
    account = ground.somebody()
    browser = await ground.signed_in(account)
    portal = await browser.get(ground.portal)
    assert portal.headers["Cache-Control"] == "no-store"
    cookies = {url: browser.cookies(url) for url in (ground.records(), ground.portal, ground.login)}
    out = await browser.post(f"{ground.records()}.brana/sign-out", {})
    assert out.status == 200
    ended = await ground.entry(out, Code.SESSION_ENDED)
    assert (ended.person, ended.reason) == (account.login, "signed_out")
    ground.taken_over.requests.clear()
    thief = ground.browser()
    for url, kept in cookies.items():
        thief.keep(url, kept)
    for url in (ground.records(), ground.portal):
        again = await thief.get(url, follow=False)
        assert again.status == 302, url
        assert (await ground.entry(again)).session == ""
    asked = await thief.get(ground.records())
    assert (asked.url.path, 'name="password"' in asked.text) == ("/sign-in", True)
    assert ground.taken_over.requests == []


async def test_the_answer_that_brought_somebody_in_does_not_bring_them_back(ground: Ground) -> None:
    """The back button on the callback itself, after signing out."""
    account = ground.somebody()
    browser = ground.browser()
    page = await ground.at_code(browser, account)
    attempt = browser.cookies(ground.records())
    answer = await browser.fill(page, code=ground.code(account), follow=False)
    callback = answer.location
    await browser.get(callback)
    assert await still_in(ground, browser)
    await browser.post(f"{ground.records()}.brana/sign-out", {})
    browser.keep(ground.records(), attempt)
    shown = await browser.get(callback, follow=False)
    assert shown.status == 403
    await turned_away(ground, shown, Fault.CODE_REFUSED)
    assert not await still_in(ground, browser)


async def test_signing_out_at_one_host_ends_the_others_and_single_sign_on(ground: Ground) -> None:
    browser = await ground.signed_in(ground.somebody())
    await browser.get(ground.portal)
    kept = ground.cookie(browser, ground.portal), browser.cookies(ground.login)
    await browser.post(f"{ground.records()}.brana/sign-out", {})
    portal = ground.portal.removeprefix("https://")
    answer = await ground.ask(host=portal, cookie=kept[0])
    assert answer.status == 401
    await ground.refused(answer, "sign_in_needed")
    other = ground.browser()
    other.keep(ground.login, kept[1])
    silent = await other.get(authorization(ground, prompt="none"), follow=False)
    assert "error=login_required" in silent.headers["Location"]
    assert (await ground.entry(silent, Code.CODE_REFUSED)).reason == "login_required"
