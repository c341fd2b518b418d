"""Searching the log in the database.

What can mean several things (a part of a name, several codes) becomes several questions, none of which shares
an entry with another; one index answers each in order, and the answers are merged. So nothing sorts more than
a page.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, TypeVar

from sqlalchemy import Connection, Row, literal, select, tuple_

from config.vocabulary import MunicipalityCode
from gateway.audit.canonical import NotCanonical, parse
from gateway.audit.counts import ByValue, OverTime
from gateway.audit.curtailed import curtailed, quickly
from gateway.audit.facts import FACTS, LATEST, differing, facts, moment
from gateway.audit.fields import Told
from gateway.audit.search import (
    COUNTED,
    NEWS,
    PAGE,
    Altered,
    Count,
    Found,
    Hour,
    News,
    Page,
    Position,
    Query,
    ReadThrough,
    SearchTooLong,
    Stored,
    Unreadable,
)
from gateway.audit.terms import UNREADABLE, quick
from gateway.audit.tree import leaf_hash
from gateway.storage.allowance import Allowance, unbounded
from gateway.storage.audit_by_terms import (
    Finder,
    Rows,
    asks_further,
    better_by_terms,
    knows_enough,
    only_by_terms,
    place_of,
)
from gateway.storage.audit_conditions import choices, concerns, conditions
from gateway.storage.audit_counts import by_value, over_time
from gateway.storage.audit_hours import hours
from gateway.storage.audit_index import cover
from gateway.storage.audit_meanings import as_recorded, meanings, together
from gateway.storage.audit_news import fresh
from gateway.storage.database import Database
from gateway.storage.tables.audit import audit_entry

LARGEST_PAGE = 1_000
AT_ONCE = 2_000  # entries that are read through on one snapshot
EARLY = 5  # looks that may end early before the rest is left out
PLAINLY = timedelta(
    milliseconds=700
)  # of the log's own indexes: what they have by then is asked for block by block
LONGEST_OF_HOURS = timedelta(seconds=10)
T = TypeVar("T")
_e = audit_entry.c
row_columns = (*(_e[name] for name in FACTS), _e.canonical, _e.leaf)


class LogSearch:
    """Implements `gateway.audit.search.Search`."""

    def __init__(
        self,
        database: Database,
        within: MunicipalityCode | None = None,
        allowed: Callable[[], Allowance] = Allowance,
    ) -> None:
        """`within`: nothing that does not concern this municipality is there, whatever is asked. `allowed`: to each."""
        self._database, self._within, self._allowed = database, within, allowed

    def within(self, municipality: MunicipalityCode | None) -> "LogSearch":
        return LogSearch(self._database, municipality, self._allowed)

    async def page(self, query: Query, after: Position | None = None, limit: int = PAGE) -> Page:
        asked = self._bounded(query)
        return await self._asked(
            lambda connection, allowance: page(connection, asked, after, limit, allowance)
        )

    async def count(self, query: Query) -> Count:
        asked = self._bounded(query)
        return await self._asked(lambda connection, allowance: count(connection, asked, allowance))

    async def read_through(self, query: Query, take: Callable[[Told, int], None], limit: int) -> ReadThrough:
        """Each look at `AT_ONCE` entries has an allowance of its own; those that end early are few."""
        bounded, after, left, early = self._bounded(query), None, limit, 0
        asked = await self._asked(lambda connection, _: meanings(connection, bounded))  # the same to the end
        not_searched = None
        while left > 0:
            seen = min(left, AT_ONCE)
            found = await self._asked(partial(_rows, queries=asked, after=after, limit=seen))
            not_searched = not_searched or found.not_searched
            await asyncio.to_thread(_give, found.rows[:seen], take, bounded.within)
            if len(found.rows) > seen:
                after = place_of(found.rows[seen - 1].at, found.rows[seen - 1].sequence)
                left -= seen
                continue
            if found.reached is None:
                return ReadThrough(whole=not_searched is None, not_searched=not_searched)
            after, early, left = found.reached, early + 1, left - len(found.rows)
            if early >= EARLY:
                return ReadThrough(whole=False, not_searched=not_searched, reached=moment(found.reached.at))
        return ReadThrough(whole=False, not_searched=not_searched)

    async def entry(self, sequence: int) -> Stored | None:
        return await self._database.read(lambda connection: entry(connection, sequence, self._within))

    async def position(self, sequence: int) -> Position | None:
        return await self._database.read(lambda connection: position(connection, sequence, self._within))

    async def hours(self, since: datetime, until: datetime) -> tuple[Hour, ...]:
        """Of a span that nobody chooses: it may take longer."""
        return await self._database.search(
            lambda connection: hours(connection, since, until, self._within), Allowance(LONGEST_OF_HOURS)
        )

    async def behind(self, query: Query, number: int) -> News:
        asked = self._bounded(query)
        return await self._asked(lambda connection, _: behind(connection, asked, number))

    async def over_time(self, query: Query) -> OverTime:
        asked = self._bounded(query)
        return await self._asked(lambda connection, allowance: over_time(connection, asked, allowance))

    async def by_value(self, query: Query, field: str, most: int) -> ByValue:
        asked = self._bounded(query)
        return await self._asked(
            lambda connection, allowance: by_value(connection, asked, field, most, allowance)
        )

    async def _asked(self, ask: Callable[[Connection, Allowance], T]) -> T:
        """Raises SearchTooLong."""
        allowance = self._allowed()
        return await self._database.search(lambda connection: ask(connection, allowance), allowance)

    def _bounded(self, query: Query) -> Query:
        said = as_recorded(query)
        return said if self._within is None else replace(said, within=self._within)


def page(
    connection: Connection,
    query: Query,
    after: Position | None,
    limit: int,
    allowance: Allowance | None = None,
) -> Page:
    """Without an allowance to the end. Raises TooManyPeople, SearchTooLong."""
    limit = max(1, min(limit, LARGEST_PAGE))
    rows = _rows(connection, allowance or unbounded(), meanings(connection, query), after, limit)
    return _page(rows, limit, query.within)


def _rows(
    connection: Connection,
    allowance: Allowance,
    queries: Sequence[Query],
    after: Position | None,
    limit: int,
) -> Rows:
    """One more than `limit`, where there are so many, that fit any of the queries."""
    answers = [_rows_of(connection, one, after, limit + 1, allowance) for one in queries]
    if len(answers) == 1:
        return answers[0]
    rows = together([one.rows for one in answers])
    reached = max((one.reached for one in answers if one.reached is not None), default=None)
    if reached is not None:
        rows = [row for row in rows if place_of(row.at, row.sequence) >= reached]
    missed = next((one.not_searched for one in answers if one.not_searched is not None), None)
    return Rows(rows[: limit + 1], missed, None if len(rows) > limit else reached)


def _rows_of(
    connection: Connection, query: Query, after: Position | None, wanted: int, allowance: Allowance
) -> Rows:
    if (by_terms := _by_terms(connection, query, after, wanted, allowance)) is not None:
        return by_terms
    try:
        with allowance.step(connection, PLAINLY):
            return Rows(_plainly(connection, query, after, wanted))
    except SearchTooLong:
        if allowance.given_up:
            raise
    # block by block it can tell how far it came
    return Finder(connection, query, after, wanted, row_columns, allowance).by_terms(cover(connection))


def _plainly(connection: Connection, query: Query, after: Position | None, wanted: int) -> Sequence[Row[Any]]:
    """By the log's own indexes."""
    filters = conditions(query)
    if after is not None:
        filters.append(tuple_(_e.at, _e.sequence) < tuple_(literal(after.at), literal(after.sequence)))
    answers = [
        connection.execute(
            select(*row_columns)
            .where(*filters, *choice)
            .order_by(_e.at.desc(), _e.sequence.desc())
            .limit(wanted)
        ).all()
        for choice in choices(connection, query)
    ]
    return together(answers)[:wanted]


