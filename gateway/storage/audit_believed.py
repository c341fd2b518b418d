"""Which checkpoints in the database are believed, and behind which of them the log is sealed on.

A row says nothing by itself: whoever writes to the database writes it too. It is believed where its note bears the
signatures of the log's keys, and where it speaks of no more entries than the log has. What this process has sealed, or
read so, it remembers: that the log had.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Connection, delete, select

from gateway.audit.checkpoint import Checkpoint, unseal
from gateway.audit.checkpointer import Sealed
from gateway.audit.note import NoteRefused, Verifier
from gateway.storage.audit_proofs import NotInLog, ProofRefused, prove
from gateway.storage.audit_tail import Tail
from gateway.storage.tables.audit import audit_checkpoint, audit_entry

AT_ONCE = 50
MOST = 1_000  # rows looked at: somebody may have put in any number
_c = audit_checkpoint.c


@dataclass(frozen=True, slots=True)
class Looked:
    """`behind`: where sealing goes on; none: at the beginning. `false`: sizes of rows that are no checkpoints of this
    log. `lost`: what this process knows, and the database had otherwise or no more. `ahead`: a checkpoint of this log
    that it is not behind any more: it was put back, or written anew.
    """

    behind: Sealed | None
    false: tuple[int, ...] = ()
    lost: Sealed | None = None
    ahead: Sealed | None = None


def believed(one: Sealed, keys: Sequence[Verifier]) -> Checkpoint | None:
    """What it says, where `keys` signed it and the row beside it says the same."""
    try:
        said = unseal(one.note, keys)
    except NoteRefused:
        return None
    return said if one.readable and (said.reach, said.root) == (one.size, one.root) else None


def newest_believed(connection: Connection, keys: Sequence[Verifier], most: int) -> Sealed | None:
    """Of at most so many entries; none also where it is behind a thousand false ones."""
    rows = _newest_first(connection, -1, most)
    return next((one for one in rows if believed(one, keys) is not None), None)


def look(connection: Connection, keys: Sequence[Verifier], tail: Tail, last: Sealed | None) -> Looked:
    """`last`: the newest that this process knows of."""
    since = -1 if last is None else last.size
    false, ahead = [], None
    for one in _newest_first(connection, max(since, tail.size), None):
        if believed(one, keys) is None:
            false.append(one.size)
        else:
            ahead = ahead or one
    for one in _newest_first(connection, since, tail.size):
        if believed(one, keys) is None:
            false.append(one.size)
        elif _is_not(tail, one):
            ahead = ahead or one
        else:
            return Looked(one, tuple(false), None, ahead)
    if last is None:
        # None of them is believed, as after a change of the log's name: it is told, and nothing is sealed twice.
        return Looked(next(_newest_first(connection, -1, tail.size), None), tuple(false), None, ahead)
    stands = _same(at_size(connection, last.size), last)
    if last.size > tail.size or _is_not(tail, last) or not (stands or _has(connection, last, keys)):
        before = newest_believed(connection, keys, min(tail.size, last.size - 1))
        return Looked(before, tuple(false), None, last)
    return Looked(last, tuple(false), None if stands else last, ahead)


def put_right(connection: Connection, looked: Looked, tail: Tail) -> None:
    """What nobody can have sealed goes, and what was sealed stands again."""
    beyond = [size for size in looked.false if size > tail.size]
    if beyond:
        connection.execute(delete(audit_checkpoint).where(_c.size.in_(beyond)))
    if (lost := looked.lost) is not None:
        received = select(audit_entry.c.received_at).where(audit_entry.c.sequence == lost.size - 1)
        keep(connection, replace(lost, at=connection.execute(received).scalar() or lost.at))


def keep(connection: Connection, one: Sealed) -> None:
    """In the place of whatever somebody has put there."""
    connection.execute(delete(audit_checkpoint).where(_c.size == one.size))
    row = {"size": one.size, "root": one.root, "at": one.at, "note": one.note}
    connection.execute(audit_checkpoint.insert().values(row))


def at_size(connection: Connection, size: int) -> Sealed | None:
    row = connection.execute(select(audit_checkpoint).where(_c.size == size)).first()
    return None if row is None else Sealed(row.size, row.root, row.at, str(row.note))


def _newest_first(connection: Connection, above: int, most: int | None) -> Iterator[Sealed]:
    """Of more than `above` entries, and at most `most`."""
    for _ in range(MOST // AT_ONCE):
        query = select(audit_checkpoint).where(_c.size > above)
        if most is not None:
            query = query.where(_c.size <= most)
        page = connection.execute(query.order_by(_c.size.desc()).limit(AT_ONCE)).all()
        yield from (Sealed(row.size, row.root, row.at, str(row.note)) for row in page)
        if len(page) < AT_ONCE:
            return
        most = page[-1].size - 1


def _same(one: Sealed | None, other: Sealed) -> bool:
    return one is not None and (one.root, one.note) == (other.root, other.note)


def _is_not(tail: Tail, one: Sealed) -> bool:
    """Whether the log ends where it was sealed, and otherwise."""
    return tail.size == one.size and tail.frontier.size > 0 and tail.frontier.root() != one.root


def _has(connection: Connection, one: Sealed, keys: Sequence[Verifier]) -> bool:
    """Whether the entries give what was sealed."""
    said = believed(one, keys)
    try:
        return said is not None and bool(prove(connection, one.size - 1, said))
    except (NotInLog, ProofRefused):
        return False
