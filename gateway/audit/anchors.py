"""What the log is held against: its checkpoints from the database, the file, and from elsewhere, by size.

The two local copies must agree note by note. The one freedom: a crash may leave the file without the newest; that of a
node which stood while others sealed may lack more, but none in between.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from heapq import merge

from gateway.audit.checkpoint import FIRST, Checkpoint, unseal
from gateway.audit.checkpoint_file import Written
from gateway.audit.checkpointer import Sealed
from gateway.audit.log_keys import KeyNotInForce, Unfit
from gateway.audit.note import NoteRefused, UnknownKey, Verifier
from gateway.audit.shard import Shard


class Fault(StrEnum):
    """What is wrong with a log, by name."""

    EDITED = "edited"
    REMOVED = "removed"
    REORDERED = "reordered"
    FOREIGN = "foreign"  # bytes or times that the log cannot have written
    COLUMNS_DIFFER = "columns_differ"
    REWRITTEN = "rewritten"
    APPENDED_BY_HAND = "appended_by_hand"
    TRUNCATED = "truncated"
    ROLLED_BACK = "rolled_back"
    TAIL_DAMAGED = "tail_damaged"
    CHECKPOINT_REMOVED = "checkpoint_removed"
    CHECKPOINT_ALTERED = "checkpoint_altered"
    SHARD_ALTERED = "shard_altered"
    SHARD_NOT_TOLD = "shard_not_told"  # that it was dropped
    SHARD_NOT_GONE = "shard_not_gone"
    SHARD_NOT_VOUCHED = "shard_not_vouched"  # deleted, and the log's key did not sign that
    SHARD_NOT_DUE = "shard_not_due"  # deleted before its time, or while it was held
    HOLD_ALTERED = "hold_altered"  # by hand, past the log
    KEY_UNKNOWN = "key_unknown"  # a checkpoint that none of the log's keys signed
    KEY_NOT_IN_FORCE = "key_not_in_force"  # one of a key that was retired before, or came later
    KEY_NOT_VOUCHED = "key_not_vouched"  # a change of keys that the log, or the key before, knows nothing of


class Source(StrEnum):
    DATABASE = "the database"
    FILE = "checkpoints.log"
    BOTH = "the database and checkpoints.log"
    KEPT = "the checkpoint kept elsewhere"
    KEYS = "what tells of the log's keys"


@dataclass(frozen=True, slots=True)
class Anchor:
    """At `size` entries the tree that begins with number `first` had this root; `fault` when the checkpoint itself is
    what is wrong.
    """

    size: int
    """Entries of the whole log."""
    root: bytes
    source: Source
    at: int | None = None
    """The database's time of the checkpoint, microseconds; None from other sources."""
    fault: Fault | None = None
    what: str = ""
    first: int = 0
    drops_signed: bool = False
    """Whether whoever made it signs each deletion; not known of what has a fault."""


def anchors(
    table: Iterable[Sealed],
    file: Callable[[], Iterator[Written]],
    file_size: int,
    keys: Sequence[Verifier],
    kept: Iterable[Checkpoint] = (),
    *,
    shared: bool = False,
    dropped: Sequence[Shard] = (),
    unfit: Sequence[Unfit] = (),
) -> Iterator[Anchor]:
    """All anchors by size, lazily. `shared`: other nodes seal the log too, and this one's file follows. `dropped`: of
    these nothing is left but the last checkpoint, so that no other is held against anything. `unfit`: changes of keys
    that nobody vouches for; the first of them is where the log ends for whoever verifies it.

    `table`: in order of size. `file`: reads the file from its beginning each time it is called. `file_size`:
    its bytes before the database's snapshot was taken; what was added later need not be in `table`. `kept`: checkpoints
    from elsewhere; whoever unsealed them knows that our key signed them.
    """
    elsewhere = sorted(
        (
            Anchor(one.reach, one.root, Source.KEPT, first=one.first, drops_signed=one.drops_signed)
            for one in kept
            if not within(one.reach, dropped)
        ),
        key=lambda anchor: anchor.size,
    )
    left = (row for row in table if not within(row.size, dropped))
    local = _local(left, file, file_size, keys, shared=shared, dropped=dropped)
    changes = sorted(
        (Anchor(one.written, b"", Source.KEYS, fault=Fault.KEY_NOT_VOUCHED, what=one.what) for one in unfit),
        key=lambda anchor: anchor.size,
    )
    return merge(changes, local, elsewhere, key=lambda anchor: anchor.size)


def within(size: object, dropped: Sequence[Shard]) -> bool:
    """Whether a checkpoint of so many entries is one of a dropped shard, and not its last."""
    return isinstance(size, int) and any(one.first < size < one.end for one in dropped)


