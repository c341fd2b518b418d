"""Every page in a real browser: nothing is blocked, nothing is inaccessible, everything works by itself."""

from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

import pytest
from playwright.async_api import Page

from config.vocabulary import Language
from gateway.alerts.told import raised
from gateway.audit.anchors import Fault
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.recomputation import Finished, NotFinished, Trouble, UnderWay
from gateway.audit.verify_report import Broken
from gateway.audit.views import View, kept
from gateway.authorize.closed_now import ClosedNow
from gateway.web.portal.closed import ByHours, ClosedCard
from gateway.witness.standing import Alarm, Stand, Standing
from idp.events import Origin
from tests.gateway.web.people import MAYOR, NOW, OFFICER, assertion_header
from tests.gateway.web.sample import CARDS
from tests.gateway.web.sample_log import report
from tests.gateway.web.test_facts_shown import KEPT
from tests.gateway.web.test_witnesses_shown import witness
from tests.rig.assistance import KAREL, LUCIE
from tests.rig.browser import LOOKS, chosen, faults_in_looks, led_to, screenshot, settled

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]

PAGES = {
    "applications": ("portal", "/?done=switched"),
    "overview": ("admin", "/"),
    "log": ("admin", "/log?outcome=refused"),
    "log-filters": ("admin", "/log?since=tomorrow&municipality=588491"),
    "log-nothing": ("admin", "/log?person=nobody"),
    "log-reason": ("admin", "/log?reason=role_not_sufficient"),
    "log-fields": ("admin", "/log?country=!CZ&hour_from=25:00"),
    "answers": ("admin", "/answers"),
    "answer-counts": ("admin", "/answers/across-municipalities"),
    "answer-accounts": ("admin", "/answers/without-second-factor"),
    "answer-entries": ("admin", "/answers/why-refused?person=novakova"),
    "charts": ("admin", "/charts"),
    "charts-wrong": ("admin", "/charts?since=tomorrow"),
    "log-live": ("admin", "/log/live?outcome=refused"),
    "log-live-over": ("admin", "/log/live?outcome=refused&follow=0123456789abcdef"),
    "views": ("admin", "/views"),
    "purpose": ("admin", "/purpose"),
    "entry": ("admin", "/log/127"),
    "entry-unreadable": ("admin", "/log/122"),
    "sessions": ("admin", "/sessions"),
    "recheck": ("admin", "/sessions/recheck"),
    "people": ("admin", "/people?login=mala.lucie"),
    "people-with-factor": ("admin", "/people?login=urban.karel"),
    "people-nobody": ("admin", "/people?login=nikdo"),
    "exceptions": ("admin", "/exceptions?done=granted"),
    "nodes": ("admin", "/nodes"),
    "alerts": ("admin", "/alerts"),
    "integrity": ("admin", "/integrity"),
    "export": ("admin", "/export?outcome=refused"),
    "holds": ("admin", "/holds?done=placed"),
    "hold-lift": ("admin", "/holds/lift?hold=1"),
    "report": ("admin", "/report"),
    "not-found": ("portal", "/nowhere"),
    "refused": ("portal", "/.brana/refused"),
    "roleless": ("portal", "/.brana/roleless"),
    "directory": ("portal", "/.brana/directory"),
    "over": ("portal", "/.brana/over"),
    "unavailable": ("portal", "/.brana/unavailable"),
    "sign-in-failed": ("portal", "/.brana/failed"),
    "signed-out": ("portal", "/.brana/signed-out"),
}


@dataclass
class Window:
    """Of somebody who goes from page to page; to open one takes longer than a page does."""

    page: Page
    complaints: list[str] = field(default_factory=list)
    """Of the page that is shown."""
    listens_to: frozenset[str] = frozenset()

    def hear(self, event, words):
        if event in self.listens_to:
            self.complaints.append(words)

    async def go(self, site, name, *, script=True):
        """To a page of the window's host, with nothing left of the one before."""
        host, path = PAGES[name]
        self.listens_to = frozenset()  # what the page before has not fetched by then is nobody's fault
        await self.page.goto("about:blank")
        self.complaints.clear()
        if script and "done=" in path:
            await self.page.goto(site.address(host, path))
            self.listens_to = frozenset({"console"})  # nor is what this one has not
            await led_to(self.page, path)
            await self.page.locator(".notice[role='status']").wait_for()
        else:
            self.listens_to = frozenset({"console", "requestfailed"})
            await self.page.goto(site.address(host, path))


