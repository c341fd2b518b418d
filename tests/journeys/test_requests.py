"""Somebody asks for access, another approves it and takes it back: what opens, and what is closed again."""

import pytest
from playwright.async_api import Browser, expect

from tests.journeys.conftest import person, sign_in
from tests.rig.browser import screenshot
from tests.rig.demo import Demo

pytestmark = pytest.mark.real


async def test_access_that_was_approved_opens_and_closes_when_it_is_taken_back(
    product: Demo, browser: Browser
) -> None:
    """The accountant of Hulín needs the records; the mayor decides."""
    async with person(browser) as vera, person(browser, java_script_enabled=False) as petr:
        await vera.goto(product.url("spisovka-588491"))
        await sign_in(vera, product.account("pospisilova.vera"))
        await expect(vera.locator("h1")).to_contain_text("Vaše role v obci Hulín")
        await screenshot(vera, "requests-refused")
        await vera.get_by_role("link", name="Požádat o přístup").click()
        await expect(vera.locator("#application")).to_have_value("records")
        await vera.get_by_label("čtení").uncheck()
        await vera.get_by_label("zápis").check()
        await vera.get_by_label("Proč přístup potřebujete").fill("dohledání smlouvy k faktuře")
        await vera.get_by_role("button", name="Odeslat žádost").click()
        await expect(vera.locator("main")).to_contain_text("Bez čtení se neotevře žádná stránka")
        await expect(vera.get_by_label("čtení")).to_be_checked()
        await vera.get_by_role("button", name="Odeslat žádost").click()
        await expect(vera.locator("main")).to_contain_text("Žádost je odeslaná")
        await screenshot(vera, "requests-asked")
        await vera.get_by_role("link", name="Podrobnosti").first.click()
        asked = vera.url
        await expect(vera.locator("main")).to_contain_text("Rozhodne o ní někdo jiný")
        await expect(vera.get_by_role("button", name="Schválit")).to_have_count(0)

        await petr.goto(product.url("portal"))
        await sign_in(petr, product.account("dvorak.petr"))
        await screenshot(petr, "portal-what-waits")
        await petr.get_by_role("link", name="k rozhodnutí").first.click()
        await petr.get_by_role("link", name="Rozhodnout").first.click()
        assert petr.url == asked
        await expect(petr.locator("main")).to_contain_text("zápis; povolí to pravidlo")
        await expect(petr.locator("main")).to_contain_text("v této aplikaci nic")
        await screenshot(petr, "requests-to-decide")
        await petr.get_by_role("button", name="Schválit").click()
        await expect(petr.locator("main")).to_contain_text("Schválili jste to.")

        assert (await vera.goto(product.url("spisovka-588491"))).status == 200
        await petr.get_by_role("link", name="Ukončit").click()
        await petr.get_by_role("button", name="Ukončit").click()
        await expect(petr.locator("main")).to_contain_text("Skončilo to.")
        await screenshot(petr, "requests-ended")
        assert (await vera.goto(product.url("spisovka-588491"))).status == 403
        for page in (vera, petr):  # other journeys find nobody signed in
            await page.get_by_role("button", name="Odhlásit se").click()
    told = [one["entry"]["code"] for one in product.entries("--person", "dvorak.petr")]
    assert {"request.approved", "request.ended"} <= set(told)


async def test_nobody_approves_what_they_asked_for_themselves(product: Demo, browser: Browser) -> None:
    """A form of their own browser does not get a mayor further than the page."""
    async with person(browser) as petr:
        await petr.goto(product.url("requests", "/ask?application=records"))
        await sign_in(petr, product.account("dvorak.petr"))
        await petr.get_by_label("zápis").check()
        await petr.get_by_label("Proč přístup potřebujete").fill("doplnění spisu za podatelnu")
        await petr.get_by_role("button", name="Odeslat žádost").click()
        await petr.get_by_role("link", name="Podrobnosti").first.click()
        await expect(petr.get_by_role("button", name="Schválit")).to_have_count(0)
        forged = """() => {
            const form = document.querySelector('form[action="/end"]');
            form.action = '/approve';
            form.insertAdjacentHTML('beforeend', '<input name="note" value="">');
        }"""
        await petr.get_by_role("link", name="Vzít zpět").click()
        await petr.evaluate(forged)
        await petr.locator('form[action="/approve"] button').click()
        await expect(petr.locator("h1")).to_contain_text("O vlastní žádosti nelze rozhodnout")
        await screenshot(petr, "requests-own")
        await petr.get_by_role("button", name="Odhlásit se").click()
    [refused] = product.entries("--person", "dvorak.petr", "--code", "request.act_refused")
    assert (refused["entry"]["reason"], refused["entry"]["rule"]) == ("own_request", "own-request")
