"""The portal and who may open what, each person in a browser of their own."""

import asyncio
import contextlib
import re
from http import HTTPStatus

import pytest
from playwright.async_api import Browser, Error, Page, expect

from config.vocabulary import REASON_HEADER
from gateway.envoy.routes import FORMS_OF_ACTS
from tests.journeys.conftest import person, sign_in
from tests.rig.browser import screenshot
from tests.rig.demo import Demo

pytestmark = pytest.mark.real

HULIN, KROMERIZ = "spisovka-588491", "spisovka-588296"
END = "form[action='/sessions/end'] button"


async def open_portal(product: Demo, page: Page, login: str) -> None:
    await page.goto(product.url("portal"))
    await sign_in(page, product.account(login))


async def test_switching_the_municipality_changes_what_may_be_opened(product: Demo, browser: Browser) -> None:
    async with person(browser) as tomas:
        await open_portal(product, tomas, "horak.tomas")
        before = await tomas.locator("main").inner_text()
        await screenshot(tomas, "portal-two-municipalities")
        assert (await tomas.goto(product.url(KROMERIZ))).status == 200
        refused = await tomas.goto(product.url(HULIN))
        assert refused.status == 403
        # not "act for Hulín": to switch would not help
        await expect(tomas.locator("h1")).to_contain_text("Vaše role v obci Hulín")
        await tomas.goto(product.url("portal"))
        form = tomas.locator("form[action*=municipality]")
        await form.locator("select, input[value='588491']").first.wait_for()
        if await form.locator("select").count():
            await form.locator("select").select_option("588491")
        else:
            await form.locator("input[value='588491']").check()
        await form.locator("button").click()
        await expect(tomas.locator("main")).to_contain_text("Hulín")
        assert await tomas.locator("main").inner_text() != before
        assert (await tomas.goto(product.url("rozpocet"))).status == 200
        await expect(tomas.locator("body")).to_contain_text("Hulín")
        assert (await tomas.goto(product.url(KROMERIZ))).status == 403
        await expect(tomas.locator("h1")).to_contain_text("Nyní jednáte za obec Hulín")
    codes = [one["entry"]["code"] for one in product.entries("--person", "horak.tomas")]
    assert "session.municipality_switched" in codes
    assert "grant.revoked" in codes


async def test_signing_out_everywhere_ends_every_browser_at_once(product: Demo, browser: Browser) -> None:
    async with person(browser) as office, person(browser) as home:
        await open_portal(product, office, "dvorak.petr")
        await open_portal(product, home, "dvorak.petr")
        assert (await home.goto(product.url(HULIN))).status == 200
        await office.get_by_role("link", name="Můj účet").last.click()
        await screenshot(office, "own-sessions")
        await office.get_by_role("button", name="Odhlásit všude, i zde").click()
        await expect(office.locator("main")).to_contain_text("odhlášen")
        await home.goto(product.url(HULIN))
        assert "://login." in home.url
        await office.goto(product.url("portal"))
        assert "://login." in office.url
        with contextlib.suppress(Error):  # Chromium says ERR_CACHE_MISS: nothing was kept to go back to
            await office.go_back()
        await expect(office.locator("body")).not_to_contain_text("Petr Dvořák")


async def test_an_officer_ends_a_session_and_the_next_click_needs_a_sign_in(
    product: Demo, browser: Browser
) -> None:
    async with person(browser) as michal, person(browser) as officer:
        await open_portal(product, michal, "odstrcil.michal")
        await officer.goto(product.url("admin", "/sessions"))
        await sign_in(officer, product.account("kucera.martin"))
        await screenshot(officer, "officer-sessions")
        await officer.locator("tr", has_text="odstrcil.michal").locator(END).click()
        await officer.locator("form[action='/sessions/end/now'] button").click()
        await expect(officer.locator("table")).not_to_contain_text("odstrcil.michal")
        await michal.goto(product.url("portal"))
        assert "://login." in michal.url
    ended = product.entries("--person", "odstrcil.michal", "--code", "session.ended")
    assert any(one["entry"]["details"].get("by") == "kucera.martin" for one in ended)
    assert all(one["entry"]["address"] for one in ended if one["entry"]["details"].get("by"))


async def test_an_auditor_reads_the_log_and_ends_nobody(product: Demo, browser: Browser) -> None:
    async with person(browser) as jana, person(browser) as auditor:
        await open_portal(product, jana, "novakova.jana")
        await auditor.goto(product.url("admin", "/sessions"))
        await sign_in(auditor, product.account("rihova.alena"))
        await expect(auditor.locator("form[action*='/sessions/end']")).to_have_count(0)
        for path in ("/sessions/end", "/sessions/end/now"):  # whoever sends the form without a button
            await auditor.evaluate(
                "path => { const form = document.createElement('form'); form.method = 'post';"
                " form.action = path; document.body.append(form); form.submit(); }",
                path,
            )
            await expect(auditor.locator("h1")).to_contain_text("jen číst")
            await auditor.get_by_role("link", name="Zpět na auditní záznam").click()
            await expect(auditor.locator("h1")).to_have_text("Auditní záznam")
        await jana.goto(product.url("portal"))
        assert "://portal." in jana.url
    refused = product.entries("--person", "rihova.alena", "--outcome", "refused")
    assert refused[0]["entry"]["reason"] == "auditor_reads_only"


