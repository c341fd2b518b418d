"""Offices of devices over a real database, and an agent that speaks with them."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from agents.protocol.messages import Begin
from config.vocabulary import DeviceId, MunicipalityCode, SubjectId
from gateway.devices.known import Known
from gateway.devices.office import DeviceOffice, Owner, Wish
from gateway.devices.reception import Reception
from gateway.devices.records import By
from gateway.devices.rules import Rules
from gateway.storage.devices import StoredDevices
from idp.events import Actor, Origin
from tests.gateway.devices.agent import Agent
from tests.rig.session_store import SEAL

NOW = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
TOWN, VILLAGE = MunicipalityCode("588296"), MunicipalityCode("588491")
JANA = SubjectId("office:00000000-0000-4000-8000-000000000001")
PETR = SubjectId("office:00000000-0000-4000-8000-000000000002")
EVA = SubjectId("office:00000000-0000-4000-8000-000000000003")
OPERATOR = By(actor=Actor("cli:root", "cli:root"))
BY_JANA = By(actor=Actor("jana", JANA), session="s" * 22, own_municipality=TOWN)
BY_EVA = By(actor=Actor("eva", EVA), session="s" * 22, own_municipality=TOWN)
ORIGIN = Origin(address="192.0.2.7", request_id="r-1")
RULES = Rules(
    certificate=DAY, approval=False, code=15 * MINUTE, report=5 * MINUTE, fresh=15 * MINUTE, by_people=True
)
TO_PETR = Owner(PETR, "petr", {TOWN})
FOR_JANA = Wish(municipality=TOWN, owner=JANA)


@dataclass
class Devices:
    """As one control plane has them."""

    store: StoredDevices
    office: DeviceOffice
    reception: Reception
    known: Known
    sequence: int = 0
    heard: list = field(default_factory=list)

    async def enrolled(self, agent: Agent | None = None, wish: Wish = FOR_JANA, now=NOW, **further):
        """The agent, and what it was answered."""
        agent = agent or Agent()
        code, _ = await self.office.issue(wish, OPERATOR, now)
        nonce = await self.begun(code, agent, now)
        done = await self.reception.complete(agent.proof(nonce, code, **further), ORIGIN, now)
        agent.device = done.device
        return agent, done

    async def begun(self, code: str, agent: Agent, now=NOW) -> str:
        return (await self.reception.begin(Begin(code=code, key=agent.public), ORIGIN, now)).nonce

    async def reported(self, agent: Agent, nonce: str, now=NOW, **further):
        self.sequence += 1
        token = agent.report(nonce, self.sequence, at=now, **further)
        return await self.reception.report(token, ORIGIN, now)

    def of(self, agent: Agent):
        return self.known.by_id(DeviceId(agent.device))


async def no_throttle(_address, _now):
    """Each try is free."""

    async def right() -> None:
        pass

    return right


def devices(database, recorded, rules: Rules = RULES) -> Devices:
    store, known = StoredDevices(database, SEAL, recorded.append_all), Known()

    async def record(entries) -> None:
        await database.write(lambda connection: recorded.append_all(connection, entries))

    made = Devices(
        store,
        DeviceOffice(store, known, rules, record),
        Reception(store, known, rules, record, "brana.example", no_throttle),
        known,
    )
    known.subscribe(lambda changed: made.heard.extend(one.id for one in changed))
    return made
