"""What a change of a device takes back, in the transaction that keeps the change: in the real database."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Connection, select

from agents.protocol.facts import Fact, FactName
from agents.protocol.messages import Standing
from config.vocabulary import AuthenticationLevel, DeviceId, Role, SessionId
from gateway.audit.entry import Code
from gateway.devices.device import Device
from gateway.devices.revocation import revocation_id, revoked_by
from gateway.sessions.session import EndReason, Session
from gateway.storage.database import Database
from gateway.storage.device_revocation import TakingBack
from gateway.storage.moment import moment_of
from gateway.storage.sessions import StoredSessions
from gateway.storage.single_sign_on import Ending, SingleSignOn
from gateway.storage.tables.sessions import revoked
from tests.gateway.devices.agent import IN_ORDER, Agent
from tests.gateway.storage.devices import (
    JANA,
    MINUTE,
    NOW,
    OPERATOR,
    ORIGIN,
    TO_PETR,
    TOWN,
    Devices,
    devices,
)
from tests.rig.session_store import SEAL, session_store

KEEP = timedelta(minutes=6)
WORSE = IN_ORDER | {FactName.FIREWALL: Fact(False, "nft: list ruleset")}


class World:
    """Devices that take back what rests on them, and sessions."""

    def __init__(self, database: Database, recorded: Any) -> None:
        made = devices(database, recorded)
        end = SingleSignOn(SEAL, recorded.append_all).end
        self.ended_at_provider: list[str] = []

        def ending(connection: Connection, what: Ending) -> object:
            self.ended_at_provider += what.sids
            return end(connection, what)

        taking = TakingBack(recorded.append_all, ending, KEEP, lambda: NOW)
        store = replace(made.store, take_back=taking)
        self.devices = Devices(
            store, replace(made.office, store=store), replace(made.reception, store=store), made.known
        )
        self.database, self.recorded = database, recorded
        self.sessions: StoredSessions = session_store(database, recorded.append_all)

    async def session(self, letter: str, enrolled: DeviceId) -> Session:
        made = Session(
            id=SessionId(letter * 22),
            subject=JANA,
            login="jana",
            name="Jana",
            provider_sid=f"provider-{letter}",
            roles=((TOWN, Role.CLERK),),
            municipality=TOWN,
            generation=1,
            acr=AuthenticationLevel.TWO_FACTORS,
            amr=("pwd", "otp"),
            authenticated_at=NOW,
            opened_at=NOW,
            last_seen_at=NOW,
            facts_at=NOW,
            address="192.0.2.7",
            user_agent="Firefox",
            device=DeviceId("b" * 22),
        )
        await self.sessions.add(made, letter.encode() * 32, "a.example", [])
        await self.sessions.record(made.id, NOW, [], enrolled)
        return made

    async def by_now(self, of: Session) -> Session:
        return (await self.sessions.by_ids([of.id]))[0]

    async def taken_back(self) -> set[str]:
        rows = await self.database.read(lambda connection: connection.execute(select(revoked)).all())
        assert {moment_of(row.until) for row in rows} <= {NOW + KEEP}
        return {row.id for row in rows}


@pytest.fixture
def world(database: Database, recorded: Any) -> World:
    return World(database, recorded)


async def in_use(world: World) -> tuple[Agent, Device, str]:
    """The agent, its device after the first report, and the nonce of the next."""
    agent, done = await world.devices.enrolled()
    answer = await world.devices.reported(agent, done.nonce)
    return agent, world.devices.of(agent), answer.nonce


async def test_a_report_that_tells_otherwise_takes_back_what_is_bound_to_the_device_as_it_was(
    world: World,
) -> None:
    agent, before, nonce = await in_use(world)
    mine = await world.session("A", before.id)
    had = await world.taken_back()
    answer = await world.devices.reported(agent, nonce, NOW + MINUTE)
    assert await world.taken_back() == had  # it told the same
    await world.devices.reported(agent, answer.nonce, NOW + 2 * MINUTE, facts=WORSE)
    assert await world.taken_back() - had == {revocation_id(before)}
    assert revocation_id(before) == revoked_by(world.devices.of(agent)) == f"~{before.id}.{before.generation}"
    assert (await world.by_now(mine)).generation == 1  # other grants of the session stand


async def test_what_is_done_to_a_device_has_its_sessions_decided_anew(world: World, recorded: Any) -> None:
    _, before, _ = await in_use(world)
    mine, other = await world.session("A", before.id), await world.session("B", DeviceId("o" * 22))
    had = await world.taken_back()
    await world.devices.office.block(before.id, "Prověřuje se", OPERATOR, NOW)
    assert await world.taken_back() - had == {revocation_id(before), f"{mine.id}.1"}
    assert [(await world.by_now(one)).generation for one in (mine, other)] == [2, 1]
    (told,) = [one for one in recorded if one.code is Code.REVOCATION]
    assert (told.session, told.reason, told.details["device"]) == (mine.id, Code.DEVICE_BLOCKED, before.id)
    await world.devices.office.unblock(before.id, "Vše v pořádku", OPERATOR, NOW)
    assert (await world.by_now(mine)).generation == 3


@pytest.mark.parametrize("standing", [Standing.LOST, Standing.RETIRED])
async def test_a_device_that_is_gone_takes_its_sessions_along(
    world: World, recorded: Any, standing: Standing
) -> None:
    _, before, _ = await in_use(world)
    mine, other = await world.session("A", before.id), await world.session("B", DeviceId("o" * 22))
    had = await world.taken_back()
    office = world.devices.office
    end = office.lose if standing is Standing.LOST else office.retire
    gone = await end(before.id, "", OPERATOR, NOW)
    assert (gone.standing, gone.leaves, gone.gone_at) == (standing, (), NOW)
    assert await world.taken_back() - had == {revocation_id(before), f"{mine.id}.1"}
    ended, goes_on = await world.by_now(mine), await world.by_now(other)
    assert (ended.end_reason, ended.ended_at) == (EndReason.ENDED_BY_OFFICER, NOW)
    assert goes_on.end_reason is None
    assert world.ended_at_provider == [mine.provider_sid]
    (told,) = [one for one in recorded if one.code is Code.SESSION_ENDED]
    assert (told.session, told.reason) == (mine.id, EndReason.ENDED_BY_OFFICER)
    assert (told.details["by"], told.details["revoked"]) == ("cli:root", f"{mine.id}.1")
    assert await world.sessions.by_handle(b"A" * 32, "a.example") == ended


async def test_so_does_one_that_says_good_bye(world: World) -> None:
    agent, before, nonce = await in_use(world)
    mine = await world.session("A", before.id)
    token = agent.farewell(nonce, world.devices.sequence + 1)
    await world.devices.reception.farewell(token, ORIGIN, NOW)
    assert (await world.by_now(mine)).end_reason is EndReason.ENDED_BY_OFFICER


async def test_one_that_is_another_persons_by_now_keeps_nobodys_session(world: World) -> None:
    _, before, _ = await in_use(world)
    mine, other = await world.session("A", before.id), await world.session("B", DeviceId("o" * 22))
    had = await world.taken_back()
    await world.devices.office.hand_over(before.id, TO_PETR, OPERATOR, NOW)
    assert await world.taken_back() - had == {revocation_id(before), f"{mine.id}.1"}
    assert (await world.by_now(mine)).end_reason is EndReason.ENDED_BY_OFFICER
    assert (await world.by_now(other)).end_reason is None


async def test_a_name_changes_no_verdict(world: World) -> None:
    _, before, _ = await in_use(world)
    had = await world.taken_back()
    await world.devices.office.rename(before.id, "Jiný název", OPERATOR, NOW)
    assert await world.taken_back() == had
