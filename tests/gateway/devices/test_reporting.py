"""A report is taken when it is the device's, the next one, and in words of the protocol; else it changes nothing."""

from dataclasses import replace
from datetime import timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.protocol.facts import Fact, FactName
from agents.protocol.messages import KeyKind, Report, Standing
from agents.protocol.signing import Kind, signed, signing
from agents.protocol.tunnel import TunnelAsk
from config.vocabulary import DeviceId, MunicipalityCode
from gateway.devices.authority import issue, new_authority
from gateway.devices.device import Device
from gateway.devices.posture import CHECKS, is_fresh, stale_at, state_of
from gateway.devices.reporting import (
    NotTaken,
    Refusal,
    ask,
    leave,
    read_ask,
    read_farewell,
    read_report,
    take,
    unchanged,
)
from gateway.tunnels.keys import PrivateKey
from idp.events import Actor
from tests.gateway.devices.agent import IN_ORDER, NO_TUNNEL_KEYS, NOW, TUNNEL_KEY, Agent, new_key, request_of

NONCE, NEXT = "n" * 22, "m" * 22
ID = DeviceId("d" * 22)
WEEK = timedelta(days=7)
AUTHORITY = new_authority(new_key(), "brana.example", NOW)
AGENT = Agent(device=ID)
DEVICE = Device(
    id=ID,
    name="notebook",
    municipality=MunicipalityCode("588491"),
    owner=None,
    asset=None,
    managed=True,
    key=AGENT.public,
    key_kind=KeyKind.SOFTWARE,
    agent="1.0",
    standing=Standing.ACTIVE,
    enrolled_at=NOW,
    enrolled_by=Actor("cli:root", "cli:root"),
    leaf=issue(AUTHORITY, ID, request_of(AGENT.browser_key), NOW + WEEK, NOW).leaf,
    tunnel_key=TUNNEL_KEY,
    nonce=NONCE,
    sequence=4,
)
FRESH = timedelta(minutes=15)


def taken(token: str, device: Device = DEVICE, at=NOW):
    return take(read_report(token, device), device, AUTHORITY, WEEK, NEXT, at)


def refused(refusal: Refusal, token: str, device: Device = DEVICE) -> NotTaken:
    with pytest.raises(NotTaken) as error:
        taken(token, device)
    assert error.value.refusal is refusal
    return error.value


def without(*names: FactName) -> dict[FactName, Fact]:
    return {name: fact for name, fact in IN_ORDER.items() if name not in names}


def test_a_report_is_kept_with_the_time_at_which_it_came():
    later = NOW + timedelta(minutes=9)
    done = taken(AGENT.report(NONCE, 5), at=later)
    assert (done.device.reported_at, done.device.sequence, done.device.nonce) == (later, 5, NEXT)
    assert done.device.facts == IN_ORDER
    assert done.issued is None


def test_a_report_cannot_come_twice():
    token = AGENT.report(NONCE, 5)
    again = refused(Refusal.NONCE, token, taken(token).device)
    assert again.tell_nonce


@pytest.mark.parametrize("sequence", [1, 3, 4])
def test_numbers_go_up_so_that_a_copy_of_a_device_is_seen(sequence):
    refused(Refusal.SEQUENCE, AGENT.report(NONCE, sequence))


def test_another_key_reports_for_nobody():
    other = Agent(device=ID)
    assert not refused(Refusal.SIGNATURE, other.report(NONCE, 5)).tell_nonce
    refused(Refusal.SIGNATURE, AGENT.proof(NONCE))


@pytest.mark.parametrize("standing", [Standing.RETIRED, Standing.LOST])
def test_a_device_that_is_gone_reports_no_more(standing):
    assert not refused(Refusal.GONE, AGENT.report(NONCE, 5), replace(DEVICE, standing=standing)).tell_nonce


@pytest.mark.parametrize(
    "facts", [b"[]", b'"junk"', b'{"firewall":{"value":"yes","found_by":"x"}}', b'{"firewall":true}']
)
def test_facts_that_are_none_change_nothing(facts):
    said = Report(nonce=NONCE, sequence=5, at=NOW, facts=msgspec.Raw(facts), agent="1.0")
    refused(Refusal.FACTS, signed(Kind.REPORT, ID, said, signing(AGENT.key)))


@pytest.mark.parametrize("key", NO_TUNNEL_KEYS)
def test_a_tunnel_key_that_is_none_changes_nothing(key):
    refused(Refusal.TUNNEL_KEY, AGENT.report(NONCE, 5, tunnel_key=key))


