"""What should be in the log and is not: told in time, once, and never because nobody asked for anything."""

from dataclasses import replace
from datetime import timedelta

from hypothesis import given
from hypothesis import strategies as st

from gateway.alerts.delivered import in_force
from gateway.alerts.gaps import AGAIN, LEAST, Gap, Gaps, Seen, told
from gateway.alerts.watch import Watch
from gateway.audit.canonical import Recorded
from tests.gateway.audit.making import NOON

MINUTE = timedelta(minutes=1)
PATIENCE = 5 * MINUTE
WELL = Seen(size=100, sealed=100, access=90, passed=100, served=1_000)


def gaps() -> Gaps:
    made = Gaps(PATIENCE, 0)
    assert made.look(WELL, NOON) == []
    return made


def kinds(made: Gaps, seen: Seen, minutes: int) -> list[Gap]:
    return [one.gap for one in made.look(seen, NOON + minutes * MINUTE)]


def test_a_night_in_which_nobody_asks_for_anything_is_no_gap():
    made = gaps()
    assert [kinds(made, WELL, minutes) for minutes in range(1, 600, 7)] == [[]] * 86


def test_requests_that_are_answered_and_not_recorded_are_told_when_patience_is_over():
    made, silent = gaps(), replace(WELL, served=1_000 + LEAST)
    assert kinds(made, silent, 1) == []
    assert kinds(made, silent, 5) == []
    (one,) = made.look(silent, NOON + 6 * MINUTE)
    assert (one.gap, one.number, one.since, one.first) == (Gap.SILENT, LEAST, NOON + MINUTE, 90)


def test_few_requests_that_are_still_under_way_are_no_gap():
    made = gaps()
    assert [kinds(made, replace(WELL, served=1_000 + LEAST - 1), at) for at in (1, 60, 600)] == [[]] * 3


def test_requests_after_a_long_silence_have_their_whole_patience():
    made = gaps()
    kinds(made, WELL, 600)
    assert kinds(made, replace(WELL, served=5_000), 601) == []
    assert kinds(made, replace(WELL, served=5_000, access=101), 602) == []
    assert kinds(made, replace(WELL, served=5_000, access=101), 620) == []


def test_an_envoy_that_starts_anew_or_says_nothing_is_no_gap():
    made = gaps()
    assert kinds(made, replace(WELL, served=None), 10) == []
    assert kinds(made, replace(WELL, served=3), 20) == []
    assert kinds(made, replace(WELL, served=None), 40) == []


def test_entries_that_nobody_seals_are_told_from_the_first_of_them():
    made, open_ones = gaps(), replace(WELL, size=130)
    assert kinds(made, open_ones, 1) == []
    (one,) = made.look(open_ones, NOON + 6 * MINUTE)
    assert (one.gap, one.number, one.since, one.first) == (Gap.NOT_SEALED, 30, NOON + MINUTE, 100)


def test_a_log_that_grows_all_the_time_and_is_sealed_is_well():
    made = gaps()
    growing = [replace(WELL, size=101 + number, sealed=100 + number) for number in range(100)]
    assert [kinds(made, one, number) for number, one in enumerate(growing)] == [[]] * 100


def test_what_lasts_is_told_again_seldom_and_what_comes_again_at_once():
    made, open_ones = gaps(), replace(WELL, size=130)
    told_at = [minutes for minutes in range(1, 60) if kinds(made, open_ones, minutes)]
    assert told_at == [6, 21, 36, 51]
    kinds(made, WELL, 61)
    assert [minutes for minutes in range(62, 70) if kinds(made, open_ones, minutes)] == [67]


def test_a_number_that_is_missing_is_told_at_once_with_the_first():
    made = gaps()
    (one,) = made.look(replace(WELL, passed=120, missing=2, first_missing=107), NOON)
    assert (one.gap, one.number, one.first, made.passed) == (Gap.MISSING, 2, 107, 120)


def test_one_alert_stands_for_as_long_as_a_gap_lasts_and_is_over_after_it():
    made, watch, open_ones = gaps(), Watch(in_force([])), replace(WELL, size=130)
    raised, over = [], []
    for minute in range(300):
        at = NOON + minute * MINUTE
        lacks = made.look(open_ones if minute < 120 else WELL, at)
        found = [Recorded(minute, at, told(one, at)) for one in lacks]
        changed = watch.hear(found, at)
        raised += [minute for _ in changed.raised]
        over += [minute for _ in changed.over]
    assert raised == [5]
    assert len(over) == 1
    assert 120 < over[0] <= 120 + (60 + 30)
    assert in_force([])[0].quiet > AGAIN


@given(st.lists(st.tuples(st.integers(0, 40), st.booleans()), max_size=60))
def test_nothing_is_told_where_each_answered_request_is_recorded_within_patience(steps):
    made, at, seen = Gaps(PATIENCE, 0), NOON, WELL
    for requests, late in steps:
        seen = replace(seen, served=seen.served + requests)
        if late:
            assert made.look(seen, at) == []
            at += 4 * MINUTE
        seen = replace(seen, access=seen.access + requests, size=100 + seen.access, sealed=100 + seen.access)
        assert made.look(seen, at) == []
        at += MINUTE
