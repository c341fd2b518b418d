"""Laws of reporting, whatever is answered, lost, repeated or ended in the middle."""

from datetime import UTC, datetime, timedelta

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.protocol.messages import Refusal, Reported, Standing
from agents.uplink.uplink import (
    FIRST_WAIT,
    GONE,
    LONGEST_WAIT,
    NO_NONCE,
    SOON,
    Lost,
    Passed,
    Uplink,
    Woken,
    begun,
    next_at,
    step,
)

NOW = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
FIRST = Uplink(nonce="nonce-0", standing=Standing.ACTIVE)


def taken(nonce="n" * 16, standing=Standing.ACTIVE, within=300, **further):
    return Reported(standing=standing, nonce=nonce, report_within=within, **further)


def no(reason, nonce=None):
    return Refusal(reason=reason, cs="Ne.", en="No.", nonce=nonce)


def said(state, now=NOW, chance=0.5, *, otherwise=False):
    return step(state, Passed(otherwise=otherwise), now, chance)


def in_order(state=FIRST, now=NOW, chance=0.5):
    state, say = said(state, now)
    assert say is not None
    return step(state, taken(), now, chance)[0]


def test_who_starts_reports_at_once():
    _, say = said(FIRST)
    assert say.nonce == "nonce-0"


def test_one_report_at_a_time_is_under_way():
    state, _ = said(FIRST)
    assert said(state, NOW + timedelta(hours=1), otherwise=True)[1] is None


@pytest.mark.parametrize("chance", [0.0, 0.5, 0.999])
def test_the_next_report_comes_before_the_gateway_expects_it(chance):
    state = in_order(chance=chance)
    assert said(state, NOW + 3 * MINUTE)[1] is None
    assert said(state, NOW + 5 * MINUTE)[1] is not None


def test_devices_spread_over_the_time():
    assert len({in_order(chance=one / 10).due_at for one in range(10)}) == 10


def test_what_changed_is_told_at_once():
    assert said(in_order(), NOW + timedelta(seconds=1), otherwise=True)[1] is not None


def test_what_changed_asks_a_gateway_that_is_away_no_oftener():
    state, _ = said(in_order(), NOW + MINUTE, otherwise=True)
    state, _ = step(state, Lost(), NOW + MINUTE, 1.0)
    assert said(state, NOW + MINUTE + timedelta(seconds=1), otherwise=True)[1] is None


def test_after_waking_it_reports_soon():
    state, _ = step(in_order(), Woken(), NOW + MINUTE, 0.9)
    assert said(state, NOW + MINUTE + SOON)[1] is not None


def test_a_nonce_that_was_told_is_used_at_once_and_once():
    state, first = said(FIRST)
    state, again = step(state, no("report_nonce_not_good", "m" * 16), NOW, 0.5)
    assert (again.nonce, again.sequence > first.sequence) == ("m" * 16, True)
    state, third = step(state, no("report_nonce_not_good", "o" * 16), NOW, 0.5)
    assert third is None
    assert said(state, NOW + FIRST_WAIT)[1].nonce == "o" * 16


def test_waits_grow_to_a_bound():
    state, now, waits = FIRST, NOW, []
    for _ in range(12):
        state, say = said(state, now)
        assert say is not None
        state, _ = step(state, Lost(), now, 0.5)
        waits.append(state.due_at - now)
        now = state.due_at
    assert waits == sorted(waits)
    assert waits[0] < FIRST_WAIT
    assert waits[-1] == 0.75 * LONGEST_WAIT


def test_a_device_that_is_gone_says_nothing_more():
    state, _ = said(FIRST)
    state, _ = step(state, no(GONE), NOW, 0.5)
    assert state.gone
    for event in (Passed(otherwise=True), Woken(), Lost(), taken()):
        state, say = step(state, event, NOW + timedelta(days=1), 0.5)
        assert (say, state.gone) == (None, True)


@pytest.mark.parametrize("standing", [Standing.RETIRED, Standing.LOST])
def test_an_answer_that_says_it_is_gone_is_the_last(standing):
    state, _ = said(FIRST)
    state, _ = step(state, taken(standing=standing), NOW, 0.5)
    assert said(state, NOW + timedelta(days=1))[1] is None


def test_one_that_is_blocked_goes_on_reporting_for_it_may_come_back():
    state, _ = said(FIRST)
    state, _ = step(state, taken(standing=Standing.BLOCKED), NOW, 0.5)
    assert said(state, NOW + 5 * MINUTE)[1] is not None


