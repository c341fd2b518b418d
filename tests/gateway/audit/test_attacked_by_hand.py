"""An attacker's hour in the database, of either kind: each change is found by the verification, and located.

Each attack is made in a transaction, verified in it, and undone; so one log serves for all.
"""

import asyncio
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from gateway.audit import checkpoint_file
from gateway.audit.anchors import Fault
from gateway.audit.canonical import TEXTS
from gateway.audit.checkpoint import unseal
from gateway.audit.verify_report import Broken, Report
from gateway.storage.audit_evidence import verified
from gateway.storage.audit_shards import is_server
from tests.gateway.audit.making import EITHER, SIGNER, Log, open_log_of_either
from tests.gateway.audit.sharding import EACH, through

HIT = 9  # of the second month, whose entries are 7 to 14
GONE, SEALED, ALL = Fault.TRUNCATED, 23, 25


class Undone(Exception):
    def __init__(self, report: Report) -> None:
        super().__init__("undone")
        self.report = report


@pytest.fixture(params=EITHER, scope="module")
def log(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Log]:
    with open_log_of_either(request, tmp_path_factory.mktemp("attacked")) as made:
        asyncio.run(through(made))
        yield made


def after(log: Log, statements: Sequence[str], file: Path | None = None, kept: Sequence[str] = ()) -> Report:
    """What is found when somebody has said this to the database; `file`: in the place of `checkpoints.log`."""
    path = file or log.file
    ours = [unseal(note, [SIGNER.verifier]) for note in kept]

    def work(connection: Connection) -> None:
        for one in statements:
            connection.execute(text(one))
        size = checkpoint_file.size_of(path)
        report = verified(connection, path, size, [SIGNER.verifier], ours, shared=is_server(connection))
        raise Undone(report)

    with pytest.raises(Undone) as undone:
        log.database.write_soon(work).result()
    return undone.value.report


def broken(log: Log, *statements: str, file: Path | None = None, kept: Sequence[str] = ()) -> Broken:
    found = after(log, statements, file, kept).broken
    assert found is not None, statements
    return found


def test_what_nobody_touched_is_whole(log: Log) -> None:
    assert after(log, []).broken is None


def test_no_column_of_an_entry_can_be_changed(log: Log) -> None:
    for name in ("code", "outcome", *TEXTS):
        found = broken(log, f"UPDATE audit_entry SET {name} = 'x' WHERE sequence = {HIT}")
        assert (found.fault, found.sequence) == (Fault.COLUMNS_DIFFER, HIT), name
        assert name in found.what
    for name in ("received_at", "at"):
        found = broken(log, f"UPDATE audit_entry SET {name} = {name} + 1 WHERE sequence = {HIT}")
        assert (found.fault, found.sequence) == (Fault.COLUMNS_DIFFER, HIT), name
    for name in ("canonical", "leaf"):
        other = f"(SELECT {name} FROM audit_entry WHERE sequence = {HIT + 1})"
        found = broken(log, f"UPDATE audit_entry SET {name} = {other} WHERE sequence = {HIT}")
        assert (found.fault, found.sequence) == (Fault.EDITED, HIT), name
    both = ", ".join(
        f"{name} = (SELECT {name} FROM audit_entry WHERE sequence = {HIT + 1})"
        for name in ("canonical", "leaf")
    )
    found = broken(log, f"UPDATE audit_entry SET {both} WHERE sequence = {HIT}")
    assert (found.fault, found.sequence) == (Fault.REORDERED, HIT)


