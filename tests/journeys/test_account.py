"""My account, from the portal: what is ended there has ended at the applications; a new browser is told of."""

import pytest
from playwright.async_api import Browser, Page, expect

from tests.journeys.conftest import next_code, person, sign_in
from tests.rig.browser import accessibility_faults, screenshot
from tests.rig.demo import Demo

pytestmark = pytest.mark.real
HULIN = "spisovka-588491"


async def open_portal(product: Demo, page: Page, login: str) -> None:
    await page.goto(product.url("portal"))
    await sign_in(page, product.account(login))


async def test_a_sign_in_ended_at_my_account_has_ended_at_the_application(
    product: Demo, browser: Browser
) -> None:
    product.brana("sessions", "revoke", "--user", "dvorak.petr")  # of other journeys
    async with person(browser) as home, person(browser) as office:
        await open_portal(product, home, "dvorak.petr")
        assert (await home.goto(product.url(HULIN))).status == 200
        await open_portal(product, office, "dvorak.petr")
        await office.goto(product.url("portal"))
        await office.get_by_role("link", name="Můj účet").last.click()
        await expect(office.locator("h1")).to_have_text("Můj účet")
        await expect(office.locator("#sign-ins li")).to_have_count(2)
        await expect(office.locator("#sign-ins li").first).to_contain_text("Tento prohlížeč")
        assert await accessibility_faults(office) == []
        await screenshot(office, "my-account")
        await office.locator("#sign-ins li").nth(1).get_by_role("button").click()
        await expect(office.locator("#sign-ins li")).to_have_count(1)
        await home.goto(product.url(HULIN))
        assert "://login." in home.url
        assert (await office.goto(product.url(HULIN))).status == 200
    ended = product.entries("--person", "dvorak.petr", "--code", "session.ended")
    assert ended[0]["entry"]["reason"] == "provider_session_ended"
    assert product.entries("--person", "dvorak.petr", "--code", "sign_in.signed_out")[0]["entry"]["address"]


async def test_whoever_is_not_signed_in_comes_to_my_account_through_the_sign_in_alone(
    product: Demo, browser: Browser
) -> None:
    async with person(browser, viewport={"width": 360, "height": 800}) as jana:
        await jana.goto(product.url("login", "/account"))
        account = product.account("horak.tomas")
        await jana.fill("[name=username]", account.login)
        await jana.fill("[name=password]", account.password)
        await jana.click("main button[type=submit]")
        await jana.fill("[name=code]", next_code(account))
        await jana.click("main button[type=submit]")
        await expect(jana.locator("h1")).to_have_text("Můj účet")
        await expect(jana.locator("main")).to_contain_text(account.name)


async def test_a_new_browser_is_told_of_at_the_portal_and_disowned(product: Demo, browser: Browser) -> None:
    login = "novakova.jana"
    async with person(browser) as known, person(browser) as strange:
        await open_portal(product, known, login)
        await open_portal(product, strange, login)
        await known.goto(product.url("portal"))
        notice = known.locator(".notice-warning")
        await expect(notice).to_contain_text("Byli jste to vy?")
        assert await accessibility_faults(known) == []
        await screenshot(known, "portal-new-browser")
        await expect(strange.locator(".expiry-time")).to_contain_text("Bez další činnosti budete odhlášeni")
        await known.get_by_role("link", name="Řekněte, zda jste to byli vy").click()
        await known.get_by_role("button", name="Nebyl(a) jsem to já").first.click()
        await expect(known.locator("h1")).to_have_text("Jste všude odhlášeni")
        for page in (strange, known):
            await page.goto(product.url("portal"))
            assert "://login." in page.url
    codes = [one["entry"]["code"] for one in product.entries("--person", login)]
    assert {"sign_in.new_device", "sign_in.new_device_disowned"} <= set(codes)
