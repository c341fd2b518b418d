"""The pages of those who administer devices in a real browser: accessible in every look, by keyboard, without
JavaScript.
"""

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
from tests.gateway.storage.devices import OPERATOR, RULES, devices
from tests.gateway.web.conftest import self_signed
from tests.gateway.web.people import NOW, assertion_header, session
from tests.gateway.web.test_administered_devices import OF_MAYOR, WORSE, a_few, enrolled
from tests.rig.administered_devices import HOST, KEPT_CLOSED, OF_CENTRE, Place
from tests.rig.browser import LOOKS, faults_in_looks
from tests.rig.prepared import prepared

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]


@pytest_asyncio.fixture(loop_scope="session")
async def there(tmp_path: Path) -> AsyncIterator[tuple[Place, str, str, str]]:
    with closing(Database(prepared(tmp_path / "brana.db"))) as database:
        place = Place(devices(database, Recorded(), replace(RULES, approval=True)))
        await a_few(place)
        place.town.closed, place.town.sessions = [KEPT_CLOSED], [session()]
        place.town.doubted = True
        waits = await enrolled(place, WORSE, wish=replace(OF_MAYOR, name="Notebook starostky"))
        blocked = await enrolled(
            place, at=NOW - timedelta(hours=2), wish=replace(OF_MAYOR, name="Zablokovaný")
        )
        await place.at.office.block(place.at.of(blocked).id, "x", OPERATOR, NOW)
        runner = web.AppRunner(place.app())
        await runner.setup()
        tcp = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=self_signed(tmp_path))
        await tcp.start()
        port = tcp._server.sockets[0].getsockname()[1]
        yield place, f"https://{HOST}:{port}", waits.device, blocked.device
        await runner.cleanup()


async def page_of(browser, language: str, address: str, *, script: bool = True):
    context = await browser.new_context(
        ignore_https_errors=True,
        locale=language,
        viewport={"width": 1280, "height": 900},
        java_script_enabled=script,
        extra_http_headers=assertion_header(OF_CENTRE),
    )
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    await page.goto(address)
    return page, complaints


@pytest.mark.parametrize("language", LOOKS)
async def test_they_are_accessible_in_every_look(browser, there, language):
    _, address, waits, blocked = there
    page, complaints = await page_of(browser, language, address)
    assert await faults_in_looks(page, "administered-devices", language) == []
    for path, name in (
        (f"one/{waits}", "device"),
        (f"one/{waits}/turn-down", "turn-down"),
        (f"one/{waits}/take-over", "take-over"),
        (f"one/{waits}/hand-over", "hand-over"),
        (f"one/{blocked}", "blocked"),
        (f"one/{blocked}/unblock", "unblock"),
        (f"one/{blocked}/lost", "lost"),
        ("new", "new"),
    ):
        await page.goto(f"{address}/{path}")
        assert await faults_in_looks(page, f"administered-{name}", language) == []
    await page.locator('form[action="/new"] button').click()
    await page.wait_for_url("**/code")
    assert await faults_in_looks(page, "administered-code", language) == []
    assert complaints == []
    await page.context.close()


async def test_a_device_is_found_and_turned_down_by_keyboard_and_without_javascript(browser, there):
    place, address, waits, _ = there
    page, _ = await page_of(browser, "cs", address, script=False)
    await page.get_by_label("Název nebo sériové číslo").fill("starostky")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/?q=starostky*")
    for role, words, then in (
        ("link", "Notebook starostky", f"**/one/{waits}"),
        ("link", "Odmítnout", f"**/one/{waits}/turn-down"),
    ):
        await page.get_by_role(role, name=words, exact=True).first.focus()
        await page.keyboard.press("Enter")
        await page.wait_for_url(then)
    await page.get_by_label("Důvod").fill("neznámý počítač")
    await page.keyboard.press("Enter")
    await page.wait_for_url("**?done=turn-down")
    assert place.at.known.by_id(waits).standing is Standing.RETIRED
    await page.context.close()
