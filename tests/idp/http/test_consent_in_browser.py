"""The page that asks for consent, and My account behind it, in a real browser."""

from pathlib import Path

import pytest
from playwright.async_api import Browser as Chromium

from tests.idp.http.test_account_in_browser import give, served
from tests.idp.http.test_admission_in_browser import world
from tests.rig.browser import LOOKS, faults_in_looks, visit
from tests.rig.provider import GIS_CALLBACK, authorize_path
from tests.rig.sign_in_world import World

__all__ = ["world"]
pytestmark = pytest.mark.real


@pytest.mark.parametrize("language", LOOKS)
async def test_the_question_is_accessible_and_answered_by_keyboard(
    browser: Chromium, world: World, tmp_path: Path, language: str
) -> None:
    signed_in, _ = await world.sign_in()
    asked = authorize_path(client_id="outside", redirect_uri=GIS_CALLBACK, scope="openid profile email roles")
    async with served(world, tmp_path) as origin, visit(browser):
        context = await browser.new_context(ignore_https_errors=True, locale=language)
        await give(context, origin, signed_in)
        page = await context.new_page()
        await page.goto(f"{origin}{asked}")
        assert await faults_in_looks(page, "consent", language) == []
        await page.locator("main button").first.focus()
        async with page.expect_request(lambda one: one.url.startswith(GIS_CALLBACK)) as sent:
            await page.keyboard.press("Enter")
        assert "code=" in (await sent.value).url  # the page's policy lets the form lead there
        page = await context.new_page()
        await page.goto(f"{origin}/account#consents")
        assert await faults_in_looks(page, "account-consents", language) == []
        await context.close()
