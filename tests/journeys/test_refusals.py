"""Whoever is refused at an application is not stuck there: out, in as somebody else, or to the right municipality."""

import pytest
from playwright.async_api import Browser, expect

from tests.journeys.conftest import person, sign_in
from tests.rig.browser import accessibility_faults, screenshot
from tests.rig.demo import Demo

pytestmark = pytest.mark.real

HULIN, KROMERIZ = "spisovka-588491", "spisovka-588296"
PHONE = {"viewport": {"width": 390, "height": 844}, "color_scheme": "dark"}


@pytest.mark.parametrize("button", ["Odhlásit se", "Přihlásit se jako někdo jiný"])
async def test_somebody_refused_signs_out_on_the_applications_own_host_without_javascript(
    product: Demo, browser: Browser, button: str
) -> None:
    async with person(browser, java_script_enabled=False, **PHONE) as petr:
        complaints: list[str] = []
        petr.on("console", lambda message: complaints.append(message.text))
        await petr.goto(product.url(HULIN))
        await sign_in(petr, product.account("dvorak.petr"))
        refused = await petr.goto(product.url(KROMERIZ))
        assert refused is not None
        assert refused.status == 403
        await expect(petr.locator("main")).to_contain_text("Petr Dvořák, jedná za obec Hulín")
        await screenshot(petr, "refused-on-a-phone")
        complaints.clear()
        await petr.get_by_role("button", name=button).click()
        await expect(petr.locator("h1")).to_have_text("Jste odhlášeni")
        assert complaints == []
        for host in (KROMERIZ, HULIN, "portal"):
            await petr.goto(product.url(host))
            assert "://login." in petr.url
            await expect(petr.locator("[name=password]")).to_be_visible()  # single sign-on is over too
    ends = product.entries("--person", "dvorak.petr", "--limit", "10")
    codes = [one["entry"]["code"] for one in ends if one["entry"]["reason"] == "signed_out"]
    assert codes[:2] == ["sign_in.signed_out", "session.ended"]


async def test_somebody_of_two_municipalities_is_led_to_the_switch(product: Demo, browser: Browser) -> None:
    async with person(browser) as tomas:
        await tomas.goto(product.url("portal"))
        await sign_in(tomas, product.account("horak.tomas"))
        await tomas.get_by_label("Jednat za jinou obec").select_option("588491")
        await tomas.get_by_role("button", name="Přepnout").click()
        await tomas.wait_for_url("**/?done=switched")
        refused = await tomas.goto(product.url(KROMERIZ))
        assert refused is not None
        assert refused.status == 403
        await expect(tomas.locator("h1")).to_contain_text("Nyní jednáte za obec Hulín")
        assert await accessibility_faults(tomas) == []
        await tomas.get_by_role("link", name="Vybrat jinou obec").click()
        await tomas.wait_for_url("**/#municipality")
        await tomas.get_by_label("Jednat za jinou obec").select_option("588296")
        await tomas.get_by_role("button", name="Přepnout").click()
        await tomas.wait_for_url("**/?done=switched")
        opened = await tomas.goto(product.url(KROMERIZ))
        assert opened is not None
        assert opened.status == 200