async def window(browser, host, *, language="cs", scheme="light", width=1280, script=True):
    context = await browser.new_context(
        ignore_https_errors=True,
        color_scheme=scheme,
        locale=language,
        viewport={"width": width, "height": 900},
        java_script_enabled=script,
        extra_http_headers=assertion_header(OFFICER if host == "admin" else MAYOR),
    )
    context.set_default_timeout(10_000)
    opened = Window(await context.new_page())
    opened.page.on("console", lambda message: opened.hear("console", message.text))
    opened.page.on("requestfailed", lambda request: opened.hear("requestfailed", request.url))
    return opened


async def visit(browser, site, name, *, script=True, **look):
    opened = await window(browser, PAGES[name][0], script=script, **look)
    await opened.go(site, name, script=script)
    return opened.page, opened.complaints


@asynccontextmanager
async def windows(browser, language):
    """One for each host."""
    opened = {host: await window(browser, host, language=language) for host in ("portal", "admin")}
    yield opened
    for one in opened.values():
        await one.page.context.close()


@pytest.mark.parametrize("language", LOOKS)
async def test_every_page_is_accessible_in_every_look(browser, site, language):
    site.office.log.damaged = {122}
    decision = site.office.log.entries[127]
    site.office.log.entries[127] = replace(decision, details=decision.details | KEPT)
    site.office.log.entries += [raised(one, NOW) for one in site.office.alerts.kept]
    await site.office.sessions.recheck(OFFICER, MAYOR.sid, origin=Origin(address="192.0.2.15"), now=NOW)
    await excepted(site)
    site.office.closed_cards = closed_cards
    view = View(owner=OFFICER.subject, owner_name="dvorak", name="Odmítnutí v noci", asked="outcome=refused",
                shared=True, within=None, saved_at=NOW)  # fmt: skip
    await site.office.views.keep(view, kept(view, "s", "192.0.2.15", "r"))
    found = {}
    async with windows(browser, language) as opened:
        for name, (host, _) in PAGES.items():
            if faults := await seen(opened[host], site, name, name, language):
                found[name] = faults
    assert found == {}


async def closed_cards(*_):
    """By hours, and in an incident."""
    title = {
        Language.CZECH: "V tuto dobu je přístup uzavřen",
        Language.ENGLISH: "Access is closed at this hour",
    }
    advice = dict.fromkeys(Language, "Povolená doba: 7:00–18:00, pondělí–pátek, mimo státní svátky.")
    ask = "https://requests.brana.test/emergency?application=records&read=1"
    records, accounting, *_ = CARDS
    leak = ClosedNow("incident-application-records", title, advice, NOW)
    return [ByHours(records, title, advice, ask), ClosedCard(accounting, leak)]


async def excepted(site):
    """One that runs and one that was ended early."""
    earlier = replace(OFFICER, auth_time=NOW - timedelta(hours=1))
    for who, why, day in ((LUCIE, "Ztracený telefon, nový přijde v pátek", 27), (KAREL, "Zlomená ruka", 30)):
        await site.people.assistance.grant(
            earlier, who.subject, why, date(2026, 11, day), origin=Origin(), now=earlier.auth_time
        )
    await site.people.assistance.end(OFFICER, LUCIE.subject, origin=Origin(), now=NOW)


async def seen(shown, site, name, kept, language):
    """Faults of one page in the looks of a language; pictures of it are kept."""
    await shown.go(site, name)
    page, complaints = shown.page, shown.complaints
    faults = await faults_in_looks(page, kept, language)
    # the browser itself reports the answer's status of error pages; anything else is a fault of ours
    return faults + [text for text in complaints if "the server responded with a status of 4" not in text]


BROKEN = Broken(Fault.REWRITTEN, 41, NOW, "the entries do not give the root that the database has", 50)
STANDINGS = {
    "under-way": UnderWay(NOW, "dvorak", 250_000, 1_000_000),
    "whole": Finished(report(1_000_000), NOW, timedelta(seconds=61.2), "dvorak", recorded=True),
    "damaged": Finished(report(41, BROKEN), NOW, timedelta(seconds=1), "dvorak", recorded=True),
    "not-recorded": Finished(report(), NOW, timedelta(seconds=1), "dvorak", recorded=False),
    "not-finished": NotFinished(Trouble.FAILED, "database brana.db: disk I/O error", NOW, "dvorak"),
}


