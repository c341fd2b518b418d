"""My account in a real browser over TLS: every look, by keyboard, without JavaScript, the warning before the end."""

import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from playwright.async_api import Browser as Chromium
from playwright.async_api import BrowserContext, Page, expect

from config.vocabulary import AuthenticationLevel
from idp.directory.password import Changed, NotChanged, NotChangedReason
from idp.http.app import make_app
from idp.http.cookies import KNOWN, SSO
from idp.login import totp
from idp.login.authenticator import Newly
from tests.rig.authority import make_authority, server_pair
from tests.rig.browser import (
    LOOKS,
    accessibility_faults,
    faults_in_looks,
    led_to,
    overflow,
    screenshot,
    settled,
    visit,
)
from tests.rig.code_generator import code_at
from tests.rig.provider import Browser, at_the_office
from tests.rig.sign_in_world import World, sign_in_world
from tests.rig.slapd import Directory

pytestmark = pytest.mark.real
HOST = "login.brana.test"


@pytest_asyncio.fixture(loop_scope="session")
async def world(office: Directory) -> AsyncIterator[World]:
    """Where the browser is."""
    async with sign_in_world(office) as made:
        yield made


@asynccontextmanager
async def visiting(
    browser: Chromium, world: World, folder: Path, **options: object
) -> AsyncIterator[tuple[str, BrowserContext]]:
    """The first browser of Jana, who is signed in at two other places too; it may say that these were hers."""
    browsers = [world.rig.browser() for _ in range(3)]
    for one in browsers:
        world.rig.clock.forward(minutes=1)
        await world.sign_in(one, prompt="login")
    async with served(world, folder) as origin, visit(browser):
        context = await browser.new_context(ignore_https_errors=True, **options)
        await give(context, origin, browsers[0])
        yield origin, context


@asynccontextmanager
async def served(world: World, folder: Path) -> AsyncIterator[str]:
    """The provider at the address that it calls its own, as keys demand."""
    pair = server_pair(make_authority(folder), "login", [HOST])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pair.certificate, pair.key)
    with socket.create_server(("127.0.0.1", 0)) as listening:
        origin = f"https://{HOST}:{listening.getsockname()[1]}"
        runner = web.AppRunner(make_app(replace(world.rig.provider, issuer=origin)), access_log=None)
        await runner.setup()
        try:
            await web.SockSite(runner, listening, ssl_context=context).start()
            yield origin
        finally:
            await runner.cleanup()


async def give(context: BrowserContext, origin: str, signed_in: Browser) -> None:
    kept = {name: signed_in.cookies[name] for name in (SSO, KNOWN)}
    await context.add_cookies(
        [{"name": name, "value": value, "url": origin, "secure": True} for name, value in kept.items()]
    )


async def faults_of(page: Page, name: str, language: str) -> list[str]:
    await settled(page)
    return await faults_in_looks(page, name, language)


@pytest.mark.parametrize("language", LOOKS)
async def test_every_page_of_the_account_is_accessible(
    browser: Chromium, world: World, tmp_path: Path, language
):
    found: dict[str, list[str]] = {}
    later = world.rig.clock() + timedelta(hours=24)
    await world.key_of(newly=Newly(AuthenticationLevel.TWO_FACTORS, later))
    world.rig.provider = replace(world.rig.provider, change_password=at_the_office)
    async with visiting(browser, world, tmp_path, locale=language) as (origin, context):
        page, complaints = await context.new_page(), []
        page.on("console", lambda message: complaints.append(message.text))
        for name, path in (
            ("account", "/account?done=owned"),
            ("account-add", "/account/authenticators/new?by=code"),
            ("account-add-key", "/account/authenticators/new?by=key"),
            ("account-unchanged", "/account?done=last_authenticator"),
            ("account-password", "/account/password"),
            ("account-password-changed", "/account?done=password-changed"),
            ("confirm", "/account/prove"),
        ):
            await page.goto(origin + path)
            if "done=" in path:
                await led_to(page, path)
                await page.locator(".notice[role='status']").wait_for()
            found[name] = await faults_of(page, name, language)
        for name, new, said in (
            ("account-password-refused", "krátké", "#new-error"),
            ("account-password-not-here", "Tygr, okno, vlak a mrak 7", ".notice-warning"),
        ):
            await page.goto(origin + "/account/password")
            await settled(page)
            for field, text in (("#old", "Jarni-louka-u-Moravy 7"), ("#new", new), ("#again", new)):
                await page.locator(field).fill(text)
            await page.locator("form[action='/account/password/change'] button").click()
            await page.locator(said).wait_for()
            found[name] = await faults_of(page, name, language)
        complaints[:] = [said for said in complaints if "responded with a status of" not in said]
        await page.goto(origin + "/account")
        await page.locator("a[href='/account/recovery-codes']").click()
        found["new-codes"] = await faults_of(page, "account-new-codes", language)
        await page.locator("form[action='/account/recovery-codes'] button").click()
        await page.locator("ol.codes").wait_for()
        found["codes"] = await faults_of(page, "account-codes", language)
        await page.reload()
        await page.locator(".button-danger").wait_for()
        found["codes-made"] = await faults_of(page, "account-codes-made", language)
        complaints[:] = [said for said in complaints if "responded with a status of" not in said]
        await world.rig.kept.store.transact(
            lambda book: [
                book.keep_session(replace(one, proof_counts_from=later))
                for one in book.sessions_of_subject(world.jana.subject)
            ]
        )
        await page.goto(origin + "/account")
        await page.locator("a[href='/account/prove']").wait_for()
        found["limited"] = await faults_of(page, "account-limited", language)
        await page.locator("form[action='/account/devices/not-mine'] button").first.click()
        await page.locator("ol.steps-after").wait_for()
        found["alarm"] = await faults_of(page, "account-alarm", language)
    assert {name: faults for name, faults in found.items() if faults} == {}
    assert complaints == []


