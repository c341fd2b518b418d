"""Attacks on checkpoints, in each database and in the file; each is done by hand to what is really there."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from gateway.audit import checkpoint, checkpoint_file
from gateway.audit.anchors import Fault, anchors
from gateway.audit.canonical import canonical
from gateway.audit.checkpoint import seal
from gateway.audit.page import Page
from gateway.audit.tree import Frontier, leaf_hash
from gateway.audit.verify import verify
from gateway.storage.audit_evidence import checkpoints, rows, stored_tail
from tests.gateway.audit.attacking import (
    ENTRIES,
    SEALED_EVERY,
    broken,
    by_hand,
    check,
    items_of,
    rewrite,
)
from tests.gateway.audit.making import EITHER, SIGNER, Log, open_log_of_either


@pytest.fixture(params=EITHER)
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Log]:
    with open_log_of_either(request, tmp_path) as made:
        yield made


def test_a_checkpoint_removed_from_the_database_is_found(whole: Log) -> None:
    by_hand(whole, "DELETE FROM audit_checkpoint WHERE size = 10")
    found = broken(whole)
    assert (found.fault, found.sequence) == (Fault.CHECKPOINT_REMOVED, 10)
    assert "no longer in the database" in found.what


def test_all_checkpoints_removed_from_the_database_are_found(whole: Log) -> None:
    by_hand(whole, "DELETE FROM audit_checkpoint")
    assert broken(whole).fault is Fault.CHECKPOINT_REMOVED


@pytest.mark.parametrize("keep", [0, 1, 2])
def test_checkpoints_removed_from_the_file_are_found(in_file: Log, keep: int) -> None:
    """Of a file alone: what lies on a server is sealed by others too, who write to files of their own."""
    notes = [written.note for written in checkpoint_file.read(in_file.file)]
    in_file.file.write_text("".join(notes[:keep]))
    found = broken(in_file)
    assert (found.fault, found.sequence) == (Fault.CHECKPOINT_REMOVED, SEALED_EVERY * (keep + 1))
    assert "no longer in checkpoints.log" in found.what


def test_a_checkpoint_removed_from_the_middle_of_the_file_is_found(whole: Log) -> None:
    notes = [written.note for written in checkpoint_file.read(whole.file)]
    whole.file.write_text("".join([*notes[:1], *notes[2:]]))
    assert (broken(whole).fault, broken(whole).sequence) == (Fault.CHECKPOINT_REMOVED, 10)


def test_a_file_that_seals_as_many_entries_a_second_time_is_found(whole: Log) -> None:
    """The log was put back and had grown to the very size again when it was sealed."""
    notes = [written.note for written in checkpoint_file.read(whole.file)]
    whole.file.write_text("".join([*notes, notes[-1]]))
    found = broken(whole)
    before = checkpoint.unseal(notes[-2], [SIGNER.verifier]).reach
    assert (found.fault, found.sequence) == (Fault.ROLLED_BACK, before)
    assert "the log was put back" in found.what


def test_a_file_that_is_gone_is_found(in_file: Log) -> None:
    in_file.file.unlink()
    assert broken(in_file).fault is Fault.CHECKPOINT_REMOVED


@pytest.mark.parametrize(
    "statement",
    [
        ("UPDATE audit_checkpoint SET root = ? WHERE size = 10", (bytes(32),)),
        ("UPDATE audit_checkpoint SET root = ? WHERE size = 10", (b"x",)),
        "UPDATE audit_checkpoint SET size = 9 WHERE size = 10",
        "UPDATE audit_checkpoint SET note = replace(note, '10', '11') WHERE size = 10",
        "UPDATE audit_checkpoint SET note = '' WHERE size = 10",
        "UPDATE audit_checkpoint SET at = at + 1 WHERE size = 10",
        ("UPDATE audit_checkpoint SET note = note || ? WHERE size = 10", ("— witness AAAAAAAA\n",)),
    ],
)
def test_a_checkpoint_altered_in_the_database_is_found(
    whole: Log, statement: str | tuple[str, tuple[object, ...]]
) -> None:
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
    report_root = Frontier().extend(leaf_hash(canonical(item)) for item in items_of(whole)[:5]).root()
    note = seal(5, report_root, SIGNER)
    by_hand(whole, ("UPDATE audit_checkpoint SET root = ?, note = ? WHERE size = 5", (report_root, note)))
    found = broken(whole)
    assert (found.fault, found.sequence, found.until) == (Fault.ROLLED_BACK, 0, 4)


def test_a_checkpoint_kept_elsewhere_finds_what_both_copies_here_hide(whole: Log) -> None:
    kept = [written.note for written in checkpoint_file.read(whole.file)][-1]
    rewrite(whole, lambda items: items[:8])
    by_hand(whole, "DELETE FROM audit_checkpoint WHERE size > 5")
    first = next(iter(checkpoint_file.read(whole.file))).note
    whole.file.write_text(first)
    assert check(whole).broken is None
    found = broken(whole, (kept,))
    assert (found.fault, found.sequence, found.until) == (Fault.ROLLED_BACK, 8, ENTRIES - 1)


def test_a_kept_checkpoint_that_agrees_changes_nothing(whole: Log) -> None:
    notes = [written.note for written in checkpoint_file.read(whole.file)]
    assert check(whole, (notes[2], notes[0])).broken is None


def test_a_tail_that_was_changed_is_found(whole: Log) -> None:
    by_hand(whole, ("UPDATE audit_tail SET frontier = ?", (bytes(3 * 32),)))
    assert broken(whole).fault is Fault.TAIL_DAMAGED
    by_hand(whole, "DELETE FROM audit_tail")
    assert broken(whole).fault is Fault.APPENDED_BY_HAND


def test_the_first_of_two_faults_is_named(whole: Log) -> None:
    by_hand(
        whole,
        ("UPDATE audit_entry SET leaf = ? WHERE sequence = 12", (bytes(32),)),
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
            [Page(partial(rows, connection))],
            anchors(
                checkpoints(connection), lambda: checkpoint_file.read(whole.file), size, [SIGNER.verifier]
            ),
            stored_tail(connection),
        )
    )
    assert report.broken is None
    assert broken(whole).fault is Fault.CHECKPOINT_REMOVED
