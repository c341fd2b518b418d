"""Whether the log is whole: everything is computed again from the rows and held against all checkpoints.

One pass, constant memory. The answer names the first entry that is broken and what is wrong with it. Pages that
somebody found right in themselves are taken as a whole (`sound`), others row by row. Each shard has a tree of its own;
the first entry of one names the tree before it, also where that was dropped and left a checkpoint.
"""

from collections.abc import Iterable
from typing import NoReturn

from gateway.audit.anchors import Anchor, Fault, Source
from gateway.audit.bounds import NEVER, ONE_TREE, Bounds
from gateway.audit.canonical import parse
from gateway.audit.drop_notes import lines_told
from gateway.audit.entry import Code
from gateway.audit.facts import moment
from gateway.audit.page import Page, Row, Sound
from gateway.audit.shard import Shard, month_of
from gateway.audit.shard_acts import opens_behind
from gateway.audit.stored_end import StoredTail
from gateway.audit.tree import Frontier
from gateway.audit.verify_beside import OF_DROPS, TOLD_OF, Beside, Difference
from gateway.audit.verify_report import Broken, Report
from gateway.audit.verify_row import RowBroken, received_of

OF_SHARDS = frozenset({Code.LOG_SHARD_OPENED.value, *OF_DROPS})


class _Found(Exception):
    def __init__(self, broken: Broken) -> None:
        super().__init__(str(broken))
        self.broken = broken


