from datetime import timedelta

from gateway.notices.retry import BACK_OFF, next_attempt
from tests.rig.people import NOON


def test_pauses_grow_and_a_night_passes_before_a_notice_is_given_up():
    pauses = [next_attempt(failed, NOON) - NOON for failed in range(1, len(BACK_OFF) + 1)]
    assert pauses == sorted(pauses)
    assert timedelta(hours=12) <= sum(pauses, timedelta()) <= timedelta(hours=24)


def test_after_the_last_attempt_there_is_none():
    assert next_attempt(len(BACK_OFF) + 1, NOON) is None
