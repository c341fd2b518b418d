"""What a query of the log means in SQL: its conditions, and the disjoint questions it becomes.

Of the conditions the one that leaves the fewest entries is given to the index, the others filter.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Integer, and_, exists, func, or_, select, tuple_
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from config.vocabulary import Action, MunicipalityCode
from gateway.audit.entry import Code, Outcome
from gateway.audit.facts import microseconds
from gateway.audit.folding import folded
from gateway.audit.search import EXACTLY, PEOPLE, SIGN_IN_NEEDED, Counted, Query, TooManyPeople
from gateway.storage.tables.audit import audit_entry, audit_person

SEPARATE_CODES = 8
WITHIN = (
    5_000  # people of a part of a name, for a reader of one municipality: how many others have it is not told
)
AUDIT_LOG = "audit"  # the application whose pages the officers read
Condition = ColumnElement[bool]
Columns = ReadOnlyColumnCollection[str, Column[Any]]
_e = audit_entry.c

LEADING = ("request_id", "session", "reason")
"""Indexed columns, the choosiest first; what the index is used for when several are given."""
EXACT = (*LEADING, "address", "municipality", "application")
FILTERS = ("own_municipality", "action", "rule", "policy_version")


def choices(connection: Connection, query: Query) -> list[list[Condition]]:
    """Disjoint questions that together are the query, without its times."""
    leading = next((name for name in LEADING if getattr(query, name)), None)
    people = meant(connection, query)
    found: list[list[Condition]] = [[]] if people is None else [[_of_people(people)]]
    outcome = query.outcome or (Outcome.REFUSED if query.counted is Counted.REFUSED else None)
    refusals = outcome is not None and outcome is not Outcome.SUCCESS
    free = people is None and leading is None
    if free and not refusals and 0 < len(query.codes) <= SEPARATE_CODES:
        found = [[_e.code == code.value] for code in sorted(query.codes)]
    elif query.codes:
        filtered = unindexed(_e.code).in_(sorted(code.value for code in query.codes))
        found = [[*choice, filtered] for choice in found]
    rest = [
        equals(name, getattr(query, name), indexed=name == leading)
        for name in (*EXACT, *FILTERS)
        if getattr(query, name) is not None
    ]
    if outcome is not None:
        column = _e.outcome if free and refusals else unindexed(_e.outcome)
        rest.append(column == outcome.value)
        if free and refusals:
            rest.append(_e.outcome != Outcome.SUCCESS.value)  # names the partial index
    return [[*choice, *rest] for choice in found]


def conditions(query: Query, *, indexed: bool = True) -> list[Condition]:
    """`indexed`: whether the index of times may serve."""
    found: list[Condition] = []
    at = _e.at if indexed else unindexed(_e.at)
    if query.since is not None:
        found.append(at >= microseconds(query.since))
    if query.until is not None:
        found.append(at < microseconds(query.until))
    if query.without_technical:
        found.append(or_(unindexed(_e.code) != Code.ACCESS.value, unindexed(_e.application) != ""))
    if query.counted is Counted.LET_THROUGH:
        found += let_through()
    elif query.counted is Counted.REFUSED:
        found += [*refused(_e), _first_of_its_request(query.since)]
    if query.without_reading_of is not None:
        found.append(~_reading_of(query.without_reading_of))
    found += concerns(query.within)
    if query.crossing:
        own, of_data = unindexed(_e.own_municipality), unindexed(_e.municipality)
        found += [own != of_data, own != "", of_data != ""]
    return found


def concerns(municipality: MunicipalityCode | None) -> list[Condition]:
    """Only what concerns the municipality: its data, or its people. None: everything."""
    if municipality is None:
        return []
    return [or_(*(unindexed(_e[name]) == municipality for name in ("municipality", "own_municipality")))]


def filters(query: Query, people: tuple[frozenset[str], frozenset[str]] | None) -> list[Condition]:
    """All that columns say of the query, in a form that no index serves: for entries that were found otherwise.

    `people`: what `meant` gave for the query's person.
    """
    found = conditions(query, indexed=False)
    names = [name for name in (*EXACT, *FILTERS) if getattr(query, name) is not None]
    found += [equals(name, getattr(query, name), indexed=False) for name in names]
    if query.codes:
        found.append(unindexed(_e.code).in_(sorted(code.value for code in query.codes)))
    outcome = query.outcome or (Outcome.REFUSED if query.counted is Counted.REFUSED else None)
    if outcome is not None:
        found.append(unindexed(_e.outcome) == outcome.value)
    if people is not None:
        found.append(_of_people(people))
    return found


def _of_people(people: tuple[frozenset[str], frozenset[str]]) -> Condition:
    subjects, logins = people
    return or_(unindexed(_e.subject).in_(sorted(subjects)), unindexed(_e.person).in_(sorted(logins)))


def meant(connection: Connection, query: Query) -> tuple[frozenset[str], frozenset[str]] | None:
    """Subjects and logins that the query's person may be; None where it asks for nobody. Raises TooManyPeople."""
    if not query.person:
        return None
    most = PEOPLE if query.within is None else WITHIN
    subjects, logins = _meant(connection, query.person, most)
    return frozenset(subjects), frozenset(logins)


