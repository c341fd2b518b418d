"""What is seen of gaps in a real log: rows that were taken out, what is not sealed, the newest request."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.alerts.gaps import Seen
from gateway.audit.entry import Code
from gateway.storage.log_gaps import LogGaps
from tests.gateway.audit.making import EITHER, SIGNER, Log, entry, open_log_of_either


@pytest.fixture(params=EITHER)
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Log]:
    with open_log_of_either(request, tmp_path) as made:
        yield made


async def execute(log: Log, statement: str) -> None:
    await log.database.write(lambda connection: connection.exec_driver_sql(statement))


async def test_a_log_that_is_whole_and_sealed_lacks_nothing(log: Log):
    store = LogGaps(log.database, lambda _: [SIGNER.verifier])
    assert await store.begin() == 0
    log.append([entry(number) for number in range(4)])
    log.append([entry(code=Code.DECISION_PERMIT)])
    await log.checkpointer().seal()
    assert await store.seen(0, 7) == Seen(size=5, sealed=5, access=3, passed=5, served=7)
    assert await store.seen(5, None) == Seen(size=5, sealed=5, access=3, passed=5)


async def test_rows_that_were_taken_out_are_counted_and_the_first_is_named(log: Log):
    log.append([entry(number) for number in range(30)])
    await execute(log, "DELETE FROM audit_entry WHERE sequence IN (7, 8, 21)")
    found = await LogGaps(log.database, lambda _: [SIGNER.verifier]).seen(0, None)
    assert (found.missing, found.first_missing, found.passed, found.sealed) == (3, 7, 30, 0)
    assert (await LogGaps(log.database, lambda _: [SIGNER.verifier]).seen(22, None)).missing == 0


async def test_a_month_that_was_dropped_after_its_time_is_no_gap(log: Log):
    log.append([entry(number) for number in range(10)])
    log.clock.advance(days=40)
    log.append([entry(number) for number in range(5)])
    await execute(log, "DELETE FROM audit_entry WHERE sequence < 10")
    assert (await LogGaps(log.database, lambda _: [SIGNER.verifier]).seen(0, None)).missing == 10
    await execute(log, "UPDATE audit_shard SET dropped_by = 11")
    found = await LogGaps(log.database, lambda _: [SIGNER.verifier]).seen(0, None)
    assert (found.missing, found.passed) == (0, 16)