WITNESSES = [
    witness(Stand(Standing.REFUSING, NOW, told=True, reason=Alarm.PUT_BACK, size=140)),
    witness(Stand(Standing.AWAY, NOW, told=True, reason="witness_unreachable")),
    witness(Stand(Standing.COSIGNING, NOW), behind=3),
]


@pytest.mark.parametrize("language", LOOKS)
async def test_what_a_verification_found_is_accessible_in_every_look(browser, site, language):
    found = {}
    async with windows(browser, language) as opened:
        for name, standing in STANDINGS.items():
            site.office.recomputation.standing = standing
            if faults := await seen(opened["admin"], site, "integrity", f"integrity-{name}", language):
                found[name] = faults
        site.office.witnesses, site.office.out_of_reach = WITNESSES, 20480
        for name in ("overview", "integrity"):
            if faults := await seen(opened["admin"], site, name, f"{name}-witnesses", language):
                found[f"witnesses on {name}"] = faults
    assert found == {}


async def test_a_verification_under_way_is_looked_at_again_without_javascript(browser, site):
    site.office.recomputation.standing = UnderWay(NOW, "dvorak", 5, 10)
    page, _ = await visit(browser, site, "integrity", script=False)
    await page.get_by_role("link", name="Podívat se znovu").click()
    await page.get_by_text("Hotovo: 5 z 10 záznamů").wait_for()
    site.office.recomputation.standing = STANDINGS["whole"]
    await page.get_by_text("Auditní záznam je úplný a nezměněný").wait_for()
    await page.context.close()


async def test_the_portal_works_by_keyboard_and_without_javascript(browser, site):
    page, _ = await visit(browser, site, "applications", script=False)
    await page.keyboard.press("Tab")
    assert await page.locator(":focus").inner_text() == "Přejít k obsahu"
    await page.keyboard.press("Enter")
    assert page.url.endswith("#content")
    await page.get_by_label("Jednat za jinou obec").focus()
    await page.keyboard.type("Kvasice")
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/?done=switched")
    assert site.office.portal.acts == [("switch", MAYOR.subject, "588644", "203.0.113.7")]
    await page.context.close()


async def test_a_chosen_language_is_kept_from_page_to_page(browser, site):
    page, _ = await visit(browser, site, "log", script=False)
    await page.get_by_role("link", name="English").click()
    assert await page.get_by_label("Outcome").input_value() == "refused"
    await chosen(page, "System", "Integrity")
    assert await page.get_by_role("heading", level=1).inner_text() == "Integrity of the log"
    await page.context.close()


async def test_an_officer_filters_the_log_and_opens_an_entry(browser, site):
    page, _ = await visit(browser, site, "overview", script=False)
    await chosen(page, "Záznam", "Auditní záznam")
    await page.get_by_label("Osoba", exact=True).fill("novakova")
    await page.get_by_label("Od", exact=True).fill("2026-11-23T09:00")
    await page.get_by_label("Výsledek", exact=True).select_option("zamítnuto")
    await page.get_by_role("button", name="Zobrazit").click()
    rows = page.get_by_role("row")
    assert await rows.count() == 1 + 2
    await page.get_by_role("link", name="Zamítnutý přístup").first.click()
    assert await page.get_by_role("heading", level=1).inner_text() == "Zamítnutý přístup"
    await page.context.close()


@pytest.mark.parametrize("language", LOOKS)
@pytest.mark.parametrize("name", ["overview", "integrity"])
async def test_what_the_log_told_of_its_damage_is_accessible_in_every_look(browser, site, name, language):
    told = Entry(code=Code.LOG_END_ALTERED, outcome=Outcome.FAILURE, at=NOW, subject="system")
    site.office.log.entries += [told, told, replace(told, code=Code.LOG_SCHEMA_ALTERED)]
    page, _ = await visit(browser, site, name, language=language)
    assert await page.locator('a[href="/answers/log-whole"]').count() == 1
    assert await faults_in_looks(page, f"{name}-damage-told", language) == []
    await page.context.close()


async def test_the_integrity_can_be_verified_now(browser, site):
    page, _ = await visit(browser, site, "integrity", script=False)
    await page.get_by_role("button", name="Ověřit nyní").click()
    await page.get_by_text("Auditní záznam je úplný a nezměněný").wait_for()
    assert "Ověřil(a) dvorak" in await page.get_by_role("main").inner_text()
    await screenshot(page, "integrity-verified")
    await page.context.close()


