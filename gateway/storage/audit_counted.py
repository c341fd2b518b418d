"""What a count is made of: places in indexed blocks, and entries that were looked at one by one.

Blocks are taken newest first, until the index has given as many rows as an officer waits for, or the time is over; what
is older is told as not counted. Entries are read only where the index does not know them, cannot say whether they fit,
or are few.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, and_, or_, select

from gateway.audit.counts import Counted
from gateway.audit.entry import Outcome
from gateway.audit.facts import LATEST, microseconds, moment
from gateway.audit.fitting import Fitting
from gateway.audit.places import ALL, BLOCK, bits_of, packed, places_of
from gateway.audit.search import FARTHEST, Query, SearchTooLong
from gateway.audit.terms import UNREADABLE, quick
from gateway.storage.allowance import Allowance, unbounded
from gateway.storage.audit_by_terms import (
    LOOKED_THROUGH,
    People,
    asks_further,
    asks_what_is_left_out,
    not_searched,
)
from gateway.storage.audit_conditions import Condition, filters, meant, unindexed
from gateway.storage.audit_index import Block, Cover, cover
from gateway.storage.audit_masks import Either, Mask, Masks, exactly, mask_of
from gateway.storage.audit_meanings import meanings
from gateway.storage.audit_runs import end_of_part
from gateway.storage.tables.audit import audit_entry

AT_ONCE = 256  # blocks
INDEX_ROWS = 40_000  # of the index: some 5 µs each
ROWS = 12_000  # entries that are read one by one: some 4 µs each,
DEAR = 4  # times as long where their bytes have to be read
FEW = 256  # entries of a block that are asked for by their numbers
One = TypeVar("One")
_e = audit_entry.c


@dataclass(frozen=True, slots=True)
class Held:
    block: Block
    bits: int
    """Places of the block that count."""


@dataclass(frozen=True, slots=True)
class Loose:
    """An entry that was looked at. `row`: what else was asked for."""

    at: int
    refused: bool
    row: Row[Any]


@dataclass(frozen=True, slots=True)
class Meaning:
    """One of those that the query has."""

    query: Query
    people: People
    filters: Sequence[Condition]
    fits: Fitting | None

    @property
    def of_request(self) -> bool:
        """The index knows no requests, and each has few entries."""
        return self.query.request_id is not None


@dataclass
class Gathering:
    """What fits one query. `columns`: further ones of each entry that is looked at."""

    connection: Connection
    query: Query
    columns: Sequence[Any] = ()
    allowance: Allowance = field(default_factory=unbounded)
    known: Cover = field(init=False)
    masks: Masks = field(init=False)
    held: list[Held] = field(default_factory=list)
    loose: list[Loose] = field(default_factory=list)
    counted: Counted = field(default_factory=Counted)

    def __post_init__(self) -> None:
        self.known = cover(self.connection)
        self.masks = Masks(self.connection, self.known.runs)
        self._meanings = [self._meaning(one) for one in meanings(self.connection, self.query)]
        self._by_index = [one for one in self._meanings if not one.of_request]
        self._told_by_entries_alone = asks_what_is_left_out(self.query)
        self._of_request: set[int] = set()
        self._left = ROWS
        self._cost = DEAR if self.columns or any(one.fits for one in self._meanings) else 1
        since, until = self.query.since, self.query.until
        self._begin = -FARTHEST if since is None else microseconds(since)
        self._end = FARTHEST if until is None else microseconds(until)

    def _meaning(self, query: Query) -> Meaning:
        people = meant(self.connection, query)
        return Meaning(query, people, filters(query, people), Fitting(query) if asks_further(query) else None)

    def gather(self) -> None:
        """Raises TooManyPeople, SearchTooLong."""
        for one in self._meanings:
            if one.of_request:
                self._look([_e.request_id == one.query.request_id, _e.request_id != ""], of=[one])
        self._of_request = {one.row.sequence for one in self.loose}
        if not self._by_index:
            return
        with self.allowance.step(self.connection):
            self._not_indexed()
        blocks = sorted(
            (one for one in self.known.blocks if one.highest_at >= self._begin and one.lowest_at < self._end),
            reverse=True,
        )
        masks = [mask_of(one.query, one.people) for one in self._by_index]
        mask: Mask = masks[0] if len(masks) == 1 else Either(tuple(masks))
        exact = all(exactly(one.query) for one in self._by_index)
        for some in self._as_far_as_there_is_time([(one, one) for one in blocks]):
            held, loose = len(self.held), len(self.loose)
            try:
                with self.allowance.step(self.connection):
                    found = self.masks.of(mask, [one.number for one in some])
                    for block in some:
                        self._take(block, found.get(block.number, 0), exact=exact)
                if self._told_by_entries_alone and len(self.held) > held:
                    self.look_at_all()
                    return
            except SearchTooLong:
                if self.allowance.given_up:
                    raise
                del self.held[held:], self.loose[loose:]  # a part of them: those blocks were not counted
                self._tell(since=moment(some[0].highest_at + 1))
                return

    def in_parts(self) -> Iterator[Sequence[Held]]:
        """What is held, newest first, as long as the index is not read for too long."""
        self.masks.read = 0
        return self._as_far_as_there_is_time([(one.block, one) for one in self.held])

    def look_at(self, held: Held) -> bool:
        """Its entries, one by one, in the place of its bits; whether there was room for that."""
        if held.bits.bit_count() * self._cost > self._left:
            return False
        self.held.remove(held)
        self._look(_among(held.block, held.bits), held.bits)
        return True

    def look_at_all(self) -> None:
        """Where the index knows more than is shown: what there is no room to look at is not counted."""
        for one in sorted(self.held, key=lambda held: held.block, reverse=True):
            if not self.look_at(one):
                self._tell(since=moment(one.block.highest_at + 1))
                break
        self.held.clear()

    def not_exact(self) -> None:
        self._tell(exactly=False)

    def _as_far_as_there_is_time(self, all_of_them: Sequence[tuple[Block, One]]) -> Iterator[list[One]]:
        blocks, begin = [block for block, _ in all_of_them], 0
        while begin < len(blocks):
            if self.masks.read > INDEX_ROWS or (begin and self.allowance.over):
                self._tell(since=moment(blocks[begin].highest_at + 1))
                return
            end = end_of_part(blocks, begin, AT_ONCE)
            yield [one for _, one in all_of_them[begin:end]]
            begin = end

    def _take(self, block: Block, bits: int, *, exact: bool) -> None:
        """Of a block that reaches beyond the asked span, the places within it."""
        if not (self._begin <= block.lowest_at and block.highest_at < self._end) and bits and exact:
            exact = self._left >= BLOCK
            bits &= self._within_span(block) if exact else ALL
        for number in self._of_request:
            if number // BLOCK == block.number:
                bits &= ~(1 << number % BLOCK)
        if not bits:
            return
        self.held.append(Held(block, bits))
        if not exact and not self.look_at(self.held[-1]):
            self._tell(exactly=False)

    def _within_span(self, block: Block) -> int:
        self._left -= BLOCK
        begin = block.number * BLOCK
        where = [_e.sequence >= begin, _e.sequence < begin + BLOCK]
        where += [unindexed(_e.at) >= self._begin, unindexed(_e.at) < self._end]
        places = [number % BLOCK for number in self.connection.scalars(select(_e.sequence).where(*where))]
        return bits_of(packed(places))

    def _not_indexed(self) -> None:
        """What is newer than the last whole block, and as much of the rest as can be looked through."""
        rest, missing = self.known.rest, self.known.missing
        looked = missing[: max(0, (LOOKED_THROUGH - len(rest)) // BLOCK)]
        ranges = [and_(_e.sequence >= one * BLOCK, _e.sequence < (one + 1) * BLOCK) for one in looked]
        if rest:
            ranges.append(_e.sequence >= rest.start)
        if ranges:
            self._look([or_(*ranges)])
        if left := not_searched(self.connection, self.query, missing[len(looked) :]):
            self._tell(not_indexed=left.entries)

    def _look(
        self,
        where: Sequence[Condition],
        bits: int | None = None,
        of: Sequence[Meaning] | None = None,
    ) -> None:
        """Each entry once, whichever of the meanings it fits."""
        found: dict[int, Loose] = {}
        for one in self._by_index if of is None else of:
            further = () if one.fits is None else (_e.canonical,)
            asked = select(_e.sequence, _e.at, _e.outcome, *further, *self.columns)
            for row in self.connection.execute(asked.where(*where, *one.filters)):
                if bits is not None and not bits >> row.sequence % BLOCK & 1:
                    continue
                if bits is not None:
                    self._left -= self._cost
                if type(row.at) is int and abs(row.at) < LATEST and _reads(one.fits, row):
                    found[row.sequence] = Loose(row.at, row.outcome == Outcome.REFUSED.value, row)
        self.loose += [one for number, one in found.items() if number not in self._of_request]

    def _tell(self, **said: Any) -> None:
        known = {name: getattr(self.counted, name) for name in ("since", "exactly", "not_indexed")}
        self.counted = Counted(**known | said)


def _reads(fits: Fitting | None, row: Row[Any]) -> bool:
    """What cannot be read fits no further condition; verification tells of it."""
    try:
        return fits is None or fits(quick(row.canonical), moment(row.at))
    except UNREADABLE:
        return False


def _among(block: Block, bits: int) -> list[Condition]:
    begin = block.number * BLOCK
    if bits.bit_count() <= FEW:
        return [_e.sequence.in_([begin + place for place in places_of(bits)])]
    return [_e.sequence >= begin, _e.sequence < begin + BLOCK]
