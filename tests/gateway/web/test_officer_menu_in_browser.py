"""The officers' menu at every width: its groups open by keyboard, without JavaScript, and nothing of them is cut."""

import pytest

from tests.gateway.web.test_pages_in_browser import window
from tests.rig.browser import accessibility_faults, overflow, screenshot

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

GROUPS = 4
LINES = """() => new Set([...document.querySelector('.sections').children].map(one => one.offsetTop)).size"""
CUT = """() => [...document.querySelectorAll('.menu[open] a')].map(one => one.getBoundingClientRect()).filter(
    box => box.left < 0 || box.right > innerWidth || box.width === 0).length"""


@pytest.mark.parametrize(("language", "scheme"), [("cs", "light"), ("en", "dark")])
async def test_each_group_opens_by_keyboard_without_javascript_and_is_not_cut(
    browser, site, language, scheme
):
    opened = await window(browser, "admin", language=language, scheme=scheme, script=False)
    page = opened.page
    await page.goto(site.address("admin", "/sessions"))
    found = {}
    for width, lines in ((1280, 1), (768, 2), (360, 3)):
        await page.set_viewport_size({"width": width, "height": 900})
        assert await page.evaluate(LINES) <= lines, width
        for number in range(GROUPS):
            await page.locator(".menu summary").nth(number).focus()
            await page.keyboard.press("Enter")
            assert await page.locator(".menu[open]").count() == 1  # one at a time
            await screenshot(page, f"menu-{number}-{language}-{width}")
            if faults := (await page.evaluate(CUT), await overflow(page)) != (0, []):
                found[width, number] = faults
        await page.keyboard.press("Enter")
    assert found == {}
    await page.locator(".menu summary").first.focus()
    await page.keyboard.press("Enter")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/log")
    assert await page.locator(".menu summary[aria-current]").count() == 1
    await page.context.close()


async def test_an_open_group_is_accessible_and_is_closed_by_escape_and_by_a_click_elsewhere(browser, site):
    opened = await window(browser, "admin")
    page = opened.page
    await page.goto(site.address("admin", "/sessions"))
    group = page.locator(".menu").nth(2)
    await group.locator("summary").click()
    assert await accessibility_faults(page) == []
    await page.keyboard.press("Escape")
    assert await page.locator(".menu[open]").count() == 0
    await group.locator("summary").click()
    await page.get_by_role("heading", level=1).click()
    assert await page.locator(".menu[open]").count() == 0
    await page.context.close()
