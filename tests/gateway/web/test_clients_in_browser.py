"""The pages of connected applications in a real browser: accessible in every look, and used by keyboard alone."""

from collections.abc import AsyncIterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web

from gateway.storage.database import Database
from gateway.storage.own_clients import StoredClients
from tests.gateway.clients.test_office import replace_of
from tests.gateway.storage.conftest import Recorded
from tests.gateway.web.conftest import self_signed
from tests.gateway.web.people import NOW, assertion_header
from tests.rig.browser import LOOKS, faults_in_looks, picture
from tests.rig.client_site import HOST, LIBRARY, OF_CENTRE, SOME_BY, ClientPlace
from tests.rig.prepared import prepared

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]
CUT = "() => document.documentElement.scrollWidth > innerWidth"


@pytest_asyncio.fixture(loop_scope="session")
async def there(tmp_path: Path) -> AsyncIterator[tuple[ClientPlace, str]]:
    with closing(Database(prepared(tmp_path / "brana.db"))) as database:
        recorded = Recorded()
        place = ClientPlace(StoredClients(database, recorded.append_all), recorded)
        await place.office.add("knihovna", LIBRARY, SOME_BY, NOW - timedelta(days=400))
        await place.office.make_secret("knihovna", timedelta(days=7), SOME_BY, NOW - timedelta(days=1))
        other = replace_of(LIBRARY, title="Docházka", application="records", subject_type="pairwise")
        await place.office.add("dochazka", other, SOME_BY, NOW - timedelta(days=2))
        await place.office.suspend("dochazka", SOME_BY, NOW - timedelta(days=1))
        runner = web.AppRunner(place.app())
        await runner.setup()
        tcp = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=self_signed(tmp_path))
        await tcp.start()
        port = tcp._server.sockets[0].getsockname()[1]
        yield place, f"https://{HOST}:{port}"
        await runner.cleanup()


async def page_of(browser, language: str, address: str, *, script: bool = True, width: int = 1280):
    context = await browser.new_context(
        ignore_https_errors=True,
        locale=language,
        viewport={"width": width, "height": 900},
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
    _, address = there
    page, complaints = await page_of(browser, language, f"{address}/clients")
    assert await faults_in_looks(page, "clients", language) == []
    for path, name in (
        ("own/knihovna", "one"),
        ("own/dochazka", "suspended"),
        ("own/knihovna/change", "change"),
        ("own/knihovna/remove", "remove"),
        ("configured/gis", "configured"),
        ("new", "new"),
        ("own/knihovna/secret", "secret"),
    ):
        await page.goto(f"{address}/clients/{path}")
        assert await faults_in_looks(page, f"client-{name}", language) == []
    await page.locator('form[action$="/secret"] button').click()
    await page.wait_for_url("**/clients/secret")
    assert await faults_in_looks(page, "client-secret-made", language) == []
    assert complaints == []
    await page.context.close()


async def test_nothing_is_cut_on_a_telephone(browser, there):
    _, address = there
    page, _ = await page_of(browser, "cs", address, width=360)
    for path in ("", "/new", "/own/knihovna", "/own/knihovna/secret", "/configured/gis"):
        await page.goto(f"{address}/clients{path}")
        assert not await page.evaluate(CUT), path
    await page.context.close()


async def test_an_application_is_connected_by_keyboard_and_what_is_wrong_is_told_at_its_field(browser, there):
    place, address = there
    page, _ = await page_of(browser, "cs", f"{address}/clients/new", script=False)
    await page.get_by_label("Označení (client_id)").fill("mapy")
    await page.get_by_label("Název, který čtou lidé").fill("Mapy")
    await page.get_by_label("Kam se vrací přihlášení").fill("https://*.kromeriz.example/cb")
    await page.get_by_role("button", name="Připojit", exact=True).focus()
    await page.keyboard.press("Enter")
    wrong = page.locator("#redirect_uris-error")
    assert "obsahuje mezeru, hvězdičku" in await wrong.inner_text()
    await picture(page, "client-wrong-cs")
    await page.get_by_label("Kam se vrací přihlášení").fill("https://mapy.kromeriz.example/cb")
    await page.get_by_role("button", name="Připojit", exact=True).focus()
    await page.keyboard.press("Enter")
    await page.wait_for_url("**/clients/secret")
    assert "brana-client-" in await page.locator("main").inner_text()
    assert place.in_force.clients["mapy"].redirect_uris == {"https://mapy.kromeriz.example/cb"}
    await page.context.close()
