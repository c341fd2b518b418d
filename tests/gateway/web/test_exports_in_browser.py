"""An officer hands out what a search found and holds a month back, in a real browser without scripts."""

import zipfile
from contextlib import closing

import pytest

from gateway.audit.for_auditors.brana_verify import Key, verified
from gateway.storage.database import Database
from tests.gateway.storage.test_audit_export import SIGNER
from tests.gateway.web.sample_log import sample_entries
from tests.gateway.web.test_exports import Stored
from tests.gateway.web.test_pages_in_browser import window
from tests.rig.browser import screenshot
from tests.rig.prepared import prepared

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]


async def test_what_was_found_is_handed_out_and_a_month_held_back(browser, site, tmp_path):
    with closing(Database(prepared(tmp_path / "brana.db"))) as opened:
        stored = Stored(opened)
        stored.write(sample_entries())
        stored.seal()
        site.office.handing_out = stored.exporting
        page = (await window(browser, "admin", script=False, width=390)).page
        await page.goto(site.address("admin", "/log?outcome=refused"))
        await page.get_by_role("link", name="Vydat výpis").click()
        await page.get_by_role("button", name="Vydat").click()
        assert "outcome=refused" in page.url, "a form without a purpose is not sent"
        await page.get_by_label("K čemu výpis bude?").fill("stížnost č. 12")
        await screenshot(page, "export-narrow")
        async with page.expect_download() as started:
            await page.get_by_role("button", name="Vydat").click()
        download = await started.value
        assert download.suggested_filename == "brana-audit-20261123-084107.zip"
        await download.save_as(tmp_path / "given.zip")
        zipfile.ZipFile(tmp_path / "given.zip").extractall(tmp_path)
        folder = tmp_path / "brana-export"
        with (folder / "proofs.jsonl").open("rb") as file:
            told = verified(file, Key(str(SIGNER.verifier)), {}, folder)
        assert told[0][1]["count"] == 26

        await page.goto(site.address("admin", "/integrity"))
        await page.get_by_role("link", name="Měsíce a zadržení").click()
        await page.get_by_label("Přijato od").fill("2026-01-01T00:00")
        await page.get_by_label("Proč").fill("šetření č. j. 9/2026")
        await page.get_by_role("button", name="Pokračovat").click()
        await screenshot(page, "hold-narrow")
        await page.get_by_role("button", name="Zadržet").click()
        await page.get_by_text("Zadržení platí").wait_for()
        assert [one.why for one in site.office.holds.made][1:] == ["šetření č. j. 9/2026"]
        await page.context.close()
