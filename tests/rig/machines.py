"""Machines of the office that are enrolled at a running product: each with its agent, and a certificate to show.

They are enrolled in the product's own database, which is told to look again as by an operator's command; reports go to
its host for agents.
"""

import ssl
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import aiohttp

from agents.protocol.facts import Fact, FactName
from agents.protocol.messages import REPORT, Begin
from config.vocabulary import DeviceId, SubjectId
from gateway.commands.sessions import tell
from gateway.commands.state import State, now
from gateway.demo.people import CENTRE
from gateway.devices.device import Device
from gateway.devices.known import Known
from gateway.devices.office import DeviceOffice, Wish
from gateway.devices.reception import Reception
from gateway.devices.records import By
from gateway.devices.rules import Rules
from idp.events import Actor, Origin
from tests.gateway.devices.agent import IN_ORDER, Agent
from tests.gateway.storage.devices import DAY, MINUTE, no_throttle
from tests.rig.devices import Certified
from tests.rig.product import Product
from tests.rig.visitor import Loopback

RULES = Rules(
    certificate=DAY, approval=False, code=15 * MINUTE, report=5 * MINUTE, fresh=15 * MINUTE, by_people=True
)
OPERATOR = By(actor=Actor("cli:root", SubjectId("cli:root")))
ORIGIN = Origin(address="192.0.2.9", request_id="")


def reception(state: State) -> Reception:
    return Reception(state.devices, Known(), RULES, state.record, state.settings.public.domain, no_throttle)


def office(state: State) -> DeviceOffice:
    return DeviceOffice(state.devices, Known(), RULES, state.record)


@dataclass
class Machine:
    product: Product
    state: State
    agent: Agent
    certificate: Certified
    nonce: str
    said: int = 0

    @property
    def id(self) -> DeviceId:
        return DeviceId(self.agent.device)

    async def by_now(self) -> Device:
        found = await self.state.devices.device(self.id)
        assert found is not None
        return found

    async def report(self, facts: Mapping[FactName, Fact] = IN_ORDER, tunnel_key: str | None = None) -> None:
        """Returns when the running product has taken it."""
        self.said += 1
        moment = now()
        token = self.agent.report(self.nonce, self.said, facts=facts, at=moment, tunnel_key=tunnel_key)
        address = self.product.addresses
        url = f"https://{address.authority(f'devices.{self.state.settings.public.domain}')}{REPORT}"
        connector = aiohttp.TCPConnector(ssl=self.product.tls(), resolver=Loopback("127.0.0.1"))
        async with (
            aiohttp.ClientSession(connector=connector) as http,
            http.post(url, data=token, headers={"Content-Type": "application/jose"}) as answer,
        ):
            said = await answer.json()
            assert answer.status == 200, said
            self.nonce = said["nonce"]

    def tls(self, context: ssl.SSLContext) -> ssl.SSLContext:
        """The same, which shows the machine's certificate."""
        with tempfile.TemporaryDirectory() as folder:
            return self.certificate.shown_in(context, Path(folder))


async def machine(product: Product, state: State, owner: SubjectId | None = None) -> Machine:
    """A managed one, which has not reported yet."""
    agent, moment, by_us = Agent(), now(), reception(state)
    code, _ = await office(state).issue(
        Wish(municipality=CENTRE, owner=owner, managed=True), OPERATOR, moment
    )
    asked = await by_us.begin(Begin(code=code, key=agent.public), ORIGIN, moment)
    done = await by_us.complete(agent.proof(asked.nonce, code, tunnel_key=None), ORIGIN, moment)
    agent.device = done.device
    assert done.certificate is not None
    await tell(state, "")
    return Machine(product, state, agent, Certified(agent.browser_key, done.certificate), done.nonce)
