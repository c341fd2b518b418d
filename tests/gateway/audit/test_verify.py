"""Each attack is done to a real database file with sqlite3, past everything the product does."""

import asyncio
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.audit import checkpoint_file
from gateway.audit.anchors import Fault, anchors
from gateway.audit.canonical import TEXTS, Recorded, canonical, parse
from gateway.audit.checkpoint import seal
from gateway.audit.tree import Frontier, leaf_hash
from gateway.audit.verify import Broken, Report, verify
from gateway.storage.audit_evidence import checkpoints, rows, stored_tail, verify_log
from tests.gateway.audit.making import NOON, SIGNER, Clock, Log, entry, open_log

ENTRIES, SEALED_EVERY, UNSEALED = 20, 5, 3
FACTS = ("received_at", "at", "code", "outcome", *TEXTS)


async def grow(log: Log, batches: int = ENTRIES // SEALED_EVERY) -> None:
    checkpointer = log.checkpointer()
    assert await checkpointer.begin() is None
    for batch in range(batches):
        log.clock.advance(seconds=1)
        log.append([entry(number, person=f"person-{batch}") for number in range(SEALED_EVERY)])
        await checkpointer.seal()


@pytest.fixture
def whole(log: Log) -> Log:
    """Twenty entries under four checkpoints, and three that are not sealed."""
    asyncio.run(grow(log))
    log.append([entry(number) for number in range(UNSEALED)])
    return log


def check(log: Log, kept: Iterator[str] | tuple[str, ...] = ()) -> Report:
    return verify_log(log.database, log.file, [SIGNER.verifier], kept)


def broken(log: Log, kept: tuple[str, ...] = ()) -> Broken:
    found = check(log, kept).broken
    assert found is not None
    return found


def by_hand(log: Log, *statements: str | tuple[str, tuple[object, ...]]) -> None:
    with closing(sqlite3.connect(log.path)) as connection:
        for statement in statements:
            sql, values = (statement, ()) if isinstance(statement, str) else statement
            connection.execute(sql, values)
        connection.commit()


def rewrite(log: Log, change: Callable[[list[Recorded]], list[Recorded]]) -> None:
    """What somebody does who knows the format and makes rows, leaves and the tail agree again."""
    with closing(sqlite3.connect(log.path)) as connection:
        items = [
            parse(row[0]) for row in connection.execute("SELECT canonical FROM audit_entry ORDER BY sequence")
        ]
        items = [replace(item, sequence=number) for number, item in enumerate(change(items))]
        template = dict(
            zip(
                [column[1] for column in connection.execute("PRAGMA table_info(audit_entry)")],
                connection.execute("SELECT * FROM audit_entry").fetchone(),
                strict=True,
            )
        )
        connection.execute("DELETE FROM audit_entry")
        leaves = []
        for item in items:
            data = canonical(item)
            leaves.append(leaf_hash(data))
            texts = {name: getattr(item.entry, name) for name in TEXTS}
            values = {
                **template,
                **texts,
                "sequence": item.sequence,
                "received_at": round(item.received_at.timestamp() * 1e6),
                "at": round(item.entry.at.timestamp() * 1e6),
                "canonical": data,
                "leaf": leaves[-1],
            }
            marks = ", ".join("?" * len(values))
            connection.execute(f"INSERT INTO audit_entry VALUES ({marks})", tuple(values.values()))
        frontier = Frontier().extend(leaves)
        connection.execute("UPDATE audit_tail SET size = ?, frontier = ?", (frontier.size, frontier.pack()))
        connection.commit()


def test_a_log_that_nobody_touched_is_whole_and_says_what_is_not_yet_sealed(whole: Log) -> None:
    report = check(whole)
    assert report.broken is None
    assert (report.entries, report.sealed, report.not_yet_sealed) == (ENTRIES + UNSEALED, ENTRIES, UNSEALED)
    assert report.checkpoints == ENTRIES // SEALED_EVERY


def test_an_empty_log_is_whole(log: Log) -> None:
    assert check(log) == Report(0, 0, Frontier().root(), 0)


def test_the_rewriting_of_these_tests_is_in_itself_faithful(whole: Log) -> None:
    rewrite(whole, lambda items: items)
    assert check(whole).broken is None


def test_an_edited_entry_is_found(whole: Log) -> None:
    by_hand(
        whole,
        "UPDATE audit_entry SET canonical = CAST(replace(canonical, 'person-1', 'person-9') AS BLOB) "
        "WHERE sequence = 7",
    )
    found = broken(whole)
    assert (found.fault, found.sequence) == (Fault.EDITED, 7)
    assert found.at is not None
    assert (found.at - NOON).total_seconds() == 2


@pytest.mark.parametrize("value", [b"\x00\xff", "text", 5, b"{}"])
def test_bytes_replaced_by_anything_are_found(whole: Log, value: object) -> None:
    by_hand(whole, ("UPDATE audit_entry SET canonical = ? WHERE sequence = 7", (value,)))
    assert (broken(whole).fault, broken(whole).sequence) == (Fault.EDITED, 7)


def test_bytes_that_the_log_cannot_have_written_are_found(whole: Log) -> None:
    data = b'{"v":1}'
    by_hand(
        whole,
        ("UPDATE audit_entry SET canonical = ?, leaf = ? WHERE sequence = 21", (data, leaf_hash(data))),
    )
    assert (broken(whole).fault, broken(whole).sequence) == (Fault.FOREIGN, 21)


@pytest.mark.parametrize("column", FACTS)
def test_a_column_that_hides_an_entry_from_the_search_is_found(whole: Log, column: str) -> None:
    by_hand(whole, f"UPDATE audit_entry SET {column} = 'x' WHERE sequence = 7")
    found = broken(whole)
    assert (found.fault, found.sequence) == (Fault.COLUMNS_DIFFER, 7)
    assert column in found.what


def test_a_leaf_hash_that_was_replaced_is_found(whole: Log) -> None:
    by_hand(whole, "UPDATE audit_entry SET leaf = zeroblob(32) WHERE sequence = 7")
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


def test_a_checkpoint_removed_from_the_database_is_found(whole: Log) -> None:
    by_hand(whole, "DELETE FROM audit_checkpoint WHERE size = 10")
    found = broken(whole)
    assert (found.fault, found.sequence) == (Fault.CHECKPOINT_REMOVED, 10)
    assert "no longer in the database" in found.what


def test_all_checkpoints_removed_from_the_database_are_found(whole: Log) -> None:
    by_hand(whole, "DELETE FROM audit_checkpoint")
    assert broken(whole).fault is Fault.CHECKPOINT_REMOVED


@pytest.mark.parametrize("keep", [0, 1, 2])
def test_checkpoints_removed_from_the_file_are_found(whole: Log, keep: int) -> None:
    notes = [written.note for written in checkpoint_file.read(whole.file)]
    whole.file.write_text("".join(notes[:keep]))
    found = broken(whole)
    assert (found.fault, found.sequence) == (Fault.CHECKPOINT_REMOVED, SEALED_EVERY * (keep + 1))
    assert "no longer in checkpoints.log" in found.what


def test_a_checkpoint_removed_from_the_middle_of_the_file_is_found(whole: Log) -> None:
    notes = [written.note for written in checkpoint_file.read(whole.file)]
    whole.file.write_text("".join([*notes[:1], *notes[2:]]))
    assert (broken(whole).fault, broken(whole).sequence) == (Fault.CHECKPOINT_REMOVED, 10)


def test_a_file_that_is_gone_is_found(whole: Log) -> None:
    whole.file.unlink()
    assert broken(whole).fault is Fault.CHECKPOINT_REMOVED


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_checkpoint SET root = zeroblob(32) WHERE size = 10",
        "UPDATE audit_checkpoint SET root = 'x' WHERE size = 10",
        "UPDATE audit_checkpoint SET size = 9 WHERE size = 10",
        "UPDATE audit_checkpoint SET note = replace(note, '10', '11') WHERE size = 10",
        "UPDATE audit_checkpoint SET note = '' WHERE size = 10",
        "UPDATE audit_checkpoint SET at = at + 1 WHERE size = 10",
        "UPDATE audit_checkpoint SET note = note || '— witness AAAAAAAA' || char(10) WHERE size = 10",
    ],
)
def test_a_checkpoint_altered_in_the_database_is_found(whole: Log, statement: str) -> None:
    by_hand(whole, statement)
    found = broken(whole)
    assert found.fault is Fault.CHECKPOINT_ALTERED
    assert found.sequence in (9, 10)