def _give(
    rows: Sequence[Row[Any]], take: Callable[[Told, int], None], within: MunicipalityCode | None
) -> None:
    for row in rows:
        try:
            told, at = quickly(quick(row.canonical), within), int(row.at)
        except UNREADABLE:
            continue
        take(told, at)


def _page(found: Rows, limit: int, within: MunicipalityCode | None) -> Page:
    rows, reached = found.rows, found.reached
    entries = tuple(row_found(row, within) for row in rows[:limit])
    if len(rows) > limit:
        return Page(entries, place_of(rows[limit - 1].at, rows[limit - 1].sequence), found.not_searched)
    return Page(entries, reached, found.not_searched, None if reached is None else moment(reached.at))


def _by_terms(
    connection: Connection, query: Query, after: Position | None, wanted: int, allowance: Allowance
) -> Rows | None:
    """None where the log's own indexes answer: alone, or as long as the one beside it does not know all they do."""
    further = asks_further(query)
    if not further and not better_by_terms(query):
        return None
    finder = Finder(connection, query, after, wanted, row_columns, allowance)
    if query.request_id is not None:
        return Rows(finder.of_request())
    known = cover(connection)
    if not (further or only_by_terms(query) or knows_enough(known)):
        return None
    return finder.by_terms(known)


def count(connection: Connection, query: Query, allowance: Allowance | None = None) -> Count:
    allowance = allowance or unbounded()
    if asks_further(query) or only_by_terms(query):
        found_by_terms = page(connection, query, None, COUNTED, allowance)
        at_least = found_by_terms.following is not None or found_by_terms.not_searched is not None
        return Count(len(found_by_terms.entries), at_least)
    filters = conditions(query)
    found: set[int] = set()
    for choice in choices(connection, query):
        try:
            with allowance.step(connection, PLAINLY):
                rows = connection.execute(
                    select(_e.sequence).where(*filters, *choice).limit(COUNTED + 1)
                ).all()
        except SearchTooLong:
            return _counted_by_pages(connection, query, allowance)
        found.update(row.sequence for row in rows)
        if len(found) > COUNTED:
            return Count(COUNTED, at_least=True)
    return Count(len(found), at_least=False)


