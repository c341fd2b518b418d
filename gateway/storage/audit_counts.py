"""Entries counted over time and by the values of a field, in the database. `audit_counted` says what is read for it.

A block that lies in one slice is counted as it is. Of one that lies across slices the index knows the hour of the day
of each place, which says the slice where the block has no hour twice; else its entries are looked at, or, where that
would be too many, are taken as spread evenly over the block's time.
"""

from bisect import bisect_right
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from sqlalchemy import Connection

from config.vocabulary import MunicipalityCode
from gateway.audit.counts import HOUR_OF_DAY, NOTHING_FOUND, ByValue, OverTime, Slice, Valued
from gateway.audit.curtailed import CURTAILED, quickly
from gateway.audit.facts import microseconds, moment
from gateway.audit.fields import ANY, COLUMNS, values_of
from gateway.audit.search import Query
from gateway.audit.slices import Cut, cut
from gateway.audit.terms import HOUR, LOCAL, UNREADABLE, Group, quick
from gateway.storage.allowance import Allowance, unbounded
from gateway.storage.audit_counted import FEW, Gathering, Loose
from gateway.storage.audit_index import Block
from gateway.storage.audit_masks import REFUSED
from gateway.storage.tables.audit import audit_entry

ACROSS = 24  # blocks whose entries may be looked at so that slices are narrower than an hour
OF_FEW_VALUES = frozenset(
    {*("code", "outcome", "reason", "municipality", "application"), *("country", "network", HOUR_OF_DAY)}
)
"""The terms of a block are fewer than the entries that would have to be looked at."""
LONGEST = timedelta(days=5 * 366)
"""Of an asked span that is longer only what was found is drawn."""
HOURS_OF_DAY = 24
HOURS = Group(frozenset(), frozenset({f"{HOUR_OF_DAY}="}))
_e = audit_entry.c


def over_time(connection: Connection, query: Query, allowance: Allowance | None = None) -> OverTime:
    """Raises TooManyPeople, SearchTooLong."""
    gathered = Gathering(connection, query, (), allowance or unbounded())
    gathered.gather()
    _ends_looked_at(gathered)
    if (span := _span(gathered, query)) is None:
        return replace(NOTHING_FOUND, counted=gathered.counted)
    finest = timedelta(hours=1) if len(gathered.held) > ACROSS else timedelta(0)
    made = cut(*span, finest)
    return OverTime(made.width, tuple(_sliced(gathered, made)), gathered.counted)


def by_value(
    connection: Connection, query: Query, field: str, most: int, allowance: Allowance | None = None
) -> ByValue:
    """Raises TooManyPeople, SearchTooLong."""
    column = field in COLUMNS
    columns = () if field == HOUR_OF_DAY else ((_e[field],) if column else (_e.canonical,))
    gathered = Gathering(connection, query, columns, allowance or unbounded())
    gathered.gather()
    number = _by_terms(gathered, field)
    since = gathered.counted.since
    for one in gathered.loose:
        if since is None or one.at >= microseconds(since):
            number.update(_values(one, field, query.within))
    rows = sorted(number.items(), key=lambda one: (-one[1], one[0]))
    return ByValue(field, [Valued(*one) for one in rows[:most]], max(0, len(rows) - most), gathered.counted)


def _by_terms(gathered: Gathering, field: str) -> Counter[str]:
    """Of the blocks, newest first; of those with few entries that may have many values the entries are looked at."""
    number: Counter[str] = Counter()
    if gathered.query.within is not None and field in CURTAILED:
        gathered.look_at_all()
    elif field not in OF_FEW_VALUES:
        for held in [one for one in gathered.held if one.bits.bit_count() <= FEW]:
            gathered.look_at(held)
    wanted = Group(frozenset(), frozenset({f"{field}="}))
    for some in gathered.in_parts():
        where = {one.block.number: one.bits for one in some}
        for block, term, places in gathered.masks.by_term(wanted, list(where)):
            value = term.partition("=")[2]
            if value != ANY and (common := places & where[block]):
                number[value] += common.bit_count()
    return number


def _values(one: Loose, field: str, within: MunicipalityCode | None) -> Sequence[str]:
    if field == HOUR_OF_DAY:
        return [str(moment(one.at).astimezone(LOCAL).hour)]
    if field in COLUMNS:
        value = getattr(one.row, field)
        return [value] if value else []
    try:
        return list(dict.fromkeys(values_of(field, quickly(quick(one.row.canonical), within))))
    except UNREADABLE:
        return []


