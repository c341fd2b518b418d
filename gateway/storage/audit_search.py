"""Searching the log in the database.

What can mean several things (a part of a name, several codes) becomes several questions, none of which shares
an entry with another; one index answers each in order, and the answers are merged. So nothing sorts more than
a page.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from heapq import merge
from itertools import islice
from typing import Any

from sqlalchemy import Connection, Row, literal, select, tuple_

from config.vocabulary import MunicipalityCode
from gateway.audit.canonical import NotCanonical, parse
from gateway.audit.counts import ByValue, OverTime
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
    NotSearched,
    Page,
    Position,
    Query,
    ReadThrough,
    Stored,
    Unreadable,
)
from gateway.audit.terms import UNREADABLE, quick
from gateway.audit.tree import leaf_hash
from gateway.storage.audit_by_terms import (
    Finder,
    asks_further,
    better_by_terms,
    knows_enough,
    named,
    only_by_terms,
    place_of,
)
from gateway.storage.audit_conditions import choices, concerns, conditions
from gateway.storage.audit_counts import by_value, over_time
from gateway.storage.audit_hours import hours
from gateway.storage.audit_index import cover
from gateway.storage.audit_news import fresh
from gateway.storage.database import Database
from gateway.storage.tables.audit import audit_entry

LARGEST_PAGE = 1_000
AT_ONCE = 2_000  # entries that are read through on one snapshot
_e = audit_entry.c
row_columns = (*(_e[name] for name in FACTS), _e.canonical, _e.leaf)


class LogSearch:
    """Implements `gateway.audit.search.Search`."""

    def __init__(self, database: Database, within: MunicipalityCode | None = None) -> None:
        """`within`: nothing that does not concern this municipality is there, whatever is asked."""
        self._database, self._within = database, within

    def within(self, municipality: MunicipalityCode | None) -> "LogSearch":
        return LogSearch(self._database, municipality)

    async def page(self, query: Query, after: Position | None = None, limit: int = PAGE) -> Page:
        asked = self._bounded(query)
        return await self._database.read(lambda connection: page(connection, asked, after, limit))

    async def count(self, query: Query) -> Count:
        asked = self._bounded(query)
        return await self._database.read(lambda connection: count(connection, asked))

    async def read_through(self, query: Query, take: Callable[[Told, int], None], limit: int) -> ReadThrough:
        bounded, after, left = self._bounded(query), None, limit
        asked = await self._database.read(partial(named, query=bounded))  # once: it means the same to the end
        not_searched = None
        while left > 0:
            seen = min(left, AT_ONCE)
            rows, told = await self._database.read(partial(_rows, query=asked, after=after, limit=seen))
            not_searched = not_searched or told
            await asyncio.to_thread(_give, rows[:seen], take)
            if len(rows) <= seen:
                return ReadThrough(whole=not_searched is None, not_searched=not_searched)
            after = place_of(rows[seen - 1].at, rows[seen - 1].sequence)
            left -= seen
        return ReadThrough(whole=False, not_searched=not_searched)

    async def entry(self, sequence: int) -> Stored | None:
        return await self._database.read(lambda connection: entry(connection, sequence, self._within))

    async def position(self, sequence: int) -> Position | None:
        return await self._database.read(lambda connection: position(connection, sequence, self._within))

    async def hours(self, since: datetime, until: datetime) -> tuple[Hour, ...]:
        return await self._database.read(lambda connection: hours(connection, since, until, self._within))

    async def behind(self, query: Query, number: int) -> News:
        asked = self._bounded(query)
        return await self._database.read(lambda connection: behind(connection, asked, number))

    async def over_time(self, query: Query) -> OverTime:
        asked = self._bounded(query)
        return await self._database.read(lambda connection: over_time(connection, asked))

    async def by_value(self, query: Query, field: str, most: int) -> ByValue:
        asked = self._bounded(query)
        return await self._database.read(lambda connection: by_value(connection, asked, field, most))

    def _bounded(self, query: Query) -> Query:
        return query if self._within is None else replace(query, within=self._within)


def page(connection: Connection, query: Query, after: Position | None, limit: int) -> Page:
    limit = max(1, min(limit, LARGEST_PAGE))
    return _page(*_rows(connection, named(connection, query), after, limit), limit)


def _rows(
    connection: Connection, query: Query, after: Position | None, limit: int
) -> tuple[Sequence[Row[Any]], NotSearched | None]:
    """One more than `limit`, where there are so many. `query`: as `named` has it."""
    if (by_terms := _by_terms(connection, query, after, limit + 1)) is not None:
        return by_terms
    filters = conditions(query)
    if after is not None:
        filters.append(tuple_(_e.at, _e.sequence) < tuple_(literal(after.at), literal(after.sequence)))
    answers = [
        connection.execute(
            select(*row_columns)
            .where(*filters, *choice)
            .order_by(_e.at.desc(), _e.sequence.desc())
            .limit(limit + 1)
        ).all()
        for choice in choices(connection, query)
    ]
    merged = merge(*answers, key=lambda row: place_of(row.at, row.sequence), reverse=True)
    return list(islice(merged, limit + 1)), None


def _give(rows: Sequence[Row[Any]], take: Callable[[Told, int], None]) -> None:
    for row in rows:
        try:
            told, at = quick(row.canonical), int(row.at)
        except UNREADABLE:
            continue
        take(told, at)


def _page(rows: Sequence[Row[Any]], not_searched: NotSearched | None, limit: int) -> Page:
    entries = tuple(row_found(row) for row in rows[:limit])
    following = place_of(rows[limit - 1].at, rows[limit - 1].sequence) if len(rows) > limit else None
    return Page(entries, following, not_searched)


def _by_terms(
    connection: Connection, query: Query, after: Position | None, wanted: int
) -> tuple[Sequence[Row[Any]], NotSearched | None] | None:
    """None where the log's own indexes answer: alone, or as long as the one beside it does not know all they do."""
    further = asks_further(query)
    if not further and not better_by_terms(query):
        return None
    if query.request_id is not None:
        return Finder(connection, query, after, wanted, row_columns).of_request(), None
    known = cover(connection)
    if not (further or only_by_terms(query) or knows_enough(known)):
        return None
    return Finder(connection, query, after, wanted, row_columns).by_terms(known)


