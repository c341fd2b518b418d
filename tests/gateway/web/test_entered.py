from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.web.entered import MomentUnreadable, entered_since, entered_until
from idp.http.moments import PRAGUE


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


def test_a_day_is_entered_whole():
    assert entered_since("2026-11-23") == utc(2026, 11, 22, 23)
    assert entered_until("2026-11-23") == utc(2026, 11, 23, 23)


def test_the_last_minute_entered_is_in_the_span():
    assert entered_until("2026-11-23T18:00") == utc(2026, 11, 23, 17, 1)


def test_a_span_around_the_end_of_summer_time_holds_both_of_its_repeated_hours():
    assert entered_since("2026-10-25T02:30") == utc(2026, 10, 25, 0, 30)
    assert entered_until("2026-10-25T02:30") == utc(2026, 10, 25, 1, 31)


def test_nothing_entered_is_no_limit():
    assert entered_since("  ") is None
    assert entered_until("") is None


@pytest.mark.parametrize(
    "text",
    [
        "yesterday",
        "2026-13-01",
        "2026-02-30T10:00",
        "0001-01-01",
        "9999-12-31",
        "2026-11-23T18:00junk",
        "23. 11.",
    ],
)
def test_what_is_no_time_is_refused(text):
    with pytest.raises(MomentUnreadable):
        entered_since(text)


@given(st.text(max_size=30))
def test_any_text_is_read_or_refused(text):
    try:
        since, until = entered_since(text), entered_until(text)
    except MomentUnreadable:
        return
    assert (since is None) == (until is None)


@given(st.integers(0, 2**32).map(lambda second: datetime.fromtimestamp(second, UTC)))
def test_what_is_shown_as_entered_contains_its_own_moment(moment):
    entered = moment.astimezone(PRAGUE).strftime("%Y-%m-%dT%H:%M")
    assert entered_since(entered) <= moment < entered_until(entered)
