"""What is seen of gaps in a real log: rows that were taken out, what is not sealed, the newest request."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.alerts.gaps import Seen
from gateway.audit.entry import Code
from gateway.storage.alerts import StoredAlerts
from gateway.storage.log_gaps import LogGaps
from tests.gateway.audit.making import EITHER, SIGNER, Log, entry, open_log_of_either
from tests.gateway.audit.rotating import SEAL


def gaps_of(log: Log) -> LogGaps:
    return LogGaps(log.database, SEAL, lambda _: [SIGNER.verifier])


@pytest.fixture(params=EITHER)
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Log]:
    with open_log_of_either(request, tmp_path) as made:
        yield made


async def execute(log: Log, statement: str) -> None:
    await log.database.write(lambda connection: connection.exec_driver_sql(statement))


async def test_a_log_that_is_whole_and_sealed_lacks_nothing(log: Log):
    store = gaps_of(log)
    assert await store.begin(log.clock()) == 0
    log.append([entry(number) for number in range(4)])
    log.append([entry(code=Code.DECISION_PERMIT)])
    await log.checkpointer().seal()
    assert await store.seen(0, 7) == Seen(size=5, sealed=5, access=3, passed=5, served=7)
    assert await store.seen(5, None) == Seen(size=5, sealed=5, access=3, passed=5)


async def test_rows_that_were_taken_out_are_counted_and_the_first_is_named(log: Log):
    log.append([entry(number) for number in range(30)])
    await execute(log, "DELETE FROM audit_entry WHERE sequence IN (7, 8, 21)")
    found = await gaps_of(log).seen(0, None)
    assert (found.missing, found.first_missing, found.passed, found.sealed) == (3, 7, 30, 0)
    assert (await gaps_of(log).seen(22, None)).missing == 0


@pytest.mark.parametrize("change", ["following = 1000000000", "following = 9", "mark = NULL"])
async def test_a_place_that_was_moved_by_hand_hides_no_row_that_was_taken_out(log: Log, change: str):
    alerts, store = StoredAlerts(log.database, log.ledger.append, SEAL), gaps_of(log)
    await alerts.begin(log.clock())
    log.append([entry(number) for number in range(9)])
    assert await store.begin(log.clock()) == 0
    await execute(log, f"UPDATE alert_place SET {change}")
    await execute(log, "DELETE FROM audit_entry WHERE sequence = 4")
    found = await store.seen(await store.begin(log.clock()), None)
    assert (found.missing, found.first_missing) == (1, 4)


async def test_a_month_that_was_dropped_after_its_time_is_no_gap(log: Log):
    log.append([entry(number) for number in range(10)])
    log.clock.advance(days=40)
    log.append([entry(number) for number in range(5)])
    await execute(log, "DELETE FROM audit_entry WHERE sequence < 10")
    assert (await gaps_of(log).seen(0, None)).missing == 10
    await execute(log, "UPDATE audit_shard SET dropped_by = 11")
    found = await gaps_of(log).seen(0, None)
    assert (found.missing, found.passed) == (0, 16)
