from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.login import throttle
from idp.login.throttle import BucketKey, Exhausted, Limit, Purse, Scope, Taken
from tests.rig.people import JANA_ID, NOON

WINDOW = timedelta(minutes=15)
ACCOUNT = Purse(BucketKey("subject:a"), Scope.ACCOUNT, Limit(5, WINDOW))
ADDRESS = Purse(BucketKey("address:b"), Scope.ADDRESS, Limit(8, WINDOW))


class InMemory:
    """Counters in a dictionary: the whole of the Protocol."""

    def __init__(self):
        self.kept = {}

    def guesses(self, key):
        return self.kept.get(key, ())

    def keep_guesses(self, key, times, forget_at):
        assert list(times) == sorted(times)
        self.kept[key] = times


def test_the_sixth_guess_waits_until_the_first_is_forgotten():
    counters = InMemory()
    for second in range(5):
        assert isinstance(throttle.take(counters, (ACCOUNT,), NOON + timedelta(seconds=second)), Taken)
    refused = throttle.take(counters, (ACCOUNT,), NOON + timedelta(seconds=5))
    assert refused == Exhausted(Scope.ACCOUNT, NOON + WINDOW)
    assert isinstance(throttle.take(counters, (ACCOUNT,), NOON + WINDOW), Taken)


def test_a_guess_that_one_purse_refuses_costs_nothing_in_the_other():
    counters = InMemory()
    for _ in range(5):
        throttle.take(counters, (ACCOUNT, ADDRESS), NOON)
    assert isinstance(throttle.take(counters, (ACCOUNT, ADDRESS), NOON), Exhausted)
    assert len(counters.guesses(ADDRESS.key)) == 5


def test_a_guess_that_was_right_is_given_back_to_every_purse():
    counters = InMemory()
    throttle.take(counters, (ACCOUNT, ADDRESS), NOON - timedelta(minutes=1))
    taken = throttle.take(counters, (ACCOUNT, ADDRESS), NOON)
    throttle.give_back(counters, taken, NOON)
    assert counters.guesses(ACCOUNT.key) == (NOON - timedelta(minutes=1),) == counters.guesses(ADDRESS.key)


@given(st.lists(st.integers(0, 3600), max_size=80))
def test_never_more_guesses_than_the_limit_in_any_window(seconds):
    counters, allowed = InMemory(), []
    for second in sorted(seconds):
        now = NOON + timedelta(seconds=second)
        if isinstance(throttle.take(counters, (ACCOUNT,), now), Taken):
            allowed.append(now)
    for start in allowed:
        assert sum(start <= moment < start + WINDOW for moment in allowed) <= ACCOUNT.limit.guesses


@given(st.lists(st.integers(-7200, 7200), max_size=40))
def test_setting_the_clock_back_gives_no_new_guesses(seconds):
    counters = InMemory()
    for _ in range(5):
        throttle.take(counters, (ACCOUNT,), NOON)
    for second in seconds:
        if second < WINDOW.total_seconds():
            assert isinstance(
                throttle.take(counters, (ACCOUNT,), NOON + timedelta(seconds=second)), Exhausted
            )


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("10.0.0.1", "10.0.0.1", True),
        ("10.0.0.1", "10.0.0.2", False),
        ("2001:db8::1", "2001:db8::ffff:1", True),
        ("2001:db8::1", "2001:db8:0:1::1", False),
        ("::ffff:10.0.0.1", "10.0.0.1", True),
        ("fe80::1%eth0", "fe80::1%eth1", True),
        ("", "nonsense", True),
    ],
)
def test_addresses_of_one_holder_share_a_purse(one, other, same):
    assert (throttle.address_key(one) == throttle.address_key(other)) is same


@given(st.text(max_size=60))
def test_every_address_text_has_a_key_that_fits_the_column(text):
    assert len(throttle.address_key(text)) <= 200


def test_a_typed_login_does_not_stand_in_the_key():
    assert "Tajne" not in throttle.login_key("Tajne-heslo-v-jinem-poli")
    assert throttle.login_key("Jana") == throttle.login_key(" jana")
    assert throttle.subject_key(JANA_ID) != throttle.browser_key(JANA_ID, b"x" * 32)
