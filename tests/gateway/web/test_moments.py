from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.vocabulary import Language
from gateway.web.moments import (
    PRAGUE,
    MomentUnreadable,
    ago_text,
    entered_since,
    entered_until,
    moment_text,
)

CS, EN = Language.CZECH, Language.ENGLISH


def utc(*parts: int) -> datetime:
    return datetime(*parts, tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "language", "precision", "text"),
    [
        (utc(2026, 11, 23, 8, 4, 7), CS, "second", "23. 11. 2026 9:04:07 SEČ"),
        (utc(2026, 7, 3, 8, 4, 7), CS, "second", "3. 7. 2026 10:04:07 SELČ"),
        (utc(2026, 11, 23, 8, 4, 7), EN, "second", "23 Nov 2026, 09:04:07 CET"),
        (utc(2026, 7, 3, 8, 4, 7), EN, "minute", "3 Jul 2026, 10:04 CEST"),
        (utc(2026, 10, 25, 0, 30), CS, "minute", "25. 10. 2026 2:30 SELČ"),
        (utc(2026, 10, 25, 1, 30), CS, "minute", "25. 10. 2026 2:30 SEČ"),
        (utc(2026, 11, 23, 23, 0), CS, "hour", "0:00"),
    ],
)
def test_a_moment_is_shown_in_prague_with_its_zone(moment, language, precision, text):
    assert moment_text(moment, language, precision) == text


def test_how_long_ago_is_said_in_the_language_of_the_page():
    now = utc(2026, 11, 23, 8)
    assert ago_text(now - timedelta(minutes=5), now, CS) == "před 5 minutami"
    assert ago_text(now - timedelta(hours=3), now, EN) == "3 hours ago"
    assert ago_text(now - timedelta(seconds=59), now, CS) == "právě teď"
    assert ago_text(now + timedelta(seconds=5), now, EN) == "just now"


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
