"""Searching the log in the database.

What can mean several things (a part of a name, several codes) becomes several questions, none of which shares
an entry with another; one index answers each in order, and the answers are merged. So nothing sorts more than
a page. Of the conditions the one that leaves the fewest entries is given to the index, the others filter.
"""

from datetime import datetime
from heapq import merge
from itertools import islice
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    Connection,
    Row,
    Select,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    tuple_,
)
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from config.vocabulary import MunicipalityCode
from gateway.audit.canonical import NotCanonical, parse
from gateway.audit.entry import Code, Outcome
from gateway.audit.facts import FACTS, LATEST, differing, microseconds, moment
from gateway.audit.folding import folded
from gateway.audit.search import (
    COUNTED,
    FARTHEST,
    LONGEST_SPAN,
    PAGE,
    PEOPLE,
    SIGN_IN_NEEDED,
    Altered,
    Count,
    Counted,
    Found,
    Hour,
    Page,
    Position,
    Query,
    Stored,
    TooManyPeople,
    Unreadable,
)
from gateway.audit.tree import leaf_hash
from gateway.storage.database import Database
from gateway.storage.tables.audit import audit_entry, audit_person

LARGEST_PAGE = 1_000
SEPARATE_CODES = 8
HOUR = 3_600_000_000  # microseconds
Condition = ColumnElement[bool]
Columns = ReadOnlyColumnCollection[str, Column[Any]]
_e = audit_entry.c
_row = (*(_e[name] for name in FACTS), _e.canonical, _e.leaf)

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

    async def entry(self, sequence: int) -> Stored | None:
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
            select(*_row)
            .where(*conditions, *choice)
            .order_by(_e.at.desc(), _e.sequence.desc())
            .limit(limit + 1)
        ).all()
        for choice in _choices(connection, query)
    ]
    merged = merge(*answers, key=lambda row: _place(row.at, row.sequence), reverse=True)
    rows = list(islice(merged, limit + 1))
    entries = tuple(_read(row) for row in rows[:limit])
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


def entry(connection: Connection, sequence: int) -> Stored | None:
    row = connection.execute(select(*_row).where(_e.sequence == sequence)).first()
    return Stored(_read(row), row.leaf if isinstance(row.leaf, bytes) else b"") if row else None


def _read(row: Row[Any]) -> Found:
    """SQLite keeps any type in any column, so whatever somebody wrote by hand must end as a mark, not as a crash."""
    data = row.canonical
    claimed = moment(row.at) if isinstance(row.at, int) and abs(row.at) < LATEST else None
    try:
        recorded = parse(data) if isinstance(data, bytes) else None
    except NotCanonical:
        recorded = None
    if recorded is None:
        return Unreadable(row.sequence, claimed)
    others = differing(row[: len(FACTS)], recorded)
    if row.leaf != leaf_hash(data):
        others = (*others, "leaf")
    return Altered(row.sequence, claimed, others) if others else recorded


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
    span = [_e.at >= microseconds(max(since, until - LONGEST_SPAN)), _e.at < microseconds(until)]
    if municipality is not None:
        span.append(_equals("municipality", municipality, indexed=True))
    through = _by_hour(
        connection, select(_e.at.label("at")).where(*span, _e.code == Code.ACCESS.value, *_let_through())
    )
    refusals = [
        _e.outcome == Outcome.REFUSED.value,
        _e.outcome != Outcome.SUCCESS.value,  # names the partial index
        *_refused(_e),
    ]
    each = select(func.min(_e.at).label("at")).where(*span, *refusals).group_by(_request())
    refused = _by_hour(connection, each)
    starts = sorted(through.keys() | refused.keys())
    return tuple(Hour(moment(start), through.get(start, 0), refused.get(start, 0)) for start in starts)


def _by_hour(connection: Connection, times: Select[tuple[int]]) -> dict[int, int]:
    """How many of the times are in each hour that has any."""
    at = times.subquery().c.at
    start = at - at % HOUR
    rows = connection.execute(select(start.label("start"), func.count().label("number")).group_by("start"))
    return {row.start: row.number for row in rows}


def _request() -> ColumnElement[Any]:
    """What makes two refusals one: a decision and the access it refuses bear the same request's number."""
    return case((_e.request_id != "", _e.request_id), else_=_e.sequence)


