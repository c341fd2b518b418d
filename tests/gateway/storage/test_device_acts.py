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
from gateway.devices.office import MOST_CODES, MOST_OWN, Confirmed, Owner, Reach, Wish
from gateway.devices.refused import ActRefused, Why
from gateway.devices.reporting import NotTaken
from gateway.devices.store import Sought, Stepped
from gateway.storage.moment import micros
from gateway.storage.tables.devices import device_code
from idp.directory.same_person import Account
from tests.gateway.devices.agent import IN_ORDER, Agent
from tests.gateway.storage.devices import (
    BY_EVA,
    BY_JANA,
    DAY,
    EVA,
    FOR_JANA,
    JANA,
    MINUTE,
    NOW,
    OPERATOR,
    PETR,
    RULES,
    TO_PETR,
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
        (Code.DEVICE_APPROVED, Standing.ACTIVE, at.office.approve(name, BY_EVA, NOW)),
        (Code.DEVICE_RENAMED, Standing.ACTIVE, at.office.rename(name, "Účtárna", BY_EVA, NOW)),
        (Code.DEVICE_BLOCKED, Standing.BLOCKED, at.office.block(name, "podezření", BY_EVA, NOW)),
        (Code.DEVICE_UNBLOCKED, Standing.ACTIVE, at.office.unblock(name, "planý poplach", BY_EVA, NOW)),
        (Code.DEVICE_TAKEN_OVER, Standing.ACTIVE, at.office.take_over(name, None, BY_EVA, NOW)),
        (Code.DEVICE_HANDED_OVER, Standing.ACTIVE, at.office.hand_over(name, TO_PETR, BY_EVA, NOW)),
        (Code.DEVICE_RETIRED, Standing.RETIRED, at.office.retire(name, "", BY_EVA, NOW)),
        (Code.DEVICE_LOST, Standing.LOST, at.office.lose(name, "ve vlaku", BY_EVA, NOW)),
    )
    generation = at.of(agent).generation
    for code, standing, act in acts:
        del at.heard[:]
        made = await act
        assert (made.standing, recorded[-1].code, recorded[-1].person) == (standing, code, "eva")
        assert (recorded[-1].session, recorded[-1].municipality) == (BY_EVA.session, TOWN)
        assert made == at.of(agent) == await at.store.device(name)
        renamed = code is Code.DEVICE_RENAMED
        assert (at.heard, made.generation > generation) == ([] if renamed else [name], not renamed)
        generation = made.generation
    assert (made.managed, made.approved_by, made.gone_at) == (True, BY_EVA.actor, NOW)
    assert await at.store.find(Sought()) == []
    assert await at.store.find(Sought(gone=True, owner=PETR, municipality=TOWN)) == [made]
    assert await at.store.find(Sought(gone=True, owner=JANA)) == []
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


async def test_nobody_lets_their_own_device_do_more_by_any_account(database, recorded):
    """Eva is an account of Jana's. She may end hers, and rename it: that opens nothing."""
    at = devices(database, recorded, replace(RULES, approval=True))

    def others(who):
        return {EVA: [Account(JANA, "jana")], JANA: [Account(EVA, "eva")]}.get(who, [])

    office = replace(at.office, others=others)
    hers, _ = await at.enrolled()
    shared, _ = await at.enrolled(wish=replace(FOR_JANA, owner=None), tunnel_key=None)
    row = replace(at.of(shared), enrolled_by=BY_EVA.actor)
    await at.store.change(row.id, lambda *_: Stepped(row, []))
    name = at.of(hers).id
    to_eva = Owner(EVA, "eva", {TOWN})
    for by in (BY_JANA, BY_EVA):
        for act in (
            office.approve(name, by, NOW),
            office.approve(row.id, by, NOW),
            office.take_over(name, None, by, NOW),
            office.hand_over(name, to_eva, by, NOW),
            office.hand_over(name, TO_PETR, by, NOW),  # and so it would be somebody else's
            office.hand_over(row.id, TO_PETR, by, NOW),
            office.issue(replace(FOR_JANA, managed=True), by, NOW),
        ):
            await refused_act(Why.OWN, act)
            assert (recorded[-1].code, recorded[-1].reason) == (Code.DEVICE_ACT_REFUSED, Why.OWN.value)
    await office.block(name, "x", BY_EVA, NOW)
    await refused_act(Why.OWN, office.unblock(name, "x", BY_EVA, NOW))
    await refused_act(Why.OWN, office.hand_over(name, TO_PETR, BY_JANA, NOW))
    await office.unblock(name, "x", OPERATOR, NOW)
    await office.rename(name, "Její", BY_EVA, NOW)
    assert (await office.approve(name, OPERATOR, NOW)).approved_by == OPERATOR.actor
    assert (await office.hand_over(name, TO_PETR, BY_JANA, NOW)).owner == PETR
    assert (await office.retire(name, "", BY_EVA, NOW)).gone


