from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from idp.login import throttle
from idp.login.throttle import BucketKey, Exhausted, Limit, Purse, Scope, Taken
from tests.rig.people import NOON

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


def test_a_purse_that_waits_for_quiet_forgets_nothing_while_guesses_go_on():
    counters = InMemory()
    purse = Purse(BucketKey("directory:a"), Scope.DIRECTORY, Limit(3, WINDOW, until_quiet=True))
    almost = WINDOW - timedelta(seconds=1)
    for number in range(3):
        assert isinstance(throttle.take(counters, (purse,), NOON + number * almost), Taken)
    last = NOON + 2 * almost
    assert throttle.take(counters, (purse,), last + almost) == Exhausted(Scope.DIRECTORY, last + WINDOW)
    assert isinstance(throttle.take(counters, (purse,), last + WINDOW), Taken)
    assert counters.guesses(purse.key) == (last + WINDOW,)


def test_looking_whether_a_guess_is_left_costs_none():
    counters = InMemory()
    for _ in range(9):
        assert throttle.left(counters, (ACCOUNT,), NOON) is None
    assert counters.guesses(ACCOUNT.key) == ()


def test_what_is_forgiven_is_what_came_before():
    counters = InMemory()
    for minute in range(3):
        throttle.take(counters, (ACCOUNT,), NOON + timedelta(minutes=minute))
    throttle.forgive(counters, (ACCOUNT,), NOON + timedelta(minutes=1), NOON + timedelta(minutes=3))
    assert counters.guesses(ACCOUNT.key) == (NOON + timedelta(minutes=2),)
