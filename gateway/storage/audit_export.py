"""A span of the log as it is handed out: what stands in it, and what proves that it is whole.

JSON Lines, read by `gateway/audit/for_auditors/brana_verify.py`: the span and the roots of what lies before it; each
entry as it is hashed, beside its leaf hash; between them checkpoints, so that damage is told to a place; at the end the
checkpoint that seals all of it, and the roots of what lies behind. A span of several months has as many such parts, one
behind the other; of a month that was dropped there is its last checkpoint. Where keys of the log followed each other,
each part begins with the notes that tell how.
"""

import base64
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, select

from gateway.audit.checkpoint import Checkpoint, log_of
from gateway.audit.proof import consistency, covering
from gateway.storage.audit_checkpoints import newest_of
from gateway.storage.audit_dropping import note_of_drop
from gateway.storage.audit_proofs import NotInLog, StoredTree, bytes_of
from gateway.storage.audit_shards import closed_shards
from gateway.storage.audit_witnesses import with_witnesses
from gateway.storage.log_keys import notes
from gateway.storage.tables.audit import audit_checkpoint, audit_entry

OF_ONE_TREE, FORMAT = 1, 2
"""The first is what it was before a log had several trees, and what verifiers of that time read."""
PAGE = 1_000  # entries held in memory at once
APART = 256
"""Entries between two checkpoints that are handed out: each costs whoever verifies a signature."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A checkpoint and the note that says it."""

    checkpoint: Checkpoint
    note: str


@dataclass(frozen=True, slots=True)
class Span:
    begin: int
    """Sequence of the first entry."""
    end: int
    """Of the one behind the last."""


@dataclass(frozen=True, slots=True)
class Part:
    """What is handed out of one shard's tree."""

    span: Span
    sealed: Sealed
    dropped: bool = False
    """Nothing is left of it but its last checkpoint, which is `sealed`."""


def span_between(connection: Connection, since: int | None, until: int | None, size: int) -> Span:
    """Of the first `size` entries those received from `since` to before `until`, microseconds; None: no bound. And one
    on either side where there is one: their times show that none of the time between is left out.
    """
    begin = 0 if since is None else _first_from(connection, since, size)
    end = size if until is None else max(begin, _first_from(connection, until, size))
    return Span(max(begin - 1, 0), min(end + 1, size))


def _first_from(connection: Connection, moment: int, size: int) -> int:
    """Receive times never go back, so a few rows tell; for those of a dropped shard, when it ended."""
    gone = [one for one in closed_shards(connection) if one.dropped]
    low, high = 0, size
    while low < high:
        middle = (low + high) // 2
        received = connection.execute(
            select(audit_entry.c.received_at).where(audit_entry.c.sequence == middle)
        ).scalar()
        if received is None:
            received = next((one.ended for one in gone if one.first <= middle < one.end), None)
        if received is not None and received < moment:
            low = middle + 1
        else:
            high = middle
    return low


def parts(
    connection: Connection, span: Span, newest: Sealed, opened: Callable[[str], Checkpoint]
) -> list[Part]:
    """The span by shards. `opened`: raises NoteRefused for a checkpoint that our key has not signed; that and NotInLog
    come from here.
    """
    size, first, found = newest.checkpoint.reach, newest.checkpoint.first, []
    for one in closed_shards(connection):
        if one.end <= span.begin or one.first >= span.end or one.end > size or one.first == first:
            continue
        last = newest_of(connection, one.end)
        if last is None or last.size != one.end:
            raise NotInLog(one.end - 1)
        sealed = Sealed(opened(last.note), with_witnesses(connection, last).note)
        within = Span(max(span.begin, one.first), min(span.end, one.end))
        found.append(Part(within, sealed, dropped=one.dropped))
    if span.end > first or not found:
        found.append(Part(Span(max(span.begin, first), max(span.end, first)), newest))
    return found


