"""Months of the log, on both databases: how they turn, and what is found when somebody changes their bounds."""

import asyncio
import sqlite3
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import Connection

from config.settings import Postgres
from gateway.audit import checkpoint_file
from gateway.audit.anchors import Fault
from gateway.audit.checkpoint import unseal
from gateway.audit.entry import Code
from gateway.audit.facts import microseconds
from gateway.audit.shard import end_of_month, month_of
from gateway.audit.tree import Frontier
from gateway.storage.audit import Ledger, LogInconsistent, read_tail
from gateway.storage.audit_evidence import rows
from gateway.storage.audit_shards import is_server
from gateway.storage.postgres.beside import at_work
from gateway.storage.schema import newest
from gateway.storage.step import standing
from gateway.storage.tables.audit import audit_tail
from tests.gateway.audit.making import NOON, SIGNER, Log, entry, open_log, until
from tests.gateway.audit.sharding import broken, by_hand, check, months, shards, through
from tests.gateway.audit.test_append import written

__all__ = ["months"]

OURS_ALONE = [("this machine", newest())]


def notes(log: Log) -> list[tuple[str, int, int]]:
    found = [unseal(one.note, [SIGNER.verifier]) for one in checkpoint_file.read(log.file)]
    return [(one.origin, one.first, one.size) for one in found]


def test_each_month_is_a_tree_of_its_own_under_a_name_of_its_own(months: Log) -> None:
    may, june = shards(months)
    assert (may.month, may.first, may.size) == ("", 0, 7)
    assert (june.month, june.first, june.size) == ("2026-06", 7, 8)
    assert (may.began, may.ended) == (microseconds(NOON), microseconds(NOON) + 6_000_000)
    tail = months.database.read_now(read_tail)
    assert tail is not None
    assert (tail.shard, tail.month, tail.first, tail.size) == (2, "2026-07", 15, 25)
    assert [item.sequence for item in written(months)] == list(range(25)), "numbers go on over all of them"
    report = check(months)
    assert (report.broken, report.entries, report.sealed, report.dropped) == (None, 25, 23, ())
    assert notes(months) == [
        *((SIGNER.name, 0, size) for size in (1, 4, 7)),
        *((f"{SIGNER.name}/2026-06", 7, size) for size in (2, 5, 8)),
        *((f"{SIGNER.name}/2026-07", 15, size) for size in (2, 5, 8)),
    ]


def test_the_first_entry_of_a_month_names_the_tree_before_it(months: Log) -> None:
    may, june = shards(months)
    opening = [one for one in written(months) if one.entry.code is Code.LOG_SHARD_OPENED]
    assert [one.sequence for one in opening] == [7, 15]
    assert opening[1].entry.details == {
        "shard": 2,
        "month": "2026-07",
        "before_month": "2026-06",
        "before_first": 7,
        "before_size": 8,
        "before_root": june.root.hex(),
    }
    assert opening[0].entry.details["before_root"] == may.root.hex()


def test_a_closed_month_is_sealed_first_when_the_process_had_died_before(months: Log) -> None:
    """The file lacks one note at most, as after any crash."""
    months.clock.advance(days=31)
    months.append([entry(1)])
    asyncio.run(months.checkpointer().seal())
    assert notes(months)[-2:] == [(f"{SIGNER.name}/2026-07", 15, 10), (f"{SIGNER.name}/2026-08", 25, 2)]
    assert check(months).broken is None


def test_a_turn_that_is_rolled_back_leaves_no_trace(months: Log) -> None:
    months.clock.advance(days=31)

    def failing(connection: Connection) -> None:
        months.ledger.append(connection, [entry(1)])
        raise LookupError

    with pytest.raises(LookupError):
        months.database.write_soon(failing).result()
    assert len(shards(months)) == 2
    assert months.append([entry(1)]) == range(26, 27)
    assert len(shards(months)) == 3
    assert check(months).broken is None


def test_a_clock_that_is_set_back_over_the_turn_opens_nothing(months: Log) -> None:
    months.clock.advance(days=-40)
    months.append([entry(1)])
    assert len(shards(months)) == 2
    assert check(months).broken is None


