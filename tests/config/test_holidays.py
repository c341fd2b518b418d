from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.holidays import easter_sunday, is_public_holiday, public_holidays

EASTERS = [  # tables of the Astronomical Applications Department, U.S. Naval Observatory
    date(1961, 4, 2),
    date(2000, 4, 23),
    date(2008, 3, 23),
    date(2011, 4, 24),
    date(2016, 3, 27),
    date(2024, 3, 31),
    date(2025, 4, 20),
    date(2026, 4, 5),
    date(2027, 3, 28),
    date(2038, 4, 25),
]


@pytest.mark.parametrize("sunday", EASTERS, ids=str)
def test_easter_falls_where_the_tables_say(sunday: date) -> None:
    assert easter_sunday(sunday.year) == sunday


@given(st.integers(1900, 2200))
def test_easter_is_a_sunday_between_22_march_and_25_april(year: int) -> None:
    sunday = easter_sunday(year)
    assert sunday.isoweekday() == 7
    assert date(year, 3, 22) <= sunday <= date(year, 4, 25)


@given(st.integers(2016, 2200))
def test_a_year_has_thirteen_public_holidays_unless_two_coincide(year: int) -> None:
    easter_monday = date.fromordinal(easter_sunday(year).toordinal() + 1)
    coincide = easter_monday in {date(year, 5, 1), date(year, 5, 8)}
    assert len(public_holidays(year)) == 13 - coincide


@pytest.mark.parametrize("day", [date(2026, 4, 3), date(2026, 4, 6), date(2026, 11, 17), date(2026, 12, 24)])
def test_a_holiday_is_a_holiday(day: date) -> None:
    assert is_public_holiday(day)


@pytest.mark.parametrize("day", [date(2026, 4, 5), date(2026, 4, 7), date(2026, 12, 31), date(2026, 11, 23)])
def test_a_working_day_or_an_ordinary_sunday_is_none(day: date) -> None:
    assert not is_public_holiday(day)
