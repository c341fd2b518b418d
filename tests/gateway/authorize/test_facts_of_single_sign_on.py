"""The directory falls silent between the first sign-in and the single sign-on at a second host."""

from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import aiohttp
import pytest

from config.vocabulary import Language
from gateway.authorize.check import check
from gateway.authorize.request import AccessRequest
from gateway.authorize.snapshot import Snapshot
from gateway.authorize.verdict import Refused
from gateway.grants.cookie import read_cookies
from gateway.sessions.provider import Client, Provider
from gateway.sessions.session import Session
from gateway.sessions.sign_in import SignIn
from gateway.storage.seal import Seal
from tests.gateway.sessions.office_world import World as Gateway
from tests.rig.provider import ISSUER, PORTAL, RECORDS, Browser
from tests.rig.sign_in_world import LDIF, World, sign_in_world
from tests.rig.slapd import Directory, slapd

pytestmark = pytest.mark.real
SEAL = Seal(bytes(range(32)))
PORTAL_HOST = PORTAL.removeprefix("https://")


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Directory]:
    with slapd(tmp_path_factory.mktemp("office"), LDIF) as directory:
        yield directory


@pytest.fixture
async def world(office: Directory) -> AsyncIterator[World]:
    async with sign_in_world(office) as made:
        yield made


class Door:
    """The gateway's side of the sign-in, over the real provider's socket."""

    def __init__(self, world: World, gateway: Gateway) -> None:
        self.clock = world.rig.clock
        self.provider = Provider(
            Client(ISSUER, "brana-gateway"),
            lambda: aiohttp.UnixConnector(str(world.rig.socket)),
            ISSUER.replace("https", "http"),
        )
        self.sign_in = SignIn(self.provider, gateway.office, lambda _: True, SEAL.close, SEAL.open)

    async def arrive(self, browser: Browser, host: str) -> Session:
        """Single sign-on at a host: out to the provider, and back without a page."""
        beginning = await self.sign_in.begin(host, "/", Language.CZECH, self.clock())
        answer = await browser.get(beginning.location)
        assert "code" in answer.said, answer
        cookies = read_cookies(beginning.cookie.partition(";")[0])
        arrival = await self.sign_in.finish(host, answer.said, cookies, "192.0.2.7", "", "r1", self.clock())
        return arrival.session


@pytest.fixture
async def door(world: World, tmp_path: Path) -> AsyncIterator[Door]:
    gateway = Gateway(tmp_path / "brana.db")
    made = Door(world, gateway)
    yield made
    await made.provider.close()
    gateway.database.close()


@pytest.mark.parametrize("arrived_at_the_first", [True, False])
async def test_facts_keep_the_age_they_have_at_the_provider(
    arrived_at_the_first: bool, world: World, door: Door, snapshot: Snapshot, request_: AccessRequest
) -> None:
    snapshot = replace(snapshot, directory_grace=timedelta(minutes=12))  # shorter than the idle limit
    browser, _ = await world.sign_in()
    read_at = door.clock()
    if arrived_at_the_first:
        await door.arrive(browser, PORTAL_HOST)
    world.directory.stop()
    try:
        door.clock.forward(minutes=10)
        session = await door.arrive(browser, RECORDS)
        assert session.facts_at == read_at
        assert _reason(session, door, snapshot, request_) != "directory_unreachable"
        door.clock.forward(minutes=2, seconds=1)
        assert _reason(session, door, snapshot, request_) == "directory_unreachable"
    finally:
        world.directory.start()


async def test_facts_read_anew_for_the_second_host_are_young(world: World, door: Door) -> None:
    browser, _ = await world.sign_in()
    door.clock.forward(minutes=10)
    session = await door.arrive(browser, RECORDS)
    assert session.facts_at == door.clock()


def _reason(session: Session, door: Door, snapshot: Snapshot, request: AccessRequest) -> str:
    verdict = check(request, session, snapshot, door.clock(), "g1")
    return verdict.reason if isinstance(verdict, Refused) else ""
