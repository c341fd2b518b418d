"""The page of the tunnel: a real office of tunnels behind it, looked at by a browser in both languages."""

import re
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer

from agents.protocol.messages import Standing
from config.vocabulary import DeviceId
from gateway.audit.entry import Code
from gateway.tunnel_sessions.opened import Why
from gateway.web.app import make_app
from gateway.web.desk import Desk
from gateway.web.portal.tunnel import TunnelPages
from idp.events import Origin
from tests.gateway.web.people import MAYOR, NOW, assertion_header
from tests.gateway.web.sample import Office
from tests.rig.tunnel_world import JANA, ORIGIN, Told, World, world

pytestmark = pytest.mark.real
NOTEBOOK, TABLET = DeviceId("notebook" + "n" * 14), DeviceId("tablet" + "t" * 16)
AS_JANA = {
    "Host": "portal.brana.test",
    "Accept": "text/html",
    "Accept-Language": "en",
    "Sec-Fetch-Site": "same-origin",
    **assertion_header(replace(MAYOR, subject=JANA, sid="S" * 22)),
}


def pages_of(made: World, desk: Desk, *, stands: bool = True) -> TunnelPages:
    async def session(sid):
        return next(iter(await made.store.by_ids([sid])), None)

    return TunnelPages(desk, made.office, made.known.all, session, made.office.target_named, lambda: stands)


@pytest.fixture
def made(tmp_path: Path) -> Iterator[World]:
    with world(tmp_path, Told()) as one:
        one.now = NOW
        yield one


def app_of(made: World, **other) -> web.Application:
    desk = replace(Office().desk(), tunnels=True, now=lambda: made.now)
    return make_app(desk, {"portal.brana.test": pages_of(made, desk, **other).pages()}, {})


@pytest_asyncio.fixture
async def client(made: World) -> AsyncIterator[TestClient]:
    async with TestClient(TestServer(app_of(made))) as client:
        yield client


async def shown(client: TestClient, **headers: str) -> str:
    answer = await client.get("/tunnel", headers=AS_JANA | headers)
    assert answer.status == 200
    return await answer.text()


async def sent(client: TestClient, act: str, device: str):
    form = {"device": device}
    return await client.post(f"/tunnel/{act}", data=form, headers=AS_JANA, allow_redirects=False)


async def test_a_person_opens_and_closes_the_tunnel_of_their_device(client: TestClient, made: World) -> None:
    await made.signed_in()
    made.device(NOTEBOOK)
    before = await shown(client)
    assert "Open the tunnel" in before
    answer = await sent(client, "open", NOTEBOOK)
    assert (answer.status, answer.headers["Location"]) == (303, "/tunnel?done=opened")
    assert [one.person for one in made.of(Code.TUNNEL_OPENED)] == ["novakova.jana"]
    text = await shown(client)
    assert re.search(r"<dt>Files</dt><dd>10\.1\.0\.5 <span[^>]*>\(smb, 445\)", text)
    assert "Databases need a security key" in text
    assert "You have no role in" in text
    answer = await sent(client, "close", NOTEBOOK)
    assert (answer.status, answer.headers["Location"]) == (303, "/tunnel?done=closed")
    assert "Open the tunnel" in await shown(client)
    (closed,) = made.of(Code.TUNNEL_CLOSED)
    assert (closed.reason, closed.address) == (Why.CLOSED_BY_PERSON, "203.0.113.7")


async def test_it_says_where_the_device_is_and_why_its_tunnel_was_closed(
    client: TestClient, made: World
) -> None:
    await made.signed_in()
    made.asking = False
    made.device(NOTEBOOK)
    await sent(client, "open", NOTEBOOK)
    for language, words in (
        ("en", ("The device has not asked yet.", "says nothing of itself now", "Nothing at this moment")),
        ("cs", ("Zařízení se ještě neohlásilo.", "Zařízení se teď nehlásí", "Teď nikam")),
    ):
        text = await shown(client, **{"Accept-Language": language})
        assert [one for one in words if one not in text] == []
        assert text.count(words[1]) == 1
    await made.office.asked(NOTEBOOK, Origin(address="198.51.100.9", request_id="r"), made.now)
    assert "The device asks from the address 198.51.100.9" in await shown(client)
    assert "Zařízení se hlásí z adresy 198.51.100.9" in await shown(client, **{"Accept-Language": "cs"})
    await made.office.close(NOTEBOOK, Why.TWO_PLACES, None, made.now)
    made.office.places.closed(NOTEBOOK)
    assert "The tunnel was used from elsewhere than this device too" in await shown(client)
    assert "používán ještě odjinud" in await shown(client, **{"Accept-Language": "cs"})
    await sent(client, "open", NOTEBOOK)
    assert "from elsewhere than this device" not in await shown(client)