def _counted_by_pages(connection: Connection, query: Query, allowance: Allowance) -> Count:
    """What a search finds in the time that is left."""
    finder = Finder(connection, query, None, COUNTED + 1, row_columns, allowance)
    found = finder.by_terms(cover(connection))
    return Count(
        min(len(found.rows), COUNTED), at_least=found.reached is not None or len(found.rows) > COUNTED
    )


def entry(connection: Connection, sequence: int, within: MunicipalityCode | None = None) -> Stored | None:
    row = connection.execute(select(*row_columns).where(_e.sequence == sequence, *concerns(within))).first()
    return Stored(row_found(row, within), row.leaf if isinstance(row.leaf, bytes) else b"") if row else None


def behind(connection: Connection, query: Query, number: int) -> News:
    found = fresh(connection, query, number)
    numbers = found.numbers[-NEWS:]
    rows = connection.execute(select(*row_columns).where(_e.sequence.in_(numbers)).order_by(_e.sequence))
    return News(
        entries=tuple(row_found(row, query.within) for row in rows),
        not_shown=len(found.numbers) - len(numbers),
        not_looked_at=max(0, found.begin - number),
        end=found.end,
    )


def position(
    connection: Connection, sequence: int, within: MunicipalityCode | None = None
) -> Position | None:
    row = connection.execute(select(_e.at).where(_e.sequence == sequence, *concerns(within))).first()
    return None if row is None else place_of(row.at, sequence)


def row_found(row: Row[Any], within: MunicipalityCode | None = None) -> Found:
    """SQLite keeps any type in any column, so whatever somebody wrote by hand must end as a mark, not as a crash.

    `within`: of a reader who sees no other municipality.
    """
    data = row.canonical
    claimed = moment(row.at) if isinstance(row.at, int) and abs(row.at) < LATEST else None
    try:
        recorded = parse(data) if isinstance(data, bytes) else None
    except NotCanonical:
        recorded = None
    if recorded is None:
        return Unreadable(row.sequence, claimed)
    others = differing(row[: len(FACTS)], facts(recorded))
    if row.leaf != leaf_hash(data):
        others = (*others, "leaf")
    if others:
        return Altered(row.sequence, claimed, others)
    return recorded if within is None else curtailed(recorded, within)