class _Pass:
    """One reading of the log from its first entry."""

    def __init__(self, anchors: Iterable[Anchor], bounds: Bounds, month: str, beside: Beside) -> None:
        self._anchors = iter(anchors)
        self._next = next(self._anchors, None)
        self._bounds, self._month = bounds, month
        self._shard = 0
        self._first = 0
        self._turn_at = 0  # number of an entry before which something is to be asked about shards
        self._before: Shard | None = None  # the one that the next entry has to name
        self._began: int | None = None  # receive time of the shard's first entry
        self._told: set[str] = set()
        self.beside = beside
        self.dropped: list[Shard] = []
        self.leaving = 0
        self.frontier = Frontier()
        self.sealed = 0
        self.checkpoints = 0
        self._since: int | None = None  # receive time of the first entry after the last good checkpoint
        self.last: int | None = None  # receive time of the last good entry

    @property
    def size(self) -> int:
        return self._first + self.frontier.size

    def entry(self, row: Row) -> None:
        size = self.size
        if size >= self._turn_at:
            if self._of_dropped(row):
                return
            size = self.size
        self._reach(size)
        received = self._check(row)
        if self._before is not None or row.facts[3] in OF_SHARDS:
            self._about_shards(row)
        if row.facts[3] in TOLD_OF:
            self._differs(self.beside.hear(parse(row.canonical)))
        if self._began is None:
            self._began = received
        self.frontier = self.frontier.extend((row.leaf,))
        if size == self.sealed:
            self._since = received
        self.last = received

    def takes(self, page: Sound, tail: StoredTail | None) -> bool:
        """Whether it stands where the next entries are to be, behind the first of a shard and before its end."""
        if (page.first, self._before) != (self.size, None) or self._began is None or self.last is None:
            return False
        if page.end > min(self._turn_at, tail.size if tail else 0) or page.received[0] < self.last:
            return False
        begin = 0
        while begin < len(page):
            self._reach(self.size)
            if self.size == self.sealed:
                self._since = page.received[begin]
            until = page.end if self._next is None else min(self._next.size, page.end)
            end = until - page.first
            self.frontier = self.frontier.extend(page.leaves_of(begin, end))
            begin, self.last = end, page.received[end - 1]
        return True

    def end(self, tail: StoredTail | None) -> None:
        """After the last row."""
        self._turn(NEVER)
        size = self.size
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
        if self._current is not None:
            self._fail(Fault.SHARD_ALTERED, "the database closes a month behind the end of the log")
        said = (stored.size, stored.frontier, stored.shard, stored.first)
        if said != (size, self.frontier.pack(), self._shard, self._first):
            self._fail(Fault.TAIL_DAMAGED, "the stored end of the tree does not belong to the entries")
        if why := stored.why_not(self._began, self.last):
            self._fail(Fault.TAIL_DAMAGED, why)
        self._require_told()
        self._differs(
            self.beside.at_the_end(lambda at: any(one.first <= at < one.end for one in self.dropped))
        )

    def beyond(self, row: Row, tail: StoredTail | None) -> None:
        """Refuse a row that stands behind the end the log has for itself."""
        if row.sequence >= (tail.size if tail else 0):
            self._reach(self.size)
            self._fail(
                Fault.APPENDED_BY_HAND, "the log never wrote this row: its own end is before it", row=row
            )

    def _reach(self, size: int) -> None:
        """Hold the tree against every checkpoint of at most this size."""
        while (anchor := self._next) is not None and anchor.size <= size:
            self._hold(anchor)
            self._next = next(self._anchors, None)

    def _hold(self, anchor: Anchor) -> None:
        size = self.size
        whole = (anchor.size, anchor.first) == (size, self._first) and anchor.root == self.frontier.root()
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
        self._differs(self.beside.sealed(drops_signed=anchor.drops_signed))
        self.sealed = size
        self.checkpoints += 1

    @property
    def _current(self) -> Shard | None:
        """The one whose entries come now, where it is closed."""
        closed = self._bounds.closed
        return closed[self._shard] if self._shard < len(closed) else None

    def _of_dropped(self, row: Row) -> bool:
        """Whether the row is left of a dropped shard that is just being removed."""
        self._turn(row.sequence)
        current = self._current
        if current is None or not current.dropped or row.sequence < current.first:
            return False
        if current.gone:
            what = f"it stands in a month that was dropped, entries {current.first} to {current.end - 1}"
            self._fail(Fault.SHARD_NOT_GONE, what, row=row, sequence=row.sequence)
        self.leaving += 1
        return True

    def _turn(self, following: int) -> None:
        """To the shard in which the next row is to be; `following`: its number."""
        while True:
            if self._bounds.unfit_at <= self.size:
                self._reach(self.size)
                self._fail(
                    Fault.SHARD_ALTERED, "what the database says of the month that begins here cannot be so"
                )
            current = self._current
            if current is None:
                self._turn_at = self._bounds.unfit_at
                return
            if current.dropped:
                self._turn_at = current.first
                if following < current.end:
                    return
                self._pass_over(current)
            else:
                self._turn_at = current.end
                if self.size < current.end:
                    return
                self._close(current)
            self._before, self._began = current, None
            self._shard, self._first, self.frontier = self._shard + 1, current.end, Frontier()

    def _close(self, one: Shard) -> None:
        self._reach(self.size)
        if (one.root, one.began, one.ended) != (self.frontier.root(), self._began, self.last):
            what = f"the database says otherwise of the month of entries {one.first} to {one.end - 1} than they do"
            self._fail(Fault.SHARD_ALTERED, what, sequence=one.first, until=one.end - 1)

    def _pass_over(self, one: Shard) -> None:
        """A shard that was dropped: its last checkpoint stands for it."""
        self._reach(one.first)
        if one.month not in ("", month_of(one.began)):
            what = "the database says other times of the dropped month than its name"
            self._fail(Fault.SHARD_ALTERED, what, sequence=one.first, until=one.end - 1)
        held = signing = False
        while (anchor := self._next) is not None and anchor.size <= one.end:
            if anchor.fault:
                self._fail(anchor.fault, anchor.what, sequence=one.first, until=one.end - 1)
            if (anchor.size, anchor.first, anchor.root) != (one.end, one.first, one.root) or (
                anchor.at not in (None, one.ended)
            ):
                what = f"{anchor.source} has another end of the dropped month than the database says"
                self._fail(Fault.SHARD_ALTERED, what, sequence=one.first, until=one.end - 1)
            held = held or anchor.source in (Source.DATABASE, Source.BOTH)
            signing = signing or anchor.drops_signed
            self._next = next(self._anchors, None)
        if not held:
            what = f"the last checkpoint of a month that was dropped, of {one.end} entries, is gone"
            self._fail(Fault.CHECKPOINT_REMOVED, what, sequence=one.first, until=one.end - 1)
        self._differs(self.beside.gone(one.told, drops_signed=signing))
        self.dropped.append(one)
        self.sealed = one.end
        self.checkpoints += 1

    def _about_shards(self, row: Row) -> None:
        entry = parse(row.canonical).entry
        before, self._before = self._before, None
        if before is not None:
            month = self._current.month if self._current else self._month
            if not opens_behind(entry, before) or entry.details["month"] != month:
                what = (
                    f"it does not begin a month behind entries {before.first} to {before.end - 1} as they are"
                )
                self._fail(Fault.SHARD_ALTERED, what, row=row)
        elif entry.code is Code.LOG_SHARD_OPENED:
            self._fail(
                Fault.SHARD_ALTERED, "a month begins with it, of which the database does not know", row=row
            )
        if entry.code in OF_DROPS:
            self._told.update(lines_told(entry))

    def _require_told(self) -> None:
        for one in self._bounds.closed:
            if one.dropped is not (one.told in self._told):
                what = (
                    "they are marked as dropped, and no entry says that they were"
                    if one.dropped
                    else "an entry says that they were dropped, and the database does not"
                )
                fault = Fault.SHARD_NOT_TOLD if one.dropped else Fault.SHARD_ALTERED
                self._fail(fault, what, sequence=one.first, until=one.end - 1)

    def _differs(self, found: Difference | None) -> None:
        if found is not None:
            self._fail(found.fault, found.what, sequence=found.sequence)

    def _check(self, row: Row) -> int:
        """The receive time of a row that is in itself right."""
        expected = self.size
        if row.sequence > expected:
            self._fail(
                Fault.REMOVED, f"it is missing; the next one left is {row.sequence}", until=row.sequence - 1
            )
        if row.sequence < expected:
            self._fail(Fault.REORDERED, f"an entry stands before it under the number {row.sequence}", row=row)
        try:
            received = received_of(row)
        except RowBroken as broken:
            self._fail(broken.fault, broken.what, row=row)
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
        sequence: int | None = None,
    ) -> NoReturn:
        if sequence is None:
            sequence = self.sealed if since else self.size
        last = self._since if since else self.last
        at = row.at if row else None if last is None else moment(last)
        if until is not None and until <= sequence:
            until = None
        raise _Found(Broken(fault, sequence, at, what, until))


def verify(
    pages: Iterable[Page],
    anchors: Iterable[Anchor],
    tail: StoredTail | None,
    bounds: Bounds = ONE_TREE,
    beside: Beside | None = None,
) -> Report:
    """`pages`: in the order of their numbers; `anchors`: of that module; `beside`: what else entries tell of."""
    reading = _Pass(anchors, bounds, tail.month if tail else "", beside or Beside())
    broken = None
    try:
        for page in pages:
            if page.sound is not None and reading.takes(page.sound, tail):
                continue
            for row in page.rows():
                reading.beyond(row, tail)
                reading.entry(row)
        reading.end(tail)
    except _Found as found:
        broken = found.broken
    return Report(
        reading.size,
        reading.sealed,
        reading.frontier.root(),
        reading.checkpoints,
        broken,
        tuple(reading.dropped),
        reading.leaving,
        frozenset(reading.beside.unsigned),
        reading.beside.held,
    )