async def test_everything_works_by_keyboard_and_without_javascript(
    browser: Chromium, world: World, tmp_path: Path
):
    look = {"locale": "cs", "viewport": {"width": 1280, "height": 900}, "java_script_enabled": False}
    async with visiting(browser, world, tmp_path, **look) as (origin, context):
        page = await context.new_page()
        await page.goto(origin + "/account")
        await expect(page.locator(".expiry-time")).to_contain_text("Bez další činnosti budete odhlášeni v ")
        await expect(page.locator("[data-warning]")).to_be_hidden()
        await page.get_by_role("button", name="Prodloužit přihlášení").focus()
        await page.keyboard.press("Enter")
        mine = page.get_by_role("button", name="Ano, byl(a) jsem to já")
        await expect(mine).to_have_count(2)
        await mine.first.focus()
        await page.keyboard.press("Enter")
        await page.get_by_text("Na toto přihlášení se už nebudeme ptát").wait_for()
        await expect(mine).to_have_count(1)
        await page.goto(origin + "/account/authenticators/new?by=code")
        secret = totp.Secret((await page.locator("code.secret").text_content() or "").replace(" ", ""))
        await page.locator("#code").focus()
        await page.keyboard.type(code_at(secret, world.rig.clock()))
        await page.keyboard.press("Tab")
        await page.keyboard.type("Druhý telefon")
        await page.keyboard.press("Enter")
        await page.get_by_role("heading", name="Druhý telefon").wait_for()
        await expect(page.get_by_role("status")).to_be_in_viewport()
        await page.get_by_role("link", name="Odebrat – Druhý telefon").focus()
        await page.keyboard.press("Enter")
        await screenshot(page, "account-remove")
        await page.get_by_role("button", name="Odebrat").focus()
        await page.keyboard.press("Enter")
        await page.get_by_text("Nikdo se s ním už nepřihlásí").wait_for()
        await page.get_by_role("button", name="Odhlásit všude jinde").focus()
        await page.keyboard.press("Enter")
        await page.get_by_text("Nyní jste přihlášeni jen zde").wait_for()
        assert await page.locator("#sign-ins li").count() == 1


async def test_a_password_is_changed_by_keyboard_and_without_javascript(
    browser: Chromium, world: World, tmp_path: Path
):
    async def willing(_subject: str, old: str, _new: str) -> Changed | NotChanged:
        """Anything but one word, so that nobody else's password is another one by now."""
        return NotChanged(NotChangedReason.NOT_ALLOWED) if old == "uzamčeno" else Changed()

    world.rig.provider = replace(world.rig.provider, change_password=willing)
    look = {"locale": "cs", "viewport": {"width": 1280, "height": 900}, "java_script_enabled": False}
    async with visiting(browser, world, tmp_path, **look) as (origin, context):
        page = await context.new_page()
        await page.goto(origin + "/account")
        await page.get_by_role("link", name="Změnit heslo").focus()
        await page.keyboard.press("Enter")
        for said in ("uzamčeno", "moje dosavadní heslo"):
            await expect(page.locator("#old")).to_be_focused()
            for text in (said, "Tygr, okno, vlak a mrak 7", "Tygr, okno, vlak a mrak 7"):
                await page.keyboard.type(text)
                await page.keyboard.press("Tab")
            await page.keyboard.press("Enter")
            if said == "uzamčeno":
                await expect(page.get_by_role("alert")).to_contain_text("Heslo tu změnit nelze.")
                await page.goto(origin + "/account/password")
        await expect(page.get_by_role("status")).to_contain_text("Heslo bylo změněno.")
        assert await page.locator("#sign-ins li").count() == 1


