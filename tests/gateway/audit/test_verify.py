"""Each attack is done to a real database, past everything the product does: to a file and to a server.

To a file alone where types are mixed, as a server keeps none but its own in a column, and where a copy is put back.
"""

import asyncio
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.audit.anchors import Fault
from gateway.audit.canonical import Recorded, canonical
from gateway.audit.tree import Frontier, leaf_hash
from gateway.audit.verify_report import Report
from tests.gateway.audit.attacking import (
    ENTRIES,
    FACTS,
    SEALED_EVERY,
    UNSEALED,
    broken,
    by_hand,
    check,
    grow,
    items_of,
    rewrite,
)
from tests.gateway.audit.making import EITHER, NOON, Clock, Log, entry, open_log, open_log_of_either


@pytest.fixture(params=EITHER)
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Log]:
    with open_log_of_either(request, tmp_path) as made:
        yield made


def test_a_log_that_nobody_touched_is_whole_and_says_what_is_not_yet_sealed(whole: Log) -> None:
    report = check(whole)
    assert report.broken is None
    assert (report.entries, report.sealed, report.not_yet_sealed) == (ENTRIES + UNSEALED, ENTRIES, UNSEALED)
    assert report.checkpoints == ENTRIES // SEALED_EVERY


def test_an_empty_log_is_whole(log: Log) -> None:
    assert check(log) == Report(0, 0, Frontier().root(), 0)


def test_where_nothing_was_recorded_the_end_of_the_log_keeps_its_time(log: Log) -> None:
    """A checkpoint bears the time of the last entry: with a later one it would read as altered."""
    log.append([entry(1)])
    log.clock.advance(milliseconds=17)
    log.append([])
    asyncio.run(log.checkpointer().seal())
    report = check(log)
    assert (report.broken, report.checkpoints) == (None, 1)


def test_the_rewriting_of_these_tests_is_in_itself_faithful(whole: Log) -> None:
    rewrite(whole, lambda items: items)
    assert check(whole).broken is None


def test_an_edited_entry_is_found(whole: Log) -> None:
    edited = canonical(items_of(whole)[7]).replace(b"person-1", b"person-9")
    by_hand(whole, ("UPDATE audit_entry SET canonical = ? WHERE sequence = 7", (edited,)))
    found = broken(whole)
    assert (found.fault, found.sequence) == (Fault.EDITED, 7)
    assert found.at is not None
    assert (found.at - NOON).total_seconds() == 2


@pytest.mark.parametrize("value", [b"\x00\xff", "text", 5, b"{}"])
def test_bytes_replaced_by_anything_are_found(in_file: Log, value: object) -> None:
    by_hand(in_file, ("UPDATE audit_entry SET canonical = ? WHERE sequence = 7", (value,)))
    assert (broken(in_file).fault, broken(in_file).sequence) == (Fault.EDITED, 7)


def test_bytes_that_the_log_cannot_have_written_are_found(whole: Log) -> None:
    data = b'{"v":1}'
    by_hand(
        whole,
        ("UPDATE audit_entry SET canonical = ?, leaf = ? WHERE sequence = 21", (data, leaf_hash(data))),
    )
    assert (broken(whole).fault, broken(whole).sequence) == (Fault.FOREIGN, 21)


@pytest.mark.parametrize("column", FACTS)
def test_a_column_that_hides_an_entry_from_the_search_is_found(whole: Log, column: str) -> None:
    other = f"{column} + 1" if column in {"received_at", "at"} else "'x'"
    by_hand(whole, f"UPDATE audit_entry SET {column} = {other} WHERE sequence = 7")
    found = broken(whole)
    assert (found.fault, found.sequence) == (Fault.COLUMNS_DIFFER, 7)
    assert column in found.what


def test_a_leaf_hash_that_was_replaced_is_found(whole: Log) -> None:
    by_hand(whole, ("UPDATE audit_entry SET leaf = ? WHERE sequence = 7", (bytes(32),)))
    assert (broken(whole).fault, broken(whole).sequence) == (Fault.EDITED, 7)


def test_a_removed_entry_is_found(whole: Log) -> None:
    by_hand(whole, "DELETE FROM audit_entry WHERE sequence = 7")
    assert (broken(whole).fault, broken(whole).sequence) == (Fault.REMOVED, 7)


def test_entries_removed_from_the_middle_are_told_as_a_span(whole: Log) -> None:
    by_hand(whole, "DELETE FROM audit_entry WHERE sequence BETWEEN 7 AND 9")
    found = broken(whole)
    assert (found.fault, found.sequence, found.until) == (Fault.REMOVED, 7, 9)
    assert "entries 7 to 9" in str(found)


def test_entries_that_changed_places_are_found(whole: Log) -> None:
    by_hand(
        whole,
        "UPDATE audit_entry SET sequence = -1 WHERE sequence = 7",
        "UPDATE audit_entry SET sequence = 7 WHERE sequence = 8",
        "UPDATE audit_entry SET sequence = 8 WHERE sequence = -1",
    )
    assert (broken(whole).fault, broken(whole).sequence) == (Fault.REORDERED, 7)