def count(connection: Connection, query: Query) -> Count:
    if asks_further(query) or only_by_terms(query):
        found_by_terms = page(connection, query, None, COUNTED)
        at_least = found_by_terms.following is not None or found_by_terms.not_searched is not None
        return Count(len(found_by_terms.entries), at_least)
    filters = conditions(query)
    found: set[int] = set()
    for choice in choices(connection, query):
        rows = connection.execute(select(_e.sequence).where(*filters, *choice).limit(COUNTED + 1))
        found.update(row.sequence for row in rows)
        if len(found) > COUNTED:
            return Count(COUNTED, at_least=True)
    return Count(len(found), at_least=False)


def entry(connection: Connection, sequence: int, within: MunicipalityCode | None = None) -> Stored | None:
    row = connection.execute(select(*row_columns).where(_e.sequence == sequence, *concerns(within))).first()
    return Stored(row_found(row), row.leaf if isinstance(row.leaf, bytes) else b"") if row else None


def behind(connection: Connection, query: Query, number: int) -> News:
    found = fresh(connection, query, number)
    numbers = found.numbers[-NEWS:]
    rows = connection.execute(select(*row_columns).where(_e.sequence.in_(numbers)).order_by(_e.sequence))
    return News(
        entries=tuple(map(row_found, rows)),
        not_shown=len(found.numbers) - len(numbers),
        not_looked_at=max(0, found.begin - number),
        end=found.end,
    )


def position(
    connection: Connection, sequence: int, within: MunicipalityCode | None = None
) -> Position | None:
    row = connection.execute(select(_e.at).where(_e.sequence == sequence, *concerns(within))).first()
    return None if row is None else place_of(row.at, sequence)


def row_found(row: Row[Any]) -> Found:
    """SQLite keeps any type in any column, so whatever somebody wrote by hand must end as a mark, not as a crash."""
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
    return Altered(row.sequence, claimed, others) if others else recorded
