"""The pages about requests in a real browser: nothing is blocked, nothing is inaccessible, nothing is too wide."""

from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio
from aiohttp import web

from config.vocabulary import Action, Language, Role
from gateway.asks.ask import Kind
from gateway.authorize.opened_by import OpenedBy
from gateway.waiting import Waiting
from tests.gateway.asks.office_of_requests import doing
from tests.gateway.asks.town import BUDGET, DAY, EVA, IVO, JANA, PAVEL, PETR, wish
from tests.gateway.web.conftest import self_signed
from tests.gateway.web.people import NOW, assertion_header
from tests.gateway.web.requests_site import requests_site, signed_in
from tests.gateway.web.test_requests_closed import LEAK
from tests.gateway.web.test_requests_foreseen import HOURS
from tests.rig.browser import LOOKS, faults_in_looks

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

READ_WRITE = frozenset({Action.READ, Action.WRITE})
PAGES = {
    "requests": (PETR, "/"),
    "requests-nothing": (IVO, "/?done=asked"),
    "requests-ask": (JANA, "/ask?application=budget"),
    "requests-ask-nobody": (EVA, "/ask?application=budget"),
    "requests-emergency": (JANA, "/emergency"),
    "requests-kept-out": (EVA, "/one?name={running}"),
    "requests-purpose": (JANA, "/purpose"),
    "requests-waiting": (PETR, "/waiting"),
    "requests-one": (EVA, "/one?name={waiting}"),
    "requests-decided": (PETR, "/one?name={waiting}"),
    "requests-ending": (EVA, "/end?name={waiting}"),
    "requests-orders": (EVA, "/orders"),
    "requests-order": (PAVEL, "/orders/new"),
    "requests-deputies": (PETR, "/deputies"),
    "requests-reviews": (PETR, "/reviews"),
    "requests-opens-nothing": (PETR, "/one?name={vain}"),
    "requests-closed": (PETR, "/one?name={budget}"),
    "requests-closed-ask": (JANA, "/ask?application=budget"),
}


@pytest_asyncio.fixture(loop_scope="session")
async def town(tmp_path):
    """What waits, runs, was declined, and is to be reviewed; and where its pages are."""
    site = requests_site(tmp_path)
    site.waiting = Waiting(requests=1, orders=2, uses=100)
    kept, soon = site.kept, {"since": NOW, "until": NOW + timedelta(hours=8)}
    waiting = await kept.ask(wish(**soon), NOW)
    declined = await kept.ask(wish(why="chci vidět rozpočet", **soon), NOW)
    await kept.office.refuse(declined.id, doing(PETR, NOW), "není třeba")
    approved = await kept.ask(wish(asker=IVO, **soon), NOW)
    await kept.office.approve(approved.id, doing(PETR, NOW), "do konce směny")
    order = await kept.ask(wish(Kind.ORDER, PAVEL, sponsor=EVA, **soon), NOW)
    await kept.office.approve(order.id, doing(EVA, NOW))
    await kept.ask(wish(Kind.ORDER, EVA, holder=PAVEL, sponsor=EVA, **soon), NOW)
    await kept.ask(wish(Kind.DELEGATION, PETR, holder=IVO, role=Role.MAYOR, **soon), NOW)
    await kept.ask(wish(Kind.EMERGENCY, why="hoří radnice, zachraňuji spisy"), NOW - 3 * DAY)
    running = await kept.ask(wish(Kind.EMERGENCY, EVA, why="výpadek proudu v serverovně"), NOW)
    shut = await kept.ask(wish(application=BUDGET, **soon), NOW)
    vain = await kept.ask(wish(asker=EVA, actions=READ_WRITE, **soon), NOW)
    opening = site.town.opened_by

    async def opened_by(one, who):
        found = await opening(one, who)
        title = dict.fromkeys(Language, "V tuto dobu je přístup uzavřen")
        return (
            [OpenedBy(each.action, False, title, "hodiny") for each in found] if one.id == vain.id else found
        )

    site.town.opened_by, site.town.reads = opened_by, False
    site.town.kept_out, site.town.shut = HOURS, {BUDGET: LEAK}

    async def deciders(_where, asker, needed):
        return 0 if asker == EVA.subject else needed

    kept.office = replace(kept.office, deciders=deciders)
    runner = web.AppRunner(site.app)
    await runner.setup()
    tcp = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=self_signed(tmp_path))
    await tcp.start()
    port = tcp._server.sockets[0].getsockname()[1]
    yield (
        f"https://requests.brana.test:{port}",
        {"waiting": waiting.id, "running": running.id, "budget": shut.id, "vain": vain.id},
    )
    await runner.cleanup()
    kept.database.close()


@pytest.mark.parametrize("language", LOOKS)
async def test_every_page_about_requests_is_accessible_in_every_look(browser, town, language):
    origin, names = town
    found = {}
    context = await browser.new_context(ignore_https_errors=True, locale=language)
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    for name, (who, path) in PAGES.items():
        complaints.clear()
        await page.set_extra_http_headers(assertion_header(signed_in(who)))
        await page.goto(origin + path.format(**names))
        if faults := await faults_in_looks(page, name, language) + complaints:
            found[name] = faults
    await context.close()
    assert found == {}


@pytest.mark.parametrize("language", LOOKS)
async def test_what_a_form_asks_once_more_is_accessible_in_every_look(browser, town, language):
    origin, _ = town
    context = await browser.new_context(ignore_https_errors=True, locale=language)
    page = await context.new_page()
    await page.set_extra_http_headers(assertion_header(signed_in(JANA)))
    await page.goto(f"{origin}/ask?application=records&write=1")
    await page.locator("#why").fill("kontrola spisu za kolegyni")
    await page.locator("main form.card button").click()
    await page.locator(".notice-warning").wait_for()
    assert await page.locator("#action-read").is_checked()
    assert await faults_in_looks(page, "requests-without-reading", language) == []
    await context.close()


async def test_only_what_the_chosen_application_can_do_is_offered(browser, town):
    origin, _ = town
    context = await browser.new_context(ignore_https_errors=True, locale="cs")
    page = await context.new_page()
    await page.set_extra_http_headers(assertion_header(signed_in(JANA)))
    await page.goto(f"{origin}/ask")
    await page.locator("#action-sign").check()
    await page.locator("#application").select_option("map")
    assert await page.locator("#action-read").is_visible()
    assert not await page.locator("#action-sign").is_visible()
    assert await page.locator("#action-sign").is_disabled(), "what is not seen is not sent"
    await page.locator("#application").select_option("records")
    assert await page.locator("#action-sign").is_checked()
    await context.close()
