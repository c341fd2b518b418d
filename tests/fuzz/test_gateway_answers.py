"""Fuzz target: whatever answers a device, it says nothing twice, raises nothing, and hears the gateway again.

The invariant first: an answer is a value of the protocol or `NotUnderstood`; after any of them the uplink stands where
a proper answer is taken, and its next report is bounded. Quick in the suite; `make fuzz` runs it longer.
"""

import os
from datetime import UTC, datetime, timedelta

import msgspec
from hypothesis import given, settings
from hypothesis import strategies as st

from agents.enrol.enrolment import LOST, GiveUp, Keep, SayBegin, begun
from agents.enrol.enrolment import step as enrol_step
from agents.protocol.answers import LONGEST_ANSWER, NotUnderstood, read_answer
from agents.protocol.messages import Challenge, Enrolled, Refusal, Reported, Standing
from agents.uplink.uplink import LONGEST, Lost, Passed, Uplink, step

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "100"))
NOW = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)
GOOD = {
    Challenge: Challenge(nonce="n" * 22, expires_at=NOW + timedelta(minutes=2)),
    Enrolled: Enrolled(
        device="d" * 22, standing=Standing.ACTIVE, nonce="m" * 22, authority="", report_within=300
    ),
    Reported: Reported(standing=Standing.ACTIVE, nonce="r" * 22, report_within=300),
    Refusal: Refusal(reason="report_nonce_not_good", cs="Ne.", en="No.", nonce="o" * 22, again="now"),
}
leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40) | st.sampled_from(
    ["active", "retired", "lost", "device_gone", "report_nonce_not_good", "never", "now", "later", "n" * 16, "n" * 513]
)  # fmt: skip
junk = st.recursive(
    leaves, lambda of: st.lists(of, max_size=3) | st.dictionaries(st.text(max_size=8), of, max_size=3)
)


@st.composite
def bodies(draw):
    """A proper answer with some of it other, or cut, or nothing like one."""
    good = msgspec.to_builtins(GOOD[draw(st.sampled_from(list(GOOD)))])
    for name in draw(st.lists(st.sampled_from(sorted(good)), max_size=3)):
        good[name] = draw(junk)
    written = msgspec.json.encode(good, enc_hook=str)
    way = draw(st.sampled_from(["whole", "cut", "bytes", "deep", "long"]))
    return {
        "whole": written,
        "cut": written[: draw(st.integers(0, len(written)))],
        "bytes": draw(st.binary(max_size=64)),
        "deep": b"[" * 5_000,
        "long": b" " * (LONGEST_ANSWER + 1) + written,
    }[way]


answers = st.tuples(st.sampled_from([200, 200, 204, 301, 400, 403, 409, 429, 500, 502, 503]), bodies())


def heard(status, body, of):
    try:
        return read_answer(status, body, of)
    except NotUnderstood:
        return None


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(st.tuples(answers, st.integers(0, 900), st.floats(0, 1, exclude_max=True)), max_size=12))
def test_an_uplink_withstands_any_answer(told):
    state, now, numbers = Uplink(nonce="f" * 22, standing=Standing.ACTIVE), NOW, []
    for (status, body), passed, chance in told:
        now += timedelta(seconds=passed)
        state, say = step(state, Passed(otherwise=True), now, chance)
        while say is not None:
            numbers.append(say.sequence)
            assert 16 <= len(say.nonce) <= 512
            state, say = step(state, heard(status, body, Reported) or Lost(), now, chance)
        assert not state.under_way
        assert state.gone or state.due_at <= now + LONGEST
        assert msgspec.json.decode(msgspec.json.encode(state), type=Uplink) == state
    assert len(numbers) == len(set(numbers))
    if not state.gone:
        state, say = step(state, Passed(), now + LONGEST, 0.0)
        assert step(state, GOOD[Reported], now, 0.0)[0].nonce == "r" * 22


@settings(max_examples=EXAMPLES, deadline=None)
@given(st.lists(answers, max_size=12))
def test_an_enrolment_withstands_any_answer(told):
    state, action = begun()
    for status, body in told:
        if isinstance(action, Keep | GiveUp):
            break
        of = Challenge if isinstance(action, SayBegin) else Enrolled
        state, action = enrol_step(state, heard(status, body, of) or LOST, NOW)
    if isinstance(action, Keep):
        assert isinstance(action.enrolled, Enrolled)