async def test_a_passkey_is_added_with_the_browsers_own_authenticator(
    browser: Chromium, world: World, tmp_path: Path
):
    async with visiting(browser, world, tmp_path, locale="en") as (origin, context):
        page = await context.new_page()
        devtools = await context.new_cdp_session(page)
        await devtools.send("WebAuthn.enable")
        options = {
            "protocol": "ctap2",
            "transport": "internal",
            "hasResidentKey": True,
            "hasUserVerification": True,
            "isUserVerified": True,
            "automaticPresenceSimulation": True,
        }
        await devtools.send("WebAuthn.addVirtualAuthenticator", {"options": options})
        await page.goto(origin + "/account/authenticators/new?by=key")
        await expect(page.locator("[data-without]")).to_be_hidden()
        await page.get_by_label("Name of the key").fill("Notebook")
        await page.locator("form[data-key] button").click()
        await page.get_by_role("heading", name="Notebook").wait_for()
        await screenshot(page, "account-with-a-passkey")
        assert await page.get_by_text("passkey or security key", exact=True).count() >= 1


async def test_the_page_warns_before_the_end_and_staying_takes_the_warning_away(
    browser: Chromium, world: World, tmp_path: Path
):
    look = {"locale": "cs", "viewport": {"width": 1280, "height": 900}}
    async with visiting(browser, world, tmp_path, **look) as (origin, context):
        page = await context.new_page()
        await page.clock.install()
        await page.goto(origin + "/account")
        warning = page.locator("[data-warning]")
        await expect(warning).to_be_hidden()
        world.rig.clock.forward(minutes=12, seconds=30)
        await page.clock.fast_forward("12:30")
        await expect(warning).to_be_visible()
        await expect(warning).to_contain_text("Brzy budete odhlášeni.")
        await expect(page.locator("[data-left]")).to_have_text("2:30")
        assert await accessibility_faults(page) == []
        await page.evaluate("window.scrollTo(0, 0)")
        await screenshot(page, "account-warning")
        field = page.locator("details input[name=name]").first
        await page.locator("details summary").first.click()
        await field.fill("rozepsaný název")
        await page.get_by_role("button", name="Prodloužit přihlášení").click()
        await expect(warning).to_be_hidden()
        await expect(field).to_have_value("rozepsaný název")  # nothing written on the page is lost
        world.rig.clock.forward(minutes=15)
        await page.clock.fast_forward("15:00")
        over = page.locator("[data-over]")
        await expect(over).to_contain_text("Co jste napsali a neodeslali")
        await expect(field).to_have_value("rozepsaný název")
        await expect(field).to_be_visible()
        for gone in (".account", "nav.sections", "h1", "#sign-ins"):
            await expect(page.locator(gone)).to_be_hidden()
        assert await accessibility_faults(page) == []
        await screenshot(page, "account-ended")
        await page.reload()  # through a sign-in, as the link does
        await expect(page.locator("#username")).to_be_visible()


async def test_after_the_end_nothing_looks_signed_in_and_one_click_leads_to_the_sign_in(
    browser: Chromium, world: World, tmp_path: Path
):
    look = {"locale": "cs", "viewport": {"width": 360, "height": 900}}
    async with visiting(browser, world, tmp_path, **look) as (origin, context):
        page = await context.new_page()
        await page.clock.install()
        await page.goto(origin + "/account")
        world.rig.clock.forward(minutes=16)
        await page.clock.fast_forward("16:00")
        await expect(page.locator("[data-over]")).to_be_visible()
        await expect(page.get_by_text("Jana Nováková")).to_have_count(
            2
        )  # still there, and to be seen nowhere
        for shown in await page.get_by_text("Jana Nováková").all():
            await expect(shown).to_be_hidden()
        assert await accessibility_faults(page) + await overflow(page) == []
        await screenshot(page, "account-ended-360")
        await page.get_by_role("link", name="Znovu se přihlásit").click()
        await expect(page.locator("#username")).to_be_visible()


async def test_work_in_another_window_takes_the_warning_away(browser: Chromium, world: World, tmp_path: Path):
    async with visiting(browser, world, tmp_path) as (origin, context):
        page, other = await context.new_page(), await context.new_page()
        await page.clock.install()
        await page.goto(origin + "/account")
        world.rig.clock.forward(minutes=12, seconds=10)
        await other.goto(origin + "/account")
        await page.clock.fast_forward("12:10")
        await expect(page.locator("[data-warning]")).to_be_hidden()
        await page.clock.fast_forward("00:10")
        await expect(page.locator("[data-warning]")).to_be_hidden()
