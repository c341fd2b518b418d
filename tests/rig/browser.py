"""A real Chromium for tests: Debian's, driven by Playwright; `*.brana.test` leads to this machine.

It is the one without windows of its own (docs/decisions/0137): what it shows is the same.
"""

import os
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Literal

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, async_playwright, expect

ColorScheme = Literal["light", "dark"]
Looks = Mapping[str, Sequence[tuple[ColorScheme, int]]]

PROJECT = Path(__file__).parents[2]
SCREENSHOTS = PROJECT / "build" / "screenshots"
AXE = PROJECT / "node_modules" / "axe-core" / "axe.min.js"

CHROMIUM = "/usr/bin/chromium-headless-shell"
RESOLVER = "MAP *.brana.test 127.0.0.1, MAP *.brana.localhost 127.0.0.1, MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"
ARGUMENTS = (
    "--no-sandbox",  # its own sandbox refuses to run as root, and no page here is foreign
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
    f"--host-resolver-rules={RESOLVER}",
)
RUN_AXE = """only => axe.run(document, {
    runOnly: only, resultTypes: ['violations'],
}).then(found => found.violations)"""  # what it found right it need neither describe nor send
LOOKS: dict[str, tuple[tuple[ColorScheme, int], ...]] = {
    "cs": (("light", 1280), ("dark", 360)),
    "en": (("dark", 1280), ("light", 360)),
}
"""In which scheme and width a page is looked at in each language: in one window, which is made darker and narrower."""
OF_THE_LOOK = ("color-contrast", "link-in-text-block", "scrollable-region-focusable", "target-size")
"""Rules by which the same page may be well in one look and not in another."""
AXE_STANDARDS = ("wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice")


@asynccontextmanager
async def chromium() -> AsyncIterator[Browser]:
    """A browser that reaches nothing but this machine; ended when the block ends."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=CHROMIUM, args=list(ARGUMENTS), timeout=30_000
        )
        try:
            yield browser
        finally:
            await browser.close()


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def one_chromium() -> AsyncIterator[Browser]:
    """In each process of tests: to start it takes longer than most looks at a page. Who looks has contexts of its own,
    which share nothing.
    """
    async with chromium() as started:
        yield started


@pytest.fixture(scope="session")
def browser(one_chromium: Browser) -> Browser:
    return one_chromium


@asynccontextmanager
async def visit(started: Browser) -> AsyncIterator[None]:
    """Whatever the block opens is closed when it ends, as with a browser of its own."""
    before = started.contexts
    try:
        yield
    finally:
        for one in started.contexts:
            if one not in before:
                await one.close()


async def screenshot(page: Page, name: str) -> Path:
    """Keep the whole page as `build/screenshots/<name>.png`."""
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    path = SCREENSHOTS / f"{name}.png"
    await page.wait_for_load_state()  # of one that is on its way Chromium takes no picture
    await page.bring_to_front()
    await page.screenshot(path=path, full_page=True)
    return path


async def picture(page: Page, name: str) -> None:
    """For whoever runs some tests to look at a page; of all at once nobody does, and it takes a fifth of the time."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        await screenshot(page, name)


async def chosen(page: Page, group: str, name: str) -> None:
    """A page of the officers' menu, whose group is opened first, as people do."""
    if not await page.locator(".menu[open]", has=page.locator("summary", has_text=group)).count():
        await page.locator(".menu summary", has_text=group).click()
    await page.locator(".menu[open]").get_by_role("link", name=name, exact=True).click()


async def led_to(page: Page, path: str) -> None:
    """As a page of the same host leads there, which this page is: an address alone does not say what was done."""
    async with page.expect_navigation():
        await page.evaluate("path => location.assign(path)", path)


async def settled(page: Page) -> None:
    """A page that was just loaded and says where to begin has the focus there, some frames later; before that it is not
    as people meet it, and whatever is focused by then keeps it out.
    """
    first = page.locator("[autofocus]").first
    if await first.count():
        await expect(first).to_be_focused()


async def overflow(page: Page) -> list[str]:
    """A page that is wider than its window makes people scroll sideways (WCAG 2.1 §1.4.10)."""
    wider = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    return [f"{wider} px wider than the window"] if wider > 0 else []


async def faults_in_looks(page: Page, name: str, language: str, looks: Looks = LOOKS) -> list[str]:
    """What is wrong with a page in each look of the language it is in."""
    faults: list[str] = []
    for number, (scheme, width) in enumerate(looks[language]):
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")  # there at once, not by and by
        await page.set_viewport_size({"width": width, "height": 900})
        await picture(page, f"{name}-{language}-{scheme}-{width}")
        found = await accessibility_faults(page, OF_THE_LOOK if number else ()) + await overflow(page)
        faults += [f"{scheme}, {width} px: {one}" for one in found]
    return faults


async def accessibility_faults(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """What axe-core finds wrong with a page, one line each; by all rules where none are named. Needs `npm ci`."""
    if await page.evaluate("typeof axe === 'undefined'"):
        await page.evaluate(AXE.read_text(encoding="utf-8"))
    only = {"type": "rule", "values": rules} if rules else {"type": "tag", "values": AXE_STANDARDS}
    violations: list[dict[str, Any]] = await page.evaluate(RUN_AXE, only)
    return [
        f"{violation['id']}: {violation['help']} – {node['target']} {node['failureSummary']}"
        for violation in violations
        for node in violation["nodes"]
    ]
