"""The pages about policies in a real browser: nothing is blocked, nothing is inaccessible, nothing is too wide."""

import re
from datetime import timedelta

import pytest
import pytest_asyncio
from aiohttp import web

from config.vocabulary import Action, ApplicationId, RouteName
from gateway.authorize.snapshot import NamedRoute, Offer
from gateway.waiting import Waiting
from gateway.web.app import make_app
from policies.model import Route
from tests.gateway.web.conftest import self_signed
from tests.gateway.web.people import NOW, assertion_header
from tests.gateway.web.sample import Office
from tests.gateway.web.test_policies_shut_out import PERMITS, closing
from tests.policies.world import HULIN
from tests.rig.browser import LOOKS, faults_in_looks, screenshot
from tests.rig.policy_office import FILE, reads
from tests.rig.policy_site import APPROVER, AUTHOR, BOTH, CENTRE
from tests.rig.policy_visitor import CLOSING, policy_visitor

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

PAGES = {
    "policies-overview": (APPROVER, "/"),
    "policies-overview-of-its-author": (AUTHOR, "/"),
    "policies-in-force-no-more": (AUTHOR, "{gone}"),
    "policies-returned": (AUTHOR, "{returned}"),
    "policies-in-force": (AUTHOR, "/policies"),
    "policies-proposals": (CENTRE, "/proposals"),
    "policies-own-drafts": (AUTHOR, "/proposals"),
    "policies-drafts-withdrawing": (AUTHOR, "/drafts?of=&{drafts}"),
    "policies-to-approve": (APPROVER, "{submitted}"),
    "policies-own": (BOTH, "{submitted}"),
    "policies-draft": (AUTHOR, "{draft}/edit"),
    "policies-broken": (AUTHOR, "{broken}"),
    "policies-broken-cases": (AUTHOR, "{cases}"),
    "policies-both": (AUTHOR, "{both}"),
    "policies-form": (AUTHOR, "{draft}/form/hours"),
    "policies-form-again": (AUTHOR, "{draft}/form/may-use?number=1"),
    "policies-text": (AUTHOR, "{broken}/text?file=" + FILE),
    "policies-versions": (AUTHOR, "/versions"),
    "policies-version": (APPROVER, "/versions/1"),
    "policies-impact": (APPROVER, "{submitted}/impact"),
    "policies-who": (AUTHOR, "/who"),
    "policies-who-elsewhere": (CENTRE, f"/who?where={HULIN}"),
    "policies-why": (AUTHOR, "/why?role=clerk&application=map&level=1"),
    "policies-why-closed": (AUTHOR, "/why?role=supplier&application=map"),
    "policies-why-closed-and-refused": (AUTHOR, "/why?role=supplier&application=map&level=1"),
    "policies-shutting-out": (AUTHOR, "{shut}"),
    "policies-why-further": (AUTHOR, "/why?role=clerk&application=map&own=1&stands_in_for=mayor&level=1"),
    "policies-incidents": (CENTRE, "/incidents"),
    "policies-incident-form": (CENTRE, "/incidents?kind=municipality_application"),
    "policies-incident-opening": (CENTRE, "{closure}"),
    "policies-taking-out": (AUTHOR, "{draft}/remove?number=0&file=" + FILE),
    "policies-withdrawing": (BOTH, "{submitted}/withdraw"),
}


UNFULFILLED = "".join(
    f'[[case]]\nname = "{name}"\ntitle_cs = "{cs}"\napplication = "map"\nreason = "nothing_permits"\n\n'
    for name, cs in (("the mayor reads no map", "Starosta mapy nečte"), ("nor anybody", "Mapy nečte nikdo"))
)
APPROVERS, MONDAYS = "region/50-approvers.cedar", " unless { context.time.weekday == 1 }"
PARCELS = NamedRoute(Route(id="parcels", path="/parcels"), frozenset({Action.READ}))
WITH_A_PART = Offer(frozenset(Action), frozenset({HULIN}), routes={RouteName("parcels"): PARCELS})


