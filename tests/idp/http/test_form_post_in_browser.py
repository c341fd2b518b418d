"""Answers by a form (OAuth 2.0 Form Post Response Mode 1.0) in a real browser."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import parse_qs, urlencode

import pytest
import pytest_asyncio
from playwright.async_api import Browser as Chromium

from idp.oidc.client import Client, ClientId
from tests.idp.http.test_account_in_browser import give, served
from tests.rig.browser import LOOKS, faults_in_looks, visit
from tests.rig.hosted_application import hosted_application
from tests.rig.neighbours import Neighbour
from tests.rig.provider import request_parameters
from tests.rig.sign_in_world import World, sign_in_world
from tests.rig.slapd import Directory

pytestmark = pytest.mark.real


@pytest_asyncio.fixture(loop_scope="session")
async def world(office: Directory) -> AsyncIterator[World]:
    """Where the browser is."""
    async with sign_in_world(office) as made:
        yield made


@asynccontextmanager
async def application(world: World, folder: Path) -> AsyncIterator[tuple[Neighbour, str]]:
    """A client that is registered with an address where somebody listens."""
    async with hosted_application(folder) as (neighbour, origin):
        address = f"{origin}/oidc/callback?kdo=my"
        clients = world.rig.provider.clients
        assert isinstance(clients, dict)
        clients["aplikace"] = Client(id=ClientId("aplikace"), redirect_uris=frozenset({address}))
        yield neighbour, address


def asked_for(address: str, **more: str) -> str:
    changes = {"client_id": "aplikace", "redirect_uri": address, "response_mode": "form_post", **more}
    return "/authorize?" + urlencode(request_parameters(**changes))


@pytest.mark.parametrize("scripts", [True, False])
async def test_a_browser_sends_it_by_itself_and_without_scripts_by_a_click(
    browser: Chromium, world: World, tmp_path: Path, *, scripts: bool
) -> None:
    signed_in, _ = await world.sign_in()
    async with (
        application(world, tmp_path) as (neighbour, address),
        served(world, tmp_path) as origin,
        visit(browser),
    ):
        context = await browser.new_context(
            ignore_https_errors=True, locale="cs", java_script_enabled=scripts
        )
        await give(context, origin, signed_in)
        page, complaints = await context.new_page(), []
        page.on("console", lambda message: complaints.append(message.text))
        await page.goto(origin + asked_for(address))
        if not scripts:
            await page.get_by_role("button", name="Pokračovat").focus()
            await page.keyboard.press("Enter")
        await page.get_by_text("dobrý den").wait_for()
        assert page.url == address
    assert [(one.method, one.target) for one in neighbour.requests if "callback" in one.target] == [
        ("POST", "/oidc/callback?kdo=my")
    ]
    sent = {name: values[0] for name, values in parse_qs(neighbour.requests[0].body.decode()).items()}
    assert sent.keys() == {"code", "state", "iss"}
    assert sent["iss"] == origin
    assert complaints == []


@pytest.mark.parametrize("language", LOOKS)
async def test_the_page_is_accessible_to_who_has_no_script(
    browser: Chromium, world: World, tmp_path: Path, language: str
) -> None:
    signed_in, _ = await world.sign_in()
    async with (
        application(world, tmp_path) as (_, address),
        served(world, tmp_path) as origin,
        visit(browser),
    ):
        context = await browser.new_context(ignore_https_errors=True, locale=language)
        await context.route("**/form_post.*.js", lambda route: route.abort())
        await give(context, origin, signed_in)
        page = await context.new_page()
        await page.goto(origin + asked_for(address))
        await page.get_by_role("button").wait_for()
        assert await faults_in_looks(page, "form-post", language) == []