def handed_out(
    connection: Connection, given: Sequence[Part], kept: Sequence[Sealed] = (), *, by_entries: bool = False
) -> Iterator[bytes]:
    """Lines with their line feeds. `kept`: checkpoints from elsewhere; that the log grew out of those beside the span
    is proven. Raises NotInLog where entries outside of the span are missing.
    """
    told = notes(connection)
    keys = {"keys": told} if told else {}
    alone = len(given) == 1 and not given[0].sealed.checkpoint.first and not given[0].dropped
    for part in given:
        if part.dropped:
            yield _line(
                {"brana_export": FORMAT, "dropped": part.sealed.note, **_signed(connection, part), **keys}
            )
        else:
            head = {"brana_export": OF_ONE_TREE if alone else FORMAT, **keys}
            yield from _of_tree(connection, part, kept, head, by_entries=by_entries)


def _signed(connection: Connection, part: Part) -> dict[str, object]:
    """What vouches for that the log deleted it; nothing of what an older version did, until it is signed for."""
    origin, first = log_of(part.sealed.checkpoint.origin), part.sealed.checkpoint.first
    one = next((one for one in closed_shards(connection) if one.first == first), None)
    note = None if one is None else note_of_drop(connection, one, origin)
    return {} if note is None else {"signed": note}


def _of_tree(
    connection: Connection,
    part: Part,
    kept: Sequence[Sealed],
    head: Mapping[str, object],
    *,
    by_entries: bool,
) -> Iterator[bytes]:
    span, checkpoint = part.span, part.sealed.checkpoint
    first, size, tree = (
        checkpoint.first,
        checkpoint.size,
        StoredTree(connection, checkpoint.first, by_entries),
    )
    yield _line(
        {
            **head,
            "origin": checkpoint.origin,
            "begin": span.begin,
            "end": span.end,
            "left": _texts(tree.root(*one) for one in covering(0, span.begin - first)),
            "checkpoint": part.sealed.note,
        }
    )
    for one in kept:
        beside = not span.begin <= one.checkpoint.reach <= span.end
        if one.checkpoint.first == first and one.checkpoint.size < size and beside:
            path = consistency(one.checkpoint.size, size, tree.root)
            yield _line({"grew_from": one.note, "path": _texts(path)})
    yield from _entries(connection, span, checkpoint.reach)
    yield _line({"right": _texts(tree.root(*one) for one in covering(span.end - first, size))})


def _entries(connection: Connection, span: Span, size: int) -> Iterator[bytes]:
    notes = _notes(connection, span, size)
    sealed = next(notes, None)
    number = audit_entry.c.sequence
    query = select(number, audit_entry.c.canonical, audit_entry.c.leaf).order_by(number).limit(PAGE)
    last = span.begin - 1
    while page := connection.execute(query.where(number > last, number < span.end)).all():
        for row in page:
            leaf = base64.b64encode(bytes_of(row.leaf))
            yield b'{"leaf":"' + leaf + b'","entry":' + _on_a_line(bytes_of(row.canonical)) + b"}\n"
            while sealed is not None and sealed[0] <= row.sequence + 1:
                if sealed[0] == row.sequence + 1:  # else an entry is missing, which is what is to be told
                    yield _line({"note": sealed[1]})
                sealed = next(notes, None)
        last = page[-1].sequence


def _notes(connection: Connection, span: Span, size: int) -> Iterator[tuple[int, str]]:
    c = audit_checkpoint.c
    last = span.begin
    while True:
        behind = c.size >= min(last + APART, span.end) if last > span.begin else c.size > span.begin
        query = select(c.size, c.note).where(behind, c.size <= span.end, c.size < size)
        row = connection.execute(query.where(c.size > last).order_by(c.size).limit(1)).first()
        if row is None:
            return
        last = row.size
        yield row.size, str(row.note)


def _line(content: dict[str, object]) -> bytes:
    return msgspec.json.encode(content) + b"\n"


def _texts(hashes: Iterable[bytes]) -> list[str]:
    return [base64.b64encode(one).decode() for one in hashes]


def _on_a_line(data: bytes) -> bytes:
    """An entry of ours has no line feed; whatever else has one is no entry, and is found to be none."""
    return data.replace(b"\n", b" ")