def test_an_entry_with_a_number_before_the_first_is_found(whole: Log) -> None:
    by_hand(whole, "UPDATE audit_entry SET sequence = -1 WHERE sequence = 0")
    assert (broken(whole).fault, broken(whole).sequence) == (Fault.REORDERED, 0)


def test_a_row_appended_by_hand_is_found(whole: Log) -> None:
    item = Recorded(ENTRIES + UNSEALED, NOON.replace(year=2027), entry(person="forged"))
    data = canonical(item)
    by_hand(
        whole,
        "CREATE TEMP TABLE one AS SELECT * FROM audit_entry WHERE sequence = 3",
        ("UPDATE one SET sequence = ?, canonical = ?, leaf = ?", (item.sequence, data, leaf_hash(data))),
        "INSERT INTO audit_entry SELECT * FROM one",
    )
    assert (broken(whole).fault, broken(whole).sequence) == (Fault.APPENDED_BY_HAND, ENTRIES + UNSEALED)


def test_truncation_is_found(whole: Log) -> None:
    by_hand(whole, "DELETE FROM audit_entry WHERE sequence >= 18")
    found = broken(whole)
    assert (found.fault, found.sequence, found.until) == (Fault.TRUNCATED, 18, 19)


def test_truncation_of_what_is_not_yet_sealed_is_found(whole: Log) -> None:
    by_hand(whole, f"DELETE FROM audit_entry WHERE sequence = {ENTRIES + UNSEALED - 1}")
    assert (broken(whole).fault, broken(whole).sequence) == (Fault.TRUNCATED, ENTRIES + UNSEALED - 1)


def test_truncation_with_a_new_tail_and_without_its_checkpoints_is_found_by_the_file(whole: Log) -> None:
    rewrite(whole, lambda items: items[:12])
    by_hand(whole, "DELETE FROM audit_checkpoint WHERE size > 12")
    found = broken(whole)
    assert (found.fault, found.sequence) == (Fault.ROLLED_BACK, 12)


@pytest.mark.parametrize(
    "change",
    [
        lambda items: [*items[:7], replace(items[7], entry=replace(items[7].entry, person="x")), *items[8:]],
        lambda items: [*items[:7], *items[8:]],
        lambda items: [*items[:6], items[7], items[6], *items[8:]],
        lambda items: [*items[:7], items[7], items[7], *items[8:]],
    ],
    ids=["edited", "removed", "reordered", "inserted"],
)
def test_a_rewriting_that_agrees_with_itself_is_found_by_the_next_checkpoint(
    whole: Log, change: Callable[[list[Recorded]], list[Recorded]]
) -> None:
    rewrite(whole, change)
    found = broken(whole)
    assert (found.fault, found.sequence, found.until) == (Fault.REWRITTEN, 5, 9)


def test_a_receive_time_that_goes_back_is_found(whole: Log) -> None:
    def change(items: list[Recorded]) -> list[Recorded]:
        return [*items[:21], replace(items[21], received_at=NOON), *items[22:]]

    rewrite(whole, change)
    assert (broken(whole).fault, broken(whole).sequence) == (Fault.FOREIGN, 21)


def test_a_database_put_back_to_an_older_copy_is_found(tmp_path: Path) -> None:
    live, copy = tmp_path / "live", tmp_path / "copy"
    live.mkdir()
    with open_log(live) as log:
        asyncio.run(grow(log))
    shutil.copytree(live, copy)
    with open_log(live, Clock(NOON.replace(hour=13))) as log:
        asyncio.run(grow(log))
        assert check(log).entries == 2 * ENTRIES
    shutil.copy(copy / "brana.db", live / "brana.db")
    with open_log(live, Clock(NOON.replace(hour=14))) as log:
        found = broken(log)
        assert (found.fault, found.sequence, found.until) == (Fault.ROLLED_BACK, ENTRIES, 2 * ENTRIES - 1)
        ahead = asyncio.run(log.checkpointer().begin())
        assert ahead is not None
        assert (ahead.file_size, ahead.database_size) == (2 * ENTRIES, ENTRIES)
        assert "older copy" in str(ahead)


@pytest.mark.parametrize("entries", [2, SEALED_EVERY, 30])
def test_a_log_that_was_put_back_and_has_grown_again_is_found(tmp_path: Path, entries: int) -> None:
    live, copy = tmp_path / "live", tmp_path / "copy"
    live.mkdir()
    with open_log(live) as log:
        asyncio.run(grow(log))
    shutil.copytree(live, copy)
    with open_log(live, Clock(NOON.replace(hour=13))) as log:
        asyncio.run(grow(log))
    shutil.copy(copy / "brana.db", live / "brana.db")
    with open_log(live, Clock(NOON.replace(hour=14))) as log:
        log.append([entry(number) for number in range(entries)])
        asyncio.run(log.checkpointer().seal())
        found = broken(log)
        assert found.fault is Fault.ROLLED_BACK
        assert found.sequence == ENTRIES
