"""What is seen of gaps in a real log: rows that were taken out, what is not sealed, the newest request."""

from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy.exc import IntegrityError

from gateway.alerts.gaps import LEAST, Gap, Gaps, Seen
from gateway.alerts.node_gaps import NodeGaps
from gateway.audit.entry import Code
from gateway.storage.alerts import StoredAlerts
from gateway.storage.log_gaps import LOOKED_AT, LogGaps
from gateway.storage.unusable import DatabaseUnusable
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


async def test_a_month_that_is_said_to_be_gone_hides_no_row_of_the_open_one(log: Log):
    log.append([entry(number) for number in range(10)])
    await execute(log, "DELETE FROM audit_entry WHERE sequence = 7")
    columns = "number, month, first, size, root, began, ended, dropped_by"
    await execute(log, f"INSERT INTO audit_shard ({columns}) VALUES (0, '', 0, 10, '', 0, 0, 1)")
    assert (await gaps_of(log).seen(0, None)).missing == 1


async def test_a_number_that_stands_twice_makes_up_for_none_that_is_missing(log: Log):
    """A server alone lets it: months have tables of their own."""
    log.append([entry(1)])
    log.clock.advance(days=31)
    log.append([entry(number) for number in range(5)])
    copied = "INSERT INTO audit_entry SELECT * FROM audit_entry WHERE sequence = 5"
    with suppress(DatabaseUnusable, IntegrityError):
        await execute(log, copied)
    await execute(log, "DELETE FROM audit_entry WHERE sequence = 4")
    assert (await gaps_of(log).seen(0, None)).first_missing == 4


async def test_where_no_place_is_kept_a_day_is_counted(log: Log):
    log.append([entry(number) for number in range(9)])
    await execute(log, "DELETE FROM audit_entry WHERE sequence = 4")
    assert (await gaps_of(log).seen(await gaps_of(log).begin(log.clock()), None)).missing == 1


LIES = [
    "UPDATE audit_entry SET code = 'access.request' WHERE sequence > 4",
    "UPDATE audit_entry SET sequence = 1000000 WHERE sequence = 4",
    "UPDATE audit_entry SET sequence = sequence + 1000000 WHERE sequence > 4",
]


@pytest.mark.parametrize("lie", LIES)
async def test_a_row_that_passes_for_a_request_does_not_hide_that_none_come(log: Log, lie: str):
    log.append([entry(number) for number in range(5)])
    log.append([entry(number, Code.DECISION_PERMIT) for number in range(5)])
    assert (await gaps_of(log).seen(0, None)).access == 4
    await execute(log, lie)
    assert (await gaps_of(log).seen(0, None)).access <= 4


async def test_older_requests_that_pass_for_the_newest_do_not_hide_that_none_come(log: Log):
    log.append([entry(number) for number in range(60)])
    gaps, found = Gaps(timedelta(minutes=5), 0), []
    for number in range(10):  # another one passes for the newest at each look
        found += gaps.look(await gaps_of(log).seen(gaps.passed, number * LEAST), log.clock())
        newest = f"CASE WHEN sequence BETWEEN {number} AND {number + LOOKED_AT - 1} THEN 1000 ELSE 10 END"
        await execute(log, f"UPDATE audit_entry SET at = {newest}")
        log.clock.advance(minutes=1)
    assert Gap.SILENT in [one.gap for one in found]


async def test_after_the_log_was_put_back_requests_that_come_are_no_gap(log: Log):
    gaps, seen = Gaps(timedelta(minutes=5), 0), Seen(size=100, sealed=100, access=99, passed=100, served=1)
    found = gaps.look(seen, log.clock())
    for number in range(10):
        log.clock.advance(minutes=1)
        back = replace(seen, size=50 + number, sealed=50 + number, access=49 + number, served=20 * number)
        found += gaps.look(back, log.clock())
    assert found == []


async def test_places_that_somebody_moves_hide_no_requests_of_a_node_that_says_itself_what_came(log: Log):
    """One that does not say is of the version before: of that its places count."""
    store, gaps = gaps_of(log), NodeGaps(timedelta(minutes=5))
    for node in ("b", "old"):
        await execute(log, f"INSERT INTO audit_spool (name, \"offset\") VALUES ('{node}/access-1.log', 0)")
    found = []
    for minute in range(8):
        await execute(log, 'UPDATE audit_spool SET "offset" = "offset" + 1')
        log.append([entry(minute)])  # another node's
        nodes = {"b": (LEAST * minute, 7), "old": (LEAST * minute, None)}
        found += gaps.look(await store.carried(nodes), log.clock())
        log.clock.advance(minutes=1)
    assert [(node, lack.gap) for node, lack in found] == [("b", Gap.SILENT)]
