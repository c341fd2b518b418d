"""A month that somebody marks as deleted by hand: the product removes nothing of it, and says so."""

import asyncio

import pytest

from gateway.audit.entry import Code
from gateway.storage.audit_dropping import ShardNotDropped, Why
from tests.gateway.audit.making import KEYS, Log, entry
from tests.gateway.audit.sharding import by_hand, check, months, shards
from tests.gateway.audit.test_append import written
from tests.gateway.storage.test_audit_drops_attacked import marked_by_hand, signed_for, unsigned
from tests.gateway.storage.test_audit_retention import numbers, retention, seal

__all__ = ["months"]


def remove_marked(log: Log) -> None:
    asyncio.run(retention(log).remove_marked(KEYS))


@pytest.mark.parametrize("of_another", [False, True])
def test_the_product_removes_no_month_that_is_marked_without_a_signature(
    months: Log, of_another: bool
) -> None:
    """What is marked and signed goes before it is told: a stranger's mark keeps nothing else."""
    may, june, *_ = shards(months)
    told = marked_by_hand(months, may, signed_for(may, 25)(months.clock.now))
    if of_another:
        by_hand(months, f"UPDATE audit_shard SET dropped_by = {told} WHERE number = 1")
    else:
        marked_by_hand(months, june, unsigned(months.clock.now, june))
    for _ in range(2):
        with pytest.raises(ShardNotDropped) as refused:
            remove_marked(months)
        assert (refused.value.reason, refused.value.shard.number) == (Why.NOT_SIGNED, 1)
        assert numbers(months)[:8] == list(range(june.first, june.end))
    assert "marked as deleted" in str(refused.value)
    asyncio.run(retention(months).kept_back(refused.value, months.clock.now))
    last = written(months)[-1].entry
    assert (last.code, last.reason) == (Code.LOG_SHARD_NOT_DROPPED, "month_marked_as_deleted_by_hand")


def test_the_open_month_is_never_removed_however_it_is_marked(months: Log) -> None:
    last, there = shards(months)[-1], numbers(months)
    size = there[-1] + 1 - last.end
    row = f"{last.number + 1}, '2026-08', {last.end}, {size}, root, began, ended, {there[-1]}"
    by_hand(
        months,
        "INSERT INTO audit_shard (number, month, first, size, root, began, ended, dropped_by) "
        f"SELECT {row} FROM audit_shard WHERE number = {last.number}",
    )
    with pytest.raises(ShardNotDropped) as refused:
        remove_marked(months)
    assert refused.value.reason is Why.NOT_SIGNED
    assert numbers(months) == there
    by_hand(months, f"DELETE FROM audit_shard WHERE number = {last.number + 1}")
    months.append([entry(1)])
    seal(months)
    assert check(months).broken is None
