"""What commands say of a search that ended before its end."""

from datetime import UTC, datetime, timedelta

import pytest

from gateway.commands.audit_moments import MOMENT, in_prague
from gateway.commands.audit_shown import tell_reached

NOON = datetime(2026, 11, 27, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("reached", [NOON, NOON + timedelta(microseconds=1), NOON + timedelta(seconds=59)])
def test_a_search_goes_on_with_the_moment_that_is_told_and_misses_nothing(
    capsys: pytest.CaptureFixture[str], reached: datetime
) -> None:
    tell_reached(reached)
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err.startswith("searched back to 2026-11-27 13:00:")
    until = in_prague(MOMENT.convert(told.err.rpartition("--until ")[2].strip(), None, None))
    assert until is not None
    assert timedelta(0) <= until - reached < timedelta(seconds=1)


def test_of_a_search_that_came_to_its_end_nothing_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    tell_reached(None)
    assert capsys.readouterr().err == ""
