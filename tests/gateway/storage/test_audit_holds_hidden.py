"""A hold that somebody hides in the database for as long as a round of deletion takes: what is held stays."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.audit.verify_report import Report
from gateway.storage.audit_dropping import ShardNotDropped, Why
from tests.gateway.audit.making import EITHER, KEYS, Log, entry, open_log_of_either
from tests.gateway.audit.sharding import by_hand, check, verified
from tests.gateway.storage.test_audit_retention import JUNE_IS_OLD, drop, numbers, retention, seal

HIDE = ("UPDATE audit_entry SET code = 'x' WHERE code = 'audit.hold_placed'", "DELETE FROM audit_hold")


@pytest.fixture(params=[(one, later) for one in EITHER for later in (False, True)], ids=str)
def held(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Log]:
    """The hold is told of in the month that it keeps, or in a later one."""
    request.param, later = request.param
    with open_log_of_either(request, tmp_path) as log:
        log.append([entry(number) for number in range(4)])
        seal(log)
        if not later:
            asyncio.run(retention(log).place(0, None, "incident 7", "s-officer", log.clock.now))
            seal(log)
        log.clock.advance(days=31)
        log.append([entry(9)])
        seal(log)
        seal(log)
        if later:
            asyncio.run(retention(log).place(0, None, "incident 7", "s-officer", log.clock.now))
            seal(log)
        yield log


def test_what_is_held_stays_while_the_column_of_the_hold_says_otherwise(held: Log) -> None:
    assert drop(held, JUNE_IS_OLD) == []
    by_hand(held, *HIDE)
    with pytest.raises(ShardNotDropped) as refused:
        drop(held, JUNE_IS_OLD)
    assert refused.value.reason is Why.NOT_WHOLE
    assert numbers(held)[0] == 0
    by_hand(held, "UPDATE audit_entry SET code = 'audit.hold_placed' WHERE code = 'x'")
    assert drop(held, JUNE_IS_OLD) == []
    assert check(held).broken is None


def test_what_is_held_stays_when_the_hold_is_hidden_but_while_the_log_is_verified(held: Log) -> None:
    hide = (
        "UPDATE audit_entry SET code = 'x' WHERE code = 'audit.hold_placed'",
        "UPDATE audit_hold SET lifted_at = 1",
    )
    show = (
        "UPDATE audit_entry SET code = 'audit.hold_placed' WHERE code = 'x'",
        "UPDATE audit_hold SET lifted_at = NULL",
    )
    asked = []

    async def shown_meanwhile() -> Report:
        held.database.write_soon(lambda c: [c.exec_driver_sql(one) for one in show]).result()
        asked.append(await verified(held))
        held.database.write_soon(lambda c: [c.exec_driver_sql(one) for one in hide]).result()
        return asked[0]

    by_hand(held, *hide)
    held.clock.now = JUNE_IS_OLD
    assert asyncio.run(retention(held).drop_due(18, JUNE_IS_OLD, KEYS, shown_meanwhile)) == []
    assert (asked[0].broken, numbers(held)[0]) == (None, 0)


def test_a_hold_placed_behind_the_verification_counts_by_its_bytes(held: Log) -> None:
    async def placed_then() -> Report:
        found = await verified(held)
        await retention(held).place(0, None, "incident 8", "s-officer", held.clock.now)
        held.database.write_soon(lambda c: [c.exec_driver_sql(one) for one in HIDE]).result()
        return found

    held.clock.now = JUNE_IS_OLD
    asyncio.run(retention(held).lift(1, "over", "s-officer", held.clock.now))
    seal(held)
    seal(held)
    assert asyncio.run(retention(held).drop_due(18, JUNE_IS_OLD, KEYS, placed_then)) == []
    assert numbers(held)[0] == 0


def test_nothing_goes_of_a_log_that_could_not_be_verified(held: Log) -> None:
    async def no_verdict() -> None:
        return None

    held.clock.now = JUNE_IS_OLD
    asyncio.run(retention(held).lift(1, "over", "s-officer", held.clock.now))
    with pytest.raises(ShardNotDropped) as refused:
        asyncio.run(retention(held).drop_due(18, JUNE_IS_OLD, KEYS, no_verdict))
    assert refused.value.reason is Why.NOT_WHOLE
    assert numbers(held)[0] == 0
    seal(held)
    seal(held)
    assert drop(held, JUNE_IS_OLD)[0] == 0
