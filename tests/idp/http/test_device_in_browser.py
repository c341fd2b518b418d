"""A program is let in from a real browser over TLS: every look, by keyboard, without JavaScript."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import Browser as Chromium
from playwright.async_api import expect

from tests.idp.http.test_account_in_browser import faults_of, give, served
from tests.idp.http.test_device_grant import asked, polled
from tests.rig.browser import LOOKS, screenshot, visit
from tests.rig.sign_in_world import JANA, JANA_PASSWORD, World, sign_in_world
from tests.rig.slapd import Directory

pytestmark = pytest.mark.real
CODE, ANSWER = "form[action='/device/code'] button", "form[action='/device/confirm'] button"


@pytest_asyncio.fixture(loop_scope="session")
async def world(office: Directory) -> AsyncIterator[World]:
    """Where the browser is."""
    async with sign_in_world(office) as made:
        yield made


@pytest.mark.parametrize("language", LOOKS)
async def test_every_page_is_accessible(browser: Chromium, world: World, tmp_path: Path, language: str):
    signed_in, _ = await world.sign_in()
    found: dict[str, list[str]] = {}
    async with served(world, tmp_path) as origin, visit(browser):
        context = await browser.new_context(ignore_https_errors=True, locale=language)
        await give(context, origin, signed_in)
        page, complaints = await context.new_page(), []
        page.on("console", lambda message: complaints.append(message.text))
        await page.goto(origin + "/device")
        found["device"] = await faults_of(page, "device", language)
        for typed, name in ((["BCDF-GHJK"], "wrong"), ([f"BCDF-GHJ{x}" for x in "LMNPQ"], "wait")):
            for one in typed:
                await page.goto(origin + "/device")
                await page.locator("#user_code").fill(one)
                await page.locator(CODE).click()
                await page.locator(".field-wrong, .notice-error").first.wait_for()
            found[name] = await faults_of(page, f"device-{name}", language)
        complaints[:] = [said for said in complaints if "responded with a status of" not in said]
        world.rig.clock.forward(minutes=14)
        assert (await signed_in.get("/account")).status == 200
        world.rig.clock.forward(minutes=2)
        for answer in ("allow", "deny"):
            _, told = await asked(world)
            await page.goto(f"{origin}/device?user_code={told['user_code']}")
            await page.locator(CODE).click()
            await page.locator(ANSWER).first.wait_for()
            found[f"confirm {answer}"] = await faults_of(page, f"device-confirm-{answer}", language)
            await page.locator(f"{ANSWER}[value='{answer}']").click()
            await page.locator("a[href='/account']").last.wait_for()
            found[answer] = await faults_of(page, f"device-{answer}", language)
    assert {name: faults for name, faults in found.items() if faults} == {}
    assert complaints == []


async def test_from_the_link_to_the_tokens_by_keyboard_and_without_javascript(
    browser: Chromium, world: World, tmp_path: Path
):
    program, told = await asked(world)
    look = {"locale": "cs", "viewport": {"width": 360, "height": 800}, "java_script_enabled": False}
    async with served(world, tmp_path) as origin, visit(browser):
        context = await browser.new_context(ignore_https_errors=True, color_scheme="dark", **look)
        page = await context.new_page()
        await page.goto(f"{origin}/device?user_code={told['user_code']}")
        await page.locator("#username").fill(JANA)
        await page.locator("#password").fill(JANA_PASSWORD)
        await page.keyboard.press("Enter")
        await page.locator("#code").fill(world.code())
        await page.keyboard.press("Enter")
        await expect(page.locator("#user_code")).to_have_value(told["user_code"])
        await page.locator("#user_code").focus()
        await page.keyboard.press("Enter")
        await page.get_by_role("heading", name="Přihlásit tento program?").wait_for()
        await expect(page.get_by_text("Program běží jinde než tento prohlížeč.")).to_be_visible()
        await screenshot(page, "device-confirm-phone")
        await page.get_by_role("link", name="English").click()
        await page.get_by_role("heading", name="Let this program in?").wait_for()
        await page.get_by_role("button", name="Let it in", exact=True).focus()
        await page.keyboard.press("Enter")
        await page.get_by_role("heading", name="The program is let in").wait_for()
    assert (await polled(program, told)).status == 200