@pytest.mark.parametrize("language", LOOKS)
async def test_a_code_to_be_told_is_accessible_in_every_look(browser, site, language):
    page, complaints = await visit(browser, site, "people", language=language)
    await page.locator("form[action='/people/enrolment-code'] button").click()
    await page.locator(".spoken-code").wait_for()
    assert await faults_in_looks(page, "enrolment-code", language) == []
    assert complaints == []
    await page.context.close()


async def test_an_exception_is_granted_and_ended_by_keyboard_and_without_javascript(browser, site):
    page, _ = await visit(browser, site, "overview", script=False)
    await chosen(page, "Přístup", "Lidé")
    await page.get_by_label("Jméno nebo uživatelské jméno").focus()
    await page.keyboard.type("mala.lucie")
    await page.keyboard.press("Enter")
    await page.get_by_label("Proč").focus()
    await page.keyboard.type("Ztracený telefon")
    await page.get_by_label("Poslední den").fill("2026-11-27")
    await page.keyboard.press("Enter")
    await page.get_by_text("Výjimka od této chvíle platí").wait_for()
    await page.get_by_role("button", name="Ukončit – mala.lucie").focus()
    await page.keyboard.press("Enter")
    await page.get_by_role("heading", name="Ukončit výjimku osoby Lucie Malá?").wait_for()
    await page.get_by_role("button", name="Ukončit výjimku").focus()
    await page.keyboard.press("Enter")
    await page.get_by_text("Výjimka byla ukončena.").wait_for()
    assert "exception.ended" in site.people.kept.codes()
    await page.context.close()


@pytest.mark.parametrize("language", LOOKS)
async def test_a_form_shown_again_and_the_question_before_an_exception_ends_are_accessible(
    browser, site, language
):
    page, complaints = await visit(browser, site, "people", language=language)
    await page.locator("[name=until]").evaluate("field => field.removeAttribute('max')")
    for day, shown in (("2027-11-27", "[name=until][aria-invalid]"), ("2026-11-27", ".notice-success")):
        await page.locator("form[action='/people/exception'] [name=why]").fill("Ztracený telefon")
        await page.locator("[name=until]").fill(day)
        await page.locator("form[action='/people/exception'] button").click()
        await page.locator(shown).wait_for()
        await settled(page)
        assert await faults_in_looks(page, f"exception-{day}", language) == []
    await page.locator("form[action='/exceptions/end'] button").click()
    await page.locator("form[action='/exceptions/end/now']").wait_for()
    assert await faults_in_looks(page, "exception-end", language) == []
    assert [one for one in complaints if "409" not in one] == []
    await page.context.close()


async def asked_whether_to_end(browser, site, **look):
    page, complaints = await visit(browser, site, "sessions", **look)
    await page.locator("form[action='/sessions/end'] button").first.click()
    await page.locator("form[action='/sessions/end/now']").wait_for()
    return page, complaints


@pytest.mark.parametrize("language", LOOKS)
async def test_the_question_before_a_session_ends_is_accessible_in_every_look(browser, site, language):
    page, complaints = await asked_whether_to_end(browser, site, language=language)
    assert await faults_in_looks(page, "session-end", language) == []
    assert complaints == []
    await page.context.close()


async def test_a_session_is_ended_in_two_steps_without_javascript_and_its_person_is_named(browser, site):
    page, _ = await asked_whether_to_end(browser, site, script=False)
    assert "Ing. Marie Nováková" in await page.get_by_role("heading", level=1).inner_text()
    await page.get_by_role("button", name="Ukončit relaci").click()
    await page.get_by_text("Relace byla ukončena: Ing. Marie Nováková.").wait_for()
    assert [act[0] for act in site.office.sessions.acts] == ["end"]
    await page.context.close()


async def test_a_page_of_another_site_can_change_nothing(browser, site):
    page, _ = await visit(browser, site, "applications")
    action, field = site.address("portal", "/municipality"), '<input name="municipality" value="588644">'
    form = f'<form method="post" action="{action}">{field}<button>x</button></form>'
    await page.route(
        "https://evil.brana.test/", lambda route: route.fulfill(body=form, content_type="text/html")
    )
    await page.goto("https://evil.brana.test/")
    await page.get_by_role("button").click()
    await page.get_by_text("Požadavek nepřišel z naší stránky").wait_for()
    assert site.office.portal.acts == []
    await page.context.close()