def _ends_looked_at(gathered: Gathering) -> None:
    """Where the span is open, the first and the last block say when it begins and ends, if they are not full."""
    if not gathered.held:
        return
    first = min(gathered.held, key=lambda one: one.block.lowest_at)
    last = max(gathered.held, key=lambda one: one.block.highest_at)
    for one, asked in ((first, gathered.query.since), (last, gathered.query.until)):
        if asked is None and one.bits.bit_count() <= FEW and one in gathered.held:
            gathered.look_at(one)


def _span(gathered: Gathering, query: Query) -> tuple[datetime, datetime] | None:
    lowest = [one.block.lowest_at for one in gathered.held] + [one.at for one in gathered.loose]
    highest = [one.block.highest_at for one in gathered.held] + [one.at for one in gathered.loose]
    if not lowest and (query.since is None or query.until is None or query.until - query.since > LONGEST):
        return None
    since = query.since or moment(min(lowest))
    until = query.until or moment(max(highest) + 1)
    if until - since > LONGEST:
        since, until = max(since, moment(min(lowest))), min(until, moment(max(highest) + 1))
    return since, until


def _sliced(gathered: Gathering, made: Cut) -> Iterator[Slice]:
    edges = [microseconds(one) for one in made.edges]
    sums = _Sums(edges, [0.0] * (len(edges) - 1), [0.0] * (len(edges) - 1))
    for one in gathered.held[:]:
        if not _inner(one.block, edges) or _hours_tell(one.block, edges) or gathered.look_at(one):
            continue
        gathered.not_exact()
    refusals = gathered.masks.of(REFUSED, [one.block.number for one in gathered.held])
    by_hours = [one.block.number for one in gathered.held if _hours_tell(one.block, edges)]
    hours: defaultdict[int, list[tuple[str, int]]] = defaultdict(list)
    for block_number, term, bits in gathered.masks.by_term(HOURS, by_hours):
        hours[block_number].append((term.partition("=")[2], bits))
    for one in gathered.held:
        block, bad = one.block, one.bits & refusals.get(one.block.number, 0)
        if block.number in hours:
            starts = _starts_of_hours(block)
            for hour, places in hours[block.number]:
                if hour in starts:
                    sums.add(starts[hour], (one.bits & places).bit_count(), (bad & places).bit_count())
        else:
            sums.spread(block, one.bits.bit_count(), bad.bit_count())
    for loose in gathered.loose:
        sums.add(loose.at, 1, loose.refused)
    for (begin, end), number, worse in zip(pairwise(made.edges), sums.entries, sums.refused, strict=True):
        yield Slice(begin, end, round(number), round(worse))


@dataclass(frozen=True, slots=True)
class _Sums:
    """`edges`: of the slices, microseconds; there is one sum less."""

    edges: Sequence[int]
    entries: list[float]
    refused: list[float]

    def add(self, at: int, entries: float, refused: float) -> None:
        place = min(max(bisect_right(self.edges, at) - 1, 0), len(self.entries) - 1)
        self.entries[place] += entries
        self.refused[place] += refused

    def spread(self, block: Block, entries: int, refused: int) -> None:
        """Over the time of the block; one that lies in one slice is wholly there."""
        inner = _inner(block, self.edges)
        ends = [block.lowest_at, *inner, block.highest_at + 1]
        for begin, end in pairwise(ends):
            share = (end - begin) / (ends[-1] - ends[0])
            self.add(begin, entries * share, refused * share)


def _inner(block: Block, edges: Sequence[int]) -> Sequence[int]:
    """Where slices end within the block."""
    last = len(edges) - 1
    return edges[
        bisect_right(edges, block.lowest_at, 1, last) : bisect_right(edges, block.highest_at, 1, last)
    ]


def _hours_tell(block: Block, edges: Sequence[int]) -> bool:
    """Slices end within the block, all of them at whole hours, and it has no hour of the day twice."""
    inner = _inner(block, edges)
    if not inner or any(one % HOUR for one in inner):
        return False
    hours = block.highest_at // HOUR - block.lowest_at // HOUR + 1
    return hours <= HOURS_OF_DAY and len(_starts_of_hours(block)) == hours


def _starts_of_hours(block: Block) -> dict[str, int]:
    """Hour of Prague's clock → when it begins, for the hours that the block touches."""
    begins = range(block.lowest_at // HOUR, block.highest_at // HOUR + 1)
    return {str(moment(one * HOUR).astimezone(LOCAL).hour): one * HOUR for one in begins}
