"""Searching by the index beside the log: any number of conditions together, and free text.

Of each block of entries the places in which all terms meet are candidates; whether an entry fits its columns and bytes
say. Blocks come by the latest time in them, so the newest are found without looking at all. What is not indexed yet is
looked through one by one, the newest first, up to a bound; the rest is told.

A search that takes too long ends behind a block: what is newer than the blocks that are left is found whole.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, literal, or_, select, tuple_

from gateway.audit.curtailed import CURTAILED
from gateway.audit.entry import Outcome
from gateway.audit.facts import microseconds, moment
from gateway.audit.fitting import Fitting
from gateway.audit.places import ALL, BLOCK, bits_of, places_of
from gateway.audit.search import FARTHEST, NotSearched, Position, Query, SearchTooLong
from gateway.audit.terms import (
    CROSSING,
    UNREADABLE,
    Group,
    quick,
    wanted_hours,
    wanted_sizes,
    wanted_values,
    wanted_words,
)
from gateway.storage.allowance import Allowance, unbounded
from gateway.storage.audit_conditions import EXACT, FILTERS, LEADING, Condition, filters, meant, unindexed
from gateway.storage.audit_index import Block, Cover, not_indexed
from gateway.storage.audit_runs import apart, end_of_part, split
from gateway.storage.tables.audit import audit_entry
from gateway.storage.tables.audit_index import audit_run_term, audit_term

LOOKED_THROUGH = 4 * BLOCK  # entries without index: some 15 µs each
BLOCKS_AT_ONCE = (4, 16, 64, 256)  # most searches end in the first
ROWS_AT_ONCE = 128
FEW = 256  # candidates of a block that are asked for by their numbers; more by the block's span
MINUTE = 60_000_000  # microseconds
_e = audit_entry.c
People = tuple[frozenset[str], frozenset[str]] | None


def asks_further(query: Query) -> bool:
    """Beyond what columns say."""
    return bool(
        query.text
        or query.having
        or query.hours
        or query.bytes_from is not None
        or query.bytes_to is not None
    )


def better_by_terms(query: Query) -> bool:
    """Several conditions of columns, or one that has no index of its own."""
    if query.request_id is not None or query.session is not None:
        return False
    given = [name for name in (*EXACT, *FILTERS, "person") if getattr(query, name) is not None]
    alone = query.crossing or query.within is not None or any(name not in LEADING for name in given)
    choosy = query.outcome is not None and query.outcome is not Outcome.SUCCESS
    return alone or len(given) + bool(query.codes) + choosy > 1


def only_by_terms(query: Query) -> bool:
    """What few entries have and no index of the log's own finds: without the one beside it all would be looked through.

    Whatever else is asked, those that it does not know are then told as not searched.
    """
    if any(getattr(query, name) for name in LEADING):
        return False
    return any(getattr(query, name) for name in (*EXACT, "person"))


def asks_what_is_left_out(query: Query) -> bool:
    """Of a reader of one municipality, to whom entries say less than to the index: it answers nothing alone."""
    return query.within is not None and bool(
        query.text or any(one.field in CURTAILED for one in query.having)
    )


def knows_enough(known: Cover) -> bool:
    """What is not indexed can be looked through."""
    return len(known.missing) * BLOCK + len(known.rest) <= LOOKED_THROUGH


def out_of_reach(connection: Connection) -> int:
    """Entries of blocks that are not indexed, where they are more than a search looks through besides."""
    entries = not_indexed(connection) * BLOCK
    return entries if entries > LOOKED_THROUGH else 0


def groups_of(query: Query, people: People) -> list[Group]:
    """What an entry that fits has among its terms."""
    exact = {name: getattr(query, name) for name in (*EXACT, *FILTERS) if name != "request_id"}
    found = [_of_value(name, value) for name, value in exact.items() if value is not None]
    if query.outcome is not None:
        found.append(_of_value("outcome", query.outcome.value))
    if query.codes:
        found.append(wanted_values("code", frozenset(code.value for code in query.codes)))
    if people is not None:
        subjects, logins = people
        by_name = {f"subject={one}" for one in subjects} | {f"person={one}" for one in logins}
        found.append(Group(frozenset(by_name)))
    if query.within is not None:
        where = {f"{name}={query.within}" for name in ("municipality", "own_municipality")}
        found.append(Group(frozenset(where)))
    if query.crossing:
        found.append(Group(frozenset({CROSSING})))
    found += [
        wanted_values(one.field, one.values, without=one.without)
        for one in query.having
        if not (one.without and query.within is not None and one.field in CURTAILED)
    ]
    if query.hours is not None:
        found.append(wanted_hours(query.hours.begin, query.hours.end))
    if query.bytes_from is not None or query.bytes_to is not None:
        found.append(wanted_sizes(query.bytes_from, query.bytes_to))
    if query.text:
        found += wanted_words(query.text)
    return found


def places_with(
    connection: Connection, numbers: Sequence[int], group: Group, runs: AbstractSet[int]
) -> Iterator[tuple[int, bytes, bytes]]:
    """Block, term and its places, for each of the group's terms in the blocks with these numbers.

    `runs`: what the index has of them.
    """
    joined, alone = split(numbers, runs)
    among, block, run = set(numbers), audit_term.c, audit_run_term.c
    for asked in _asked(group, block.term) if alone else ():
        query = select(block.block, block.term, block.places).where(block.block.in_(alone), asked)
        for number, term, kept in connection.execute(query):
            yield number, term, kept
    for asked in _asked(group, run.term) if joined else ():
        query = select(run.run, run.term, run.places).where(run.run.in_(joined), asked)
        for number, term, places in connection.execute(query):
            for one, kept in apart(number, places):
                if one in among:
                    yield one, term, kept


def _asked(group: Group, term: ColumnElement[bytes]) -> Iterator[Condition]:
    for begun in map(_bytes, sorted(group.beginnings)):
        yield and_(term >= begun, term < begun + b"\xff")
    if group.between is not None:
        low, high = map(_bytes, group.between)
        yield term.between(low, high)
    if group.terms:
        yield term.in_([_bytes(one) for one in sorted(group.terms)])


def _of_value(name: str, value: str) -> Group:
    """Of an empty one: the field says nothing."""
    return wanted_values(name, frozenset({value or "*"}), without=not value)


@dataclass(frozen=True, slots=True)
class Rows:
    """Newest first. `reached`: where the search ended before its end; places before it were not looked at."""

    rows: Sequence[Row[Any]]
    not_searched: NotSearched | None = None
    reached: Position | None = None


@dataclass
class Finder:
    """One page of one query. `row`: the columns that an answer is read from, with `sequence`, `at`, `canonical`."""

    connection: Connection
    query: Query
    after: Position | None
    wanted: int
    row: Sequence[Any]
    allowance: Allowance = field(default_factory=unbounded)
    found: list[tuple[Position, Row[Any]]] = field(default_factory=list)
    _share: dict[Group, float] = field(default_factory=dict, init=False)
    """Places in a block that the group lets through."""
    _behind: int = field(default=FARTHEST, init=False)
    """Where blocks that begin earlier end, the search may end too: a page has to come farther than the one before."""

    def __post_init__(self) -> None:
        if self.query.until is not None:
            self._behind = microseconds(self.query.until)
        self._people = meant(self.connection, self.query)
        self._fits = Fitting(self.query)
        self._filters: list[Condition] = filters(self.query, self._people)
        if self.after is not None:
            self._behind = min(self._behind, self.after.at)
            place = tuple_(literal(self.after.at), literal(self.after.sequence))
            self._filters.append(tuple_(unindexed(_e.at), _e.sequence) < place)

    def of_request(self) -> list[Row[Any]]:
        """By the number of the request: so few that each is looked at."""
        self._look([_e.request_id == self.query.request_id, _e.request_id != ""])
        return self._best()

    def by_terms(self, known: Cover) -> Rows:
        """At most `wanted`; and what was not looked at. Raises SearchTooLong."""
        left = LOOKED_THROUGH - len(known.rest)
        looked = known.missing[: max(0, left // BLOCK)]
        ranges = [and_(_e.sequence >= one * BLOCK, _e.sequence < (one + 1) * BLOCK) for one in looked]
        if known.rest:
            ranges.append(_e.sequence >= known.rest.start)
        if ranges:
            with self.allowance.step(self.connection):
                self._look([or_(*ranges)])
        groups = groups_of(self.query, self._people)
        left_at = self._through(known, groups)
        missed = not_searched(self.connection, self.query, known.missing[len(looked) :])
        if left_at is None:
            return Rows(self._best(), missed)
        reached = self._reached(left_at)
        self.found = [one for one in self.found if one[0] >= reached]
        return Rows(self._best(), missed, None if len(self.found) >= self.wanted else reached)

    def _through(self, known: Cover, groups: list[Group]) -> int | None:
        """The latest time in the blocks that were not looked at; None: all of them were, as far as was wanted."""
        looked_at = False
        for blocks in _in_parts(self._concerned(known.blocks)):
            latest = blocks[0].highest_at
            if self._full(latest):
                return None
            if looked_at and self._may_end(latest):
                return latest
            try:
                with self.allowance.step(self.connection):
                    left_at = self._look_among(self._candidates(blocks, groups, known.runs))
            except SearchTooLong:
                if not (looked_at and latest < self._behind) or self.allowance.given_up:
                    raise
                return latest
            if left_at is not None:
                return left_at
            looked_at = True
        return None

    def _may_end(self, latest: int) -> bool:
        return latest < self._behind and self.allowance.over

    def _reached(self, left_at: int) -> Position:
        """A whole minute where that is some way: the times of blocks tell how much others do."""
        minute = -(-(left_at + 1) // MINUTE) * MINUTE
        return Position(minute if minute < self._behind else left_at + 1, 0)

    def _concerned(self, blocks: Sequence[Block]) -> list[Block]:
        """By the latest time in them, the newest first."""
        since, until = self.query.since, self.query.until
        first = -FARTHEST if since is None else microseconds(since)
        last = FARTHEST if until is None else microseconds(until)
        if self.after is not None:
            last = min(last, self.after.at + 1)
        return sorted(
            (one for one in blocks if one.highest_at >= first and one.lowest_at < last), reverse=True
        )

    def _candidates(
        self, blocks: Sequence[Block], groups: list[Group], runs: AbstractSet[int]
    ) -> Iterator[tuple[Block, int]]:
        """Blocks in their order with the places where all groups meet; those without any are left out.

        The group that has least in these blocks is asked first in the next: where it has nothing, no other is read.
        """
        numbers = [one.number for one in blocks]
        where = dict.fromkeys(numbers, ALL)
        for group in groups[:]:
            left = [number for number in numbers if where[number]]
            if not left:
                break
            held: defaultdict[int, int] = defaultdict(int)
            for number, _, kept in places_with(self.connection, left, group, runs):
                held[number] |= bits_of(kept)
            fitting = 0
            for number in left:
                bits = ALL & ~held[number] if group.without else held[number]
                where[number] &= bits
                fitting += bits.bit_count()
            self._share[group] = fitting / len(left)
        groups.sort(key=lambda one: self._share.get(one, BLOCK))
        return ((one, where[one.number]) for one in blocks if where[one.number])

    def _look_among(self, candidates: Iterator[tuple[Block, int]]) -> int | None:
        """Few at once, of several blocks: a statement for each block would take longer than what it reads.

        Answers as `_through` does; the first is always looked at.
        """
        numbers: list[int] = []
        first = True
        for block, bits in candidates:
            enough = self._full(block.highest_at)
            if enough or (not first and self._may_end(block.highest_at)):
                if numbers:
                    self._look_at(numbers)
                return None if enough else block.highest_at
            first = False
            begin = block.number * BLOCK
            if bits.bit_count() > FEW:
                self._look([_e.sequence >= begin, _e.sequence < begin + BLOCK], bits)
                continue
            numbers += [begin + place for place in places_of(bits)]
            if len(numbers) >= min(self.wanted, FEW):
                self._look_at(numbers)
                numbers = []
        if numbers:
            self._look_at(numbers)
        return None

    def _look_at(self, numbers: Sequence[int]) -> None:
        rows = self.connection.execute(
            select(*self.row).where(_e.sequence.in_(numbers), *self._filters)
        ).all()
        self.allowance.took(len(rows))
        self.found += [(place_of(row.at, row.sequence), row) for row in rows if self._takes(row)]

    def _look(self, where: Sequence[Condition], bits: int | None = None) -> None:
        """Take what fits, newest first, until there are enough."""
        rows = self.connection.execute(select(_e.sequence, _e.at).where(*where, *self._filters)).all()
        places = [row for row in rows if bits is None or bits >> row.sequence % BLOCK & 1]
        places.sort(key=lambda row: place_of(row.at, row.sequence), reverse=True)  # here: no index is to lead
        taken = 0
        for begin in range(0, len(places), ROWS_AT_ONCE):
            numbers = [row.sequence for row in places[begin : begin + ROWS_AT_ONCE]]
            rows_of = self.connection.execute(select(*self.row).where(_e.sequence.in_(numbers)))
            by_number = {row.sequence: row for row in rows_of}
            self.allowance.took(len(by_number))
            for number in numbers:
                if self._takes(by_number[number]):
                    self.found.append((place_of(by_number[number].at, number), by_number[number]))
                    taken += 1
            if taken >= self.wanted:
                return

    def _takes(self, row: Row[Any]) -> bool:
        """What cannot be read is taken: its columns fit, and whoever searches sees that something was damaged."""
        try:
            return self._fits(quick(row.canonical), moment(row.at))
        except UNREADABLE:
            return True

    def _full(self, highest_at: int) -> bool:
        """Nothing in blocks that end by then can come before what is there."""
        if len(self.found) < self.wanted:
            return False
        return sum(place.at > highest_at for place, _ in self.found) >= self.wanted

    def _best(self) -> list[Row[Any]]:
        return [row for _, row in sorted(self.found, key=lambda one: one[0], reverse=True)[: self.wanted]]


def not_searched(connection: Connection, query: Query, missing: Sequence[int]) -> NotSearched | None:
    """Unless all of it was received before the span begins: what happens is not received before."""
    if not missing:
        return None
    last = select(_e.received_at).where(_e.sequence < (missing[0] + 1) * BLOCK)
    received = connection.scalar(last.order_by(_e.sequence.desc()).limit(1)) or 0
    since = query.since
    if since is not None and received < microseconds(since):
        return None
    return NotSearched(len(missing) * BLOCK, moment(received))


def _in_parts(blocks: Sequence[Block]) -> Iterator[Sequence[Block]]:
    """Few at first, then more."""
    begin, sizes = 0, list(BLOCKS_AT_ONCE)
    while begin < len(blocks):
        end = end_of_part(blocks, begin, sizes.pop(0) if len(sizes) > 1 else sizes[0])
        yield blocks[begin:end]
        begin = end


def _bytes(term: str) -> bytes:
    return term.encode("utf-8", "surrogatepass")


def place_of(at: Any, sequence: int) -> Position:
    """Of any value that stands in the column: SQLite sorts NULL before numbers, text and bytes behind them."""
    if isinstance(at, int | float) and abs(at) < FARTHEST:
        return Position(int(at), sequence)
    return Position(-FARTHEST if at is None else FARTHEST, sequence)
