"""Searching the log in the database.

What can mean several things (a part of a name, several codes) becomes several questions, none of which shares
an entry with another; one index answers each in order, and the answers are merged. So nothing sorts more than
a page. Of the conditions the one that leaves the fewest entries is given to the index, the others filter.
"""

from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, false, func, literal, or_, select, tuple_

from config.vocabulary import MunicipalityCode
from gateway.audit.canonical import NotCanonical, parse
from gateway.audit.entry import Code, Outcome
from gateway.audit.facts import LATEST, microseconds, moment
from gateway.audit.names import folded
from gateway.audit.search import (
    COUNTED,
    FARTHEST,
    LONGEST_SPAN,
    PAGE,
    PEOPLE,
    Count,
    Found,
    Hour,
    Page,
    Position,
    Query,
    TooManyPeople,
    Unreadable,
)
from gateway.storage.database import Database
from gateway.storage.tables.audit import audit_entry, audit_person

LARGEST_PAGE = 1_000
SEPARATE_CODES = 8
HOUR = 3_600_000_000  # microseconds
Condition = ColumnElement[bool]
_e = audit_entry.c

EXACT = ("request_id", "session", "address", "reason", "municipality", "application")
"""Indexed columns, the choosiest first; what the index is used for when several are given."""
FILTERS = ("own_municipality", "action", "rule", "policy_version")


