from datetime import UTC, datetime, timedelta

import pytest

from config.vocabulary import Language
from idp.http.moments import ago_text, moment_text

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
