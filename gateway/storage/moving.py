"""The whole state of one machine, out of its file into a server's empty database.

Every table of ours is taken along as it is; what differs between the two kinds of databases is the counters that
number rows, and the names under which places in the spool are kept. Before it is committed the log is
recomputed where it is now and held against the same checkpoints, and the move is recorded behind it.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table, select

from config.settings import Postgres
from gateway.audit import checkpoint_file
from gateway.audit.canonical import NotCanonical, parse
from gateway.audit.entry import Code, Entry
from gateway.audit.note import Verifier
from gateway.audit.verify_report import Report
from gateway.storage.audit import append, read_tail
from gateway.storage.audit_checkpoints import serve_no_unsigned
from gateway.storage.audit_evidence import verified
from gateway.storage.audit_shards import closed_shards, like_the_first, table_of
from gateway.storage.audit_spool import hand_over
from gateway.storage.end_marks import Key, mark_ends
from gateway.storage.log_keys import serve_no_older
from gateway.storage.moving_source import Source
from gateway.storage.not_moved import StateNotMoved
from gateway.storage.postgres.filling import Filling, filling
from gateway.storage.schema import tables_of_content
from gateway.storage.tables.audit import audit_entry

OF_THE_FILE = "run `brana audit verify` without [state.database], and restore a backup"
RECOMPUTING = "the log is recomputed"
WHOLE = "whole"
OF_ITSELF = 3  # entries: of a month that turned, of a clock that was set back, of an end without its mark

EntryOf = Callable[[int, bytes, str], Entry]
"""What is recorded of a move: by the entries of the log in the file, its root, and what was found of it."""

Told = Callable[[str, int, int], object]
"""Hears what is done (a table, or RECOMPUTING), how many rows of it, of how many."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the log is held against: `checkpoints.log`, and the key that signed it."""

    file: Path
    key: Verifier

    def report(self, connection: Connection, told: Told = lambda _what, _done, _total: None) -> Report:
        """By the rules of a machine that is alone, in whose file no checkpoint is missing."""
        size = checkpoint_file.size_of(self.file)
        return verified(
            connection,
            self.file,
            size,
            [self.key],
            told=lambda done, total: told(RECOMPUTING, done, total),
            shared=False,
        )


@dataclass(frozen=True, slots=True)
class Moved:
    """`rows` by table. None: an earlier run had brought everything there already."""

    rows: dict[str, int] | None
    entries: int
    """Of the log as it was in the file."""
    root: bytes


def move(
    source: Source,
    server: Postgres,
    evidence: Evidence,
    spool: str,
    entry: EntryOf,
    told: Told,
    *,
    although_not_whole: bool = False,
    marks: Key = lambda: None,
) -> Moved:
    """Everything, in one transaction of the server. Raises DatabaseUnusable, StateNotMoved, LogInconsistent.

    `spool`: under which the places in this machine's spool are kept from now on. `although_not_whole`: also a log that
    is not, as it is. `marks`: the key of the end's mark.
    """
    tail = read_tail(source.connection)
    if tail is None:
        raise StateNotMoved(f"the log in {source.path} has no end any more", OF_THE_FILE)
    size, root = tail.size, tail.frontier.root()
    with filling(server) as target:
        mark_ends(target.connection.engine, marks)
        if not target.empty:
            if _has_come(target.connection, size, root):
                return Moved(None, size, root)
            raise StateNotMoved(
                f"{target.where} is not empty: something is kept there",
                "name another database, or drop this one and make it anew if nobody needs what it holds",
            )
        tables = tables_of_content()
        rows = {table.name: _copy(source, target, table, told) for table in tables}
        hand_over(target.connection, "", spool)
        report = evidence.report(target.connection, told)
        _require_the_same(source, report, evidence, root, although_not_whole=although_not_whole)
        finding = WHOLE if report.broken is None else str(report.broken)
        append(target.connection, [entry(size, root, finding)])
        serve_no_older(target.connection)
        serve_no_unsigned(target.connection)
        target.take_stock()
    return Moved(rows, size, root)


def _copy(source: Source, target: Filling, table: Table, told: Told) -> int:
    total = source.count(table)
    done = 0

    def counted(batch: Sequence[tuple[object, ...]]) -> Sequence[tuple[object, ...]]:
        nonlocal done
        done += len(batch)
        told(table.name, done, total)
        return batch

    batches = map(counted, source.rows(table))
    if table is audit_entry:
        _copy_log(source, target, batches)
    else:
        target.copy(table, batches)
    numbered = table.autoincrement_column
    if numbered is not None:
        target.number_on(table, numbered.name, source.last_number(table, numbered.name))
    arrived = target.count(table)
    if not total == done == arrived:
        raise StateNotMoved(
            f"{table.name} has {total} rows in the file, and {arrived} would be at the server",
            "this should not happen; run `brana audit verify` without [state.database], and report it",
        )
    return total


def _copy_log(source: Source, target: Filling, batches: Iterable[Sequence[tuple[Any, ...]]]) -> None:
    """Each shard into the table that it has at a server."""
    tail = read_tail(source.connection)
    firsts = [one.first for one in closed_shards(source.connection)] + ([tail.first] if tail else [])
    for shard, first in enumerate(firsts):
        if shard:
            target.connection.exec_driver_sql(like_the_first(shard, first))
    rows = (row for batch in batches for row in batch)
    for shard, run in groupby(rows, lambda row: max(bisect_right(firsts, row[0]) - 1, 0)):
        target.copy(audit_entry, ([row] for row in run), table_of(shard, server=True))


def _require_the_same(
    source: Source, report: Report, evidence: Evidence, root: bytes, *, although_not_whole: bool
) -> None:
    if report.broken is None:
        if report.root != root:
            raise StateNotMoved(
                f"the log would have the root {report.root.hex()} at the server, and has {root.hex()} in the file",
                "this should not happen; run `brana audit verify` without [state.database], and report it",
            )
    elif not although_not_whole:
        raise StateNotMoved(
            f"the log is not whole: {report.broken}",
            "see docs/audit.md; `--although-not-whole` takes it along as it is, and records what is wrong with it",
        )
    elif evidence.report(source.connection) != report:
        raise StateNotMoved(
            f"the log would be damaged otherwise than in the file: {report.broken}",
            "this should not happen; run `brana audit verify` without [state.database], and report it",
        )


def _has_come(connection: Connection, size: int, root: bytes) -> bool:
    """Whether the log there is that of the file, with the entry of its move right behind it, or behind what the log
    itself had to say then.
    """
    number = audit_entry.c.sequence
    query = select(audit_entry.c.canonical).where(number.between(size, size + OF_ITSELF)).order_by(number)
    for found in connection.execute(query).scalars():
        try:
            entry = parse(found).entry
        except NotCanonical:
            return False
        if entry.code is Code.STATE_MOVED:
            return entry.details.get("root") == root.hex()
    return False