class LogSearch:
    """Implements `gateway.audit.search.Search`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def page(self, query: Query, after: Position | None = None, limit: int = PAGE) -> Page:
        return await self._database.read(lambda connection: page(connection, query, after, limit))

    async def count(self, query: Query) -> Count:
        return await self._database.read(lambda connection: count(connection, query))

    async def entry(self, sequence: int) -> Found | None:
        return await self._database.read(lambda connection: entry(connection, sequence))

    async def position(self, sequence: int) -> Position | None:
        return await self._database.read(lambda connection: position(connection, sequence))

    async def hours(
        self, since: datetime, until: datetime, municipality: MunicipalityCode | None = None
    ) -> tuple[Hour, ...]:
        return await self._database.read(lambda connection: hours(connection, since, until, municipality))


def page(connection: Connection, query: Query, after: Position | None, limit: int) -> Page:
    limit = max(1, min(limit, LARGEST_PAGE))
    conditions = _conditions(query)
    if after is not None:
        conditions.append(tuple_(_e.at, _e.sequence) < tuple_(literal(after.at), literal(after.sequence)))
    answers = [
        connection.execute(
            select(_e.at, _e.sequence, _e.canonical)
            .where(*conditions, *choice)
            .order_by(_e.at.desc(), _e.sequence.desc())
            .limit(limit + 1)
        ).all()
        for choice in _choices(connection, query)
    ]
    merged = merge(*answers, key=lambda row: _place(row.at, row.sequence), reverse=True)
    rows = list(islice(merged, limit + 1))
    entries = tuple(_read(row.sequence, row.at, row.canonical) for row in rows[:limit])
    following = _place(rows[limit - 1].at, rows[limit - 1].sequence) if len(rows) > limit else None
    return Page(entries, following)


def count(connection: Connection, query: Query) -> Count:
    conditions = _conditions(query)
    found: set[int] = set()
    for choice in _choices(connection, query):
        rows = connection.execute(select(_e.sequence).where(*conditions, *choice).limit(COUNTED + 1))
        found.update(row.sequence for row in rows)
        if len(found) > COUNTED:
            return Count(COUNTED, at_least=True)
    return Count(len(found), at_least=False)


def entry(connection: Connection, sequence: int) -> Found | None:
    row = connection.execute(select(_e.at, _e.canonical).where(_e.sequence == sequence)).first()
    return _read(sequence, row.at, row.canonical) if row else None


def _read(sequence: int, at: Any, data: Any) -> Found:
    """SQLite keeps any type in any column, so whatever somebody wrote by hand must end as a mark, not as a crash."""
    try:
        if isinstance(data, bytes) and (recorded := parse(data)).sequence == sequence:
            return recorded
    except NotCanonical:
        pass
    return Unreadable(sequence, moment(at) if isinstance(at, int) and abs(at) < LATEST else None)


def _place(at: Any, sequence: int) -> Position:
    """Of any value that stands in the column: SQLite sorts NULL before numbers, text and bytes behind them."""
    if isinstance(at, int | float) and abs(at) < FARTHEST:
        return Position(int(at), sequence)
    return Position(-FARTHEST if at is None else FARTHEST, sequence)


def position(connection: Connection, sequence: int) -> Position | None:
    row = connection.execute(select(_e.at).where(_e.sequence == sequence)).first()
    return None if row is None else _place(row.at, sequence)


def hours(
    connection: Connection, since: datetime, until: datetime, municipality: MunicipalityCode | None
) -> tuple[Hour, ...]:
    start = _e.at - _e.at % HOUR
    through = func.sum(
        case(((_e.code == Code.ACCESS.value) & (_e.outcome == Outcome.SUCCESS.value), 1), else_=0)
    )
    refused = func.sum(case((_e.outcome == Outcome.REFUSED.value, 1), else_=0))
    conditions = [
        _e.at >= microseconds(max(since, until - LONGEST_SPAN)),
        _e.at < microseconds(until),
        or_(_e.code == Code.ACCESS.value, _e.outcome == Outcome.REFUSED.value),
    ]
    if municipality is not None:
        conditions.append(_equals("municipality", municipality, indexed=True))
    rows = connection.execute(
        select(start.label("start"), through.label("through"), refused.label("refused"))
        .where(*conditions)
        .group_by("start")
        .order_by("start")
    )
    return tuple(Hour(moment(row.start), row.through, row.refused) for row in rows)


def _choices(connection: Connection, query: Query) -> list[list[Condition]]:
    """Disjoint questions that together are the query, without its times."""
    leading = next((name for name in EXACT[:2] if getattr(query, name)), None)
    choices: list[list[Condition]]
    if query.person:
        choices = _of_person(connection, query.person, indexed=leading is None)
    else:
        leading = leading or next((name for name in EXACT if getattr(query, name)), None)
        choices = [[]]
    refused = query.outcome is not None and query.outcome is not Outcome.SUCCESS
    free = not query.person and leading is None
    if free and not refused and 0 < len(query.codes) <= SEPARATE_CODES:
        choices = [[_e.code == code.value] for code in sorted(query.codes)]
    elif query.codes:
        filtered = _unindexed(_e.code).in_(sorted(code.value for code in query.codes))
        choices = [[*choice, filtered] for choice in choices]
    rest = [
        _equals(name, getattr(query, name), indexed=name == leading)
        for name in (*EXACT, *FILTERS)
        if getattr(query, name) is not None
    ]
    if query.outcome is not None:
        column = _e.outcome if free and refused else _unindexed(_e.outcome)
        rest.append(column == query.outcome.value)
        if free and refused:
            rest.append(_e.outcome != Outcome.SUCCESS.value)  # names the partial index
    return [[*choice, *rest] for choice in choices]


def _of_person(connection: Connection, text: str, *, indexed: bool) -> list[list[Condition]]:
    """Entries of the subjects that the text may mean, and the others that have it as their login."""
    wanted = folded(text).strip()
    # SQLite's LIKE ends at a NUL, so that everybody would fit; no name has one.
    usable = wanted and "\0" not in wanted
    matching = audit_person.c.folded.contains(wanted, autoescape=True) if usable else false()
    known = connection.execute(select(audit_person.c.subject).distinct().where(matching).limit(PEOPLE + 1))
    subjects = sorted({text, *(row.subject for row in known)})
    if len(subjects) > PEOPLE + 1:
        raise TooManyPeople(text)
    by_login = [_equals("person", text, indexed=indexed), _unindexed(_e.subject).not_in(subjects)]
    return [*([_equals("subject", subject, indexed=indexed)] for subject in subjects), by_login]


def _conditions(query: Query) -> list[Condition]:
    conditions: list[Condition] = []
    if query.since is not None:
        conditions.append(_e.at >= microseconds(query.since))
    if query.until is not None:
        conditions.append(_e.at < microseconds(query.until))
    if query.without_technical:
        conditions.append(or_(_unindexed(_e.code) != Code.ACCESS.value, _unindexed(_e.application) != ""))
    if query.crossing:
        own, of_data = _unindexed(_e.own_municipality), _unindexed(_e.municipality)
        conditions += [own != of_data, own != "", of_data != ""]
    return conditions


def _equals(name: str, value: str, *, indexed: bool) -> Condition:
    column = _e[name]
    if not indexed or not value:
        return _unindexed(column) == value
    return (column == value) & (column != "")  # the second names the partial index


def _unindexed(column: ColumnElement[str]) -> ColumnElement[str]:
    """The same value, in a form that no index serves: the planner shall not choose by guess."""
    return func.coalesce(column, "")