def test_the_turn_and_a_clock_set_back_within_it_are_both_recorded(months: Log) -> None:
    by_hand(months, f"UPDATE audit_tail SET until = {microseconds(NOON)}")  # as where others stood in the way
    months.clock.advance(seconds=-30)
    months.ledger = Ledger(months.clock)
    months.append([entry(1)])
    codes = [one.entry.code for one in written(months)[-3:]]
    assert codes == [Code.LOG_SHARD_OPENED, Code.CLOCK_JUMPED, Code.ACCESS]


def test_a_log_of_a_version_that_knew_no_months_goes_on_in_its_tree_until_the_month_turns(
    months: Log,
) -> None:
    by_hand(months, "UPDATE audit_tail SET until = 0")
    months.append([entry(1)])
    tail = months.database.read_now(read_tail)
    assert tail is not None
    assert tail.until == end_of_month(tail.received_at)
    months.clock.advance(days=31)
    months.append([entry(2)])
    assert len(shards(months)) == 3


def test_once_there_is_a_second_tree_no_version_that_would_take_it_for_damage_gets_the_database(
    tmp_path: Path,
) -> None:
    with open_log(tmp_path) as log:
        log.signs_drops = False  # what later versions need is told elsewhere
        asyncio.run(through(log))
        _, step = log.database.read_now(standing)
    assert step is not None
    assert step.oldest == "0037"


def test_months_are_of_the_logs_own_time_in_utc() -> None:
    december = microseconds(NOON.replace(year=2026, month=12, day=31, hour=23))
    assert month_of(december) == "2026-12"
    assert month_of(end_of_month(december)) == "2027-01"
    assert end_of_month(december) - december == 3_600_000_000 - 0


def test_every_old_fault_is_found_in_every_month(months: Log) -> None:
    attacks = {
        9: ("UPDATE audit_entry SET person = 'x' WHERE sequence = 9", Fault.COLUMNS_DIFFER),
        16: ("DELETE FROM audit_entry WHERE sequence = 16", Fault.REMOVED),
    }
    for place, (statement, fault) in reversed(attacks.items()):
        by_hand(months, statement)
        assert (broken(months).fault, broken(months).sequence) == (fault, place)


def test_a_whole_month_that_was_taken_out_is_missing(months: Log) -> None:
    by_hand(months, "DELETE FROM audit_entry WHERE sequence BETWEEN 7 AND 14")
    found = broken(months)
    assert (found.fault, found.sequence, found.until) == (Fault.REMOVED, 7, 14)


def test_a_month_that_is_marked_as_dropped_and_of_which_no_entry_tells_is_found(months: Log) -> None:
    by_hand(
        months,
        "DELETE FROM audit_entry WHERE sequence BETWEEN 7 AND 14",
        "DELETE FROM audit_checkpoint WHERE size BETWEEN 8 AND 14",
        "UPDATE audit_shard SET dropped_by = 20, gone = (1 = 1) WHERE number = 1",
    )
    found = broken(months)
    assert (found.fault, found.sequence, found.until) == (Fault.SHARD_NOT_TOLD, 7, 14)


@pytest.mark.parametrize(
    ("change", "at"),
    [
        ("DELETE FROM audit_shard WHERE number = 1", 7),
        ("DELETE FROM audit_shard WHERE number = 0", 0),
        ("DELETE FROM audit_shard", 7),
        ("UPDATE audit_shard SET size = 6 WHERE number = 0", 6),
        ("UPDATE audit_shard SET size = 9 WHERE number = 1", 15),
        ("UPDATE audit_shard SET size = -1 WHERE number = 1", 7),
        ("UPDATE audit_shard SET size = 500 WHERE number = 1", 15),
        ("UPDATE audit_shard SET first = 6 WHERE number = 1", 7),
        ("UPDATE audit_shard SET number = 5 WHERE number = 1", 7),
        ("UPDATE audit_shard SET month = '2026-09' WHERE number = 1", 7),
        (
            "UPDATE audit_shard SET root = (SELECT root FROM audit_checkpoint WHERE size = 1) WHERE number = 1",
            7,
        ),
        ("UPDATE audit_shard SET began = began - 1 WHERE number = 1", 7),
        ("UPDATE audit_shard SET ended = ended + 1 WHERE number = 0", 0),
    ],
)
def test_bounds_that_were_changed_are_found(months: Log, change: str, at: int) -> None:
    by_hand(months, change)
    found = broken(months)
    assert found.fault in (Fault.SHARD_ALTERED, Fault.REWRITTEN), str(found)
    assert found.sequence <= at <= (found.until or found.sequence) + 1, str(found)


