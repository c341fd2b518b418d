"""Fuzz target: an agent's machines against the gateway's own, over a line that loses, doubles, keeps back, swaps and
alters what is said. Sans I/O on both sides; `make fuzz` runs it longer (`FUZZ_EXAMPLES`).

What must hold, whatever the line does:

1. A code enrols one device, and that one has the agent's key: nobody else's.
2. Where the agent says it is enrolled, the gateway has the device, and they agree on its name.
3. Where the agent says that the gateway refused it, or was not reached, and does not speak of a doubt, then the gateway
   has no device of its.
4. The gateway takes each number once, and numbers grow; it takes no report twice, and none that was altered.
5. What the gateway believes of the device was said by the device, not before what it believed earlier.
6. Once the line is whole again, the next report or the one after it is taken.
"""

import os
from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from agents.enrol.enrolment import LOST, Ending, GiveUp, Keep, SayBegin, SayComplete, begun, step
from agents.keys.browser import new_key, request_of
from agents.keys.software import SoftwareKey
from agents.protocol.facts import Fact, FactName
from agents.protocol.messages import COMPLETE, REPORT, Begin, Complete, KeyKind, Reported
from agents.uplink import speaking, uplink
from agents.uplink.line import Unreachable
from agents.uplink.uplink import Lost, Passed, Uplink
from agents.version import VERSION
from tests.agents.gateway import CODE, Gateway

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "60"))
NOW = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FATES = (
    "whole",
    "whole",
    "lost",
    "unheard",
    "doubled",
    "kept back",
    "old one first",
    "altered",
    "answer altered",
)
fates = st.lists(st.tuples(st.sampled_from(FATES), st.integers(0, 2**16)), max_size=25)
BROWSER = new_key()


class BrokenLine:
    """Between an agent and the gateway. What was kept back comes later, before something else."""

    def __init__(self, gateway, happens):
        self.gateway = gateway
        self.happens = list(happens)
        self.kept_back = []
        self.said = []
        self.taken = []

    def say(self, path, body, kind):
        fate, chance = self.happens.pop(0) if self.happens else ("whole", 0)
        self.said.append((path, body))
        match fate:
            case "lost":
                raise _away()
            case "unheard":
                self.hears(path, body)
                raise _away()
            case "kept back":
                self.kept_back.append((path, body))
                raise _away()
            case "old one first":
                for one in (*self.kept_back, self.said[chance % len(self.said)]):
                    self.hears(*one)
                self.kept_back.clear()
            case "doubled":
                self.hears(path, body)
            case "altered":
                return self.hears(path, _altered(body, chance))
        status, answer = self.hears(path, body)
        return status, _altered(answer, chance) if fate == "answer altered" else answer

    def hears(self, path, body):
        """The gateway does, and law 1 and 4 are looked at."""
        before = self.gateway.device
        try:
            status, answer = self.gateway.answer(path, body)
        except (
            msgspec.MsgspecError,
            UnicodeDecodeError,
        ):  # who reads requests refuses these before the rules
            return 400, b""
        after = self.gateway.device
        if status == 200 and path == COMPLETE:
            assert before is None, "a code enrolled two devices"
        if status == 200 and path == REPORT:
            assert (path, body) in self.said, "a report was taken that the device never said"
            assert body not in self.taken, "a report was taken twice"
            assert after.sequence > before.sequence, "numbers do not grow"
            self.taken.append(body)
        elif path == REPORT:
            assert after == before, "a report that was refused changed something"
        return status, answer


def _away():
    return Unreachable("devices.brana.example", "away")


def _altered(octets, chance):
    """One bit."""
    if not octets:
        return octets
    at = chance % len(octets)
    return octets[:at] + bytes([octets[at] ^ 1 << chance % 8]) + octets[at + 1 :]


def enrols(line, key, clock):
    """The shell of `command.enrolling` without its disk; the last action."""
    state, action = begun()
    while not isinstance(action, Keep | GiveUp):
        match action:
            case SayBegin(wait):
                clock.now += wait
                heard = speaking.begin(line, Begin(code=CODE, key=key.public))
            case SayComplete(nonce, wait):
                clock.now += wait
                proof = Complete(
                    nonce=nonce,
                    code=CODE,
                    key=key.public,
                    key_kind=KeyKind.SOFTWARE,
                    request=request_of(BROWSER),
                    name="pc",
                    agent=VERSION,
                )
                heard = speaking.complete(line, proof, key)
        state, action = step(state, heard or LOST, clock.now)
    return action


class Clock:
    now = NOW

    def __call__(self):
        return self.now


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(happens=fates)
def test_an_enrolment_ends_with_one_device_and_the_truth_of_it(happens):
    clock = Clock()
    gateway = Gateway(clock)
    key = SoftwareKey.new()
    line = BrokenLine(gateway, happens)
    ended = enrols(line, key, clock)
    device = gateway.device
    assert device is None or device.key == key.public, "somebody else's key was enrolled"
    if isinstance(ended, Keep):
        assert device is not None, "the agent believes in a device that is not there"
        altered = any(fate == "answer altered" for fate, _ in happens)
        assert altered or ended.enrolled.device == device.id
    elif ended.ending is not Ending.IN_DOUBT:
        assert device is None or any("altered" in fate for fate, _ in happens), "enrolled, and told otherwise"


@settings(max_examples=EXAMPLES, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    happens=fates,
    restarts=st.sets(st.integers(0, 25)),
    waits=st.lists(st.integers(0, 900), min_size=26, max_size=26),
)
def test_reports_over_any_line_are_taken_once_in_order_and_it_recovers(happens, restarts, waits):
    clock = Clock()
    gateway = Gateway(clock)
    key = SoftwareKey.new()
    enrolled = enrols(BrokenLine(gateway, ()), key, clock).enrolled
    line = BrokenLine(gateway, happens)
    state = uplink.begun(Uplink(nonce=enrolled.nonce, standing=enrolled.standing))
    believed = -1
    for turn in range(len(happens) + 1):
        clock.now += timedelta(seconds=waits[turn])
        if turn in restarts:
            state = uplink.begun(msgspec.json.decode(msgspec.json.encode(state), type=Uplink))
        state = turned(state, line, key, enrolled.device, clock, turn)
        said = gateway.device.facts.get(FactName.DISK_FREE_MIB)
        if said is not None:
            assert said.value >= believed, "what was said earlier is believed over what was said later"
            believed = said.value
    line.happens.clear()
    for _ in range(2):
        clock.now = max(clock.now, uplink.next_at(state, clock.now)) + timedelta(seconds=1)
        state = turned(state, line, key, enrolled.device, clock, len(happens) + 1)
    assert gateway.device.reported_at == clock.now, "it does not recover"
    assert gateway.device.facts[FactName.DISK_FREE_MIB].value == len(happens) + 1


def turned(state, line, key, device, clock, value):
    """One turn of `command.service`, which tells `value`."""
    facts = {FactName.DISK_FREE_MIB: Fact(value, "fuzz: drawn")}
    state, say = uplink.step(state, Passed(otherwise=True), clock.now, 0.5)
    while say is not None:
        heard = speaking.report(line, say, facts, None, None, device, key, clock.now)
        assert heard is None or not isinstance(heard, Reported) or state.under_way
        state, say = uplink.step(state, heard or Lost(), clock.now, 0.5)
    return state
