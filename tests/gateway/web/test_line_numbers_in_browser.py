"""Line numbers beside the text of policies: a fault is found by its number, and without a script all is as before."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from aiohttp import web

from gateway.web.app import make_app
from tests.gateway.web.conftest import self_signed
from tests.gateway.web.people import assertion_header
from tests.gateway.web.sample import Office
from tests.policies.world import HULIN
from tests.rig.browser import overflow, screenshot
from tests.rig.policy_office import FILE, reads
from tests.rig.policy_site import AUTHOR
from tests.rig.policy_visitor import policy_visitor

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
LINES = reads(HULIN) + "// háček\n" * 120 + "\npermit (\nwhoever);\n"
LINE_OF_FAULT = LINES[: LINES.index("whoever")].count("\n") + 1
ALONGSIDE = """() => {
  const numbers = document.querySelector('.line-numbers'), area = document.querySelector('textarea');
  const own = getComputedStyle(numbers), theirs = getComputedStyle(area);
  return {
    scrolled: numbers.scrollTop - area.scrollTop, line: own.lineHeight === theirs.lineHeight,
    high: numbers.offsetHeight - area.offsetHeight, last: numbers.textContent.split('\\n').at(-1),
  };
}"""


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def place(tmp_path_factory) -> AsyncIterator[str]:
    """The address of a draft's text with a fault."""
    folder = tmp_path_factory.mktemp("lines")
    async with policy_visitor(folder) as visitor:
        page = await visitor.begun()
        await visitor.step(page, "text", file=FILE, text=LINES)
        desk = Office().desk()
        runner = web.AppRunner(make_app(desk, {"policies.brana.test": visitor.given.pages(desk)}, {}))
        await runner.setup()
        tcp = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=self_signed(folder))
        await tcp.start()
        port = tcp._server.sockets[0].getsockname()[1]
        yield f"https://policies.brana.test:{port}{page}/text?file={FILE}"
        await runner.cleanup()


async def opened(browser, place: str, **settings):
    context = await browser.new_context(
        ignore_https_errors=True, extra_http_headers=assertion_header(AUTHOR), **settings
    )
    page = await context.new_page()
    await page.goto(place)
    return page


async def test_each_line_has_its_number_also_after_writing_and_at_the_end(browser, place: str) -> None:
    page = await opened(browser, place, locale="cs")
    lines = LINES.count("\n") + 1
    assert await page.evaluate(ALONGSIDE) == {"scrolled": 0, "line": True, "high": 0, "last": str(lines)}
    area, said = page.locator("textarea"), page.locator("#text-place")
    await area.focus()
    await page.keyboard.press("Control+Home")
    assert await said.inner_text() == "Řádek 1, sloupec 1"
    await page.keyboard.type("// 😀")
    assert await said.inner_text() == "Řádek 1, sloupec 5", "characters, not halves of one"
    await page.keyboard.press("Control+End")
    await page.keyboard.press("Enter")
    await page.wait_for_function(f"({ALONGSIDE})().scrolled === 0")
    assert (await page.evaluate(ALONGSIDE))["last"] == str(lines + 1)
    assert await area.evaluate("area => area.scrollTop") > 0
    assert await said.inner_text() == f"Řádek {lines + 1}, sloupec 1"


async def test_the_fault_names_a_line_that_has_its_number_beside_it(browser, place: str) -> None:
    page = await opened(browser, place, locale="en")
    faulty = await page.locator(".faulty").first.inner_text()
    assert f"{LINE_OF_FAULT} whoever" in faulty
    numbers = (await page.locator(".line-numbers").text_content()).split("\n")
    assert LINES.split("\n")[numbers.index(str(LINE_OF_FAULT))] == "whoever);"


@pytest.mark.parametrize(("width", "scheme"), [(1280, "light"), (360, "dark")])
async def test_nothing_is_wider_for_it(browser, place: str, width: int, scheme: str) -> None:
    page = await opened(
        browser, place, locale="cs", viewport={"width": width, "height": 900}, color_scheme=scheme
    )
    await page.locator("textarea").scroll_into_view_if_needed()
    await screenshot(page, f"line-numbers-{width}-{scheme}")
    assert await overflow(page) == []
    assert await page.locator("textarea").evaluate("area => area.offsetWidth") > width / 2


async def test_without_a_script_the_field_is_as_it_was(browser, place: str) -> None:
    page = await opened(browser, place, locale="cs", java_script_enabled=False)
    assert await page.locator(".line-numbers").count() == 0
    assert not await page.locator("#text-place").is_visible()
    assert await page.locator("textarea").input_value() == LINES
    await page.get_by_role("button", name="Uložit").click()
    await page.wait_for_url("**/text?**done=saved**")