def _let_through() -> list[Condition]:
    """Requests of signed-in people to applications."""
    return [
        _unindexed(_e.code) == Code.ACCESS.value,
        _unindexed(_e.outcome) == Outcome.SUCCESS.value,
        _unindexed(_e.application) != "",
        _unindexed(_e.session) != "",  # somebody is signed in
    ]


def _refused(entry: Columns) -> list[Condition]:
    """Whoever was only sent to the sign-in was not refused."""
    return [_unindexed(entry.outcome) == Outcome.REFUSED.value, _unindexed(entry.reason) != SIGN_IN_NEEDED]


def _first_of_its_request(since: datetime | None) -> Condition:
    """No earlier refusal within the span tells of the same request."""
    other = audit_entry.alias("other").c
    earlier = [
        other.request_id == _e.request_id,
        other.request_id != "",  # names the partial index
        tuple_(other.at, other.sequence) < tuple_(_e.at, _e.sequence),
        *_refused(other),
    ]
    if since is not None:
        earlier.append(_unindexed(other.at) >= microseconds(since))
    return ~exists().where(*earlier)


def _choices(connection: Connection, query: Query) -> list[list[Condition]]:
    """Disjoint questions that together are the query, without its times."""
    leading = next((name for name in EXACT[:2] if getattr(query, name)), None)
    choices: list[list[Condition]]
    if query.person:
        choices = _of_person(connection, query.person, indexed=leading is None)
    else:
        leading = leading or next((name for name in EXACT if getattr(query, name)), None)
        choices = [[]]
    outcome = query.outcome or (Outcome.REFUSED if query.counted is Counted.REFUSED else None)
    refused = outcome is not None and outcome is not Outcome.SUCCESS
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
    if outcome is not None:
        column = _e.outcome if free and refused else _unindexed(_e.outcome)
        rest.append(column == outcome.value)
        if free and refused:
            rest.append(_e.outcome != Outcome.SUCCESS.value)  # names the partial index
    return [[*choice, *rest] for choice in choices]


def _of_person(connection: Connection, text: str, *, indexed: bool) -> list[list[Condition]]:
    """Entries of the subjects that the text may mean, and the others that have a login it may mean."""
    subjects, logins = _meant(connection, text)
    others = _unindexed(_e.subject).not_in(sorted(subjects))
    return [
        *([_equals("subject", subject, indexed=indexed)] for subject in sorted(subjects)),
        *([_equals("person", login, indexed=indexed), others] for login in sorted(logins)),
    ]


def _meant(connection: Connection, text: str) -> tuple[set[str], set[str]]:
    """Subjects, and logins that came with no subject: somebody who never got in has only what was typed.

    A whole login or subject means just that where a part would fit too many, however many others were typed.
    """
    wanted = folded(text).strip()
    if (
        not wanted or "\0" in wanted
    ):  # SQLite's LIKE ends at a NUL, so that everybody would fit; no name has one
        return {text}, {text}
    parts = _known(connection, audit_person.c.folded.contains(wanted, autoescape=True))
    if all(len(found) <= PEOPLE for found in parts):
        return parts[0] | {text}, parts[1] | {text}
    exact = _known(connection, or_(audit_person.c.person == text, audit_person.c.subject == text))
    if not any(exact):
        raise TooManyPeople(text)
    return exact[0] | {text}, {text}


def _known(connection: Connection, matching: Condition) -> tuple[set[str], set[str]]:
    """Subjects, and logins without one, whose names match; one more of each than may be."""
    subject, person = audit_person.c.subject, audit_person.c.person
    subjects = select(subject).distinct().where(subject != "", matching).limit(PEOPLE + 1)
    logins = select(person).distinct().where(subject == "", matching).limit(PEOPLE + 1)
    return set(connection.scalars(subjects)), set(connection.scalars(logins))


def _conditions(query: Query) -> list[Condition]:
    conditions: list[Condition] = []
    if query.since is not None:
        conditions.append(_e.at >= microseconds(query.since))
    if query.until is not None:
        conditions.append(_e.at < microseconds(query.until))
    if query.without_technical:
        conditions.append(or_(_unindexed(_e.code) != Code.ACCESS.value, _unindexed(_e.application) != ""))
    if query.counted is Counted.LET_THROUGH:
        conditions += _let_through()
    elif query.counted is Counted.REFUSED:
        conditions += [*_refused(_e), _first_of_its_request(query.since)]
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