def test_what_policies_would_be_told_otherwise_raises_the_generation():
    first = taken(AGENT.report(NONCE, 5))
    assert first.otherwise
    assert first.device.generation == DEVICE.generation + 1
    again = taken(AGENT.report(NEXT, 6), replace(first.device, nonce=NEXT))
    assert not again.otherwise
    assert again.device.generation == first.device.generation
    worse = IN_ORDER | {FactName.FIREWALL: Fact(False, "nft: list ruleset")}
    assert taken(AGENT.report(NEXT, 7, worse), again.device).otherwise
    assert taken(AGENT.report(NEXT, 7, without(FactName.FIREWALL)), again.device).otherwise
    assert taken(AGENT.report(NEXT, 7, tunnel_key=None), again.device).otherwise


def test_who_asks_with_another_key_of_its_tunnel_has_it_decided_anew():
    def asked(key):
        said = TunnelAsk(nonce=NONCE, sequence=5, tunnel_key=key)
        return ask(read_ask(signed(Kind.TUNNEL, ID, said, signing(AGENT.key)), DEVICE), DEVICE, NEXT)

    known = replace(DEVICE, tunnel_key=TUNNEL_KEY)
    assert known == DEVICE
    assert asked(TUNNEL_KEY).generation == DEVICE.generation
    other = PrivateKey.generate().public
    assert (asked(other).generation, asked(other).tunnel_key) == (DEVICE.generation + 1, other)


@pytest.mark.parametrize("key", NO_TUNNEL_KEYS)
def test_who_asks_with_a_tunnel_key_that_is_none_is_refused(key):
    said = TunnelAsk(nonce=NONCE, sequence=5, tunnel_key=key)
    with pytest.raises(NotTaken) as error:
        ask(said, DEVICE, NEXT)
    assert error.value.refusal is Refusal.TUNNEL_KEY


def test_a_report_that_says_nothing_new_makes_the_device_that_taking_it_would():
    known, later = replace(DEVICE, facts=IN_ORDER), NOW + timedelta(minutes=5)
    full = IN_ORDER | {FactName.DISK_FREE_PERCENT: Fact(3, "statvfs")}  # no check, and no policy asks for it
    said = read_report(AGENT.report(NONCE, 5, full), known)
    same = unchanged(said, known, NEXT, later)
    assert same == take(said, known, AUTHORITY, WEEK, NEXT, later).device
    assert (same.nonce, same.sequence, same.reported_at) == (NEXT, 5, later)
    assert same.generation == known.generation


@pytest.mark.parametrize(
    ("report", "other"),
    [
        ({"facts": IN_ORDER | {FactName.FIREWALL: Fact(False, "nft: list ruleset")}}, {}),
        ({"facts": without(FactName.FIREWALL)}, {}),
        # no policy is told of it, but it is a check, and the device's history has it
        ({"facts": IN_ORDER | {FactName.PATCH_AGE_DAYS: Fact(400, "apt: history")}}, {}),
        ({"tunnel_key": None}, {}),
        ({"request": request_of(AGENT.browser_key)}, {}),
        ({"at": NOW - timedelta(minutes=11)}, {}),
        ({}, {"stale": True}),
        ({}, {"nonce": "o" * 22}),
        ({}, {"sequence": 5}),
        ({}, {"standing": Standing.LOST}),
    ],
)
def test_whatever_is_new_asked_for_or_refused_is_for_taking_it(report, other):
    known = replace(DEVICE, facts=IN_ORDER)
    assert unchanged(read_report(AGENT.report(NONCE, 5), known), known, NEXT, NOW) is not None
    known = replace(known, **other)
    assert unchanged(read_report(AGENT.report(NONCE, 5, **report), known), known, NEXT, NOW) is None


@pytest.mark.parametrize("name", [*CHECKS, FactName.OS, FactName.OS_VERSION])
def test_each_fact_that_policies_are_told_raises_the_generation_where_it_is_other_or_missing(name):
    first = taken(AGENT.report(NONCE, 5)).device
    other = {FactName.OS: "macos", FactName.OS_VERSION: 11}.get(name, False)
    assert taken(AGENT.report(NEXT, 6, IN_ORDER | {name: Fact(other, "x")}), first).otherwise
    assert taken(AGENT.report(NEXT, 6, without(name)), first).otherwise


def test_what_no_policy_asks_for_raises_nothing():
    first = taken(AGENT.report(NONCE, 5)).device
    more = IN_ORDER | {FactName.DISK_FREE_PERCENT: Fact(3, "statvfs")}
    assert not taken(AGENT.report(NEXT, 6, more), first).otherwise


def test_a_certificate_is_renewed_in_its_last_third_by_whoever_has_the_devices_key():
    fresh_key = new_key()
    late = NOW + timedelta(days=5)
    assert taken(AGENT.report(NONCE, 5, at=late), at=late).issued is None
    done = taken(AGENT.report(NONCE, 5, request=request_of(fresh_key), at=late), at=late)
    assert done.issued is not None
    assert done.device.leaf == done.issued.leaf != DEVICE.leaf
    assert done.device.leaf.ends_at == late + WEEK
    assert done.device.former == DEVICE.leaf


