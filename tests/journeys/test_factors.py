"""Second factors in a real browser: enrolment by an officer's code, passkeys, step-up, recovery codes."""

import re
from dataclasses import replace

import pytest
from playwright.async_api import Browser, Page, expect

from tests.journeys.conftest import next_code, person, sign_in
from tests.rig.browser import screenshot
from tests.rig.demo import Account, Demo
from tests.rig.virtual_key import virtual_key

pytestmark = pytest.mark.real


async def password(page: Page, account: Account) -> None:
    if await page.locator("[name=username]").is_editable():  # not where the same person confirms
        await page.fill("[name=username]", account.login)
    await page.fill("[name=password]", account.password)
    await page.click("main form:not([data-key]) button[type=submit]")


def entries_of(product: Demo, login: str) -> list[dict[str, object]]:
    return [one["entry"] for one in product.entries("--person", login)]


async def enrolled_by_code(product: Demo, page: Page, account: Account) -> tuple[Account, list[str]]:
    """The whole of a first sign-in with an application for codes."""
    await page.goto(product.url("portal"))
    await password(page, account)
    assert account.enrolment_code is not None
    await page.fill("[name=enrolment]", account.enrolment_code.lower())
    await page.click("main button[type=submit]")
    await page.get_by_role("link", name="Aplikace v telefonu").click()
    await expect(page.locator("svg").first).to_be_visible()
    await screenshot(page, "enrolment")
    shown = re.search(r"((?:[A-Z2-7]{4} ?){6,})", await page.locator("main").text_content() or "")
    assert shown
    account = replace(account, totp_secret=shown[1].replace(" ", ""))
    await page.fill("[name=code]", "000000")
    await page.click("main button[type=submit]")
    await expect(page.locator("#code-error")).to_be_visible()
    await page.fill("[name=name]", "Služební telefon")
    await page.fill("[name=code]", next_code(account))
    await page.click("main button[type=submit]")
    await expect(page.locator(".codes li")).to_have_count(10)
    await screenshot(page, "recovery-codes")
    codes = await page.locator(".codes code").all_inner_texts()
    await page.click("main button[type=submit]")
    await expect(page.locator("main")).to_contain_text("Hulín")
    return account, codes


async def test_a_first_sign_in_enrols_by_an_officers_code_and_recovery_codes_open_the_next_one(
    product: Demo, browser: Browser
) -> None:
    async with person(browser) as lucie:
        account, codes = await enrolled_by_code(product, lucie, product.account("maresova.lucie"))
    async with person(browser) as again:
        await again.goto(product.url("portal"))
        await sign_in(again, account)
        await expect(again.locator("main")).to_contain_text("Hulín")
    async with person(browser) as lost:
        await lost.goto(product.url("portal"))
        await password(lost, account)
        await lost.get_by_role("link", name="Jiný způsob").click()
        await screenshot(lost, "choose-factor")
        await lost.get_by_role("link", name="Záložní kód").click()
        await lost.fill("[name=recovery]", codes[0])
        await screenshot(lost, "recovery-code")
        await lost.click("main button[type=submit]")
        await expect(lost.locator("main")).to_contain_text("Máte 9 nepoužitých záložních kódů.")
        await screenshot(lost, "recovery-code-used")
        await lost.get_by_role("link", name="Pokračovat").click()
        await expect(lost.locator("main")).to_contain_text("Hulín")
    async with person(browser) as thief:
        await thief.goto(product.url("portal"))
        await password(thief, account)
        await thief.get_by_role("link", name="Jiný způsob").click()
        await thief.get_by_role("link", name="Záložní kód").click()
        await thief.fill("[name=recovery]", codes[0])
        await thief.click("main button[type=submit]")
        await expect(thief.locator("#recovery-error")).to_be_visible()
    recorded = entries_of(product, account.login)
    kinds = [one["code"] for one in recorded]
    assert kinds.count("factor.enrolled") == 1
    assert {"sign_in.code_refused", "factor.recovery_codes_made", "factor.enrolment_code_used"} <= {*kinds}
    assert "recovery_code_wrong" in {one.get("reason") for one in recorded}


async def test_a_passkey_is_enrolled_and_then_signs_in_alone(product: Demo, browser: Browser) -> None:
    account = next(
        product.account(one["login"])
        for one in product.world["accounts"]
        if one["enrolment_code"] and one["login"] != "maresova.lucie" and not one["disabled"]
    )
    async with person(browser) as page, virtual_key(page):
        await page.goto(product.url("portal"))
        await password(page, account)
        await page.fill("[name=enrolment]", account.enrolment_code or "")
        await page.click("main button[type=submit]")
        await screenshot(page, "choose-enrolment")
        await page.get_by_role("link", name="Přístupový nebo bezpečnostní klíč").click()
        await page.fill("[name=name]", "Notebook")
        await screenshot(page, "enrol-key")
        await page.get_by_role("button", name="Přidat klíč").click()
        await expect(page.locator(".codes li")).to_have_count(10)
        await page.click("main button[type=submit]")
        await page.wait_for_url(lambda url: "://portal." in url)
        await page.context.clear_cookies()
        await page.goto(product.url("portal"))
        await screenshot(page, "sign-in-passkey")
        await page.get_by_role("button", name="Přihlásit se přístupovým klíčem").click()
        await page.wait_for_url(lambda url: "://portal." in url)
    completed = [one for one in entries_of(product, account.login) if one["code"] == "sign_in.completed"]
    assert [one["details"]["acr"] for one in completed] == ["urn:brana:acr:phishing-resistant"] * 2
    assert completed[0]["details"]["amr"] == ["pop", "user", "mfa"]
    assert completed[1]["details"]["amr"] == ["pwd", "pop", "user", "mfa"]


async def test_a_refused_passkey_says_so_and_the_password_still_works(
    product: Demo, browser: Browser
) -> None:
    async with person(browser, viewport={"width": 390, "height": 800}) as page, virtual_key(page):
        await page.goto(product.url("portal"))
        await page.get_by_role("button", name="Přihlásit se přístupovým klíčem").click()
        await expect(page.locator("[data-failed]")).to_be_visible()  # this key knows no passkey of this site
        await screenshot(page, "no-passkey")
        await sign_in(page, product.account("fiala.pavel"))
        assert "://portal." in page.url


async def test_a_page_that_needs_more_leads_to_it_and_the_session_goes_on(
    product: Demo, browser: Browser
) -> None:
    """As a refusal would send them: the link of the page, with what it wishes for."""
    account = product.account("horak.tomas")
    opened = codes_of(product, account).count("session.opened")
    async with person(browser) as page:
        await page.goto(product.url("portal"))
        await sign_in(page, account)
        await page.goto(product.url("portal", "/.brana/sign-in?wish=key&to=/?done=switched"))
        await expect(page.locator("h1")).to_contain_text("Je potřeba silnější ověření")
        await screenshot(page, "level-unreachable")
        await page.goto(product.url("portal", "/.brana/sign-in?wish=anew&to=/?done=switched"))
        assert "://login." in page.url
        await page.wait_for_timeout(1000)  # when identity was shown is told in whole seconds (auth_time)
        await sign_in(page, account)
        assert page.url.endswith("/?done=switched")
    codes = codes_of(product, account)
    assert codes.count("session.opened") == opened + 1
    assert "session.level_changed" in codes


def codes_of(product: Demo, account: Account) -> list[str]:
    return [one["code"] for one in entries_of(product, account.login)]
