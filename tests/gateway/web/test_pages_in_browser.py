"""Every page in a real browser: nothing is blocked, nothing is inaccessible, everything works by itself."""

import pytest

from tests.gateway.web.sample import MAYOR, OFFICER, assertion_header
from tests.rig.browser import accessibility_faults, screenshot

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

PAGES = {
    "applications": ("portal", "/?done=switched"),
    "sign-ins": ("portal", "/sign-ins?done=ended"),
    "overview": ("admin", "/"),
    "log": ("admin", "/log?outcome=refused"),
    "log-filters": ("admin", "/log?since=tomorrow&municipality=588491"),
    "log-nothing": ("admin", "/log?person=nobody"),
    "entry": ("admin", "/log/127"),
    "sessions": ("admin", "/sessions"),
    "integrity": ("admin", "/integrity"),
    "not-found": ("portal", "/nowhere"),
    "refused": ("portal", "/.brana/refused"),
    "over": ("portal", "/.brana/over"),
    "unavailable": ("portal", "/.brana/unavailable"),
    "sign-in-failed": ("portal", "/.brana/failed"),
    "signed-out": ("portal", "/.brana/signed-out"),
}
LOOKS = (("cs", "light", 1280), ("cs", "dark", 390), ("en", "light", 390), ("en", "dark", 1280))


async def visit(browser, site, name, *, language="cs", scheme="light", width=1280, script=True):
    host, path = PAGES[name]
    context = await browser.new_context(
        ignore_https_errors=True,
        color_scheme=scheme,
        locale=language,
        viewport={"width": width, "height": 900},
        java_script_enabled=script,
        extra_http_headers=assertion_header(OFFICER if host == "admin" else MAYOR),
    )
    page = await context.new_page()
    complaints = []
    page.on("console", lambda message: complaints.append(message.text))
    page.on("requestfailed", lambda request: complaints.append(request.url))
    await page.goto(site.address(host, path))
    return page, complaints


@pytest.mark.parametrize(("language", "scheme", "width"), LOOKS)
async def test_every_page_is_accessible_in_every_look(browser, site, language, scheme, width):
    found = {}
    for name in PAGES:
        page, complaints = await visit(browser, site, name, language=language, scheme=scheme, width=width)
        await screenshot(page, f"{name}-{language}-{scheme}-{width}")
        faults = await accessibility_faults(page)
        overflow = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
        if overflow > 0:
            faults.append(f"{overflow} px wider than the window")
        # the browser itself reports the answer's status of error pages; anything else is a fault of ours
        faults += [text for text in complaints if "the server responded with a status of 4" not in text]
        if faults:
            found[name] = faults
        await page.context.close()
    assert found == {}