def _local(
    table: Iterable[Sealed],
    file: Callable[[], Iterator[Written]],
    file_size: int,
    keys: Sequence[Verifier],
    *,
    shared: bool,
    dropped: Sequence[Shard],
) -> Iterator[Anchor]:
    back = _step_back(file(), file_size)
    for anchor in _pairs(iter(table), _before(file(), file_size, dropped), keys, shared=shared):
        if back and (anchor.size >= back.size or anchor.fault):
            yield back
            return
        yield anchor
        if anchor.fault:
            return
    if back:
        yield back


def _before(
    file: Iterator[Written], file_size: int, dropped: Sequence[Shard]
) -> Iterator[tuple[Written, bool]]:
    """Notes of the file, each with whether it stood there before the snapshot of the database."""
    for written in file:
        if not (dropped and within(_claimed_size(written.note), dropped)):
            yield written, written.at < file_size


def _step_back(file: Iterator[Written], file_size: int) -> Anchor | None:
    """The place from which the log was written a second time, by the sizes in the file."""
    largest = 0
    for written in file:
        size = _claimed_size(written.note)
        if size is None or written.at >= file_size:
            continue
        if size <= largest:
            what = f"checkpoints.log seals {largest} entries and afterwards {size}: the log was put back"
            return Anchor(size - 1, b"", Source.FILE, fault=Fault.ROLLED_BACK, what=what)
        largest = size
    return None


def _claimed_size(note: str) -> int | None:
    lines = note.split("\n", 4)
    if len(lines) < 3 or not lines[1].isdecimal() or len(lines[1]) >= 20:
        return None
    first = FIRST.fullmatch(lines[3]) if len(lines) > 3 else None
    return int(lines[1]) + (int(first[1]) if first else 0)


def _pairs(
    table: Iterator[Sealed], file: Iterator[tuple[Written, bool]], keys: Sequence[Verifier], *, shared: bool
) -> Iterator[Anchor]:
    reached = 0
    row, noted = next(table, None), next(file, None)
    while row is not None or noted is not None:
        if row is None:
            assert noted is not None
            if not noted[1]:
                return  # sealed after the snapshot
            yield _in_file_only(noted[0], reached, keys)
            noted = next(file, None)
            continue
        mine = _from_table(row, keys)
        if shared and noted is None and not mine.fault:
            yield mine
            reached, row = row.size, next(table, None)
            continue
        if mine.fault or (noted is not None and noted[0].note == row.note):
            yield mine if mine.fault else replace(mine, source=Source.BOTH)
            reached, row, noted = row.size, next(table, None), next(file, None) if noted else None
            continue
        following = next(table, None)
        torn = noted is not None and row.note.startswith(noted[0].note)  # the same is dealt with above
        if following is None and (noted is None or torn):
            yield mine  # the newest: a crash kept it from the file
            return
        theirs = _in_file_only(noted[0], reached, keys) if noted else None
        yield _apart(mine, theirs)
        return


def _apart(mine: Anchor, theirs: Anchor | None) -> Anchor:
    """The first of the two copies that has no counterpart."""
    if theirs is None or theirs.size > mine.size:
        what = f"the checkpoint of {mine.size} entries is in the database, but no longer in checkpoints.log"
        return replace(mine, fault=Fault.CHECKPOINT_REMOVED, what=what)
    if theirs.fault or theirs.size < mine.size or theirs.root != mine.root:
        return theirs
    what = f"the checkpoint of {mine.size} entries reads differently in the database and in checkpoints.log"
    return replace(mine, fault=Fault.CHECKPOINT_ALTERED, what=what)


def _from_table(row: Sealed, keys: Sequence[Verifier]) -> Anchor:
    try:
        checkpoint = unseal(row.note, keys)
    except NoteRefused as error:
        what = f"the database's checkpoint of {row.size} entries: {error.why}"
        return Anchor(row.size, row.root, Source.DATABASE, row.at, _fault_of(error), what)
    if (checkpoint.reach, checkpoint.root) != (row.size, row.root):
        what = f"the database's checkpoint of {row.size} entries does not agree with its own note"
        return Anchor(row.size, row.root, Source.DATABASE, row.at, Fault.CHECKPOINT_ALTERED, what)
    signed = checkpoint.drops_signed
    return Anchor(row.size, row.root, Source.DATABASE, row.at, first=checkpoint.first, drops_signed=signed)


def _in_file_only(written: Written, reached: int, keys: Sequence[Verifier]) -> Anchor:
    try:
        checkpoint: Checkpoint = unseal(written.note, keys)
    except NoteRefused as error:
        what = f"checkpoints.log, byte {written.at}: {error.why}"
        return Anchor(reached, b"", Source.FILE, fault=_fault_of(error), what=what)
    signed = checkpoint.drops_signed
    return Anchor(checkpoint.reach, checkpoint.root, Source.FILE, first=checkpoint.first, drops_signed=signed)


def _fault_of(refused: NoteRefused) -> Fault:
    if isinstance(refused, UnknownKey):
        return Fault.KEY_UNKNOWN
    return Fault.KEY_NOT_IN_FORCE if isinstance(refused, KeyNotInForce) else Fault.CHECKPOINT_ALTERED
