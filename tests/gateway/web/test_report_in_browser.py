"""The compliance report in a browser: a page of headings, whose demands unfold; printed, all of it is there."""

import pytest

from gateway.compliance.demands import ALL
from tests.gateway.web.test_pages_in_browser import window
from tests.rig.browser import accessibility_faults, overflow, screenshot

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
HEIGHT = "() => document.documentElement.scrollHeight"
SHOWN = """() => [...document.querySelectorAll('.report-demand .facts')].filter(
    one => one.checkVisibility({contentVisibilityAuto: true}) && one.getBoundingClientRect().height > 20).length"""


@pytest.fixture
def whole(site, monkeypatch):
    monkeypatch.setattr(site.office, "demands", len(ALL))
    return site


async def report(browser, site, **look):
    opened = await window(browser, "admin", **look)
    await opened.page.goto(site.address("admin", "/report"))
    return opened.page, opened.complaints


async def test_the_page_is_short_and_a_link_of_its_contents_unfolds_a_demand(browser, whole):
    page, complaints = await report(browser, whole)
    await screenshot(page, "report-folded-1280")
    assert await page.evaluate(HEIGHT) < 6_000
    assert await page.evaluate(SHOWN) == 0
    assert await page.locator(".report-contents li").count() == len(ALL)
    await screenshot(page, "report-folded-1280")
    await page.locator(f".report-contents a[href='#{ALL[-1].id}']").click()
    await page.locator(f"#{ALL[-1].id}").wait_for(state="visible")
    assert await page.evaluate(SHOWN) == 1
    assert await page.locator("details[open] h2").last.is_visible()
    assert await page.evaluate(
        "() => document.querySelector('details[open] h2').getBoundingClientRect().top >= 0"
    )
    await screenshot(page, "report-unfolded-1280")
    await page.get_by_role("button", name="Rozbalit vše").click()
    assert await page.evaluate(SHOWN) == len(ALL)
    assert await accessibility_faults(page) == []
    await page.get_by_role("button", name="Sbalit vše").click()
    assert await page.evaluate(SHOWN) == 0
    assert complaints == []
    await page.context.close()


@pytest.mark.parametrize("script", [True, False])
async def test_printed_every_demand_is_unfolded(browser, whole, *, script):
    page, _ = await report(browser, whole, script=script)
    await page.emulate_media(media="print")
    await page.locator(".report-demand .facts").last.wait_for()
    assert await page.evaluate(SHOWN) == len(ALL)
    assert not await page.locator(".report-contents").is_visible()
    await screenshot(page, f"report-print-{script}")
    await page.context.close()


async def test_by_keyboard_on_a_telephone_without_javascript_a_demand_unfolds(browser, whole):
    page, _ = await report(browser, whole, width=390, scheme="dark", script=False)
    assert await overflow(page) == []
    await screenshot(page, "report-390-dark")
    await page.locator(".report-demand summary").first.focus()
    await page.keyboard.press("Enter")
    assert await page.evaluate(SHOWN) == 1
    assert not await page.locator("#report-folds").is_visible()
    assert await overflow(page) == []
    await page.context.close()
