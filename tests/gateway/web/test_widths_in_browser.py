"""Officers' pages at the widths of a telephone, a tablet and two screens: nothing is cut, nothing touches."""

from datetime import date

import pytest

from idp.events import NOWHERE
from idp.login.purses import Kind, of_account
from idp.login.throttle import take
from tests.gateway.web.people import NOW, OFFICER, assertion_header
from tests.rig.assistance import LUCIE
from tests.rig.browser import picture

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

WIDTHS = (360, 768, 1024, 1280)
PAGES = {
    "sessions": "/sessions",
    "log": "/log",
    "log-filters": "/log?technical=1",
    "overview": "/",
    "people": "/people?login=mala.lucie",
    "people-list": "/people?login=a",
    "exceptions": "/exceptions",
    "nodes": "/nodes",
    "alerts": "/alerts",
}
CUT = """() => document.documentElement.scrollWidth > innerWidth ? ['page'] :
    [...document.querySelectorAll('.table-frame > table')].filter(one =>
        one.checkVisibility() && one.offsetWidth > one.parentElement.clientWidth).map(one => one.className)"""
TOUCHING = """() => [...document.querySelectorAll('.acts')].filter(row => {
    const [one, other] = [...row.querySelectorAll('button')].map(button => button.getBoundingClientRect());
    return other && other.left - one.right < 4 && other.top - one.bottom < 4;
}).length"""
BESIDE_THE_EDGE = """() => {
    const line = document.querySelector('.top-line'), style = getComputedStyle(line);
    const box = line.getBoundingClientRect(), words = document.querySelector('.languages');
    const first = words.firstElementChild, left = box.left + parseFloat(style.paddingLeft);
    const text = first.getBoundingClientRect().left + parseFloat(getComputedStyle(first).paddingLeft);
    const right = box.right - parseFloat(style.paddingRight);
    const stacked = words.getBoundingClientRect().left < left + 24 && !first.hasAttribute('aria-current');
    return [words.getBoundingClientRect().right - right > 0.5, stacked && Math.abs(text - left) > 0.5];
}"""


@pytest.mark.parametrize(("language", "scheme"), [("cs", "light"), ("en", "dark")])
async def test_nothing_is_cut_and_nothing_touches_at_any_width(browser, site, language, scheme):
    context = await browser.new_context(
        ignore_https_errors=True,
        color_scheme=scheme,
        locale=language,
        extra_http_headers=assertion_header(OFFICER),
    )
    page = await context.new_page()
    await site.people.assistance.grant(
        OFFICER,
        LUCIE.subject,
        "Ztracený telefon, nový přístroj přijde až za tři týdny",
        date(2026, 12, 24),
        origin=NOWHERE,
        now=NOW,
    )
    spent = of_account(LUCIE.subject, None, Kind.PASSWORD, site.people.rules.limits)
    await site.people.kept.store.transact(lambda book: [take(book, spent, NOW) for _ in range(5)])
    found = {}
    for name, path in PAGES.items():
        await page.goto(site.address("admin", path))
        for width in WIDTHS:
            await page.set_viewport_size({"width": width, "height": 900})
            await picture(page, f"width-{name}-{language}-{width}")
            faults = [await page.evaluate(each) for each in (CUT, TOUCHING, BESIDE_THE_EDGE)]
            if faults != [[], 0, [False, False]]:
                found[name, width] = faults
    await context.close()
    assert found == {}
