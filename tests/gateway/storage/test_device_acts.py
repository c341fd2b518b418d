"""What people do about devices, in the real database: each act with its entry, or nothing of it."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from agents.protocol.facts import Fact, FactName
from agents.protocol.messages import Standing
from config.vocabulary import AuthenticationLevel, DeviceId
from gateway.audit.entry import Code, Outcome
from gateway.devices.enrolling import NotEnrolled
from gateway.devices.office import MOST_CODES, Confirmed, Reach, Wish
from gateway.devices.refused import ActRefused, Why
from gateway.devices.reporting import NotTaken
from gateway.devices.store import Sought
from gateway.storage.moment import micros
from gateway.storage.tables.devices import device_code
from tests.gateway.devices.agent import IN_ORDER, Agent
from tests.gateway.storage.devices import (
    BY_JANA,
    DAY,
    FOR_JANA,
    JANA,
    MINUTE,
    NOW,
    OPERATOR,
    PETR,
    RULES,
    TOWN,
    VILLAGE,
    devices,
)

JUST_NOW = Confirmed(AuthenticationLevel.TWO_FACTORS, NOW - MINUTE)
WORSE = IN_ORDER | {FactName.FIREWALL: Fact(False, "nft: list ruleset")}


def codes(recorded) -> list[Code]:
    return [one.code for one in recorded]


async def refused_enrolment(reason: str, work) -> None:
    with pytest.raises(NotEnrolled) as error:
        await work
    assert error.value.refusal == reason


async def refused_report(reason: str, work) -> NotTaken:
    with pytest.raises(NotTaken) as error:
        await work
    assert error.value.refusal == reason
    return error.value


async def refused_act(why: Why, work) -> None:
    with pytest.raises(ActRefused) as error:
        await work
    assert error.value.reason is why


async def test_each_act_of_people_is_recorded_and_heard_by_decisions(database, recorded):
    at = devices(database, recorded, replace(RULES, approval=True))
    agent, done = await at.enrolled()
    assert (done.standing, done.certificate) == (Standing.WAITING, None)
    name = DeviceId(agent.device)
    acts = (
        (Code.DEVICE_APPROVED, Standing.ACTIVE, at.office.approve(name, BY_JANA, NOW)),
        (Code.DEVICE_RENAMED, Standing.ACTIVE, at.office.rename(name, "Účtárna", BY_JANA, NOW)),
        (Code.DEVICE_BLOCKED, Standing.BLOCKED, at.office.block(name, "podezření", BY_JANA, NOW)),
        (Code.DEVICE_UNBLOCKED, Standing.ACTIVE, at.office.unblock(name, "planý poplach", BY_JANA, NOW)),
        (Code.DEVICE_TAKEN_OVER, Standing.ACTIVE, at.office.take_over(name, None, BY_JANA, NOW)),
        (Code.DEVICE_RETIRED, Standing.RETIRED, at.office.retire(name, "", BY_JANA, NOW)),
        (Code.DEVICE_LOST, Standing.LOST, at.office.lose(name, "ve vlaku", BY_JANA, NOW)),
    )
    generation = at.of(agent).generation
    for code, standing, act in acts:
        del at.heard[:]
        made = await act
        assert (made.standing, recorded[-1].code, recorded[-1].person) == (standing, code, "jana")
        assert (recorded[-1].session, recorded[-1].municipality) == (BY_JANA.session, TOWN)
        assert made == at.of(agent) == await at.store.device(name)
        renamed = code is Code.DEVICE_RENAMED
        assert (at.heard, made.generation > generation) == ([] if renamed else [name], not renamed)
        generation = made.generation
    assert made.managed
    assert await at.store.find(Sought()) == []
    assert await at.store.find(Sought(gone=True, owner=JANA, municipality=TOWN)) == [made]
    assert await at.store.find(Sought(gone=True, owner=PETR)) == []
    assert await at.store.find(Sought(gone=True, municipality=VILLAGE)) == []


async def test_acts_that_are_not_possible_are_refused_and_recorded(database, recorded):
    at = devices(database, recorded)
    agent, _ = await at.enrolled(asset=None)
    name, unknown, office = DeviceId(agent.device), DeviceId("u" * 22), at.office
    before = at.of(agent)
    for why, act in (
        (Why.NOT_WAITING, office.approve(name, OPERATOR, NOW)),
        (Why.UNKNOWN, office.approve(unknown, OPERATOR, NOW)),
        (Why.UNKNOWN, office.rename(name, "x", OPERATOR, NOW, Reach(municipality=VILLAGE))),
        (Why.UNKNOWN, office.lose(name, "", BY_JANA, NOW, Reach(owner=PETR))),
        (Why.NAME, office.rename(name, " ", OPERATOR, NOW)),
        (Why.NAME, office.rename(name, "a\u202eb", OPERATOR, NOW)),
        (Why.WHY, office.block(name, "", OPERATOR, NOW)),
        (Why.NOT_BLOCKED, office.unblock(name, "x", OPERATOR, NOW)),
        (Why.ASSET, office.take_over(name, None, OPERATOR, NOW)),
        (Why.NAME, office.issue(replace(FOR_JANA, name="n" * 81), OPERATOR, NOW)),
        (Why.ASSET, office.issue(replace(FOR_JANA, asset=""), OPERATOR, NOW)),
        (Why.NOT_OWN, office.issue_own(PETR, TOWN, JUST_NOW, BY_JANA, NOW)),
    ):
        await refused_act(why, act)
        assert (recorded[-1].code, recorded[-1].reason) == (Code.DEVICE_ACT_REFUSED, why.value)
        assert recorded[-1].outcome is Outcome.REFUSED
    assert before == at.of(agent) == await at.store.device(name)
    await office.block(name, "x", OPERATOR, NOW)
    await refused_act(Why.NOT_IN_USE, office.block(name, "x", OPERATOR, NOW))
    await office.take_over(name, "PF-1", OPERATOR, NOW)
    await refused_act(Why.MANAGED, office.take_over(name, "PF-1", OPERATOR, NOW))
    await office.lose(name, "", OPERATOR, NOW)
    for act in (office.retire(name, "", OPERATOR, NOW), office.lose(name, "", OPERATOR, NOW)):
        await refused_act(Why.GONE, act)


async def test_who_was_blocked_before_the_approval_waits_again(database, recorded):
    at = devices(database, recorded, replace(RULES, approval=True))
    agent, _ = await at.enrolled()
    name = DeviceId(agent.device)
    await at.office.block(name, "x", OPERATOR, NOW)
    assert (await at.office.unblock(name, "x", OPERATOR, NOW)).standing is Standing.WAITING


async def test_people_issue_codes_for_their_own_devices_where_they_may(database, recorded):
    at = devices(database, recorded)
    code, kept = await at.office.issue_own(JANA, TOWN, JUST_NOW, BY_JANA, NOW)
    assert (kept.owner, kept.managed, kept.asset, kept.expires_at) == (JANA, False, None, NOW + 15 * MINUTE)
    assert await at.begun(code, Agent())
    closed = devices(database, recorded, replace(RULES, by_people=False))
    for why, shown in (
        (Why.TWO_FACTORS, replace(JUST_NOW, level=AuthenticationLevel.PASSWORD)),
        (Why.NOT_CONFIRMED, replace(JUST_NOW, at=NOW - timedelta(hours=1))),
    ):
        await refused_act(why, at.office.issue_own(JANA, TOWN, shown, BY_JANA, NOW))
        assert (recorded[-1].code, recorded[-1].reason) == (Code.DEVICE_ACT_REFUSED, why.value)
    await refused_act(Why.NOT_ALLOWED, closed.office.issue_own(JANA, TOWN, JUST_NOW, BY_JANA, NOW))


async def test_codes_have_a_number_that_one_issuer_may_have_and_go_when_they_are_over(database, recorded):
    at = devices(database, recorded)
    for _ in range(MOST_CODES):
        await at.office.issue(FOR_JANA, OPERATOR, NOW)
    await refused_act(Why.MOST_CODES, at.office.issue(FOR_JANA, OPERATOR, NOW))
    await at.office.issue(FOR_JANA, BY_JANA, NOW)
    await at.office.issue(FOR_JANA, OPERATOR, NOW + 2 * DAY)
    left = await database.read(lambda connection: connection.execute(select(device_code.c.expires_at)).all())
    assert [row.expires_at for row in left] == [micros(NOW + 2 * DAY + 15 * MINUTE)]


async def test_a_code_for_a_registered_asset_makes_no_other_device(database, recorded):
    at = devices(database, recorded)
    wish = Wish(municipality=TOWN, managed=True, asset="PF3XK1", name="Matrika 2")
    with pytest.raises(NotEnrolled) as error:
        await at.enrolled(wish=wish, asset="OTHER")
    assert error.value.refusal == "device_asset_differs"
    agent, done = await at.enrolled(wish=wish)
    assert done.standing is Standing.ACTIVE
    assert (at.of(agent).name, at.of(agent).managed, at.of(agent).asset) == ("Matrika 2", True, "PF3XK1")
