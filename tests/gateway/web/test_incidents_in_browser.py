"""The pages about incidents and suspended people in a real browser: from an entry of the log to the bundle."""

import zipfile
from dataclasses import replace
from datetime import timedelta

import pytest

from gateway.incidents.incident import ReportKind
from gateway.incidents.items import Report
from tests.gateway.web.people import NOW
from tests.gateway.web.test_pages_in_browser import window
from tests.rig.browser import LOOKS, faults_in_looks, screenshot
from tests.rig.incidents import OFFICER, SAID, WHOM

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
PAGES = {
    "incidents": "/incidents",
    "incident": "/incidents/1",
    "incident-new": "/incidents/new?entry=127",
    "incident-report": "/incidents/1/reports/notification",
    "incident-add": "/incidents/add?person=novakova",
    "suspensions": "/suspensions",
    "suspension-lift": f"/suspensions/lift?subject={WHOM.subject}",
    "entry-with-acts": "/log/127",
    "overview-with-incidents": "/",
}
TOLD = Report(
    kind="early_warning",
    happened="Přihlášení heslem účetní z adresy v zahraničí; otevřena spisová služba.",
    impact="",
    concerned="Hulín",
    measures="Relace ukončeny, osoba pozastavena.",
    cause="",
    contact="Bc. Petr Dvořák, bezpecnost@obec.test",
)


async def prepared(site) -> None:
    """One incident with something of each kind, and somebody who is suspended because of it."""
    kept = site.office.incidents
    noticed = replace(SAID, noticed_at=NOW - timedelta(hours=30))
    await kept.office.open(noticed, OFFICER, NOW - timedelta(hours=1))
    await kept.office.note(1, "Voláno účetní:\nheslo zadala na podvržené stránce.", OFFICER, NOW)
    await kept.office.add_entry(1, 0, OFFICER, NOW)
    await kept.office.add_search(
        1, {"person": "novakova", "outcome": "refused"}, 8, OFFICER, NOW, at_least=False
    )
    await kept.office.write_report(1, TOLD, OFFICER, NOW)
    await kept.office.sent(1, ReportKind.WARNING, "NÚKIB, datovou schránkou", NOW, OFFICER, NOW)
    await kept.suspending.suspend(WHOM, "Vyzrazené heslo", None, OFFICER, NOW, 1)


@pytest.mark.parametrize("language", LOOKS)
async def test_every_page_is_accessible_in_every_look(browser, site, language):
    await prepared(site)
    opened, found = await window(browser, "admin", language=language), {}
    for name, path in PAGES.items():
        await opened.page.goto(site.address("admin", path))
        if faults := await faults_in_looks(opened.page, name, language):
            found[name] = faults
    await opened.page.context.close()
    assert found == {}


async def test_an_officer_opens_an_incident_from_an_entry_reports_it_and_hands_it_out(
    browser, site, tmp_path
):
    """Without a script, as a browser of an office that lets none run."""
    page = (await window(browser, "admin", script=False)).page
    await page.goto(site.address("admin", "/log/127"))
    await page.get_by_role("link", name="Založit incident s tímto záznamem").click()
    await page.get_by_label("Název").fill("Zneužitý účet")
    await page.get_by_label("První důkaz").fill("0")  # of the log that is really kept
    await page.get_by_role("button", name="Založit incident").click()
    await page.get_by_text("Incident je založen.").wait_for()
    await page.get_by_label("Poznámka").fill("Voláno účetní.")
    await page.get_by_role("button", name="Uložit poznámku").click()
    await page.get_by_role("link", name="Napsat").first.click()
    await page.get_by_label("Co se stalo").fill("Přihlášení cizím heslem.")
    await page.get_by_label("Kontakt").fill("bezpecnost@obec.test")
    await page.get_by_role("button", name="Uložit tuto verzi").click()
    await page.get_by_label("K čemu").fill("hlášení NÚKIB")
    async with page.expect_download() as handed:
        await page.get_by_role("button", name="Vydat balíček").click()
    saved = tmp_path / "bundle.zip"
    await (await handed.value).save_as(saved)
    with zipfile.ZipFile(saved) as archive:
        told = archive.read("incident-1/reports/early_warning.md").decode()
    assert "Přihlášení cizím heslem." in told
    await screenshot(page, "incident-handed-out")
    await page.context.close()
