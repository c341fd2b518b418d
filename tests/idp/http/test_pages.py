"""The pages of sign-in in a real browser over TLS: accessible, in both languages, usable by keyboard."""

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser, Page, expect

from gateway.storage.secret_hash import SecretHashes, TooBusy
from idp.http.app import make_app
from idp.http.recovery import Recovery
from idp.login import totp
from idp.login.handle import FlowId
from idp.login.spoken_code import new_spoken_code
from idp.login.states import AwaitingNewPassword, Standing
from tests.rig.authority import make_authority, server_pair
from tests.rig.browser import accessibility_faults, overflow, screenshot, visit
from tests.rig.code_generator import code_at
from tests.rig.provider import CALLBACK, authorize_path
from tests.rig.sign_in_world import JANA, JANA_PASSWORD, PETR, PETR_PASSWORD, World, sign_in_world
from tests.rig.slapd import Directory

pytestmark = pytest.mark.real
HOST = "login.brana.test"


@pytest_asyncio.fixture(loop_scope="session")
async def world(office: Directory) -> AsyncIterator[World]:
    """Where the browser is."""
    async with sign_in_world(office) as made:
        yield made


@asynccontextmanager
async def served_by_tls(world: World, folder: Path) -> AsyncIterator[str]:
    pair = server_pair(make_authority(folder), "login", [HOST])
    hashes, context = SecretHashes(), ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)
    last_resort = Recovery(
        matches=hashes.matches, fingerprint=str.encode, busy=(TooBusy,), alarm=lambda _: None
    )
    runner = web.AppRunner(make_app(world.rig.provider, last_resort), access_log=None)
    await runner.setup()
    try:
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=context)
        await site.start()
        yield f"https://{HOST}:{runner.addresses[0][1]}"
    finally:
        await runner.cleanup()
        hashes.close()


async def looked_at(page: Page, name: str) -> None:
    """No accessibility fault in either scheme, and a picture of each for people."""
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme)
        assert await accessibility_faults(page) + await overflow(page) == []
        await screenshot(page, f"sign-in-{name}-{scheme}")


async def through_the_officers_code(page: Page, world: World, name: str) -> None:
    await page.wait_for_selector("#enrolment")
    await looked_at(page, f"{name}-officers-code")
    await page.keyboard.type("nesmysl")
    await page.keyboard.press("Enter")
    await page.wait_for_selector("#enrolment-error")
    assert await page.evaluate("document.activeElement.id") == "enrolment"
    await page.keyboard.type((await world.enrolment_code()).lower())
    await page.keyboard.press("Enter")
    await page.wait_for_selector(".ways")
    await looked_at(page, f"{name}-choose-enrolment")


