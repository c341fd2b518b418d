"""The sample applications on a telephone and on a screen, light and dark: nothing cut off, nothing inaccessible."""

import pytest
from playwright.async_api import Browser, Page

from config.vocabulary import ApplicationId
from tests.rig.browser import LOOKS, faults_in_looks, screenshot, visit
from tests.rig.demo_world import Demo

pytestmark = pytest.mark.real

PAGES = {
    "records": ("records", "/"),
    "records-document": ("records", "/document/1"),
    "records-new": ("records", "/new"),
    "budget": ("budget", "/"),
    "map": ("map", "/"),
}
OLDEST = "542342"  # the municipality whose documents were registered first


async def opened(browser: Browser, demo: Demo, name: str, language: str, width: int = 1280) -> Page:
    application, path = PAGES[name]
    context = await browser.new_context(
        locale=language,
        viewport={"width": width, "height": 844},
        extra_http_headers=demo.signer.headers(application, OLDEST),
    )
    page = await context.new_page()
    await page.goto(demo.running.applications[ApplicationId(application)] + path)
    return page


@pytest.mark.parametrize("language", LOOKS)
async def test_every_page_fits_the_window_and_is_accessible(
    browser: Browser, demo: Demo, language: str
) -> None:
    found = {}
    async with visit(browser):
        for name in PAGES:
            page = await opened(browser, demo, name, language)
            if faults := await faults_in_looks(page, f"sample-{name}", language):
                found[name] = faults
            await page.context.close()
    assert found == {}


async def test_nothing_is_cut_on_the_smallest_telephone(browser: Browser, demo: Demo) -> None:
    """No cell of the register is wider than its row, and no name of the map leaves the picture it is in."""
    async with visit(browser):
        page = await opened(browser, demo, "records", "cs", 360)
        await screenshot(page, "sample-records-360")
        wide = "rows => rows.filter(row => row.scrollWidth > row.clientWidth).length"
        assert await page.eval_on_selector_all(".folding tbody tr", wide) == 0
        page = await opened(browser, demo, "map", "cs", 360)
        await screenshot(page, "sample-map-360")
        cut = """names => {
            const picture = document.querySelector('svg').getBoundingClientRect();
            return names.filter(name => {
                const box = name.getBoundingClientRect();
                return box.left < picture.left || box.right > picture.right;
            }).map(name => name.textContent);
        }"""
        assert await page.eval_on_selector_all(".place text", cut) == []


async def test_names_on_the_map_can_be_read_on_a_telephone_and_the_own_is_in_sight(
    browser: Browser, demo: Demo
) -> None:
    async with visit(browser):
        page = await opened(browser, demo, "map", "cs", 390)
        own = page.locator(".place.own text")
        box = await own.bounding_box()
        assert box is not None
        assert box["height"] > 11
        assert 0 <= box["x"] <= box["x"] + box["width"] <= 390


async def test_a_figure_of_the_budget_says_on_a_telephone_what_it_is(browser: Browser, demo: Demo) -> None:
    async with visit(browser):
        page = await opened(browser, demo, "budget", "cs", 390)
        said = await page.locator("tbody td").first.evaluate(
            "one => getComputedStyle(one, '::before').content"
        )
        assert said.startswith('"Plán: "')


async def test_dark_is_dark(browser: Browser, demo: Demo) -> None:
    async with visit(browser):
        for name in ("records", "budget", "map"):
            page = await opened(browser, demo, name, "cs", 390)
            await page.emulate_media(color_scheme="dark")
            colour = await page.evaluate("getComputedStyle(document.body).backgroundColor")
            assert all(int(part) < 40 for part in colour.strip("rgb()").split(",")), (name, colour)
            await page.context.close()
