"""Laws of an enrolment, and every way that one ends."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from agents.enrol.enrolment import (
    LOST,
    MOST_TRIES,
    Ending,
    GiveUp,
    Keep,
    SayBegin,
    SayComplete,
    Stage,
    begun,
    step,
)
from agents.protocol.messages import Challenge, Enrolled, Refusal, Standing

NOW = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)
CHALLENGE = Challenge(nonce="n" * 22, expires_at=NOW + timedelta(minutes=2))
ENROLLED = Enrolled(
    device="d" * 22,
    standing=Standing.ACTIVE,
    nonce="m" * 22,
    authority="",
    certificate=None,
    report_within=300,
)


def no(reason="device_code_not_good", again="never"):
    return Refusal(reason=reason, cs="Ne.", en="No.", again=again)


def after(*events):
    state, action = begun()
    for event in events:
        state, action = step(state, event, NOW)
    return state, action


def test_a_device_begins_proves_and_is_enrolled():
    assert isinstance(begun()[1], SayBegin)
    assert after(CHALLENGE)[1] == SayComplete("n" * 22, timedelta(0))
    state, action = after(CHALLENGE, ENROLLED)
    assert (state.stage, action) == (Stage.DONE, Keep(ENROLLED))


def test_a_refusal_ends_it_with_its_reason():
    assert after(no())[1] == GiveUp(Ending.REFUSED, no())
    assert after(CHALLENGE, no("device_asset_differs"))[1].ending is Ending.REFUSED


def test_a_proof_that_was_not_answered_is_said_again_and_is_the_same():
    assert after(CHALLENGE, LOST)[1].nonce == CHALLENGE.nonce
    assert after(CHALLENGE, LOST, ENROLLED)[1] == Keep(ENROLLED)


def test_a_code_that_a_lost_proof_may_have_spent_leaves_a_doubt():
    assert after(CHALLENGE, LOST, no())[1] == GiveUp(Ending.IN_DOUBT, no())
    assert after(CHALLENGE, LOST, no("device_asset_differs"))[1].ending is Ending.REFUSED
    assert after(LOST, CHALLENGE, no("device_challenge_not_good"))[1].ending is Ending.REFUSED


def test_a_code_that_is_spent_between_its_challenge_and_its_proof_leaves_a_doubt():
    assert after(CHALLENGE, no())[1].ending is Ending.IN_DOUBT
    assert after(CHALLENGE, no("device_key_in_use"))[1].ending is Ending.IN_DOUBT


def test_who_is_not_answered_gives_up():
    assert after(*[LOST] * MOST_TRIES)[1].ending is Ending.UNREACHABLE
    assert after(CHALLENGE, *[LOST] * MOST_TRIES)[1].ending is Ending.IN_DOUBT


def test_a_gateway_that_is_busy_is_asked_again():
    assert isinstance(after(no("busy", "later"))[1], SayBegin)
    assert after(*[no("busy", "later")] * MOST_TRIES)[1].refusal == no("busy", "later")


def test_a_challenge_of_long_ago_is_none():
    old = Challenge(nonce="n" * 22, expires_at=NOW - timedelta(days=2))
    assert isinstance(after(old)[1], SayBegin)


refusals = st.builds(
    no, st.sampled_from(["device_code_not_good", "busy"]), st.sampled_from(["never", "later", "now"])
)


@given(st.lists(st.sampled_from(["answered", "lost", "refused"]), max_size=20), refusals)
def test_every_enrolment_ends_and_says_one_proof_alone(fates, refusal):
    (state, action), proofs, steps = begun(), set(), 0
    waited = timedelta(0)
    while not isinstance(action, Keep | GiveUp):
        fate = fates[steps] if steps < len(fates) else "lost"
        answer = CHALLENGE if isinstance(action, SayBegin) else ENROLLED
        waited += action.wait
        if isinstance(action, SayComplete):
            proofs.add(action.nonce)
        event = {"answered": answer, "lost": LOST, "refused": refusal}[fate]
        state, action = step(state, event, NOW)
        steps += 1
    assert steps <= 2 * MOST_TRIES
    assert len(proofs) <= 1
    assert waited <= timedelta(seconds=30)
    assert state.stage in (Stage.DONE, Stage.OVER)
