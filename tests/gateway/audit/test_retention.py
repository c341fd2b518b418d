from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.facts import microseconds
from gateway.audit.retention import Hold, later, standings, to_be_dropped
from gateway.audit.shard import Shard

MAY = datetime(2026, 5, 4, tzinfo=UTC)


def shard(number: int, dropped_by: int | None = None) -> Shard:
    began = microseconds(MAY + timedelta(days=31 * number))
    return Shard(number, "", number * 10, 10, bytes(32), began, began + 1_000_000, dropped_by)


def hold(since: datetime, until: datetime | None, lifted_at: int | None = None) -> Hold:
    return Hold(
        1, microseconds(since), None if until is None else microseconds(until), "why", 0, "by", lifted_at
    )


def test_a_month_goes_when_its_last_entry_is_old_enough() -> None:
    end = later(MAY, 18) + timedelta(seconds=1)
    assert end == datetime(2027, 11, 4, 0, 0, 1, tzinfo=UTC)
    assert to_be_dropped([shard(0), shard(1)], [], 18, end - timedelta(seconds=1)) == []
    assert to_be_dropped([shard(0), shard(1)], [], 18, end) == [shard(0)]
    assert to_be_dropped([shard(0, 99)], [], 18, end) == []


def test_the_same_day_of_a_shorter_month_is_its_last() -> None:
    assert later(datetime(2026, 8, 31, tzinfo=UTC), 18) == datetime(2028, 2, 29, tzinfo=UTC)
    assert later(datetime(2026, 12, 31, tzinfo=UTC), 12) == datetime(2027, 12, 31, tzinfo=UTC)


@given(st.datetimes(max_value=datetime(3000, 1, 1)), st.integers(1, 1200))
def test_so_many_months_are_never_less(at: datetime, months: int) -> None:
    then = later(at, months)
    assert (then.year * 12 + then.month) - (at.year * 12 + at.month) == months
    assert then.day == at.day or (then + timedelta(days=1)).day == 1


def test_a_hold_keeps_every_month_of_which_it_touches_a_moment() -> None:
    shards, late = [shard(0), shard(1), shard(2)], later(MAY, 40)
    within = hold(MAY + timedelta(days=31, seconds=1), MAY + timedelta(days=32))
    assert to_be_dropped(shards, [within], 18, late) == [shard(0), shard(2)]
    assert [one.held_by for one in standings(shards, [within], 18)] == [(), (1,), ()]
    assert to_be_dropped(shards, [hold(MAY + timedelta(days=31, seconds=2), None)], 18, late) == shards[:2]
    before = hold(datetime(2020, 1, 1, tzinfo=UTC), MAY)
    assert to_be_dropped(shards, [before], 18, late) == shards, "its end is not included"
    assert to_be_dropped(shards, [hold(MAY, None, lifted_at=5)], 18, late) == shards
