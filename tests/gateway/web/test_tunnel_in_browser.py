"""The page of the tunnel in a real browser: nothing is blocked, nothing is inaccessible, and it works by itself."""

from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from msgspec.structs import replace as changed

from agents.protocol.messages import Standing
from config.settings import Title
from gateway.tunnels.keys import PrivateKey
from idp.events import Origin
from tests.gateway.web.conftest import self_signed
from tests.gateway.web.people import MAYOR, NOW, assertion_header
from tests.gateway.web.test_tunnel import NOTEBOOK, TABLET, app_of
from tests.rig.browser import LOOKS, faults_in_looks
from tests.rig.tunnel_world import DATABASE, ELSEWHERE, FILES, JANA, ORIGIN, Told, World, world

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
TARGETS = (
    changed(
        FILES, title=Title(cs="Spisy matriky", en="Files of the registry"), name="spisy.data.hulin.example"
    ),
    changed(DATABASE, title=Title(cs="Databáze účetnictví", en="Database of the accounts")),
    changed(ELSEWHERE, title=Title(cs="Spisy Kroměříže", en="Files of Kroměříž")),
)


@pytest_asyncio.fixture(loop_scope="session")
async def place(tmp_path: Path) -> AsyncIterator[tuple[World, str]]:
    with world(tmp_path, Told(), TARGETS) as made:
        made.now = NOW
        session = await made.signed_in()
        made.device(NOTEBOOK)
        other = PrivateKey.generate().public
        made.device(TABLET, name="Tablet v zasedačce", tunnel_key=other)
        made.device("z" * 22, name="Starý notebook", standing=Standing.BLOCKED)
        await made.office.open(NOTEBOOK, session, ORIGIN, NOW)
        away = Origin(address="2001:db8:85a3:8d3:1319:8a2e:370:7348", request_id="r-2")
        await made.office.asked(NOTEBOOK, away, NOW)
        made.office.places.closed(TABLET)
        runner = web.AppRunner(app_of(made))
        await runner.setup()
        tcp = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=self_signed(tmp_path))
        await tcp.start()
        port = tcp._server.sockets[0].getsockname()[1]
        yield made, f"https://portal.brana.test:{port}/tunnel"
        await runner.cleanup()


async def page_of(browser, language: str, address: str, *, script: bool = True):
    context = await browser.new_context(
        ignore_https_errors=True,
        locale=language,
        viewport={"width": 1280, "height": 900},
        java_script_enabled=script,
        extra_http_headers=assertion_header(replace(MAYOR, subject=JANA, sid="S" * 22)),
    )
    page = await context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text))
    await page.goto(address)
    return page, complaints


@pytest.mark.parametrize("language", LOOKS)
async def test_it_is_accessible_in_every_look(browser, place, language):
    page, complaints = await page_of(browser, language, place[1])
    assert await faults_in_looks(page, "tunnel", language) == []
    assert complaints == []
    await page.context.close()


async def test_it_works_by_keyboard_and_without_javascript(browser, place):
    made, address = place
    page, _ = await page_of(browser, "cs", address, script=False)
    acts = (("Zavřít tunel", "closed", False), ("Otevřít tunel – Notebook Jany", "opened", True))
    for words, done, holds in acts:
        await page.get_by_role("button", name=words).focus()
        await page.keyboard.press("Enter")
        await page.wait_for_url(f"**/tunnel?done={done}")
        assert (made.office.of(NOTEBOOK) is not None) == holds
    await page.context.close()
