"""Slices of time: whole hours, days, weeks and months of Prague's calendar, without gaps, and never too many."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.slices import MOST, Width, cut
from gateway.audit.terms import LOCAL

WINTER = datetime(2026, 11, 26, 23, tzinfo=UTC)  # midnight in Prague
moments = st.datetimes(datetime(1970, 1, 2), datetime(2999, 1, 1), timezones=st.just(UTC))


@pytest.mark.parametrize(
    ("span", "width", "number"),
    [
        (timedelta(microseconds=1), Width.MINUTES, 1),
        (timedelta(hours=1), Width.MINUTES, 60),
        (timedelta(hours=12), Width.MINUTES, 48),
        (timedelta(days=1), Width.HOURS, 24),
        (timedelta(days=7), Width.HOURS, 56),
        (timedelta(days=30), Width.HOURS, 60),
        (timedelta(days=60), Width.DAY, 60),
        (timedelta(days=365), Width.WEEK, 53),
        (timedelta(days=3 * 365), Width.MONTH, 37),
    ],
)
def test_slices_are_as_narrow_as_there_is_room_for(span, width, number):
    made = cut(WINTER, WINTER + span)
    assert made.width is width
    assert abs(len(made.edges) - 1 - number) <= 1


def test_none_is_narrower_than_asked():
    assert cut(WINTER, WINTER + timedelta(hours=2), timedelta(hours=1)).width is Width.HOURS


def test_days_are_those_of_prague_where_one_has_25_hours():
    made = cut(datetime(2026, 10, 1, tzinfo=UTC), datetime(2026, 11, 20, tzinfo=UTC))
    assert all(one.astimezone(LOCAL).hour == 0 for one in made.edges[1:-1])
    assert {end - begin for begin, end in pairwise(made.edges[1:-1])} == {
        timedelta(hours=24),
        timedelta(hours=25),
    }


@given(moments, moments)
def test_whatever_the_span_the_slices_are_that_span_and_not_too_many(one, other):
    since, until = sorted((one, other))
    made = cut(since, until)
    assert made.edges[0] == since
    assert made.edges[-1] >= until
    assert all(begin < end for begin, end in pairwise(made.edges))
    assert 2 <= len(made.edges) <= MOST + 1
