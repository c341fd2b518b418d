"""What the page of a sign-in says to a browser that brings a session: who confirms and why, or why it is over."""

from datetime import timedelta

import pytest

from config.vocabulary import AuthenticationLevel
from idp.events import NOWHERE, EndReason
from idp.http.cookies import SSO
from idp.login import desk
from idp.login.own_page import ACCOUNT_PROVEN
from tests.rig.provider import Browser
from tests.rig.sign_in_world import JANA, JANA_PASSWORD, PETR, World

pytestmark = pytest.mark.real
CONFIRM = "<h1>Confirm that it is you</h1>"
PLAIN = "<h1>Sign in</h1>"


async def ended(world: World, reason: EndReason) -> None:
    now = world.rig.clock()
    await world.rig.kept.store.transact(
        lambda book: desk.end_all(book, world.jana.subject, reason, NOWHERE, now)
    )


async def signed_in(world: World) -> Browser:
    """A minute ago: what is asked anew is asked after it."""
    browser, _ = await world.sign_in()
    world.rig.clock.forward(minutes=1)
    return browser


async def page_of(browser: Browser, **changes: str | None) -> str:
    return (await browser.get(await browser.begin(**changes))).text


async def test_a_confirmation_names_the_account_and_why_and_asks_no_other_name(world: World):
    browser = await signed_in(world)
    page = (await browser.get("/account/prove")).location
    shown = (await browser.get(page)).text
    assert CONFIRM in shown
    assert "change what you confirm your sign-ins with" in shown
    assert f"You are signed in as Jana Nováková ({JANA})." in shown
    assert f'value="{JANA}" required autocomplete="username" readonly' in shown
    assert 'action="/logout/confirm"' in shown
    wrong = await browser.password(page, JANA, "spatne")
    assert (wrong.status, CONFIRM in wrong.text) == (422, True)
    await browser.password(page, JANA, JANA_PASSWORD)
    assert (await browser.code(page, world.code())).location == ACCOUNT_PROVEN.path


async def test_a_policys_question_is_told_from_a_change_of_factors(world: World):
    browser = await signed_in(world)
    shown = await page_of(browser, max_age="0")
    assert (CONFIRM in shown, JANA in shown) == (True, True)
    assert "What you are opening needs a proof of this moment" in shown
    assert "change what you confirm" not in shown


async def test_a_session_that_is_lifted_is_named_on_the_page_of_the_factor(world: World):
    await world.key_of()
    browser = await signed_in(world)
    page = await browser.begin(acr_values=AuthenticationLevel.PHISHING_RESISTANT.value)
    shown = (await browser.get(page)).text
    assert (CONFIRM in shown, f"({JANA})" in shown) == (True, True)
    without = browser.cookies.pop(SSO)
    assert JANA not in (await browser.get(page)).text
    browser.cookies[SSO] = without
    await ended(world, EndReason.BY_OFFICER)
    assert JANA not in (await browser.get(page)).text


async def test_somebody_else_signs_in_instead_also_after_a_wrong_password(world: World):
    browser = await signed_in(world)
    page = (await browser.get("/account/prove")).location
    assert f"{page.partition('?')[2]}&amp;as=other" in (await browser.get(page)).text
    other = await browser.get(f"{page}&as=other")
    assert (PLAIN in other.text, JANA in other.text) == (True, False)
    wrong = await browser.password(f"{page}&as=other", PETR, "spatne")
    assert (wrong.status, PLAIN in wrong.text, JANA in wrong.text) == (422, True, False)


@pytest.mark.parametrize("asked", [{"prompt": "select_account"}, {"prompt": "login", "login_hint": PETR}])
async def test_where_somebody_else_is_wanted_nobody_is_asked_to_confirm(world: World, asked: dict[str, str]):
    browser = await signed_in(world)
    shown = await page_of(browser, **asked)
    assert (PLAIN in shown, JANA in shown) == (True, False)


async def test_a_browser_without_a_session_is_told_nothing(world: World):
    browser = await signed_in(world)
    page = (await browser.get("/account/prove")).location
    del browser.cookies[SSO]
    shown = (await browser.get(page)).text
    assert (PLAIN in shown, JANA in shown) == (True, False)
    browser.cookies[SSO] = "n" * 43
    await ended(world, EndReason.BY_OFFICER)
    shown = (await browser.get(page)).text
    assert (PLAIN in shown, JANA in shown, "ended" in shown) == (True, False, False)


async def test_whose_session_an_officer_ended_is_told_so_once_and_whom_to_ask(world: World):
    browser = await signed_in(world)
    await ended(world, EndReason.BY_OFFICER)
    page = (await browser.get("/account")).location
    shown = (await browser.get(f"{page}&lang=cs")).text
    assert "Vaše přihlášení ukončil správce." in shown
    assert "Pokud nevíte proč, zavolejte: Helpdesk, 573 321 100" in shown
    assert JANA not in shown
    assert SSO not in browser.cookies
    assert "ukončil správce" not in (await browser.get(f"{page}&lang=cs")).text


async def test_who_lost_a_role_is_told_so_and_may_sign_in_again(world: World):
    browser = await signed_in(world)
    await ended(world, EndReason.ROLE_LOST)
    shown = await page_of(browser)
    assert "because a role was taken from you. Sign in again" in shown
    assert "If you do not know why" in shown


async def test_whoever_was_away_for_long_is_told_so_and_needs_nobody(world: World):
    browser = await signed_in(world)
    world.rig.clock.now += timedelta(hours=1)
    shown = await page_of(browser)
    assert "you had done nothing for a long time" in shown
    assert "If you do not know why" not in shown


async def test_of_what_the_person_did_here_nothing_is_said(world: World):
    browser = await signed_in(world)
    await ended(world, EndReason.SIGNED_OUT)
    assert "notice" not in (await page_of(browser)).partition("<form")[0]
