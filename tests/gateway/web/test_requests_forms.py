"""What the forms about requests hold."""

from datetime import UTC, datetime

import pytest

from gateway.web.requests.forms import moment_of


def test_times_of_a_form_are_those_of_prague():
    assert moment_of("2026-11-23T10:00") == datetime(2026, 11, 23, 9, 0, tzinfo=UTC)
    assert moment_of("2026-07-01T10:00") == datetime(2026, 7, 1, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize("text", ["", "x", "2026-11-23T10:00+01:00"])
def test_what_no_browser_writes_is_no_time(text):
    assert moment_of(text) is None