@pytest_asyncio.fixture(loop_scope="session", scope="module")
async def town(tmp_path_factory):
    """A draft, one with a fault, one to be approved, versions and something closed; and where the pages are."""
    folder = tmp_path_factory.mktemp("policies")
    async with policy_visitor(folder, files_are_approved=False) as visitor:
        visitor.given.offers[ApplicationId("map")] = WITH_A_PART
        gone = await visitor.begun()
        await visitor.filled(gone, id="map-gone")
        await visitor.step(gone, "submit")
        await visitor.done(f"{gone}/approve", APPROVER, **await visitor.approval(gone))
        await visitor.done("/versions/1/restore", APPROVER, of="", why="Referenti nesmějí mapy měnit.")
        other = reads(HULIN, "map-by-files").replace("všichni", "všichni i ve složce")
        other = other.replace("the map", "the map in the folder")
        visitor.world.publish(
            visitor.world.in_force().texts | {FILE: other, APPROVERS: PERMITS}, NOW - timedelta(days=1)
        )
        returned = await visitor.submitted()
        sent = {"revision": str((await visitor.one(returned)).revision), "why": "Název neodpovídá."}
        await visitor.done(f"{returned}/return", APPROVER, **sent)
        first, both = await visitor.submitted(), await visitor.begun()
        await visitor.filled(both, actions=["read"])
        await visitor.done(f"{first}/approve", APPROVER, **await visitor.approval(first))
        hours = await visitor.begun()
        evenings = {"roles": ["clerk"], "since": "7", "until": "18", "days": ["1", "2", "3", "4", "5"]}
        more = {"id": "hours", "number": "", "applications": ["map"], "actions": [], "holidays": "false"}
        await visitor.filled(hours, form="hours", **evenings, **more)
        await visitor.step(hours, "submit")
        await visitor.done(f"{hours}/approve", APPROVER, **await visitor.approval(hours))
        submitted = await visitor.begun(BOTH)
        await visitor.filled(submitted, BOTH, number="1", actions=["read"])
        await visitor.step(submitted, "note", BOTH, note="Referentům stačí mapy číst.")
        await visitor.step(submitted, "submit", BOTH)
        draft, broken = await visitor.begun(), await visitor.begun()
        wrong = reads(HULIN) + "\npermit (\nwhoever);\n"
        await visitor.step(broken, "text", file=FILE, text=wrong)
        cases = await visitor.begun()
        await visitor.step(cases, "text", file=f"municipalities/{HULIN}.cases.toml", text=UNFULFILLED)
        shut = await visitor.begun()
        await visitor.step(shut, "text", file=FILE, text=reads(HULIN) + closing(MONDAYS))
        await visitor.done("/incidents/close", CENTRE, **CLOSING)
        visitor.given.waiting = Waiting(proposals=3, common=2)
        desk = Office().desk()
        runner = web.AppRunner(make_app(desk, {"policies.brana.test": visitor.given.pages(desk)}, {}))
        await runner.setup()
        tcp = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=self_signed(folder))
        await tcp.start()
        port = tcp._server.sockets[0].getsockname()[1]
        [closure] = re.findall(r'href="(/incidents/[^"]+/open)"', await visitor.get("/incidents", CENTRE))
        places = {"submitted": submitted, "draft": draft, "broken": broken, "both": both, "closure": closure}
        places |= {"cases": cases, "gone": gone, "returned": returned, "shut": shut}
        names = [one.rpartition("/")[2] for one in (draft, broken)]
        places["drafts"] = "&".join(f"draft={name}" for name in names)
        yield f"https://policies.brana.test:{port}", places
        await runner.cleanup()


@pytest.mark.parametrize("language", LOOKS)
async def test_every_page_about_policies_is_accessible_in_every_look(browser, town, language):
    origin, places = town
    found = {}
    context = await browser.new_context(ignore_https_errors=True, locale=language)
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    for name, (who, path) in PAGES.items():
        complaints.clear()
        await page.set_extra_http_headers(assertion_header(who))
        await page.goto(origin + path.format(**places))
        if faults := await faults_in_looks(page, name, language) + complaints:
            found[name] = faults
    await page.set_extra_http_headers(assertion_header(AUTHOR))
    await page.goto(origin + places["cases"])
    await page.evaluate("document.querySelectorAll('details').forEach(one => one.open = true)")
    if faults := await faults_in_looks(page, "policies-adapting", language):
        found["policies-adapting"] = faults
    await context.close()
    assert found == {}


async def test_who_may_what_lists_on_a_telephone_only_what_a_role_may(browser, town):
    origin, _ = town
    context = await browser.new_context(ignore_https_errors=True, locale="cs")
    page = await context.new_page()
    await page.set_extra_http_headers(assertion_header(AUTHOR))
    await page.goto(f"{origin}/who")
    nothing = page.locator(".folding td", has_text="–")
    something = page.locator(".folding td:not(.nothing)")
    assert await nothing.count() > 0
    for width, shown in ((1280, True), (390, False)):
        await page.set_viewport_size({"width": width, "height": 900})
        await screenshot(page, f"policies-who-{width}")
        assert [await one.is_visible() for one in await nothing.all()] == [shown] * await nothing.count(), (
            width
        )
        assert all([await one.is_visible() for one in await something.all()])
    await context.close()
