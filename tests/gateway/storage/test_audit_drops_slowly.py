"""Somebody set the clock forward, and writes to the database too: for a day nothing goes, and then a month in a day."""

from datetime import timedelta

import pytest

from gateway.storage.audit_dropping import ShardNotDropped, Why
from tests.gateway.audit.attacking import put_in
from tests.gateway.audit.making import Log, entry
from tests.gateway.audit.sharding import by_hand, months
from tests.gateway.storage.test_audit_retention import JUNE_IS_OLD, lived, seal, slowly

__all__ = ["months"]


@pytest.mark.parametrize("place", [10**9, 3])
def test_a_row_that_somebody_put_in_for_a_moment_does_not_say_that_the_log_has_lived(
    months: Log, place: int
) -> None:
    months.clock.now = JUNE_IS_OLD.replace(year=2031)
    lived(months, 1)
    put_in(months, place, entry(1, at=months.clock.now - timedelta(days=2)))
    with pytest.raises(ShardNotDropped) as refused:
        slowly(months)
    assert refused.value.reason is Why.CLOCK


def test_nor_does_the_time_in_a_column(months: Log) -> None:
    months.clock.now = JUNE_IS_OLD.replace(year=2031)
    lived(months, 1)
    two_days = 2 * 86_400 * 1_000_000
    by_hand(
        months,
        f"UPDATE audit_entry SET at = (SELECT max(at) FROM audit_entry) - {two_days} WHERE sequence = 3",
    )
    with pytest.raises(ShardNotDropped) as refused:
        slowly(months)
    assert refused.value.reason is Why.CLOCK


def test_no_second_month_goes_in_a_day_while_a_column_hides_the_first(months: Log) -> None:
    months.clock.now = JUNE_IS_OLD
    lived(months, 26)
    seal(months)
    assert slowly(months) == [0]
    by_hand(months, "UPDATE audit_entry SET code = 'x' WHERE code = 'audit.shard_dropped'")
    assert slowly(months) == []
    by_hand(months, "UPDATE audit_entry SET code = 'audit.shard_dropped' WHERE code = 'x'")
    lived(months, 26)
    seal(months)
    assert slowly(months) == [1]
