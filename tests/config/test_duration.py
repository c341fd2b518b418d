from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.duration import UNITS, parse_age, parse_duration


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("15 min", timedelta(minutes=15)),
        ("10 h", timedelta(hours=10)),
        ("300ms", timedelta(milliseconds=300)),
        ("0 s", timedelta(0)),
        ("999999 days", timedelta(days=999_999)),
    ],
)
def test_a_duration_is_read_with_its_unit(text: str, meaning: timedelta) -> None:
    assert parse_duration(text) == meaning


@pytest.mark.parametrize(
    "text",
    [
        "",
        "5",
        "min",
        "5 minutes",
        "-5 min",
        "5  min",
        "5 min ",
        " 5 min",
        "5 min\n",
        "1.5 h",
        "٥ min",
        "1000000 s",
    ],
)
def test_what_is_no_duration_is_refused_and_told_how_to_write_one(text: str) -> None:
    with pytest.raises(ValueError, match="write for example `15 min`"):
        parse_duration(text)


@given(st.integers(0, 999_999), st.sampled_from(sorted(UNITS)), st.sampled_from(["", " "]))
def test_every_written_duration_means_its_number_of_units(number: int, unit: str, space: str) -> None:
    assert parse_duration(f"{number}{space}{unit}") == number * UNITS[unit]


@given(st.text())
def test_no_text_whatever_raises_anything_but_the_named_error(text: str) -> None:
    try:
        parse_duration(text)
    except ValueError as refusal:
        assert "is not a duration" in str(refusal)  # noqa: PT017 - either outcome is fine, others are not


@pytest.mark.parametrize(("text", "hours"), [("PT9H", 9), ("P1DT1H", 25), ("9 h", 9), ("540min", 9)])
def test_an_age_may_be_written_as_iso_8601_has_it_too(text: str, hours: int) -> None:
    assert parse_age(text) == timedelta(hours=hours)


@pytest.mark.parametrize("text", ["PT", "P9X", "9", "pt9h", "-PT9H", ""])
def test_what_is_no_age_is_refused_and_told_how_to_write_one(text: str) -> None:
    with pytest.raises(ValueError, match="is not a duration; write for example `15 min`"):
        parse_age(text)
