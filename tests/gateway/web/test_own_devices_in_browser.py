"""The pages of people's own devices in a real browser: accessible in every look, by keyboard, without JavaScript."""

from collections.abc import AsyncIterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web

from agents.protocol.messages import Standing
from gateway.storage.database import Database
from tests.gateway.storage.conftest import Recorded
from tests.gateway.storage.devices import OPERATOR, Devices, devices
from tests.gateway.web.conftest import self_signed
from tests.gateway.web.people import NOW, assertion_header
from tests.gateway.web.test_own_devices import HERS, JUST_NOW, WORSE, app_of
from tests.rig.browser import LOOKS, faults_in_looks
from tests.rig.prepared import prepared

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def place(tmp_path: Path) -> AsyncIterator[tuple[Devices, str, str]]:
    with closing(Database(prepared(tmp_path / "brana.db"))) as database:
        at = devices(database, Recorded())
        mine, done = await at.enrolled(wish=replace(HERS, name="Notebook na cesty"), now=NOW)
        done = await at.reported(mine, done.nonce, NOW - timedelta(minutes=2))
        await at.reported(mine, done.nonce, NOW, facts=WORSE)
        other, _ = await at.enrolled(wish=replace(HERS, name="Stolní počítač"), now=NOW, tunnel_key=None)
        await at.office.block(at.of(other).id, "x", OPERATOR, NOW)
        runner = web.AppRunner(app_of(at))
        await runner.setup()
        tcp = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=self_signed(tmp_path))
        await tcp.start()
        port = tcp._server.sockets[0].getsockname()[1]
        yield at, f"https://portal.brana.test:{port}/devices", mine.device
        await runner.cleanup()


async def page_of(browser, language: str, address: str, *, script: bool = True):
    context = await browser.new_context(
        ignore_https_errors=True,
        locale=language,
        viewport={"width": 1280, "height": 900},
        java_script_enabled=script,
        extra_http_headers=assertion_header(JUST_NOW),
    )
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    await page.goto(address)
    return page, complaints


@pytest.mark.parametrize("language", LOOKS)
async def test_they_are_accessible_in_every_look(browser, place, language):
    _, address, mine = place
    page, complaints = await page_of(browser, language, address)
    assert await faults_in_looks(page, "devices", language) == []
    for path, name in (
        (mine, "device"),
        (f"{mine}/retire", "device-retire"),
        (f"{mine}/lost", "device-lost"),
    ):
        await page.goto(f"{address}/own/{path}")
        assert await faults_in_looks(page, name, language) == []
    await page.goto(address)
    await page.locator('form[action="/devices/code"] button').click()
    await page.wait_for_url("**/devices/code")
    assert await faults_in_looks(page, "device-code", language) == []
    assert complaints == []
    await page.context.close()


async def test_a_lost_device_is_reported_by_keyboard_and_without_javascript(browser, place):
    at, address, mine = place
    page, _ = await page_of(browser, "cs", address, script=False)
    for role, words, then in (
        ("link", "Notebook na cesty", f"**/own/{mine}"),
        ("link", "Nahlásit ztrátu", f"**/own/{mine}/lost"),
        ("button", "Nahlásit ztrátu", "**/devices?done=lost"),
    ):
        await page.get_by_role(role, name=words, exact=True).focus()
        await page.keyboard.press("Enter")
        await page.wait_for_url(then)
    assert at.known.by_id(mine).standing is Standing.LOST
    await page.context.close()
