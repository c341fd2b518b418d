"""Devices, their codes and what they say, in the real database: each act with its entry, or nothing of it."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select

from agents.protocol.facts import Fact, FactName
from agents.protocol.messages import KeyKind, Standing
from config.vocabulary import DeviceId, device_subject
from gateway.audit.entry import Code, Outcome
from gateway.devices.device import Device, Leaf
from gateway.devices.enrolling import NotEnrolled
from gateway.devices.history import MOST_KEPT, Difference
from gateway.devices.reception import STRANGERS
from gateway.devices.refused import ActRefused, Why
from gateway.devices.reporting import NotTaken
from gateway.devices.store import Sought, Stepped
from gateway.storage.tables.devices import device_authority, device_code
from idp.events import Actor
from tests.gateway.devices.agent import IN_ORDER, Agent, new_key, request_of
from tests.gateway.storage.devices import (
    DAY,
    FOR_JANA,
    JANA,
    MINUTE,
    NOW,
    OPERATOR,
    ORIGIN,
    PETR,
    RULES,
    TOWN,
    devices,
)

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


@pytest.mark.parametrize("life", [timedelta(), 15 * MINUTE + timedelta(seconds=1), 60 * MINUTE])
async def test_no_code_lives_longer_than_a_quarter_of_an_hour(database, recorded, life):
    """Whatever the configuration lets through."""
    at = devices(database, recorded, replace(RULES, code=life))
    await refused_act(Why.LIFETIME, at.office.issue(FOR_JANA, OPERATOR, NOW))
    assert [(one.code, one.reason) for one in recorded] == [(Code.DEVICE_ACT_REFUSED, Why.LIFETIME)]


async def test_a_device_comes_back_as_it_was_kept(database, recorded):
    at = devices(database, recorded)
    made = Device(
        id=DeviceId("d" * 22),
        name="Žofie’s notebook",
        municipality=TOWN,
        owner=PETR,
        asset="PF3XK1",
        managed=True,
        key=Agent().public,
        key_kind=KeyKind.TPM,
        agent="1.0",
        standing=Standing.BLOCKED,
        enrolled_at=NOW,
        enrolled_by=Actor("jana", JANA),
        approved_at=NOW + MINUTE,
        leaf=Leaf(serial=2**158 + 1, thumbprint="a" * 64, ends_at=NOW + DAY),
        former=Leaf(serial=7, thumbprint="b" * 64, ends_at=NOW + MINUTE),
        tunnel_key="HIgo9xNzJMWLKASShiTqIybxZ0U3wGLiUeJ1PKf8ykw=",
        nonce="n" * 22,
        sequence=2**52,
        reported_at=NOW,
        facts=IN_ORDER,
        generation=8,
        stale=True,
    )
    await at.store.change(made.id, lambda *_: Stepped(made, []))
    kept = await at.store.device(made.id)
    assert kept == replace(made, version=1)
    bare = replace(made, id=DeviceId("e" * 22), key=Agent().public, leaf=None, former=None, facts={})
    bare = replace(bare, tunnel_key=None, owner=None, asset=None, approved_at=None, reported_at=None)
    assert (await at.store.change(bare.id, lambda *_: Stepped(bare, []))).device == replace(bare, version=2)
    assert await at.store.since(0) == [kept, replace(bare, version=2)]
    assert await at.store.since(1) == [replace(bare, version=2)]


async def test_a_device_that_waits_or_is_blocked_asks_sooner_what_has_become_of_it(database, recorded):
    at = devices(database, recorded, replace(RULES, approval=True))
    agent, done = await at.enrolled()
    assert (done.standing, done.report_within) == (Standing.WAITING, 60)
    told, moment = await at.reported(agent, done.nonce, NOW), NOW
    for act, standing, within in (
        (None, Standing.WAITING, 60),
        (at.office.approve(DeviceId(agent.device), OPERATOR, NOW), Standing.ACTIVE, 300),
        (at.office.block(DeviceId(agent.device), "zkouška", OPERATOR, NOW), Standing.BLOCKED, 60),
    ):
        if act is not None:
            await act
        moment += timedelta(minutes=1)
        told = await at.reported(agent, told.nonce, moment)
        assert (told.standing, told.report_within) == (standing, within)


async def test_a_device_is_enrolled_by_its_code_and_each_act_has_its_entry(database, recorded):
    at = devices(database, recorded)
    agent, done = await at.enrolled()
    assert (done.standing, done.report_within) == (Standing.ACTIVE, 300)
    assert (done.certificate or "").startswith("-----BEGIN CERTIFICATE-----")
    kept = await at.store.device(DeviceId(agent.device))
    assert kept is not None
    assert (kept.owner, kept.municipality, kept.managed, kept.nonce) == (JANA, TOWN, False, done.nonce)
    assert at.known.by_id(kept.id) == at.known.by_thumbprint(kept.leaf.thumbprint) == kept
    spent = await database.read(lambda c: c.execute(select(device_code.c.device)).scalars().all())
    assert spent == [kept.id]
    assert codes(recorded) == [
        Code.DEVICE_CODE_ISSUED,
        Code.DEVICE_AUTHORITY_FOUNDED,
        Code.DEVICE_ENROLLED,
    ]
    issued, _, enrolled = recorded
    assert (issued.person, issued.municipality, issued.details["of_subject"]) == ("cli:root", TOWN, JANA)
    assert (enrolled.subject, enrolled.address) == (device_subject(kept.id), ORIGIN.address)
    assert enrolled.details["device"] == kept.id
    assert enrolled.details["certificate"] == kept.leaf.thumbprint


async def test_a_code_and_the_authoritys_key_are_nowhere_as_they_are(database, recorded):
    at = devices(database, recorded)
    code, _ = await at.office.issue(FOR_JANA, OPERATOR, NOW)
    await at.begun(code, Agent())
    key = (await at.reception.authority(NOW)).key
    rows = await database.read(
        lambda connection: (
            repr(connection.execute(select(device_code)).all())
            + repr(connection.execute(select(device_authority)).all())
        )
    )
    assert code not in rows
    assert code.replace("-", "") not in rows
    assert "PRIVATE KEY" not in rows
    again = await devices(database, recorded).reception.authority(NOW + DAY)
    assert again.key.private_numbers() == key.private_numbers()
    assert codes(recorded).count(Code.DEVICE_AUTHORITY_FOUNDED) == 1
    assert [one.serial_number for one in await at.store.certificates()] == [again.certificate.serial_number]


async def test_of_two_that_prove_themselves_at_once_with_one_code_one_is_enrolled(database, recorded):
    at = devices(database, recorded)
    code, _ = await at.office.issue(FOR_JANA, OPERATOR, NOW)
    agent = Agent()
    token = agent.proof(await at.begun(code, agent), code)
    came = await asyncio.gather(
        *(at.reception.complete(token, ORIGIN, NOW) for _ in range(4)), return_exceptions=True
    )
    assert sorted(type(one).__name__ for one in came) == ["Enrolled", *["NotEnrolled"] * 3]
    assert len(await at.store.find(Sought())) == 1
    assert codes(recorded).count(Code.DEVICE_ENROLMENT_REFUSED) == 3


@pytest.mark.parametrize("kind", ["unknown", "used", "over", "to come"])
async def test_a_stranger_learns_nothing_of_a_code_that_does_not_serve(database, recorded, kind):
    at = devices(database, recorded)
    code, _ = await at.office.issue(FOR_JANA, OPERATOR, NOW)
    when = {"over": NOW + 15 * MINUTE, "to come": NOW - MINUTE}.get(kind, NOW)
    if kind == "used":
        agent = Agent()
        await at.reception.complete(agent.proof(await at.begun(code, agent), code), ORIGIN, NOW)
    if kind == "unknown":
        code = "0000-0000-0000-0000"
    before = len(recorded)
    await refused_enrolment("device_code_not_good", at.begun(code, Agent(), when))
    (entry,) = recorded[before:]
    assert (entry.code, entry.outcome) == (Code.DEVICE_ENROLMENT_REFUSED, Outcome.REFUSED)
    assert (entry.reason, entry.address) == ("device_code_not_good", ORIGIN.address)
    assert entry.details.get("of_subject") == (None if kind == "unknown" else JANA)


async def test_a_key_enrols_once_whatever_became_of_its_device(database, recorded):
    at = devices(database, recorded)
    agent, _ = await at.enrolled()
    with pytest.raises(NotEnrolled) as error:
        await at.enrolled(agent)
    assert error.value.refusal == "device_key_in_use"
    await at.office.retire(DeviceId(agent.device), "", OPERATOR, NOW)
    with pytest.raises(NotEnrolled):
        await at.enrolled(Agent(key=agent.key))
    assert recorded[-1].reason == "device_key_in_use"
    other = await at.enrolled()
    assert other[1].standing is Standing.ACTIVE  # the tunnel's key is free again with the device


async def test_a_tunnel_key_stands_for_one_device(database, recorded):
    at = devices(database, recorded)
    _, _ = await at.enrolled()
    with pytest.raises(NotEnrolled) as error:
        await at.enrolled()
    assert error.value.refusal == "device_tunnel_key_in_use"
    without, done = await at.enrolled(tunnel_key=None)
    await refused_report("device_tunnel_key_in_use", at.reported(without, done.nonce))


async def test_a_flood_of_strangers_is_recorded_so_many_times_a_minute(database, recorded):
    at = devices(database, recorded)
    agent = Agent()
    for _ in range(STRANGERS + 40):
        await refused_enrolment("device_code_not_good", at.begun("0000", agent))
    assert len(recorded) == STRANGERS
    await refused_enrolment("device_code_not_good", at.begun("0000", Agent(), NOW + MINUTE))
    assert recorded[-1].details["left_out_before"] == 40


async def test_a_report_is_taken_once_and_what_it_told_otherwise_is_kept(database, recorded):
    at = devices(database, recorded)
    agent, done = await at.enrolled()
    del recorded[:], at.heard[:]
    first = await at.reported(agent, done.nonce)
    assert (first.standing, first.certificate, first.report_within) == (Standing.ACTIVE, None, 300)
    again = await at.reported(agent, first.nonce, NOW + 5 * MINUTE)
    assert codes(recorded) == [Code.DEVICE_REPORTED_OTHERWISE]  # nothing new is no news
    assert at.heard == [agent.device]
    third = await at.reported(agent, again.nonce, NOW + 10 * MINUTE, facts=WORSE)
    assert third.failing == ["firewall"]
    assert recorded[-1].details["differs"] == ["firewall: yes → no"]
    newest, oldest = await at.office.history(DeviceId(agent.device))
    assert newest.differences == (Difference("firewall", "yes", "no"),)
    assert (newest.at, oldest.at) == (NOW + 10 * MINUTE, NOW)
    assert at.of(agent).reported_at == NOW + 10 * MINUTE
    assert at.of(agent) == await at.store.device(DeviceId(agent.device))


async def test_history_keeps_so_many_changes_of_a_device(database, recorded):
    at = devices(database, recorded)
    agent, done = await at.enrolled()
    nonce = done.nonce
    for number in range(MOST_KEPT + 5):
        now = NOW + number * MINUTE
        nonce = (await at.reported(agent, nonce, now, facts=WORSE if number % 2 else IN_ORDER)).nonce
    kept = await at.office.history(DeviceId(agent.device))
    assert len(kept) == MOST_KEPT
    assert (kept[0].at, kept[-1].at) == (NOW + (MOST_KEPT + 4) * MINUTE, NOW + 5 * MINUTE)


async def test_a_report_that_is_refused_changes_nothing_and_is_recorded(database, recorded):
    at = devices(database, recorded)
    agent, done = await at.enrolled()
    token = agent.report(done.nonce, 5, at=NOW)
    await at.reception.report(token, ORIGIN, NOW)
    before = at.of(agent)
    del recorded[:]
    replayed = await refused_report("report_nonce_not_good", at.reception.report(token, ORIGIN, NOW))
    assert replayed.nonce == before.nonce
    thief = Agent(device=agent.device)
    for reason, said in (
        ("report_out_of_order", agent.report(before.nonce, 5, at=NOW)),
        ("report_time_not_good", agent.report(before.nonce, 6, at=NOW - timedelta(hours=1))),
        ("report_not_signed", thief.report(before.nonce, 6, at=NOW)),
        ("report_not_signed", Agent(device="x" * 22).report(before.nonce, 6, at=NOW)),
        ("report_not_signed", "junk"),
    ):
        error = await refused_report(reason, at.reception.report(said, ORIGIN, NOW))
        assert (error.nonce is not None) is (reason == "report_out_of_order")
        assert (recorded[-1].code, recorded[-1].reason) == (Code.DEVICE_REPORT_REFUSED, reason)
    assert await at.store.device(before.id) == before
    assert len(recorded) == 6


async def test_a_device_that_asks_too_often_is_told_so_and_nobody_else_can_make_it_so(database, recorded):
    at = devices(database, recorded)
    agent, done = await at.enrolled()
    thief = Agent(device=agent.device)
    for _ in range(50):
        await refused_report("report_not_signed", at.reception.report(thief.report("n" * 22, 1), ORIGIN, NOW))
    nonce = done.nonce
    for _ in range(20):
        nonce = (await at.reported(agent, nonce)).nonce
    await refused_report("device_too_many_attempts", at.reported(agent, nonce))
    await at.reported(agent, nonce, NOW + MINUTE)


async def test_a_certificate_whose_answer_was_lost_is_issued_again(database, recorded):
    at = devices(database, recorded)
    agent, done = await at.enrolled()
    first = at.of(agent).leaf
    request, late = request_of(new_key()), NOW + timedelta(hours=17)
    await at.reported(agent, done.nonce, late, request=request)  # whose answer is lost
    lost = at.of(agent).leaf
    told = await refused_report(
        "report_nonce_not_good", at.reported(agent, done.nonce, late, request=request)
    )
    again = await at.reported(agent, told.nonce, late, request=request)
    assert again.certificate is not None
    assert again.authority is not None
    kept = at.of(agent)
    assert kept.former == first
    assert kept.leaf not in (first, lost)
    assert at.known.by_thumbprint(first.thumbprint) == at.known.by_thumbprint(kept.leaf.thumbprint) == kept
    assert at.known.by_thumbprint(lost.thumbprint) is None
    assert codes(recorded).count(Code.DEVICE_RENEWED) == 2


async def test_a_device_that_says_good_bye_is_retired(database, recorded):
    at = devices(database, recorded)
    agent, done = await at.enrolled()
    thumbprint = at.of(agent).leaf.thumbprint
    token = agent.farewell(done.nonce, 1)
    answer = await at.reception.farewell(token, ORIGIN, NOW)
    assert answer.standing is Standing.RETIRED
    assert (recorded[-1].code, recorded[-1].subject) == (
        Code.DEVICE_RETIRED,
        device_subject(DeviceId(agent.device)),
    )
    assert at.known.by_thumbprint(thumbprint) is None
    await refused_report("device_gone", at.reception.farewell(token, ORIGIN, NOW))
    await refused_report("device_gone", at.reported(agent, answer.nonce))


async def test_silence_is_recorded_once_and_the_next_report_ends_it(database, recorded):
    at = devices(database, recorded)
    agent, done = await at.enrolled()
    first = await at.reported(agent, done.nonce)
    del recorded[:]
    await at.office.look_for_silent(NOW + 14 * MINUTE)
    assert recorded == []
    for _ in range(2):
        await at.office.look_for_silent(NOW + 15 * MINUTE)
    assert codes(recorded) == [Code.DEVICE_STALE]
    assert at.of(agent).stale
    await at.reported(agent, first.nonce, NOW + 20 * MINUTE)
    assert codes(recorded) == [Code.DEVICE_STALE, Code.DEVICE_REPORTED_OTHERWISE]
    assert recorded[-1].details["was_stale"] is True
    assert not at.of(agent).stale


async def test_another_node_learns_what_changed_and_its_decisions_hear_of_it(database, recorded):
    here, there = devices(database, recorded), devices(database, recorded)
    await there.office.look_again()
    agent, done = await here.enrolled()
    await there.office.look_again()
    assert there.heard == [agent.device]
    await here.reported(agent, done.nonce)
    del there.heard[:]
    await there.office.look_again()
    assert there.heard == [agent.device]
    there.sequence = here.of(agent).sequence
    again = await there.reported(agent, there.of(agent).nonce)  # any node takes it
    here.sequence = there.of(agent).sequence
    await here.reported(agent, again.nonce)
    assert here.of(agent).version > there.of(agent).version
    stale = there.of(agent)
    there.known.put(here.of(agent))
    there.known.take([stale])  # read before it was put
    assert there.of(agent) == here.of(agent)


async def test_at_a_start_nothing_is_decided_anew(database, recorded):
    here, later = devices(database, recorded), devices(database, recorded)
    await here.enrolled()
    await later.office.look_again()
    assert (len(later.known), later.heard) == (1, [])
