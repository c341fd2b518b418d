"""Whether the log is whole: everything is computed again from the rows and held against all checkpoints.

One pass, constant memory. The answer names the first entry that is broken and what is wrong with it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from gateway.audit.anchors import Anchor, Fault, Source
from gateway.audit.canonical import NotCanonical, read
from gateway.audit.facts import LATEST, Fact, differing, facts_written, moment
from gateway.audit.tree import Frontier, leaf_hash


@dataclass(frozen=True, slots=True)
class Row:
    """An entry as it is stored; nothing of it is believed."""

    sequence: int
    facts: tuple[Fact, ...]
    """In the order of `FACTS`; the first is the number again."""
    canonical: bytes
    leaf: bytes

    @property
    def at(self) -> datetime | None:
        """Receive time that the columns claim."""
        received = self.facts[1]
        return moment(received) if isinstance(received, int) and abs(received) < LATEST else None


@dataclass(frozen=True, slots=True)
class Broken:
    """The first thing that is wrong."""

    fault: Fault
    sequence: int
    """Number of the first broken entry: the next that would have come, where entries are missing."""
    at: datetime | None
    """Receive time that stands at that entry, or that of the last good one before it where it is missing."""
    what: str
    until: int | None = None
    """Last entry that may be concerned, where the damage cannot be told to one entry."""

    def __str__(self) -> str:
        span = f"entry {self.sequence}" if self.until is None else f"entries {self.sequence} to {self.until}"
        return f"{span}{f' ({self.at.isoformat()})' if self.at else ''}: {self.fault}: {self.what}"


@dataclass(frozen=True, slots=True)
class Report:
    """`broken` is None when the log is whole; then `sealed` of its `entries` are under a checkpoint."""

    entries: int
    sealed: int
    root: bytes
    checkpoints: int
    broken: Broken | None = None

    @property
    def not_yet_sealed(self) -> int:
        return self.entries - self.sealed


@dataclass(frozen=True, slots=True)
class StoredTail:
    """What the database says of the log's end; nothing of it is believed."""

    size: int
    frontier: bytes


class _Found(Exception):
    def __init__(self, broken: Broken) -> None:
        super().__init__(str(broken))
        self.broken = broken


