"""A clock that is set forward is found; one that only goes, or sleeps with its machine, is not."""

from datetime import timedelta

from gateway.alerts.clock import Clocks
from tests.gateway.audit.making import NOON

SECOND = timedelta(seconds=1)


def test_only_what_is_beyond_a_clock_that_nobody_sets_is_a_jump():
    clocks = Clocks(NOON, 100 * SECOND)
    assert clocks.look(NOON + 5 * SECOND, 105 * SECOND) is None
    assert clocks.look(NOON + 3605 * SECOND, 3705 * SECOND) is None  # the machine slept
    assert clocks.look(NOON + 3611 * SECOND, 3710 * SECOND) is None  # a step of synchronisation
    assert clocks.look(NOON + 3676 * SECOND, 3715 * SECOND) == NOON + 3616 * SECOND
    assert clocks.look(NOON + 3681 * SECOND, 3720 * SECOND) is None  # told once


def test_a_clock_that_is_set_back_is_told_by_the_log_itself():
    clocks = Clocks(NOON, 0 * SECOND)
    assert clocks.look(NOON - 60 * SECOND, 5 * SECOND) is None
