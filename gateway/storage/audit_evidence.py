"""The log as it lies in the database, read for `gateway.audit.verify` in one snapshot, a page at a time."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path

from sqlalchemy import Connection, func, select

from gateway.audit import checkpoint_file
from gateway.audit.anchors import anchors
from gateway.audit.bounds import bounds
from gateway.audit.canonical import TEXTS
from gateway.audit.checkpoint import Checkpoint
from gateway.audit.checkpointer import Sealed
from gateway.audit.note import Verifier
from gateway.audit.verify import Report, Row, StoredTail, verify
from gateway.audit.verify_beside import Beside
from gateway.storage.audit_holds import all_holds
from gateway.storage.audit_proofs import bytes_of
from gateway.storage.audit_shards import closed_shards, hold_rows
from gateway.storage.database import Database
from gateway.storage.log_keys import known as known_keys
from gateway.storage.place import is_shared
from gateway.storage.tables.audit import audit_checkpoint, audit_entry, audit_tail

PAGE = 1_000  # rows held in memory at once

_entry = select(
    *(audit_entry.c[name] for name in ("sequence", "received_at", "at", "code", "outcome", *TEXTS)),
    audit_entry.c.canonical,
    audit_entry.c.leaf,
)


Told = Callable[[int, int], object]
"""Hears how many rows are done, of how many."""


def verify_log(
    database: Database,
    file: Path,
    keys: Sequence[Verifier],
    kept: Iterable[Checkpoint] = (),
    told: Told = lambda _done, _total: None,
) -> Report:
    """Check the whole log; blocks for some 50 µs an entry: never in the process that decides.

    `file`: `checkpoints.log`. `keys`: of the newest checkpoints; those before them are vouched for by notes in the
    database. `kept`: from other machines.
    """
    file_size = checkpoint_file.size_of(file)  # before the snapshot: the file is written after the database
    shared = is_shared(database.place)
    return database.read_now(
        lambda connection: verified(connection, file, file_size, keys, kept, told, shared=shared)
    )


def verified(
    connection: Connection,
    file: Path,
    file_size: int,
    keys: Sequence[Verifier],
    kept: Iterable[Checkpoint] = (),
    told: Told = lambda _done, _total: None,
    *,
    shared: bool,
) -> Report:
    """The same in a transaction that is open. `shared`: others seal this log too, see `anchors`."""
    hold_rows(connection)
    known, ours = bounds(closed_shards(connection)), known_keys(connection, keys)
    against = anchors(
        checkpoints(connection),
        lambda: checkpoint_file.read(file),
        file_size,
        ours.keys,
        kept,
        shared=shared,
        dropped=known.dropped,
        unfit=ours.unfit,
    )
    beside = Beside(ours.notes, all_holds(connection))
    return verify(rows(connection, told), against, stored_tail(connection), known, beside)


def rows(connection: Connection, told: Told = lambda _done, _total: None) -> Iterator[Row]:
    last, done = None, 0
    total = connection.execute(select(func.count()).select_from(audit_entry)).scalar_one()
    while True:
        told(done, total)
        query = _entry.order_by(audit_entry.c.sequence).limit(PAGE)
        if last is not None:
            query = query.where(audit_entry.c.sequence > last)
        page = connection.execute(query).all()
        for row in page:
            *facts, canonical, leaf = row
            yield Row(row.sequence, tuple(facts), bytes_of(canonical), bytes_of(leaf))
        done += len(page)
        if len(page) < PAGE:
            told(done, total)
            return
        last = page[-1].sequence


def checkpoints(connection: Connection) -> Iterator[Sealed]:
    last = -1
    while True:
        page = connection.execute(
            select(audit_checkpoint)
            .where(audit_checkpoint.c.size > last)
            .order_by(audit_checkpoint.c.size)
            .limit(PAGE)
        ).all()
        for row in page:
            yield Sealed(row.size, bytes_of(row.root), row.at, str(row.note))
        if len(page) < PAGE:
            return
        last = page[-1].size


def stored_tail(connection: Connection) -> StoredTail | None:
    row = connection.execute(select(audit_tail)).first()
    return StoredTail(row.size, bytes_of(row.frontier), row.shard, row.first, row.month) if row else None
