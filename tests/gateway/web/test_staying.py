"""`/.brana/expiry` and `/.brana/stay`, over HTTP, with real sessions in a real database."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer

from config.settings import SignIn
from gateway.sessions.office import handle_hash
from gateway.sessions.session import EndReason, Session
from gateway.storage.audit import append
from gateway.storage.database import Database
from gateway.storage.sessions import StoredSessions
from gateway.web.app import make_app
from gateway.web.desk import EXPIRY, STAY
from gateway.web.staying import Staying
from tests.gateway.web.people import NOW, session
from tests.gateway.web.sample import Office
from tests.rig.prepared import prepared
from tests.rig.session_store import session_store

pytestmark = pytest.mark.real
HOST, HANDLE = "spis.brana.test", "h" * 43
LIMITS = SignIn()
FROM_OUR_PAGE = {"Sec-Fetch-Site": "same-origin"}


@dataclass
class World:
    client: TestClient
    store: StoredSessions
    now: datetime = NOW

    async def ask(self, method: str, path: str, host: str = HOST, handle: str = HANDLE, **more):
        headers = {"Host": host, "Cookie": f"__Host-brana-session={handle}", **more.pop("headers", {})}
        return await self.client.request(method, path, headers=headers, allow_redirects=False, **more)

    async def mine(self) -> Session:
        (found,) = await self.store.by_ids([session().id])
        return found


@pytest_asyncio.fixture
async def world(tmp_path: Path) -> AsyncIterator[World]:
    database = Database(prepared(tmp_path / "brana.db"))
    store = session_store(database, append)
    await store.add(session(authenticated_at=NOW, opened_at=NOW), handle_hash(HANDLE), HOST, [])
    office = Office()
    desk = office.desk()
    made = World(None, store)
    clocked = type(desk)(**{name: getattr(desk, name) for name in desk.__slots__} | {"now": lambda: made.now})
    paths = Staying(clocked, LIMITS, store.by_handle, store.record).paths()
    async with TestClient(TestServer(make_app(clocked, {}, paths))) as made.client:
        yield made
    database.close()


async def test_the_time_left_is_told_and_asking_does_not_prolong_it(world: World):
    world.now = NOW + timedelta(minutes=10)
    for _ in range(2):
        told = await (await world.ask("GET", EXPIRY)).json()
        assert told == {"seconds": 300.0, "extendable": True, "at": "9:56"}
    assert (await world.mine()).last_seen_at == NOW


async def test_at_the_end_of_the_longest_time_work_prolongs_nothing(world: World):
    busy = NOW
    while busy < NOW + timedelta(hours=9, minutes=40):
        busy += timedelta(minutes=14)
        await world.store.record(session().id, busy, [])
    world.now = busy
    told = await (await world.ask("GET", EXPIRY)).json()
    assert told["extendable"] is False
    assert told["seconds"] == (NOW + LIMITS.absolute - busy).total_seconds()


async def test_whoever_stays_comes_back_to_the_page_and_lasts_as_long_as_before(world: World):
    world.now = NOW + timedelta(minutes=14)
    answer = await world.ask("POST", STAY, data={"back": "/documents?id=5"}, headers=FROM_OUR_PAGE)
    assert (answer.status, answer.headers["Location"]) == (303, f"https://{HOST}/documents?id=5")
    assert (await world.mine()).last_seen_at == world.now


@pytest.mark.parametrize("back", ["//evil.example/", "/\\evil.example", "https://evil.example/", "", "/a\tb"])
async def test_no_address_of_another_host_is_gone_back_to(world: World, back: str):
    answer = await world.ask("POST", STAY, data={"back": back}, headers=FROM_OUR_PAGE)
    assert answer.headers["Location"] == f"https://{HOST}/"


async def test_a_strangers_page_keeps_nobody_signed_in(world: World):
    world.now = NOW + timedelta(minutes=14)
    answer = await world.ask("POST", STAY, data={"back": "/"}, headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status == 403
    assert (await world.mine()).last_seen_at == NOW


@pytest.mark.parametrize("over", ["idle", "ended", "no handle", "handle of another host"])
async def test_what_is_over_is_told_so_and_is_not_prolonged(world: World, over: str):
    handle, host = HANDLE, HOST
    if over == "idle":
        world.now = NOW + timedelta(minutes=15, seconds=1)
    elif over == "ended":
        await world.store.end([session().id], EndReason.SIGNED_OUT, NOW, NOW, [])
    elif over == "no handle":
        handle = ""
    else:
        host = "jinde.brana.test"
    assert (await world.ask("GET", EXPIRY, host, handle)).status == 401
    await world.ask("POST", STAY, host, handle, data={"back": "/"}, headers=FROM_OUR_PAGE)
    assert (await world.ask("GET", EXPIRY, host, handle)).status == 401
    assert (await world.mine()).last_seen_at == NOW


@pytest.mark.parametrize(("method", "path"), [("POST", EXPIRY), ("GET", STAY)])
async def test_each_is_asked_in_its_own_way(world: World, method: str, path: str):
    answer = await world.ask(method, path, headers=FROM_OUR_PAGE)
    assert answer.status in (404, 405)
