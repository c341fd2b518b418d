from datetime import UTC, datetime, timedelta, timezone

from hypothesis import given
from hypothesis import strategies as st

from gateway.storage.moment import micros, moment_of


@given(st.datetimes(timezones=st.just(UTC)))
def test_a_time_comes_back_to_the_microsecond(moment: datetime) -> None:
    assert moment_of(micros(moment)) == moment


@given(st.datetimes(min_value=datetime(1971, 1, 1), max_value=datetime(9990, 1, 1)))
def test_the_same_instant_in_another_zone_is_the_same_number(naive: datetime) -> None:
    prague = naive.replace(tzinfo=timezone(timedelta(hours=2)))
    assert micros(prague) == micros(prague.astimezone(UTC))
