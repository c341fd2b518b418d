"""An officer at one node of a fleet ends somebody's session: how long until every node goes by it."""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
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


@dataclass
class Revoking:
    fleet: Fleet
    officer: Visitor
    http: aiohttp.ClientSession

    async def sample(self, victim: SignedIn, socket_at: str) -> Took:
        grant = await self._grant(victim, socket_at)
        cookie = f"{victim.cookie}; {grant}"
        for node in self.fleet.nodes:
            assert await self._ask(node, cookie) == (200, "")  # let in by its gate alone
        async with self._socket(socket_at, cookie) as opened:
            began = time.perf_counter()
            click = asyncio.create_task(self._click(victim))
            pollers = [asyncio.create_task(self._until_out(node, cookie)) for node in self.fleet.nodes]
            ending = asyncio.create_task(_ended(opened))
            async with asyncio.timeout(WAITS):
                over = await asyncio.gather(*pollers, ending)
            await click
        *nodes, socket = (one - began for one in over)
        return Took(dict(zip(self.fleet.nodes, nodes, strict=True)), socket)

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
            await asyncio.sleep(0.001)
        return time.perf_counter()

    async def _ask(self, node: str, cookie: str) -> tuple[int, str]:
        """Status, and the grant that was given."""
        async with self.http.get(
            self._url(node), headers=self._headers(cookie), server_hostname=self._name
        ) as answer:
            await answer.read()
            return answer.status, answer.headers.get("Set-Cookie", "").partition(";")[0]

    @contextlib.asynccontextmanager
    async def _socket(self, node: str, cookie: str) -> AsyncIterator[aiohttp.ClientWebSocketResponse]:
        async with self.http.ws_connect(
            f"{self._url(node)}feed", headers=self._headers(cookie), server_hostname=self._name
        ) as opened:
            await opened.send_str("hello")
            assert (await opened.receive(5)).data == "echo hello"
            yield opened

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


async def victims(fleet: Fleet, many: int) -> list[SignedIn]:
    """So many sessions at the map."""
    account = fleet.product.account("novakova.jana")
    return await sign_in(fleet.state, [(account, HULIN)] * many, lambda _: fleet.product.host(MAP))