@pytest.mark.parametrize("path", FORMS_OF_ACTS)
async def test_an_auditor_gets_no_form_of_an_act_by_its_address(
    product: Demo, browser: Browser, path: str
) -> None:
    async with person(browser, java_script_enabled=False) as auditor, person(browser) as officer:
        await auditor.goto(product.url("admin", "/incidents"))
        await sign_in(auditor, product.account("rihova.alena"))
        before = len(product.entries("--person", "rihova.alena", "--outcome", "refused"))
        answer = await auditor.goto(product.url("admin", f"{path}?entry=1"))
        assert answer is not None
        assert answer.status == HTTPStatus.FORBIDDEN
        assert answer.headers[REASON_HEADER] == "auditor_reads_only"
        await expect(auditor.locator("h1")).to_contain_text("jen číst")
        await auditor.get_by_role("link", name="Zpět na auditní záznam").click()
        await expect(auditor.locator("h1")).to_have_text("Auditní záznam")
        await officer.goto(product.url("admin", f"{path}?entry=1"))
        await sign_in(officer, product.account("kucera.martin"))
        await expect(officer.locator("h1")).not_to_contain_text("jen číst")
    [refused, *others] = product.entries("--person", "rihova.alena", "--outcome", "refused")
    assert len(others) == before
    assert refused["entry"]["reason"] == "auditor_reads_only"


@pytest.mark.parametrize(
    ("login", "host", "reason"),
    [
        ("benes.jiri", KROMERIZ, "administrator_account"),
        ("fiala.pavel", KROMERIZ, "no_valid_order"),
        ("novakova.jana", "admin", "not_an_audit_officer"),
    ],
)
async def test_who_may_not_is_told_why(
    product: Demo, browser: Browser, login: str, host: str, reason: str
) -> None:
    async with person(browser) as page:
        await page.goto(product.url(host))
        await sign_in(page, product.account(login))
        await expect(page.locator("h1")).to_be_visible()
    found = product.entries("--person", login, "--outcome", "refused", "--code", "decision.refuse")
    assert found[0]["entry"]["reason"] == reason


async def test_a_disabled_account_cannot_sign_in_and_learns_nothing(product: Demo, browser: Browser) -> None:
    account = product.account("urban.karel")
    async with person(browser) as karel:
        told = []
        for password in (account.password, "wrong-password-1"):
            await karel.goto(product.url("portal"))
            await karel.fill("[name=username]", account.login)
            await karel.fill("[name=password]", password)
            await karel.click("main button[type=submit]")
            told.append(await karel.locator("[role=alert]").first.inner_text())
        assert told[0] == told[1]


async def test_the_mayor_signs_what_the_clerk_may_not(product: Demo, browser: Browser) -> None:
    async with person(browser) as mayor:
        await mayor.goto(product.url(HULIN))
        await sign_in(mayor, product.account("dvorak.petr"))
        await mayor.locator("table a").first.click()
        await mayor.locator("form[action*='/sign/'] button").first.click()
        await expect(mayor.locator("body")).to_contain_text("odeps")
        document = re.search(r"/(\d+)", mayor.url)
        assert document
    async with person(browser) as jana:
        await jana.goto(product.url(HULIN))
        await sign_in(jana, product.account("novakova.jana"))
        status = await jana.evaluate("async () => (await fetch('/sign/2', {method: 'POST'})).status")
        assert status == 403
    signed = product.entries("--person", "dvorak.petr", "--code", "decision.permit")
    assert any("sign" in one["entry"]["details"]["granted_actions"] for one in signed)


async def test_the_maps_live_feed_comes_through_the_gateway(product: Demo, browser: Browser) -> None:
    async with person(browser) as supplier:
        frames: asyncio.Queue[object] = asyncio.Queue()
        supplier.on("websocket", lambda socket: socket.on("framereceived", frames.put_nowait))
        await supplier.goto(product.url("mapa"))
        await sign_in(supplier, product.account("fiala.pavel"))
        for _ in range(2):
            await asyncio.wait_for(frames.get(), 15)
        await screenshot(supplier, "map")


async def test_a_lost_second_factor_is_reset_by_command_and_ends_the_sessions(
    product: Demo, browser: Browser
) -> None:
    """Of somebody whom no other journey signs in: he would have to enrol again."""
    async with person(browser) as bohumil:
        await bohumil.goto(product.url(HULIN))
        await sign_in(bohumil, product.account("dolezal.bohumil"))
        done = product.brana("user", "reset-factor", "dolezal.bohumil", "--yes")
        assert done.returncode == 0, done.stderr
        await bohumil.goto(product.url(HULIN))
        assert "://login." in bohumil.url
    removed = product.entries("--person", "dolezal.bohumil", "--code", "factor.removed")
    assert removed[0]["entry"]["details"]["by"].startswith("cli:")
