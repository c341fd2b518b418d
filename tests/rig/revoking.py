"""An officer at one node of a fleet ends somebody's session: how long until every node goes by it."""

import asyncio
import contextlib
import itertools
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass

import aiohttp

from config.vocabulary import MunicipalityCode
from gateway.demo.configuration import MAP
from tests.rig.fleet import Fleet
from tests.rig.signed_in import SignedIn, sign_in
from tests.rig.visitor import Visitor

HULIN = MunicipalityCode("588491")
WAITS = 10.0  # seconds


@dataclass(frozen=True, slots=True)
class Took:
    """Seconds from the click."""

    nodes: dict[str, float]
    """Until the first answer that was not let in by the grant."""
    socket: float
    """Until an open web socket was closed."""

    @property
    def everywhere(self) -> float:
        return max(self.nodes.values())


@dataclass(frozen=True, slots=True)
class Working:
    """Somebody who is in."""

    victim: SignedIn
    cookie: str
    """With the grant."""
    socket: aiohttp.ClientWebSocketResponse


@dataclass(frozen=True, slots=True)
class Revoking:
    fleet: Fleet
    officer: Visitor
    http: aiohttp.ClientSession

    async def samples(self, many: int, sockets_at: Sequence[str]) -> list[Took]:
        """So many sessions, one ended after another; their web sockets are open at these nodes in turn."""
        account = self.fleet.product.account("novakova.jana")
        host = self.fleet.product.host(MAP)
        people = await sign_in(self.fleet.state, [(account, HULIN)] * many, lambda _: host)
        at_work = await asyncio.gather(*map(self.working, people, itertools.cycle(sockets_at)))
        ends = [asyncio.create_task(_ended(one.socket)) for one in at_work]
        clicks = [(await self.end(one)) for one in at_work]
        async with asyncio.timeout(WAITS):
            closed = await asyncio.gather(*ends)
        return [Took(out, at - began) for (began, out), at in zip(clicks, closed, strict=True)]

    async def working(self, victim: SignedIn, socket_at: str) -> Working:
        """Let in at every node by its gate alone, with a web socket open at one."""
        cookie = f"{victim.cookie}; {await self._grant(victim, socket_at)}"
        for node in self.fleet.nodes:
            assert await self._ask(node, cookie) == (200, "")
        opened = await self.http.ws_connect(
            f"{self._url(socket_at)}feed", headers=self._headers(cookie), server_hostname=self._name
        )
        await opened.send_str("hello")
        assert (await opened.receive(5)).data == "echo hello"
        return Working(victim, cookie, opened)

    async def end(self, somebody: Working) -> tuple[float, dict[str, float]]:
        """When, and seconds until each node goes by it."""
        began = time.perf_counter()
        click = asyncio.create_task(self._click(somebody.victim))
        async with asyncio.timeout(WAITS):
            out = await asyncio.gather(*(self._until_out(node, somebody.cookie) for node in self.fleet.nodes))
        await click
        return began, {name: at - began for name, at in zip(self.fleet.nodes, out, strict=True)}

    async def _grant(self, victim: SignedIn, node: str) -> str:
        status, grant = await self._ask(node, victim.cookie)
        assert status == 200, status
        assert grant.startswith("__Host-brana-grant=ey"), grant
        return grant

    async def _click(self, victim: SignedIn) -> None:
        page = f"{self.fleet.product.addresses.admin}/sessions/end/now"
        assert (await self.officer.post(page, {"session": victim.session.id}, follow=False)).status == 303

    async def _until_out(self, node: str, cookie: str) -> float:
        while (await self._ask(node, cookie))[0] == 200:
            await asyncio.sleep(0.005)
        return time.perf_counter()

    async def _ask(self, node: str, cookie: str) -> tuple[int, str]:
        """Status, and the grant that was given."""
        async with self.http.get(
            self._url(node), headers=self._headers(cookie), server_hostname=self._name
        ) as answer:
            await answer.read()
            return answer.status, answer.headers.get("Set-Cookie", "").partition(";")[0]

    @property
    def _name(self) -> str:
        return self.fleet.product.host(MAP).partition(":")[0]

    def _url(self, node: str) -> str:
        return f"https://{self.fleet[node].address}:{self.fleet.product.port}/"

    def _headers(self, cookie: str) -> dict[str, str]:
        return {"Host": self.fleet.product.host(MAP), "Cookie": cookie}


async def _ended(opened: aiohttp.ClientWebSocketResponse) -> float:
    message = await opened.receive()
    assert message.type in (aiohttp.WSMsgType.CLOSED, aiohttp.WSMsgType.CLOSE), message
    return time.perf_counter()


@contextlib.asynccontextmanager
async def revoking(fleet: Fleet, at: str) -> AsyncIterator[Revoking]:
    """The officer has signed in at that node."""
    officer = fleet.visitor(at)
    await officer.sign_in(fleet.product.account("kucera.martin"), fleet.product.addresses.admin)
    connector = aiohttp.TCPConnector(ssl=fleet.product.tls(), limit=0)
    async with aiohttp.ClientSession(connector=connector, cookie_jar=aiohttp.DummyCookieJar()) as http:
        yield Revoking(fleet, officer, http)
