"""Several servers of one application: who gets a request when one is away. A real Envoy, real servers."""

import asyncio
import contextlib
import socket
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest
import pytest_asyncio
from aiohttp import web
from h2.connection import H2Connection
from h2.events import ResponseReceived

from config.settings import Health
from config.vocabulary import REASON_HEADER
from gateway.demo.slapd import free_port
from tests.rig.envoy import DOMAIN, Plane, data_plane, hosting
from tests.rig.exact_http import Answer
from tests.rig.neighbours import Neighbour, listening

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="module")]
SOON = timedelta(milliseconds=100)
PATIENCE = timedelta(seconds=10)  # on a busy machine a server that is well answers late
WELL = "/well"
ASKED_FOR_HEALTH = f"GET {WELL} HTTP/1.1\r\n".encode()


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
    health = Health(path=WELL, interval=SOON, timeout=PATIENCE, statuses=[200, 204])
    applications = [
        hosting("ordered", *servers),
        hosting("failing", *servers),
        hosting("crowded", *servers),
        hosting("waiting", *servers),
        hosting("once", *servers),
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


async def test_none_fails_of_more_than_a_thousand_that_wait_for_a_server_that_takes_no_connection(
    twins: Twins,
) -> None:
    """It is there and does not answer, so all wait for the connection until Envoy gives it up; none is one too many."""
    async with twins.up(1):
        with deaf(twins.ports[0]):
            said = await asyncio.gather(*(hundred(twins.plane, "waiting") for _ in range(12)))
    assert Counter(status for statuses in said for status in statuses) == {b"200": 1_200}


@contextlib.contextmanager
def deaf(port: int) -> Iterator[None]:
    """A server whose queue of connections is full."""
    with socket.socket() as server, contextlib.ExitStack() as held:
        server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        server.bind(("127.0.0.1", port))
        server.listen(0)
        held.enter_context(socket.create_connection(("127.0.0.1", port)))  # the one for which there is room
        waiting = held.enter_context(socket.socket())
        waiting.setblocking(False)
        waiting.connect_ex(("127.0.0.1", port))
        yield


async def hundred(plane: Plane, name: str) -> list[bytes]:
    """Statuses of a hundred requests at once over one HTTP/2 connection."""
    connection = H2Connection()
    connection.initiate_connection()
    asked = [(":method", "GET"), (":scheme", "https"), (":path", "/"), (":authority", f"{name}.{DOMAIN}")]
    asked.append(("cookie", plane.cookie(application=name)))
    reader, writer = await plane.connect(alpn="h2")
    for _ in range(100):
        connection.send_headers(connection.get_next_available_stream_id(), asked, end_stream=True)
    writer.write(connection.data_to_send())
    statuses: list[bytes] = []
    async with asyncio.timeout(PATIENCE.total_seconds() * 6):
        while len(statuses) < 100:
            events = connection.receive_data(await reader.read(65_536))
            statuses += [dict(one.headers)[b":status"] for one in events if isinstance(one, ResponseReceived)]
            writer.write(connection.data_to_send())
    writer.transport.abort()
    return statuses


@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_what_a_server_has_begun_to_read_is_never_sent_to_another(twins: Twins, method: str) -> None:
    heads = []

    async def reads_and_ends(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        if not head.startswith(ASKED_FOR_HEALTH):  # as `asked` is, which has the same servers
            heads.append(head)
        writer.close()

    server = await asyncio.start_server(reads_and_ends, "127.0.0.1", twins.ports[0])
    async with server, twins.up(1):
        answer = await twins.ask("once", method)
    assert (answer.status, answer.value(REASON_HEADER)) == (503, "unavailable")
    assert len(heads) == 1


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
        return web.Response(status=500) if sick.last.target == WELL else web.Response(text="sick")

    sick.answer = answer
    async with listening(sick, twins.ports[0]), twins.up(1):
        await twins.until("asked", "server 1")
        sick.requests.clear()
        assert await twins.answers("asked", 5) == {"server 1": 5}
        assert not {one.target for one in sick.requests} - {WELL}
        await sick_was_asked(sick)
    asked = sick.last
    assert asked.value("host") == f"asked.{DOMAIN}:{twins.plane.port}"
    assert asked.values("x-brana-assertion") == []


async def test_pages_that_fail_put_no_server_out(twins: Twins) -> None:
    broken = Neighbour()
    broken.answer = lambda _: web.Response(status=500, text="a page of the application's own")
    async with listening(broken, twins.ports[0]), twins.up(1):
        assert await twins.answers("failing", 20) == {"a page of the application's own": 20}