def test_a_checkpoint_altered_in_the_file_is_found(whole: Log) -> None:
    text = whole.file.read_text()
    whole.file.write_text(text.replace("\n10\n", "\n11\n"))
    found = broken(whole)
    assert found.fault is Fault.CHECKPOINT_ALTERED
    assert "checkpoints.log, byte" in found.what


def test_a_checkpoint_signed_for_other_entries_is_found(whole: Log) -> None:
    """Somebody with the key signs a second history; the file, or a copy kept elsewhere, tells."""
    rewrite(whole, lambda items: [replace(items[0], entry=replace(items[0].entry, person="x")), *items[1:]])
    report_root = Frontier().extend(leaf_hash(canonical(item)) for item in _items(whole)[:5]).root()
    note = seal(5, report_root, SIGNER)
    by_hand(whole, ("UPDATE audit_checkpoint SET root = ?, note = ? WHERE size = 5", (report_root, note)))
    found = broken(whole)
    assert (found.fault, found.sequence, found.until) == (Fault.ROLLED_BACK, 0, 4)


def _items(log: Log) -> list[Recorded]:
    with closing(sqlite3.connect(log.path)) as connection:
        return [
            parse(row[0]) for row in connection.execute("SELECT canonical FROM audit_entry ORDER BY sequence")
        ]