@pytest.mark.parametrize(
    "change", ["shard = 1", "first = 14", "frontier = (SELECT root FROM audit_checkpoint WHERE size = 1)"]
)
def test_an_end_of_the_log_in_another_month_is_found_and_stops_the_log(months: Log, change: str) -> None:
    by_hand(months, f"UPDATE audit_tail SET {change}")
    assert broken(months).fault is Fault.TAIL_DAMAGED
    if change.startswith("frontier"):
        with pytest.raises(LogInconsistent):
            months.append([entry(1)])


def test_checkpoints_of_every_month_are_held_against_the_log(months: Log) -> None:
    by_hand(months, "DELETE FROM audit_checkpoint WHERE size = 12")
    assert (broken(months).fault, broken(months).sequence) == (Fault.CHECKPOINT_REMOVED, 12)


def test_a_log_that_was_put_back_over_the_turn_of_a_month_is_found(months: Log) -> None:
    june = months.database.read_now(lambda c: list(rows(c)))[7:13]
    leaves, last = [row.leaf for row in june], june[-1].facts[1]
    assert isinstance(last, int)
    before = {
        "received_at": last,
        "wall": last,
        "until": end_of_month(last),
        "size": 13,
        "frontier": Frontier().extend(leaves).pack(),
        "shard": 1,
        "month": "2026-06",
        "first": 7,
    }
    months.database.write_soon(lambda c: c.execute(audit_tail.update().values(before))).result()
    kept = [one.note for one in checkpoint_file.read(months.file)]
    by_hand(
        months,
        "DELETE FROM audit_entry WHERE sequence >= 13",
        "DELETE FROM audit_checkpoint WHERE size > 12",
        "DELETE FROM audit_shard WHERE number = 1",
    )
    found = broken(months)
    assert (found.fault, found.sequence, found.until) == (Fault.ROLLED_BACK, 13, 22)
    months.file.write_text("".join(kept[:5]))
    assert check(months).broken is None, "as whoever has only this machine would see it"
    found = broken(months, kept[-1])
    assert (found.fault, found.sequence, found.until) == (Fault.ROLLED_BACK, 13, 22)


def test_a_checkpoint_kept_elsewhere_of_any_month_must_still_fit(months: Log) -> None:
    assert check(months, *(one.note for one in checkpoint_file.read(months.file))).broken is None


def test_within_a_month_an_append_takes_no_statement_more_than_its_rows_and_the_end(tmp_path: Path) -> None:
    with open_log(tmp_path) as log:
        log.append([entry(1)])
        seen: list[str] = []

        def work(connection: Connection) -> None:
            raw = connection.connection.dbapi_connection
            assert isinstance(raw, sqlite3.Connection)
            raw.set_trace_callback(seen.append)
            log.ledger.append(connection, [entry(2)])
            raw.set_trace_callback(None)

        log.database.write_soon(work).result()
        assert [one.split()[0] for one in seen] == ["UPDATE", "INSERT"]


def test_beside_a_node_that_knows_no_months_none_turns(months: Log) -> None:
    if not months.database.read_now(is_server):
        return
    place = months.database.place
    assert isinstance(place, Postgres)
    months.clock.advance(days=31)
    with psycopg.connect(
        host=place.hosts[0], dbname=place.name, user=place.user, application_name="brana 0036"
    ):
        months.append([entry(1)])
        assert len(shards(months)) == 2
    asyncio.run(until(lambda: months.database.read_now(lambda c: at_work(c, newest())) == OURS_ALONE))
    months.append([entry(2)])
    assert len(shards(months)) == 2, "it is not asked for each entry"
    months.clock.advance(minutes=1)
    months.append([entry(3)])
    assert len(shards(months)) == 3
    asyncio.run(months.checkpointer().seal())
    assert check(months).broken is None