def test_who_is_let_in_asks_for_a_certificate_soon():
    state, _ = said(Uplink(nonce="nonce-0", standing=Standing.WAITING))
    state, _ = step(state, taken(), NOW, 0.9)
    assert said(state, NOW + SOON)[1] is not None


def test_a_clock_that_is_set_back_postpones_nothing():
    state, say = said(in_order(), NOW - timedelta(days=365))
    assert say is None
    assert said(state, NOW - timedelta(days=365) + 5 * MINUTE)[1] is not None


def test_a_state_brought_back_from_a_copy_goes_on_above_what_was_said_since():
    later = NOW + timedelta(days=1)
    _, lost_since = said(in_order(), NOW + 5 * MINUTE)
    _, say = said(begun(FIRST), later)
    assert say.sequence > lost_since.sequence


def test_an_answer_that_nobody_waits_for_is_passed_over():
    assert step(FIRST, taken(), NOW, 0.5) == (FIRST, None)


events = st.one_of(
    st.builds(Passed, otherwise=st.booleans()),
    st.builds(Woken),
    st.builds(Lost),
    st.builds(lambda within: ("answer", within), st.integers(-5, 10**9)),
    st.builds(lambda reason, with_nonce: ("refusal", reason, with_nonce), st.sampled_from(
        ["report_nonce_not_good", "report_out_of_order", "report_facts_not_good", "whatever"]), st.booleans()),
    st.just("duplicate"),
    st.just("restart"),
)  # fmt: skip
steps = st.lists(st.tuples(events, st.integers(-3600, 7200), st.floats(0, 1, exclude_max=True)), max_size=60)


class Run:
    """One device, by and by: what it keeps, what it says."""

    def __init__(self):
        self.kept = FIRST
        self.state = begun(FIRST)
        self.now = NOW
        self.numbers = []
        self.answered = set()
        self.last = Lost()
        self.heard = Lost()  # of what came, the last that answered something
        self.under_way = None
        self.drawn = 0

    def restart(self):
        self.state = begun(msgspec.json.decode(msgspec.json.encode(self.kept), type=Uplink))
        self.under_way = None

    def event_of(self, happens):
        self.drawn += 1
        match happens:
            case "duplicate":
                return self.last
            case ("answer", within):
                self.last = taken(f"drawn-{self.drawn:016}", within=within)
            case ("refusal", reason, with_nonce):
                self.last = no(reason, f"drawn-{self.drawn:016}" if with_nonce else None)
            case _:
                return happens
        return self.last

    def happens(self, happens, chance):
        if happens == "restart":
            self.restart()
            return
        event = self.event_of(happens)
        if isinstance(event, Reported | Refusal) and self.state.under_way:
            self.heard = event
        if isinstance(event, Reported) and self.state.under_way:
            self.answered.add(self.under_way.nonce)
        self.state, say = step(self.state, event, self.now, chance)
        self.kept = self.state  # before anything is said, and after each answer
        if say is not None:
            assert say.nonce not in self.answered or say.nonce == getattr(self.heard, "nonce", None)
            self.numbers.append(say.sequence)
            self.under_way = say
        bound = max(self.state.every, LONGEST_WAIT)
        assert self.state.due_at is None or next_at(self.state, self.now) <= self.now + bound

    def heard_again(self):
        """The gateway answers whatever is said from now on."""
        # It looks every few seconds, so a clock that was set back is seen at once.
        self.happens(Passed(), 0.0)
        if not self.state.under_way:
            self.now = next_at(self.state, self.now)
            self.state, say = said(self.state, self.now, 0.0)
            assert say is not None
        self.state, _ = step(self.state, taken("the-gateway-is-back"), self.now, 0.0)


@given(steps)
def test_no_number_is_said_twice_no_answered_nonce_again_and_it_always_recovers(happens):
    run = Run()
    for one, passed, chance in happens:
        run.now += timedelta(seconds=passed)
        run.happens(one, chance)
    assert run.numbers == sorted(set(run.numbers))
    run.heard_again()
    assert run.state.reported_at == run.now
    assert (run.state.failures, run.state.nonce) == (0, "the-gateway-is-back")


def test_without_anything_kept_it_asks_for_the_nonce():
    assert said(Uplink())[1].nonce == NO_NONCE
