"""Front-channel logout (OpenID Connect Front-Channel Logout 1.0) in a real browser."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import pytest_asyncio
from playwright.async_api import Browser as Chromium

from config.vocabulary import SessionId
from idp.oidc.client import Client, ClientId
from tests.idp.http.test_account_in_browser import give, served
from tests.rig.browser import LOOKS, faults_in_looks, visit
from tests.rig.hosted_application import hosted_application
from tests.rig.neighbours import Neighbour
from tests.rig.provider import Browser
from tests.rig.sign_in_world import World, sign_in_world
from tests.rig.slapd import Directory

pytestmark = pytest.mark.real
NAME = ClientId("aplikace")
FORGET, AFTERWARDS = "/zapomen", "/na-shledanou"


@pytest_asyncio.fixture(loop_scope="session")
async def world(office: Directory) -> AsyncIterator[World]:
    """Where the browser is."""
    async with sign_in_world(office) as made:
        yield made


@asynccontextmanager
async def application(world: World, folder: Path) -> AsyncIterator[tuple[Neighbour, str]]:
    """One that is to be loaded, and its origin."""
    async with hosted_application(folder) as (neighbour, origin):
        clients = world.rig.provider.clients
        assert isinstance(clients, dict)
        clients[NAME] = Client(
            id=NAME,
            redirect_uris=frozenset({f"{origin}/cb"}),
            post_logout_redirect_uris=frozenset({origin + AFTERWARDS}),
            frontchannel_logout_uri=origin + FORGET,
        )
        yield neighbour, origin


async def signed_in_there(world: World) -> tuple[Browser, SessionId]:
    signed_in, _ = await world.sign_in()
    (session,) = await world.rig.kept.store.look(lambda book: book.sessions_of_subject(world.jana.subject))
    await world.rig.kept.store.transact(lambda book: book.keep_signed_in(session, NAME))
    return signed_in, session.sid


@pytest.mark.parametrize("scripts", [True, False])
async def test_the_browser_tells_the_application_and_then_goes_on(
    browser: Chromium, world: World, tmp_path: Path, *, scripts: bool
) -> None:
    signed_in, sid = await signed_in_there(world)
    async with (
        application(world, tmp_path) as (neighbour, there),
        served(world, tmp_path) as origin,
        visit(browser),
    ):
        context = await browser.new_context(
            ignore_https_errors=True, locale="cs", java_script_enabled=scripts
        )
        await give(context, origin, signed_in)
        page, complaints = await context.new_page(), []
        page.on("console", lambda message: complaints.append(message.text))
        asked = {"client_id": NAME, "post_logout_redirect_uri": there + AFTERWARDS, "state": "stav"}
        await page.goto(f"{origin}/logout?{urlencode(asked)}")
        await page.get_by_role("button", name="Odhlásit se").click()
        if not scripts:
            await page.get_by_role("link", name="Pokračovat").focus()
            await page.keyboard.press("Enter")
        await page.get_by_text("dobrý den").wait_for()
        assert page.url == f"{there}{AFTERWARDS}?state=stav"
    asked_of = [urlsplit(one.target) for one in neighbour.requests if "favicon" not in one.target]
    assert [one.path for one in asked_of] == [FORGET, AFTERWARDS]
    assert parse_qs(asked_of[0].query) == {"iss": [origin], "sid": [sid]}
    assert complaints == []


@pytest.mark.parametrize("language", LOOKS)
async def test_the_page_is_accessible_and_shows_no_frame(
    browser: Chromium, world: World, tmp_path: Path, language: str
) -> None:
    signed_in, _ = await signed_in_there(world)
    async with (
        application(world, tmp_path) as (_, there),
        served(world, tmp_path) as origin,
        visit(browser),
    ):
        context = await browser.new_context(ignore_https_errors=True, locale=language)
        await context.route("**/front_channel.*.js", lambda route: route.abort())
        await give(context, origin, signed_in)
        page = await context.new_page()
        asked = {"client_id": NAME, "post_logout_redirect_uri": there + AFTERWARDS}
        await page.goto(f"{origin}/logout?{urlencode(asked)}")
        await page.locator("main form button").click()
        await page.locator("a[data-onward]").wait_for()
        assert await page.locator("iframe").count() == 1
        assert not await page.locator("iframe").is_visible()
        assert await faults_in_looks(page, "signed-out-with-frames", language) == []
