from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.search import Hour
from gateway.web.officer.chart import COLUMN, HEIGHT, HOURS, day_until, draw, round_up
from tests.gateway.web.people import NOW

SINCE, UNTIL = day_until(NOW)
COUNTS = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**6)), max_size=HOURS)


def test_a_day_is_24_whole_hours_of_which_the_last_holds_now():
    assert timedelta(hours=24) == UNTIL - SINCE
    assert UNTIL - timedelta(hours=1) <= NOW < UNTIL


@given(COUNTS)
def test_no_bar_leaves_the_chart_and_none_is_lost(counts):
    hours = [
        Hour(SINCE + timedelta(hours=number), accesses, refusals)
        for number, (accesses, refusals) in enumerate(counts)
    ]
    chart = draw(hours, SINCE)
    assert len(chart.bars) == HOURS
    assert (chart.accesses, chart.refusals) == (sum(a for a, _ in counts), sum(r for _, r in counts))
    for bar in chart.bars:
        assert 0 <= bar.x < HOURS * COLUMN
        assert -1e-6 <= bar.refusals_y <= bar.accesses_y <= HEIGHT
        assert bar.accesses_y + bar.accesses_height == pytest.approx(HEIGHT)


@given(st.integers(0, 10**9))
def test_a_scale_ends_at_a_round_number_that_is_not_far(value):
    top = round_up(value)
    assert top >= max(value, 1)
    assert top <= max(2.5 * value, 1)
    assert str(top).rstrip("0") in {"1", "2", "5"}