def _reading_of(subject: str) -> Condition:
    """Each look makes its own entry, one of its request, and now and then one of the decision to let it through."""
    requests = and_(
        unindexed(_e.code).in_([Code.ACCESS.value, Code.DECISION_PERMIT.value]),
        unindexed(_e.application) == AUDIT_LOG,
        unindexed(_e.action) == Action.READ.value,
        unindexed(_e.outcome) == Outcome.SUCCESS.value,
    )
    looks = unindexed(_e.code) == Code.LOG_SEARCHED.value
    return and_(unindexed(_e.subject) == subject, or_(looks, requests))


def let_through() -> list[Condition]:
    """Requests of signed-in people to applications."""
    return [
        unindexed(_e.code) == Code.ACCESS.value,
        unindexed(_e.outcome) == Outcome.SUCCESS.value,
        unindexed(_e.application) != "",
        unindexed(_e.session) != "",  # somebody is signed in
    ]


def refused(entry: Columns) -> list[Condition]:
    """Whoever was only sent to the sign-in was not refused."""
    return [unindexed(entry.outcome) == Outcome.REFUSED.value, unindexed(entry.reason) != SIGN_IN_NEEDED]


def _first_of_its_request(since: datetime | None) -> Condition:
    """No earlier refusal within the span tells of the same request."""
    other = audit_entry.alias("other").c
    earlier = [
        other.request_id == _e.request_id,
        other.request_id != "",  # names the partial index
        tuple_(other.at, other.sequence) < tuple_(_e.at, _e.sequence),
        *refused(other),
    ]
    if since is not None:
        earlier.append(unindexed(other.at) >= microseconds(since))
    return ~exists().where(*earlier)


def _meant(connection: Connection, text: str, most: int) -> tuple[set[str], set[str]]:
    """Subjects, and logins that came with no subject: somebody who never got in has only what was typed.

    A whole login or subject means just that where a part would fit too many, however many others were typed.
    """
    if text.startswith(EXACTLY) and (whole := text.removeprefix(EXACTLY)):
        return {whole}, {whole}
    wanted = folded(text).strip()
    if (
        not wanted or "\0" in wanted
    ):  # SQLite's LIKE ends at a NUL, so that everybody would fit; no name has one
        return {text}, {text}
    parts = _known(connection, audit_person.c.folded.contains(wanted, autoescape=True), most)
    if all(len(found) <= most for found in parts):
        return parts[0] | {text}, parts[1] | {text}
    exact = _known(connection, or_(audit_person.c.person == text, audit_person.c.subject == text), most)
    if not any(exact):
        raise TooManyPeople(text)
    return exact[0] | {text}, {text}


def _known(connection: Connection, matching: Condition, most: int) -> tuple[set[str], set[str]]:
    """Subjects, and logins without one, whose names match; one more of each than may be."""
    subject, person = audit_person.c.subject, audit_person.c.person
    subjects = select(subject).distinct().where(subject != "", matching).limit(most + 1)
    logins = select(person).distinct().where(subject == "", matching).limit(most + 1)
    return set(connection.scalars(subjects)), set(connection.scalars(logins))


def equals(name: str, value: str, *, indexed: bool) -> Condition:
    column = _e[name]
    if not indexed or not value:
        return unindexed(column) == value
    return (column == value) & (column != "")  # the second names the partial index


def unindexed(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """The same value, in a form that no index serves: the planner shall not choose by guess."""
    return func.coalesce(column, 0 if isinstance(column.type, Integer) else "")