def test_a_certificate_whose_answer_was_lost_takes_nothing_away_from_the_one_the_agent_has():
    request, late = request_of(new_key()), NOW + timedelta(days=5)
    lost = taken(AGENT.report(NONCE, 5, request=request, at=late), at=late).device
    again = taken(AGENT.report(NEXT, 6, request=request, at=late), lost, at=late)
    assert again.issued is not None
    assert again.device.leaves == (again.issued.leaf, DEVICE.leaf)
    assert lost.leaf not in again.device.leaves
    week_after = late + timedelta(days=6)
    third = taken(AGENT.report(NEXT, 7, request=request, at=week_after), again.device, at=week_after)
    assert third.device.former == again.device.leaf


@pytest.mark.parametrize("off", [timedelta(minutes=11), timedelta(minutes=-11), timedelta(days=400)])
def test_a_report_that_was_kept_back_or_made_by_a_clock_that_is_wrong_says_nothing(off):
    error = refused(Refusal.CLOCK, AGENT.report(NONCE, 5, at=NOW + off))
    assert not error.tell_nonce
    assert error.detail


def test_a_device_that_says_good_bye_has_nothing_left_that_opens_anything():
    said = read_farewell(AGENT.farewell(NONCE, 5), DEVICE)
    gone = leave(said, replace(DEVICE, former=DEVICE.leaf), NEXT, NOW)
    assert (gone.standing, gone.leaves, gone.tunnel_key) == (Standing.RETIRED, (), None)
    assert (gone.nonce, gone.sequence, gone.generation) == (NEXT, 5, DEVICE.generation + 1)
    with pytest.raises(NotTaken) as error:
        leave(said, gone, NEXT, NOW)
    assert error.value.refusal is Refusal.GONE


def test_a_farewell_is_no_report_and_comes_from_its_device_alone():
    for token in (AGENT.report(NONCE, 5), Agent(device=ID).farewell(NONCE, 5)):
        with pytest.raises(NotTaken) as error:
            read_farewell(token, DEVICE)
        assert error.value.refusal is Refusal.SIGNATURE
    refused(Refusal.SIGNATURE, AGENT.farewell(NONCE, 5))
    for nonce, sequence, refusal in ((NEXT, 5, Refusal.NONCE), (NONCE, 4, Refusal.SEQUENCE)):
        with pytest.raises(NotTaken) as error:
            leave(read_farewell(AGENT.farewell(nonce, sequence), DEVICE), DEVICE, NEXT, NOW)
        assert error.value.refusal is refusal


def test_a_device_whose_silence_was_recorded_is_heard_again():
    first = taken(AGENT.report(NONCE, 5)).device
    again = taken(AGENT.report(NEXT, 6), replace(first, stale=True))
    assert (again.otherwise, again.device.stale) == (True, False)


def test_whoever_was_approved_meanwhile_gets_the_first_certificate():
    token = AGENT.report(NONCE, 5, request=request_of(AGENT.browser_key))
    assert taken(token, replace(DEVICE, leaf=None)).issued is not None
    for standing in (Standing.WAITING, Standing.BLOCKED):
        assert taken(token, replace(DEVICE, leaf=None, standing=standing)).issued is None


def test_policies_are_told_what_was_reported():
    state = state_of(taken(AGENT.report(NONCE, 5)).device, FRESH, NOW)
    assert state is not None
    assert (state.managed, state.fresh, state.disk_encrypted, state.os, state.os_version) == (
        *(True, True, True),
        *("linux", 12),
    )


@pytest.mark.parametrize("standing", [one for one in Standing if one is not Standing.ACTIVE])
def test_a_device_that_is_not_in_use_is_as_good_as_none(standing):
    assert state_of(replace(DEVICE, standing=standing, reported_at=NOW), FRESH, NOW) is None


def test_a_silent_device_grows_stale_by_itself():
    device = replace(DEVICE, reported_at=NOW)
    end = NOW + FRESH
    assert is_fresh(device, FRESH, end - timedelta(microseconds=1))
    assert not is_fresh(device, FRESH, end)
    assert stale_at(device, FRESH, NOW) == end
    assert stale_at(device, FRESH, end) is None
    assert not is_fresh(DEVICE, FRESH, NOW)
    assert not is_fresh(device, FRESH, NOW - timedelta(microseconds=1))  # the clock was set back: doubt


@given(st.sets(st.sampled_from(CHECKS)), st.sets(st.sampled_from(CHECKS)))
def test_what_is_not_said_is_not_known_and_what_is_not_so_is_told(absent, broken):
    facts = {name: fact for name, fact in IN_ORDER.items() if name not in absent}
    facts |= {name: Fact(False, "looked") for name in broken - absent}
    state = state_of(replace(DEVICE, facts=facts, reported_at=NOW), FRESH, NOW)
    assert all(getattr(state, name) is None for name in absent)
    assert all(getattr(state, name) is (name not in broken) for name in set(CHECKS) - absent)
