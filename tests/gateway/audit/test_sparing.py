from datetime import timedelta

from gateway.audit.sparing import Sparing, SparingEach
from tests.gateway.audit.making import NOON

MINUTE = timedelta(minutes=1)


def test_so_many_are_kept_in_a_span_and_the_next_one_tells_how_many_were_not() -> None:
    sparing = Sparing(2, MINUTE)
    taken = [sparing.take(NOON + timedelta(seconds=number)) for number in range(5)]
    assert taken == [0, 0, None, None, None]
    assert sparing.take(NOON + MINUTE) == 3
    assert sparing.take(NOON + MINUTE) == 0


def test_a_clock_set_back_begins_a_new_span() -> None:
    sparing = Sparing(1, MINUTE)
    assert sparing.take(NOON) == 0
    assert sparing.take(NOON - timedelta(days=1)) == 0
    assert sparing.take(NOON - timedelta(days=1)) is None


def test_each_person_is_counted_alone_and_what_was_left_out_is_told_however_late() -> None:
    each = SparingEach(1, MINUTE)
    assert [each.of(who, NOON).take(NOON) for who in ("jana", "jana", "petr")] == [0, None, 0]
    later = NOON + 5 * MINUTE
    assert [each.of(who, later).take(later) for who in ("jana", "petr", "petr")] == [1, 0, None]
