"""An officer helps somebody in on the pages alone: a code for a first factor, an exception; a new password."""

import pytest
from playwright.async_api import Browser, expect

from tests.journeys.conftest import person, sign_in
from tests.rig.browser import screenshot
from tests.rig.demo import Demo

pytestmark = pytest.mark.real
NEW = "Tygr, okno, vlak a mrak 7"


async def test_a_code_from_the_officers_pages_lets_somebody_enrol(product: Demo, browser: Browser) -> None:
    newcomer = next(
        product.account(one["login"])
        for one in reversed(product.world["accounts"])
        if one["enrolment_code"] and one["login"] != "maresova.lucie" and not one["disabled"]
    )
    async with person(browser, java_script_enabled=False) as officer, person(browser) as page:
        await officer.goto(product.url("admin", f"/people?login={newcomer.login}"))
        await sign_in(officer, product.account("kucera.martin"))
        await expect(officer.locator("main")).to_contain_text(newcomer.subject)
        await screenshot(officer, "officer-person-found")
        await officer.get_by_role("button", name="Vydat kód").click()
        code = await officer.locator(".spoken-code").inner_text()
        await page.goto(product.url("portal"))
        await page.fill("[name=username]", newcomer.login)
        await page.fill("[name=password]", newcomer.password)
        await page.click("main form:not([data-key]) button[type=submit]")
        await page.fill("[name=enrolment]", newcomer.enrolment_code or "")
        await page.click("main button[type=submit]")
        await expect(page.locator("#enrolment-error")).to_be_visible()  # the earlier one is withdrawn
        await page.fill("[name=enrolment]", code)
        await page.click("main button[type=submit]")
        await page.get_by_role("link", name="Aplikace v telefonu").wait_for()
    [issued] = [
        one["entry"]
        for one in product.entries("--code", "factor.enrolment_code_issued")
        if one["entry"]["details"]["by"] == "kucera.martin"
    ]
    assert (issued["person"], issued["subject"]) == (newcomer.login, newcomer.subject)


async def test_an_officer_does_nothing_for_oneself(product: Demo, browser: Browser) -> None:
    async with person(browser, java_script_enabled=False) as officer:
        await officer.goto(product.url("admin", "/people?login=kucera.martin"))
        await sign_in(officer, product.account("kucera.martin"))
        await expect(officer.locator("main")).to_contain_text("Pro sebe tu nic udělat nemůžete")
        await expect(officer.locator("form[action='/people/exception']")).to_have_count(0)


async def test_a_password_is_changed_at_my_account_and_everything_else_ends(
    product: Demo, browser: Browser
) -> None:
    somebody = next(
        product.account(one["login"])
        for one in reversed(product.world["accounts"])
        if one["totp_secret"] and not one["disabled"]
    )
    async with person(browser) as elsewhere, person(browser) as here:
        await elsewhere.goto(product.url("portal"))
        await sign_in(elsewhere, somebody)
        await here.goto(product.url("portal"))
        await sign_in(here, somebody)
        await here.goto(product.url("login", "/account/password"))
        for field, text in (("#old", somebody.password), ("#new", NEW), ("#again", NEW)):
            await here.fill(field, text)
        await here.click("form[action='/account/password/change'] button")
        await expect(here.get_by_role("status").first).to_contain_text("Heslo bylo změněno.")
        await screenshot(here, "account-password-done")
        assert (await here.goto(product.url("portal"))).ok
        assert "://login." not in here.url
        await elsewhere.goto(product.url("portal"))
        assert "://login." in elsewhere.url
    assert product.entries("--person", somebody.login, "--code", "sign_in.password_changed")