async def test_a_device_that_waits_is_turned_down_for_a_reason_and_for_good(database, recorded):
    at = devices(database, recorded, replace(RULES, approval=True))
    agent, done = await at.enrolled()
    name = DeviceId(agent.device)
    await refused_act(Why.WHY, at.office.turn_down(name, " ", BY_EVA, NOW))
    made = await at.office.turn_down(name, "neznámý počítač", BY_EVA, NOW)
    assert (made.standing, made.gone_at, recorded[-1].code) == (
        Standing.RETIRED,
        NOW,
        Code.DEVICE_TURNED_DOWN,
    )
    assert recorded[-1].details["why"] == "neznámý počítač"
    await refused_act(Why.GONE, at.office.approve(name, BY_EVA, NOW))
    await refused_report("device_gone", at.reported(agent, done.nonce))
    other, _ = await at.enrolled(wish=replace(FOR_JANA, managed=True), tunnel_key=None)
    await refused_act(Why.NOT_WAITING, at.office.turn_down(at.of(other).id, "x", BY_EVA, NOW))


async def test_a_device_is_handed_over_to_somebody_of_its_municipality(database, recorded):
    at = devices(database, recorded)
    agent, _ = await at.enrolled()
    name = DeviceId(agent.device)
    await refused_act(
        Why.OWNER_UNKNOWN, at.office.hand_over(name, replace(TO_PETR, municipalities={VILLAGE}), BY_EVA, NOW)
    )
    await refused_act(Why.SAME_OWNER, at.office.hand_over(name, Owner(JANA, "jana", {TOWN}), BY_EVA, NOW))
    made = await at.office.hand_over(name, TO_PETR, BY_EVA, NOW)
    assert (made.owner, recorded[-1].details["of"]) == (PETR, "petr")


async def test_what_is_gone_for_long_is_deleted_and_the_log_says_so(database, recorded):
    at = devices(database, recorded)
    agents = [(await at.enrolled(tunnel_key=None))[0] for _ in range(4)]
    old, older_version, young, used = (at.of(one).id for one in agents)
    await at.office.lose(old, "", OPERATOR, NOW)
    made = await at.office.retire(older_version, "", OPERATOR, NOW)
    row = replace(made, gone_at=None)
    await at.store.change(row.id, lambda *_: Stepped(row, []))
    await at.office.retire(young, "", OPERATOR, NOW + DAY)
    await at.office.rename(used, "V provozu", OPERATOR, NOW)

    await at.office.forget_gone(NOW + 365 * DAY)
    assert await at.store.device(old) is None is at.known.by_id(old)
    assert (recorded[-1].code, recorded[-1].details["device"]) == (Code.DEVICE_FORGOTTEN, old)
    assert recorded[-1].details["since"] == NOW.isoformat(timespec="seconds")
    left = await at.store.find(Sought(gone=True))
    assert {one.id for one in left} == {older_version, young, used}
    await at.office.forget_gone(NOW + 366 * DAY)
    assert {one.id for one in await at.store.find(Sought(gone=True))} == {older_version, used}
    await at.office.forget_gone(NOW + 730 * DAY)  # since the first time that it was looked at
    assert [one.id for one in await at.store.find(Sought(gone=True))] == [used]


async def test_the_newest_change_of_all_is_not_deleted(database, recorded):
    """Its number would be given once more, and another node would not look behind it."""
    at = devices(database, recorded)
    agent, _ = await at.enrolled()
    gone = await at.office.lose(at.of(agent).id, "", OPERATOR, NOW)
    await at.office.forget_gone(NOW + 400 * DAY)
    assert await at.store.device(gone.id) == gone
    other, _ = await at.enrolled(now=NOW + 400 * DAY)
    await at.office.forget_gone(NOW + 400 * DAY)
    assert [one.id for one in await at.store.find(Sought(gone=True))] == [at.of(other).id]


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


async def test_one_person_adds_so_many_devices_and_administrators_others(database, recorded):
    at = devices(database, recorded)
    first, _ = await at.enrolled()
    for _ in range(MOST_OWN - 1):
        await at.office.issue_own(JANA, TOWN, JUST_NOW, BY_JANA, NOW)
    await refused_act(Why.MOST_DEVICES, at.office.issue_own(JANA, TOWN, JUST_NOW, BY_JANA, NOW))
    assert (recorded[-1].code, recorded[-1].reason) == (Code.DEVICE_ACT_REFUSED, Why.MOST_DEVICES.value)
    await at.office.issue(FOR_JANA, OPERATOR, NOW)
    await at.office.lose(at.of(first).id, "", OPERATOR, NOW)
    await at.office.issue_own(JANA, TOWN, JUST_NOW, BY_JANA, NOW)


async def test_a_code_lives_no_longer_than_a_quarter_of_an_hour(database, recorded):
    for lifetime in (timedelta(minutes=15, seconds=1), timedelta(0)):
        at = devices(database, recorded, replace(RULES, code=lifetime))
        await refused_act(Why.LIFETIME, at.office.issue(FOR_JANA, OPERATOR, NOW))


async def test_a_code_for_a_registered_asset_makes_no_other_device(database, recorded):
    at = devices(database, recorded)
    wish = Wish(municipality=TOWN, managed=True, asset="PF3XK1", name="Matrika 2")
    with pytest.raises(NotEnrolled) as error:
        await at.enrolled(wish=wish, asset="OTHER")
    assert error.value.refusal == "device_asset_differs"
    agent, done = await at.enrolled(wish=wish)
    assert done.standing is Standing.ACTIVE
    assert (at.of(agent).name, at.of(agent).managed, at.of(agent).asset) == ("Matrika 2", True, "PF3XK1")
