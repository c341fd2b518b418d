"""What a person does once holds at every host: signing in, also anew, and the language."""

import pytest
from playwright.async_api import Browser, Page, expect

from tests.journeys.conftest import person, sign_in
from tests.rig.demo import Demo

pytestmark = pytest.mark.real

HULIN, KROMERIZ = "spisovka-588491", "spisovka-588296"


async def language_of(page: Page) -> str | None:
    return await page.locator("html").get_attribute("lang")


async def test_one_sign_in_serves_all_applications_again_after_signing_out(
    product: Demo, browser: Browser
) -> None:
    hosts = [product.url(name) for name in ("portal", HULIN, "mapa")]
    async with person(browser) as jana:
        await jana.goto(hosts[0])
        await sign_in(jana, product.account("novakova.jana"))
        for url in hosts[1:]:
            await jana.goto(url)
            assert jana.url.startswith(url), "no second sign-in"
        await jana.goto(hosts[0])
        await jana.get_by_role("button", name="Odhlásit se").first.click()
        await expect(jana.locator("main")).to_contain_text("odhlášen")
        await jana.goto(hosts[1])
        await sign_in(jana, product.account("novakova.jana"))
        for url in (hosts[1], hosts[2], hosts[0]):
            await jana.goto(url)
            assert jana.url.startswith(url), "the new sign-in serves them all, whatever was opened before"


async def test_a_language_chosen_anywhere_is_kept_everywhere(product: Demo, browser: Browser) -> None:
    async with person(browser) as jana:  # a Czech browser
        await jana.goto(product.url("portal"))
        assert await language_of(jana) == "cs"
        await jana.get_by_role("link", name="English").click()
        assert await language_of(jana) == "en"
        await sign_in(jana, product.account("novakova.jana"))
        assert await language_of(jana) == "en"
        await jana.get_by_role("link", name="My account", exact=True).click()
        assert await language_of(jana) == "en"
        await jana.goto(product.url("requests"))
        assert await language_of(jana) == "en"
        await jana.goto(product.url(KROMERIZ))
        await expect(jana.locator("main")).to_contain_text("You have no role in")
        await jana.get_by_role("link", name="Čeština").click()
        await expect(jana.locator("main")).to_contain_text("nemáte žádnou roli")
        await jana.goto(product.url("portal"))
        assert await language_of(jana) == "cs"