class _Pass:
    """One reading of the log from its first entry."""

    def __init__(self, anchors: Iterable[Anchor]) -> None:
        self._anchors = iter(anchors)
        self._next = next(self._anchors, None)
        self.frontier = Frontier()
        self.sealed = 0
        self.checkpoints = 0
        self._since: int | None = None  # receive time of the first entry after the last good checkpoint
        self.last: int | None = None  # receive time of the last good entry

    def entry(self, row: Row) -> None:
        size = self.frontier.size
        self._reach(size)
        received = self._check(row)
        self.frontier = self.frontier.extend((row.leaf,))
        if size == self.sealed:
            self._since = received
        self.last = received

    def end(self, tail: StoredTail | None) -> None:
        """After the last row."""
        size = self.frontier.size
        self._reach(size)
        if (anchor := self._next) is not None:
            if anchor.fault:
                self._fail(anchor.fault, anchor.what)
            fault = Fault.TRUNCATED if anchor.source in (Source.DATABASE, Source.BOTH) else Fault.ROLLED_BACK
            sealed = max(anchor.size, *(further.size for further in self._anchors), 0)
            self._fail(
                fault, f"{anchor.source} has sealed {sealed} entries, {size} are left", until=sealed - 1
            )
        stored = tail or StoredTail(0, b"")
        if stored.size > size:
            self._fail(
                Fault.TRUNCATED, f"{stored.size} entries were written, {size} are left", until=stored.size - 1
            )
        if (stored.size, stored.frontier) != (size, self.frontier.pack()):
            self._fail(Fault.TAIL_DAMAGED, "the stored end of the tree does not belong to the entries")

    def beyond(self, row: Row, tail: StoredTail | None) -> None:
        """Refuse a row that stands behind the end the log has for itself."""
        if row.sequence >= (tail.size if tail else 0):
            self._reach(self.frontier.size)
            self._fail(
                Fault.APPENDED_BY_HAND, "the log never wrote this row: its own end is before it", row=row
            )

    def _reach(self, size: int) -> None:
        """Hold the tree against every checkpoint of at most this size."""
        while (anchor := self._next) is not None and anchor.size <= size:
            self._hold(anchor)
            self._next = next(self._anchors, None)

    def _hold(self, anchor: Anchor) -> None:
        size = self.frontier.size
        whole = anchor.size == size and anchor.root == self.frontier.root()
        if anchor.fault and (whole or anchor.fault is not Fault.CHECKPOINT_REMOVED):
            self._fail(anchor.fault, anchor.what, since=anchor.fault is Fault.ROLLED_BACK)
        if not whole:
            local = anchor.source in (Source.DATABASE, Source.BOTH)
            self._fail(
                Fault.REWRITTEN if local else Fault.ROLLED_BACK,
                f"the entries do not give the root that {anchor.source} has for {anchor.size} entries",
                since=True,
                until=anchor.size - 1,
            )
        if anchor.source is Source.FILE:
            what = f"the checkpoint of {size} entries is in checkpoints.log, but no longer in the database"
            self._fail(Fault.CHECKPOINT_REMOVED, what)
        if anchor.at is not None and anchor.at != self.last:
            what = f"the time of the database's checkpoint of {size} entries was changed"
            self._fail(Fault.CHECKPOINT_ALTERED, what)
        self.sealed = size
        self.checkpoints += 1

    def _check(self, row: Row) -> int:
        """The receive time of a row that is in itself right."""
        expected = self.frontier.size
        if row.sequence > expected:
            self._fail(
                Fault.REMOVED, f"it is missing; the next one left is {row.sequence}", until=row.sequence - 1
            )
        if row.sequence < expected:
            self._fail(Fault.REORDERED, f"an entry stands before it under the number {row.sequence}", row=row)
        edited = leaf_hash(row.canonical) != row.leaf
        try:
            form = read(row.canonical)
        except NotCanonical as error:
            self._fail(Fault.EDITED if edited else Fault.FOREIGN, str(error), row=row)
        if edited:
            self._fail(Fault.EDITED, "its bytes do not give its leaf hash", row=row)
        if form.sequence != expected:
            what = f"the entry that stands here was written as number {form.sequence}"
            self._fail(Fault.REORDERED, what, row=row)
        facts = facts_written(form)
        if others := differing(row.facts, facts):
            what = f"columns do not say what was recorded: {', '.join(others)}"
            self._fail(Fault.COLUMNS_DIFFER, what, row=row)
        received = facts[1]
        assert isinstance(received, int)
        if self.last is not None and received < self.last:
            self._fail(Fault.FOREIGN, "it was received before the entry in front of it", row=row)
        return received

    def _fail(
        self,
        fault: Fault,
        what: str,
        *,
        row: Row | None = None,
        since: bool = False,
        until: int | None = None,
    ) -> NoReturn:
        sequence = self.sealed if since else self.frontier.size
        last = self._since if since else self.last
        at = row.at if row else None if last is None else moment(last)
        if until is not None and until <= sequence:
            until = None
        raise _Found(Broken(fault, sequence, at, what, until))


def verify(rows: Iterable[Row], anchors: Iterable[Anchor], tail: StoredTail | None) -> Report:
    """Read everything. `rows` in the order of their numbers; `anchors` from `anchors.anchors`."""
    reading = _Pass(anchors)
    broken = None
    try:
        for row in rows:
            reading.beyond(row, tail)
            reading.entry(row)
        reading.end(tail)
    except _Found as found:
        broken = found.broken
    frontier = reading.frontier
    return Report(frontier.size, reading.sealed, frontier.root(), reading.checkpoints, broken)
