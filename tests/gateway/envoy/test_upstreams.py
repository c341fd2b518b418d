"""Several servers of one application: who gets a request when one is away. A real Envoy, real servers."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
import pytest_asyncio
from aiohttp import web

from config.settings import Health
from config.vocabulary import REASON_HEADER
from gateway.demo.slapd import free_port
from tests.rig.envoy import DOMAIN, Plane, data_plane, hosting
from tests.rig.exact_http import Answer
from tests.rig.neighbours import Neighbour, listening

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
SOON = timedelta(milliseconds=100)


@dataclass(frozen=True)
class Twins:
    """An Envoy and the ports of servers that a test starts."""

    plane: Plane
    ports: tuple[int, int]

    @contextlib.asynccontextmanager
    async def up(self, *numbers: int) -> AsyncIterator[None]:
        async with contextlib.AsyncExitStack() as stack:
            for number in numbers:
                server = Neighbour()
                server.answer = lambda _, number=number: web.Response(text=f"server {number}")
                await stack.enter_async_context(listening(server, self.ports[number]))
            yield

    async def ask(self, name: str, method: str = "GET") -> Answer:
        cookie = self.plane.cookie(application=name)
        page = ("Accept: text/html",)
        return await self.plane.ask(host=f"{name}.{DOMAIN}", cookie=cookie, method=method, headers=page)

    async def answers(self, name: str, count: int) -> Counter[str]:
        return Counter([(await self.ask(name)).body.decode() for _ in range(count)])

    async def until(self, name: str, body: str) -> None:
        for _ in range(200):
            if body in (await self.ask(name)).body.decode():
                return
            await asyncio.sleep(0.02)
        raise AssertionError(f"{name} does not come to answer {body!r}")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def twins(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Twins]:
    ports = free_port(), free_port()
    servers = [f"http://127.0.0.1:{port}" for port in ports]
    health = Health(path="/well", interval=SOON, timeout=SOON, statuses=[200, 204])
    applications = [
        hosting("ordered", *servers),
        hosting("failing", *servers),
        hosting("crowded", *servers),
        hosting("spread", *servers, balance="spread"),
        hosting("asked", *servers, health=health),
    ]
    # Each worker takes turns by itself: with one of them they can be counted.
    async with data_plane(tmp_path_factory.mktemp("u"), workers=1, applications=applications) as plane:
        yield Twins(plane, ports)


async def test_in_order_the_first_server_gets_everything(twins: Twins) -> None:
    async with twins.up(0, 1):
        await twins.until("ordered", "server 0")
        assert await twins.answers("ordered", 10) == {"server 0": 10}


async def test_spread_each_server_gets_its_part(twins: Twins) -> None:
    async with twins.up(0, 1):
        await twins.until("spread", "server 0")
        await twins.until("spread", "server 1")
        assert await twins.answers("spread", 10) == {"server 0": 5, "server 1": 5}


@pytest.mark.parametrize("name", ["ordered", "spread"])
async def test_no_request_fails_while_another_server_works(twins: Twins, name: str) -> None:
    """Also not the first one after a server went away, and not one that changes something."""
    async with twins.up(1):
        assert await twins.answers(name, 10) == {"server 1": 10}
        assert (await twins.ask(name, "POST")).status == 200


async def test_no_request_fails_of_many_that_come_when_a_server_has_just_gone(twins: Twins) -> None:
    """Nobody has asked before, so Envoy does not know of it: all of them go on to the next one, at once."""
    async with twins.up(1):
        answers = await asyncio.gather(*(twins.ask("crowded") for _ in range(100)))
    assert {(one.status, one.body) for one in answers} == {(200, b"server 1")}


@pytest.mark.parametrize("name", ["ordered", "spread", "asked"])
async def test_when_all_are_away_people_get_the_page_and_not_for_longer_than_that(
    twins: Twins, name: str
) -> None:
    answer = await twins.ask(name)
    assert (answer.status, answer.value(REASON_HEADER)) == (503, "unavailable")
    assert "Služba není dostupná" in answer.body.decode()
    async with twins.up(0):
        await twins.until(name, "server 0")


async def sick_was_asked(sick: Neighbour) -> None:
    while not sick.requests:
        await asyncio.sleep(0.02)


async def test_a_server_that_says_it_is_not_well_gets_nothing(twins: Twins) -> None:
    """It takes connections, so that nothing but the question can tell."""
    sick = Neighbour()

    def answer(asked: object) -> web.Response:
        return web.Response(status=500) if sick.last.target == "/well" else web.Response(text="sick")

    sick.answer = answer
    async with listening(sick, twins.ports[0]), twins.up(1):
        await twins.until("asked", "server 1")
        sick.requests.clear()
        assert await twins.answers("asked", 5) == {"server 1": 5}
        assert not {one.target for one in sick.requests} - {"/well"}
        await sick_was_asked(sick)
    asked = sick.last
    assert asked.value("host") == f"asked.{DOMAIN}:{twins.plane.port}"
    assert asked.values("x-brana-assertion") == []


async def test_pages_that_fail_put_no_server_out(twins: Twins) -> None:
    broken = Neighbour()
    broken.answer = lambda _: web.Response(status=500, text="a page of the application's own")
    async with listening(broken, twins.ports[0]), twins.up(1):
        assert await twins.answers("failing", 20) == {"a page of the application's own": 20}
