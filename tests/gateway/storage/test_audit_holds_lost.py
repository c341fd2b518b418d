"""A hold that was taken out by hand is found and put back, also where its number could be used again."""

import asyncio
from datetime import timedelta

import pytest

from gateway.audit.anchors import Fault
from gateway.audit.entry import Code
from gateway.audit.facts import microseconds
from gateway.audit.retention import Hold
from gateway.audit.shard_acts import hold_placed
from gateway.storage.audit_retention import Retention
from tests.gateway.audit.making import NOON, Log
from tests.gateway.audit.sharding import broken, by_hand, check, months
from tests.gateway.audit.test_append import written
from tests.gateway.storage.test_audit_retention import BY, MAY_IS_OLD, drop, retention, seal

__all__ = ["months"]

DAY = timedelta(days=1)
MAY = (microseconds(NOON - DAY), microseconds(NOON + DAY))
JULY = (microseconds(NOON + 60 * DAY), microseconds(NOON + 70 * DAY))
WHY = "spis 5\u202e \\u{5}"


def placed(log: Log, span: tuple[int, int] = MAY) -> int:
    log.clock.now = MAY_IS_OLD - 20 * DAY
    return asyncio.run(retention(log).place(*span, WHY, BY, log.clock.now)).number


def entries_of(log: Log, code: Code) -> list[int]:
    return [one.sequence for one in written(log) if one.entry.code is code]


def standing(log: Log) -> dict[int, bool]:
    return {one.number: one.stands for one in asyncio.run(Retention(log.database).holds())}


def used_again(log: Log, *, lifted: bool = False) -> None:
    """As a version did that knew of no number but those in the database."""
    assert placed(log) == 1
    if lifted:
        asyncio.run(retention(log).lift(1, "skončeno", BY, log.clock.now))
    second = Hold(1, *JULY, "jiné", microseconds(log.clock.now), BY)
    by_hand(
        log,
        "DELETE FROM audit_hold",
        f"INSERT INTO audit_hold VALUES (1, {JULY[0]}, {JULY[1]}, 'jiné', {second.placed_at}, '{BY}', NULL)",
    )
    log.append([hold_placed(log.clock.now, BY, second)])
    seal(log)


def test_a_number_that_the_log_has_told_of_is_never_used_again(months: Log) -> None:
    assert placed(months) == 1
    by_hand(months, "DELETE FROM audit_hold")
    assert placed(months, JULY) == 2
    seal(months)
    found = broken(months)
    assert (found.fault, found.sequence) == (Fault.HOLD_ALTERED, entries_of(months, Code.LOG_HOLD_PLACED)[0])
    assert drop(months, MAY_IS_OLD) == [], "what the first one holds is kept"
    seal(months)
    assert (check(months).broken, standing(months)) == (None, {1: True, 2: True})


def test_a_hold_whose_number_another_one_got_is_found_and_placed_anew(months: Log) -> None:
    used_again(months)
    found = broken(months)
    assert (found.fault, found.sequence) == (Fault.HOLD_ALTERED, entries_of(months, Code.LOG_HOLD_PLACED)[0])
    assert drop(months, MAY_IS_OLD) == []
    seal(months)
    assert (check(months).broken, standing(months)) == (None, {1: True, 2: True})
    assert [one.entry.code for one in written(months)[-2:]] == [Code.LOG_HOLD_RESTORED, Code.LOG_HOLD_PLACED]
    assert drop(months, MAY_IS_OLD) == []
    assert len(entries_of(months, Code.LOG_HOLD_RESTORED)) == 1, "it is told once"
    asyncio.run(retention(months).lift(2, "skončeno", BY, MAY_IS_OLD))
    assert drop(months, MAY_IS_OLD) == [0]
    seal(months)
    assert check(months).broken is None


def test_one_that_was_lifted_is_found_too_and_comes_back_lifted(months: Log) -> None:
    used_again(months, lifted=True)
    assert broken(months).fault is Fault.HOLD_ALTERED
    assert drop(months, MAY_IS_OLD) == [0]
    seal(months)
    assert (check(months).broken, standing(months)) == (None, {1: True, 2: False})


@pytest.mark.parametrize(
    "change", ["DELETE FROM audit_hold WHERE number = 2", "UPDATE audit_hold SET since = until"]
)
def test_what_was_placed_anew_is_held_against_the_log_as_any_other(months: Log, change: str) -> None:
    used_again(months)
    drop(months, MAY_IS_OLD)
    by_hand(months, change)
    seal(months)
    assert broken(months).fault is Fault.HOLD_ALTERED
    assert drop(months, MAY_IS_OLD) == []
    seal(months)
    assert check(months).broken is None
