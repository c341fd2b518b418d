"""Many machines with agents at one product: put straight into its database, reporting at its host for agents."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import timedelta

import aiohttp

from agents.protocol.facts import Fact, FactName
from agents.protocol.messages import REPORT, KeyKind, Standing
from config.vocabulary import DeviceId
from gateway.commands.state import State, now
from gateway.demo.people import CENTRE
from gateway.devices.device import Device
from gateway.devices.store import Stepped
from idp.events import Actor
from tests.gateway.devices.agent import IN_ORDER, Agent, der
from tests.rig.product import Product
from tests.rig.visitor import Loopback

CONNECTIONS = 32
TOGETHER = 500  # that are put at a time


@dataclass(slots=True)
class Reporting:
    """`number`: among them. Its agent remembers the nonce of its next message, and the last number that it said."""

    number: int
    agent: Agent
    nonce: str
    said: int = 0

    @property
    def id(self) -> DeviceId:
        return DeviceId(self.agent.device)

    def token(self, facts: dict[FactName, Fact] | None = None) -> str:
        """Its next report, which may be lost."""
        self.said += 1
        return self.agent.report(self.nonce, self.said, facts=facts, at=now(), tunnel_key=None)


@dataclass(frozen=True, slots=True)
class Line:
    """Connections of many agents to their host."""

    http: aiohttp.ClientSession
    url: str

    async def say(self, token: str) -> tuple[int, dict[str, str]]:
        """Status, and what was answered."""
        kind = {"Content-Type": "application/jose"}
        async with self.http.post(self.url, data=token, headers=kind) as answer:
            return answer.status, await answer.json()


@asynccontextmanager
async def line_to(product: Product, connections: int = CONNECTIONS) -> AsyncIterator[Line]:
    host = product.addresses.authority(f"devices.{product.settings.public.domain}")
    connector = aiohttp.TCPConnector(ssl=product.tls(), resolver=Loopback("127.0.0.1"), limit=connections)
    async with aiohttp.ClientSession(connector=connector) as http:
        yield Line(http, f"https://{host}{REPORT}")


async def put(state: State, many: int) -> Sequence[Reporting]:
    """Active and managed ones that reported a minute ago; a product that runs has to be told."""
    made = [
        Reporting(number, Agent(device=secrets.token_urlsafe(16)), secrets.token_urlsafe(16))
        for number in range(many)
    ]
    for start in range(0, many, TOGETHER):
        await asyncio.gather(*(_put(state, one) for one in made[start : start + TOGETHER]))
    return made


async def _put(state: State, one: Reporting) -> None:
    moment = now() - timedelta(minutes=1)
    device = Device(
        id=one.id,
        name=f"notebook {one.number}",
        municipality=CENTRE,
        owner=None,
        asset=None,
        managed=True,
        key=der(one.agent.key),
        key_kind=KeyKind.SOFTWARE,
        agent="1.0",
        standing=Standing.ACTIVE,
        enrolled_at=moment,
        enrolled_by=Actor("cli:tests", "cli:tests"),
        approved_at=moment,
        nonce=one.nonce,
        reported_at=moment,
        facts=IN_ORDER,
    )
    await state.devices.change(one.id, lambda _, __: Stepped(device, []))