@pytest.mark.parametrize(
    ("statements", "fault", "sequence", "until"),
    [
        ([f"DELETE FROM audit_entry WHERE sequence = {HIT}"], Fault.REMOVED, HIT, None),
        (["DELETE FROM audit_entry WHERE sequence BETWEEN 8 AND 12"], Fault.REMOVED, 8, 12),
        (["DELETE FROM audit_entry WHERE sequence = 0"], Fault.REMOVED, 0, None),
        (["DELETE FROM audit_entry WHERE sequence BETWEEN 7 AND 14"], Fault.REMOVED, 7, 14),
        (["DELETE FROM audit_entry WHERE sequence = 24"], GONE, 24, None),
        (["DELETE FROM audit_entry WHERE sequence >= 20"], GONE, 20, 22),
        (["UPDATE audit_entry SET sequence = 99 WHERE sequence = 24"], Fault.APPENDED_BY_HAND, 24, None),
        (
            [
                "UPDATE audit_entry SET sequence = 99 WHERE sequence = 9",
                "UPDATE audit_entry SET sequence = 9 WHERE sequence = 10",
                "UPDATE audit_entry SET sequence = 10 WHERE sequence = 99",
            ],
            Fault.REORDERED,
            HIT,
            None,
        ),
        (
            ["DELETE FROM audit_entry WHERE sequence >= 20", "DELETE FROM audit_checkpoint WHERE size >= 20"],
            Fault.CHECKPOINT_REMOVED,  # the file has it
            20,
            None,
        ),
    ],
    ids=[
        *("one removed", "some removed", "the first removed", "a month removed"),
        *(
            "not yet sealed removed",
            "cut off",
            "moved behind the end",
            "swapped",
            "cut off with its checkpoints",
        ),
    ],
)
def test_no_entry_can_be_taken_away_or_moved(
    log: Log, statements: list[str], fault: Fault, sequence: int, until: int | None
) -> None:
    found = broken(log, *statements)
    assert (found.fault, found.sequence, found.until) == (fault, sequence, until)


def test_a_log_cut_off_with_all_that_tells_of_it_is_found_by_what_is_kept_elsewhere(
    log: Log, tmp_path: Path
) -> None:
    """Entries, nodes, checkpoints, the file and the end of the tree: the end of June as it once was."""
    notes = [one.note for one in checkpoint_file.read(log.file)]
    june = [note for note in notes if unseal(note, [SIGNER.verifier]).reach <= 2 * EACH + 1]
    file = tmp_path / "checkpoints.log"
    file.write_text("".join(june))
    end = unseal(june[-1], [SIGNER.verifier])
    statements = [
        f"DELETE FROM audit_entry WHERE sequence >= {end.reach}",
        f"DELETE FROM audit_checkpoint WHERE size > {end.reach}",
        "DELETE FROM audit_node",
    ]
    assert broken(log, *statements, file=file).fault is Fault.TRUNCATED, "the log's own end knows more"
    found = broken(log, *statements, file=file, kept=notes[-1:])
    assert (found.fault in {Fault.TRUNCATED, Fault.ROLLED_BACK}, found.sequence) == (True, end.reach)


@pytest.mark.parametrize(
    ("table", "where", "columns"),
    [
        ("audit_checkpoint", "size = 14", ("size", "at")),
        ("audit_tail", "id = 1", ("size", "shard", "first")),
        ("audit_shard", "number = 1", ("first", "size", "began", "ended")),
    ],
)
def test_nothing_that_the_log_is_held_against_can_be_changed(
    log: Log, table: str, where: str, columns: Sequence[str]
) -> None:
    size = "(SELECT max(size) FROM audit_checkpoint WHERE size < 15)" if table == "audit_checkpoint" else ""
    chosen = f"size = {size}" if size else where
    for name in columns:
        found = broken(log, f"UPDATE {table} SET {name} = {name} + 1 WHERE {chosen}")
        assert found.fault in {
            *(Fault.CHECKPOINT_ALTERED, Fault.CHECKPOINT_REMOVED, Fault.TAIL_DAMAGED, Fault.SHARD_ALTERED),
            *(Fault.TRUNCATED, Fault.REMOVED),
        }, (name, found)
    other = {"audit_checkpoint": "root", "audit_tail": "frontier", "audit_shard": "root"}[table]
    found = broken(log, f"UPDATE {table} SET {other} = (SELECT leaf FROM audit_entry WHERE sequence = 3)")
    assert found.fault in {Fault.CHECKPOINT_ALTERED, Fault.TAIL_DAMAGED, Fault.SHARD_ALTERED}
    if table != "audit_tail":
        assert broken(log, f"DELETE FROM {table} WHERE {chosen}").fault in {
            *(Fault.CHECKPOINT_REMOVED, Fault.SHARD_ALTERED, Fault.REWRITTEN, Fault.TAIL_DAMAGED),
        }


def test_a_month_that_is_marked_as_deleted_is_missed(log: Log) -> None:
    marked = "UPDATE audit_shard SET dropped_by = 20, gone = TRUE WHERE number = 0"
    assert broken(log, marked).fault is Fault.SHARD_NOT_GONE
    gone = [
        marked,
        "DELETE FROM audit_entry WHERE sequence < 7",
        "DELETE FROM audit_checkpoint WHERE size < 7",
    ]
    found = broken(log, *gone)
    assert (found.fault, found.sequence, found.until) == (Fault.SHARD_NOT_TOLD, 0, 6)