@pytest.mark.parametrize(("language", "width"), [("cs", 1280), ("en", 360)])
async def test_a_person_enrols_signs_in_and_out_by_keyboard(
    browser: Browser, world: World, tmp_path: Path, language, width
):
    async with served_by_tls(world, tmp_path) as origin, visit(browser):
        context = await browser.new_context(
            ignore_https_errors=True,
            locale=language,
            bypass_csp=False,
            viewport={"width": width, "height": 900},
        )
        page = await context.new_page()
        complaints: list[str] = []
        context.on("console", lambda message: complaints.append(message.text))
        await page.goto(origin + authorize_path())
        name = f"{language}-{width}"
        await looked_at(page, f"{name}-password")
        await page.keyboard.type(PETR)
        await page.keyboard.press("Tab")
        await page.keyboard.type("spatne")
        await page.keyboard.press("Enter")
        await page.wait_for_selector("[role=alert]")
        await looked_at(page, f"{name}-password-refused")
        assert await page.evaluate("document.activeElement.id") == "password"
        await page.keyboard.type(PETR_PASSWORD)
        await page.keyboard.press("Enter")
        await through_the_officers_code(page, world, name)
        await page.goto(page.url + "&by=key")
        await looked_at(page, f"{name}-enrol-key")
        await page.goto(page.url.replace("&by=key", "&by=code"))
        await page.wait_for_selector("svg.qr")
        assert (await page.locator("svg.qr").bounding_box())["width"] >= 150
        await page.locator("summary").click()
        await looked_at(page, f"{name}-enrol")
        secret = totp.Secret((await page.locator("code.secret").inner_text()).replace(" ", ""))
        await page.locator("#name").fill("Služební telefon")
        await page.locator("#code").fill("000000")
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#code-error")
        assert await page.locator("#name").input_value() == "Služební telefon"
        assert await page.evaluate("document.activeElement.id") == "code"
        await looked_at(page, f"{name}-code-wrong")
        await page.keyboard.type(code_at(secret, world.rig.clock()))
        await page.keyboard.press("Enter")
        await page.wait_for_selector(".codes")
        await looked_at(page, f"{name}-recovery-codes")
        await page.emulate_media(media="print", color_scheme="light")
        await screenshot(page, f"sign-in-{name}-recovery-codes-printed")
        await page.emulate_media(media="screen")
        await page.locator("main button[type=submit]").focus()
        async with page.expect_request(lambda request: request.url.startswith(CALLBACK + "?code=")):
            await page.keyboard.press("Enter")  # the page's policy lets the browser go on to the application
        page = await context.new_page()  # the first one ends at an address that nobody serves
        await page.goto(origin + "/logout")
        await looked_at(page, f"{name}-sign-out")
        await page.locator("button[type=submit]").click()
        await page.wait_for_load_state()
        await looked_at(page, f"{name}-signed-out")
        assert not [text for text in complaints if "Content Security Policy" in text]


async def test_a_password_is_shown_on_request_and_never_sent_as_ordinary_text(
    browser: Browser, world: World, tmp_path: Path
):
    async with served_by_tls(world, tmp_path) as origin, visit(browser):
        context = await browser.new_context(ignore_https_errors=True, locale="cs")
        page = await context.new_page()
        await page.goto(origin + authorize_path(login_hint=JANA))
        field, box = page.locator("#password"), page.get_by_label("Ukázat heslo")
        await field.fill("spatne")
        await box.check()
        assert await field.get_attribute("type") == "text"
        await looked_at(page, "password-shown")
        await page.evaluate(
            "document.forms[0].addEventListener('submit', (sent) => {"
            " document.title = document.querySelector('#password').type; sent.preventDefault(); })"
        )
        await field.press("Enter")
        assert await page.title() == "password"
        await page.reload()
        await expect(box).not_to_be_checked()
        assert await field.get_attribute("type") == "password"


async def test_a_browser_in_which_no_passkey_answers_is_told_the_other_way(
    browser: Browser, world: World, tmp_path: Path
):
    async with served_by_tls(world, tmp_path) as origin, visit(browser):
        context = await browser.new_context(
            ignore_https_errors=True, locale="cs", viewport={"width": 360, "height": 800}
        )
        page = await context.new_page()
        devtools = await context.new_cdp_session(page)
        await devtools.send("WebAuthn.enable")
        options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True}
        await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        await page.goto(origin + authorize_path())
        await page.get_by_role("button", name="Přihlásit se přístupovým klíčem").press("Enter")
        await expect(page.locator("[data-failed]")).to_contain_text("se přihlaste jménem a heslem výše")
        await looked_at(page, "no-passkey")


async def test_the_code_page_and_the_error_page_are_accessible(
    browser: Browser, world: World, tmp_path: Path
):
    async with served_by_tls(world, tmp_path) as origin, visit(browser):
        context = await browser.new_context(ignore_https_errors=True, viewport={"width": 360, "height": 800})
        page = await context.new_page()
        await page.goto(origin + authorize_path(login_hint=JANA))
        assert await page.evaluate("document.activeElement.id") == "password"
        await page.keyboard.type(JANA_PASSWORD)
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#code")
        assert await page.locator("#code").get_attribute("autocomplete") == "one-time-code"
        assert await page.locator("#code").get_attribute("inputmode") == "numeric"
        assert await page.evaluate("document.activeElement.id") == "code"
        await looked_at(page, "code")
        await page.goto(origin + authorize_path(redirect_uri="https://evil.test/"))
        await looked_at(page, "error")
        await page.goto(f"{origin}/sign-in?flow=abcdefghijklmnopqrstuv")
        await looked_at(page, "start-again")