def test_a_checkpoint_kept_elsewhere_finds_what_both_copies_here_hide(whole: Log) -> None:
    kept = [written.note for written in checkpoint_file.read(whole.file)][-1]
    rewrite(whole, lambda items: items[:8])
    by_hand(whole, "DELETE FROM audit_checkpoint WHERE size > 5")
    first = next(iter(checkpoint_file.read(whole.file))).note
    whole.file.write_text(first)
    assert check(whole).broken is None
    found = broken(whole, (kept,))
    assert (found.fault, found.sequence, found.until) == (Fault.ROLLED_BACK, 8, ENTRIES - 1)


def test_a_kept_checkpoint_that_agrees_changes_nothing_and_a_forged_one_is_named(whole: Log) -> None:
    notes = [written.note for written in checkpoint_file.read(whole.file)]
    assert check(whole, (notes[2], notes[0])).broken is None
    assert broken(whole, (notes[0].replace("\n5\n", "\n6\n"),)).fault is Fault.CHECKPOINT_ALTERED


def test_a_tail_that_was_changed_is_found(whole: Log) -> None:
    by_hand(whole, "UPDATE audit_tail SET frontier = zeroblob(length(frontier))")
    assert broken(whole).fault is Fault.TAIL_DAMAGED
    by_hand(whole, "DELETE FROM audit_tail")
    assert broken(whole).fault is Fault.APPENDED_BY_HAND


def test_the_first_of_two_faults_is_named(whole: Log) -> None:
    by_hand(
        whole,
        "UPDATE audit_entry SET leaf = zeroblob(32) WHERE sequence = 12",
        "DELETE FROM audit_checkpoint WHERE size = 10",
    )
    assert (broken(whole).fault, broken(whole).sequence) == (Fault.CHECKPOINT_REMOVED, 10)


def test_a_crash_before_the_file_was_written_is_no_fault_and_is_mended_at_the_next_start(whole: Log) -> None:
    notes = [written.note for written in checkpoint_file.read(whole.file)]
    for end in ("", notes[-1][:1], notes[-1][:70], notes[-1][:-1]):
        whole.file.write_text("".join(notes[:-1]) + end)
        assert check(whole).broken is None
        assert asyncio.run(whole.checkpointer().begin()) is None
        assert [written.note for written in checkpoint_file.read(whole.file)] == notes


def test_a_checkpoint_written_while_the_log_is_read_is_no_fault(whole: Log) -> None:
    size = checkpoint_file.size_of(whole.file)
    asyncio.run(whole.checkpointer().seal())
    by_hand(whole, f"DELETE FROM audit_checkpoint WHERE size > {ENTRIES}")  # the snapshot did not have it yet
    report = whole.database.read_now(
        lambda connection: verify(
            rows(connection),
            anchors(
                checkpoints(connection), lambda: checkpoint_file.read(whole.file), size, [SIGNER.verifier]
            ),
            stored_tail(connection),
        )
    )
    assert report.broken is None
    assert broken(whole).fault is Fault.CHECKPOINT_REMOVED
