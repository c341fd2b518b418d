"""What the log is verified by as it lies in the database, read in one snapshot: its rows, its checkpoints, its end."""

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from sqlalchemy import Connection, select

from gateway.audit import checkpoint_file
from gateway.audit.anchors import anchors
from gateway.audit.bounds import bounds
from gateway.audit.checkpoint import Checkpoint
from gateway.audit.checkpointer import Sealed
from gateway.audit.note import Verifier
from gateway.audit.stored_end import EndTimes, StoredTail
from gateway.audit.verify import verify
from gateway.audit.verify_beside import Beside
from gateway.audit.verify_report import Report
from gateway.storage.audit_holds import all_holds
from gateway.storage.audit_pages import AT_ONCE, Ahead, Told, alone, pages, rows
from gateway.storage.audit_proofs import bytes_of
from gateway.storage.audit_shards import closed_shards, hold_rows
from gateway.storage.database import Database
from gateway.storage.log_keys import known as known_keys
from gateway.storage.place import is_shared
from gateway.storage.tables.audit import audit_checkpoint, audit_tail

__all__ = ["checkpoints", "rows", "stored_tail", "verified", "verify_log"]


def verify_log(
    database: Database,
    file: Path,
    keys: Sequence[Verifier],
    kept: Iterable[Checkpoint] = (),
    told: Told = lambda _done, _total: None,
    ahead: Ahead = alone,
) -> Report:
    """Check the whole log; blocks for some 15 µs an entry: never in the process that decides.

    `file`: `checkpoints.log`. `keys`: of the newest checkpoints; those before them are vouched for by notes in the
    database. `kept`: from other machines. `ahead`: reads beside this process.
    """
    file_size = checkpoint_file.size_of(file)  # before the snapshot: the file is written after the database
    shared = is_shared(database.place)
    return database.read_now(
        lambda connection: verified(connection, file, file_size, keys, kept, told, ahead, shared=shared)
    )


def verified(
    connection: Connection,
    file: Path,
    file_size: int,
    keys: Sequence[Verifier],
    kept: Iterable[Checkpoint] = (),
    told: Told = lambda _done, _total: None,
    ahead: Ahead = alone,
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
    tail = stored_tail(connection)
    beside = Beside(ours.notes, all_holds(connection), ours.keys)
    return verify(pages(connection, known, tail, ahead, told), against, tail, known, beside)


def checkpoints(connection: Connection) -> Iterator[Sealed]:
    last = -1
    while True:
        page = connection.execute(
            select(audit_checkpoint)
            .where(audit_checkpoint.c.size > last)
            .order_by(audit_checkpoint.c.size)
            .limit(AT_ONCE)
        ).all()
        for row in page:
            yield Sealed(row.size, bytes_of(row.root), row.at, str(row.note))
        if len(page) < AT_ONCE:
            return
        last = page[-1].size


def stored_tail(connection: Connection) -> StoredTail | None:
    row = connection.execute(select(audit_tail)).first()
    if row is None:
        return None
    times = EndTimes(row.received_at, row.wall, row.until)
    return StoredTail(row.size, bytes_of(row.frontier), row.shard, row.first, row.month, times)