@pytest.mark.parametrize(("language", "width"), [("cs", 360), ("en", 1280)])
async def test_the_other_pages_of_the_second_factor_are_accessible(
    browser: Browser, world: World, tmp_path: Path, language, width
):
    await world.key_of()
    codes = [new_spoken_code()]
    await world.rig.kept.store.transact(
        lambda book: book.renew_recovery_codes(world.jana.subject, codes, world.rig.clock())
    )
    async with served_by_tls(world, tmp_path) as origin, visit(browser):
        context = await browser.new_context(
            ignore_https_errors=True, locale=language, viewport={"width": width, "height": 800}
        )
        page = await context.new_page()
        await page.goto(origin + authorize_path(login_hint=JANA))
        await page.wait_for_selector("#password:focus")
        await page.keyboard.type(JANA_PASSWORD)
        await page.keyboard.press("Enter")
        await page.wait_for_selector("form[data-key]:visible")
        assert not await page.locator("[data-without]").is_visible()
        await looked_at(page, f"{language}-{width}-key")
        await page.goto(page.url + "&by=choose")
        await looked_at(page, f"{language}-{width}-choose")
        await page.goto(page.url.replace("choose", "recovery"))
        await looked_at(page, f"{language}-{width}-recovery")
        await page.keyboard.type("nesmysl")
        await page.keyboard.press("Enter")
        await page.wait_for_selector("#recovery-error")
        await looked_at(page, f"{language}-{width}-recovery-wrong")
        name = FlowId(page.url.partition("flow=")[2].partition("&")[0])
        await world.rig.kept.store.transact(
            lambda book: book.keep_flow(
                replace(
                    book.flow(name),
                    state=AwaitingNewPassword(Standing(person=world.jana, read_at=world.rig.clock())),
                )
            )
        )
        await page.goto(f"{origin}/sign-in?flow={name}")
        await page.wait_for_selector("#old")
        await looked_at(page, f"{language}-{width}-new-password")


async def test_without_scripts_a_key_is_not_offered_and_everything_else_works(
    browser: Browser, world: World, tmp_path: Path
):
    await world.key_of()
    async with served_by_tls(world, tmp_path) as origin, visit(browser):
        context = await browser.new_context(ignore_https_errors=True, java_script_enabled=False)
        page = await context.new_page()
        await page.goto(origin + authorize_path())
        assert not await page.locator("form[data-key]").is_visible()
        await page.locator("#username").fill(JANA)
        await page.locator("#password").fill(JANA_PASSWORD)
        await page.locator("main form:not([data-key]) button").click()
        assert await page.locator("[data-without]").is_visible()
        await page.locator("main a[href*='by=choose']").click()
        await page.locator("main a[href*='by=code']").click()
        assert await page.locator("#code").is_visible()


@pytest.mark.parametrize(("language", "width"), [("cs", 360), ("en", 1280)])
async def test_the_page_of_the_recovery_administrator_is_used_by_keyboard(
    browser: Browser, world: World, tmp_path: Path, language, width
):
    async with served_by_tls(world, tmp_path) as origin, visit(browser):
        context = await browser.new_context(
            ignore_https_errors=True, locale=language, viewport={"width": width, "height": 900}
        )
        page = await context.new_page()
        await page.goto(f"{origin}/recovery")
        await looked_at(page, f"{language}-{width}-recovery")
        await page.keyboard.type("A" * 30)
        await page.keyboard.press("Enter")
        await page.wait_for_selector("[role=alert]")
        assert await page.locator("#secret").input_value() == ""
        await looked_at(page, f"{language}-{width}-recovery-refused")