async def test_without_a_device_it_says_how_to_get_one(client: TestClient, made: World) -> None:
    await made.signed_in()
    made.device(NOTEBOOK, owner="urad:somebody-else")
    text = await shown(client)
    assert "You have no device with the agent" in text
    assert "/tunnel/open" not in text


async def test_what_cannot_be_opened_says_why_and_is_refused(client: TestClient, made: World) -> None:
    await made.signed_in()
    made.device(NOTEBOOK, standing=Standing.BLOCKED)
    text = await shown(client)
    assert "The device may not be used now" in text
    assert "/tunnel/open" not in text
    answer = await sent(client, "open", NOTEBOOK)
    assert answer.status == 403
    assert answer.headers["x-brana-reason"] == Why.DEVICE_NOT_IN_USE
    (entry,) = made.entries
    assert (entry.code, entry.reason) == (Code.TUNNEL_NOT_OPENED, Why.DEVICE_NOT_IN_USE)


async def test_another_persons_device_is_as_good_as_none(client: TestClient, made: World) -> None:
    """A guessed name opens nothing, and closes nothing."""
    session = await made.signed_in("T", subject="urad:petr", login="petr")
    await made.signed_in()
    made.device(NOTEBOOK, owner="urad:petr")
    await made.office.open(NOTEBOOK, session, ORIGIN, made.now)
    assert (await sent(client, "open", NOTEBOOK)).status == 403
    await sent(client, "close", NOTEBOOK)
    assert made.office.of(NOTEBOOK) is not None
    assert made.of(Code.TUNNEL_CLOSED) == []


async def test_of_a_shared_device_that_somebody_else_has_open_nothing_more_is_told(
    client: TestClient, made: World
) -> None:
    """Not what they reach nor until when; and only they close it."""
    theirs = await made.signed_in("T", subject="urad:petr", login="petr")
    await made.signed_in()
    made.device(NOTEBOOK, owner=None)
    await made.office.open(NOTEBOOK, theirs, ORIGIN, made.now)
    text = await shown(client)
    assert "Somebody else has the tunnel of this device open" in text
    for words in ("Open now", "10.1.0.5", "Databases need a security key", "/tunnel/close", ORIGIN.address):
        assert words not in text
    assert "/tunnel/open" in text


async def test_nonsense_is_no_device(client: TestClient, made: World) -> None:
    await made.signed_in()
    for device in ("", "../..", "x" * 23):
        answer = await sent(client, "open", device)
        assert answer.status == 403
        assert answer.headers["x-brana-reason"] == Why.DEVICE_UNKNOWN


async def test_whoever_has_just_signed_out_opens_nothing(client: TestClient, made: World) -> None:
    made.device(NOTEBOOK)
    answer = await sent(client, "open", NOTEBOOK)
    assert answer.status == 403
    assert answer.headers["x-brana-reason"] == Why.SESSION_OVER


async def test_it_says_that_tunnels_do_not_work(made: World) -> None:
    await made.signed_in()
    async with TestClient(TestServer(app_of(made, stands=False))) as client:
        assert "Tunnels do not work at this moment" in await shown(client)


async def test_it_is_all_in_czech_too(client: TestClient, made: World) -> None:
    await made.signed_in()
    made.device(NOTEBOOK)
    made.device(TABLET, tunnel_key=None, name="Tablet")
    await sent(client, "open", NOTEBOOK)
    text = await shown(client, **{"Accept-Language": "cs"})
    for words in ("Kam se dostane", "Kam se teď nedostane", "Zavřít tunel", "ještě neoznámilo klíč tunelu"):
        assert words in text
