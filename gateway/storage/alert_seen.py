"""Where people were, as the log itself tells: what a table beside it says counts only where an entry says the same.

A row that somebody writes there by hand would keep a new country from being told, and so would the last row of a person
that is taken out, or made old: of whom nothing is known nothing is new. So of each row the entry is looked for by which
it came to be, and where no row tells of the time that a rule looks back, the log is asked in its place.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, delete, or_, select

from config.settings import AlertRule
from gateway.alerts.matching import EVERYTHING, country_of, counts, group_of
from gateway.alerts.watch import Key
from gateway.audit.canonical import NotCanonical, Recorded, parse
from gateway.audit.entry import Code
from gateway.audit.facts import LATEST, microseconds, moment
from gateway.audit.search import EXACTLY, Query
from gateway.storage.allowance import Allowance
from gateway.storage.audit_search import page
from gateway.storage.audit_since import first_since
from gateway.storage.tables.alerts import alert_seen
from gateway.storage.tables.audit import audit_entry

ASKED = 500  # newest entries of somebody that are looked through: more than a span of the watch has
_e, _s = audit_entry.c, alert_seen.c
Row = tuple[str, str, str]
"""Rule, group and value."""
SeenOf = Mapping[str, datetime]
"""Values that were seen, and when last."""


@dataclass(frozen=True, slots=True)
class Believed:
    """`altered`: rows that no entry knows, of those that were looked at."""

    seen: Mapping[Key, SeenOf]
    altered: tuple[Row, ...]


def believed(connection: Connection, asked: Mapping[Key, AlertRule], before: int) -> Believed:
    """Of these rules and groups what the table says, where an entry says the same that stands before that number."""
    seen: dict[Key, SeenOf] = {}
    altered: list[Row] = []
    oldest = _oldest(connection)
    for (name, group), rule in asked.items():
        theirs: dict[str, datetime] = {}
        for row in connection.execute(select(alert_seen).where(_s.rule == name, _s.of == group)).all():
            at = _moment(row.at)
            if at is None or (
                at >= oldest and not _witnessed(connection, rule, group, row.value, at, before)
            ):
                altered.append((name, group, row.value))
            elif at >= oldest:  # what is older went with its month: nothing vouches for it any more
                theirs[row.value] = at
        seen[name, group] = theirs
    return Believed(seen, tuple(altered))


def told_by_log(
    connection: Connection,
    rule: AlertRule,
    group: str,
    before: int,
    now: datetime,
    allowance: Allowance,
) -> SeenOf:
    """What the newest entries tell that stand before the number `before`. Raises SearchTooLong."""
    of: dict[str, Any] = {} if group == EVERYTHING else {rule.group_by: group}
    if "person" in of:
        of["person"] = EXACTLY + group
    codes = frozenset(one for one in Code if any(_begins(one, begun) for begun in rule.codes))
    if not codes:
        return {}
    query = Query(codes=codes, since=now - rule.within, **of)
    theirs: dict[str, datetime] = {}
    for one in reversed(page(connection, query, None, ASKED, allowance).entries):
        if not isinstance(one, Recorded) or one.sequence >= before or not counts(rule, one.entry):
            continue
        if group_of(rule, one.entry) == group and (value := country_of(one.entry)):
            theirs[value] = one.received_at
    return theirs


def take_out(connection: Connection, rows: Iterable[Row]) -> None:
    for rule, of, value in rows:
        same = (_s.rule == rule) & (_s.of == of) & (_s.value == value)
        connection.execute(delete(alert_seen).where(same))


def kept_rows(connection: Connection) -> dict[Row, datetime]:
    """As the table has them; whatever is no time there is left to `believed`."""
    rows = connection.execute(select(alert_seen)).all()
    found = {(row.rule, row.of, row.value): _moment(row.at) for row in rows}
    return {key: at for key, at in found.items() if at is not None}


def _moment(at: object) -> datetime | None:
    return moment(at) if type(at) is int and abs(at) < LATEST else None


def _oldest(connection: Connection) -> datetime:
    """When the first entry was received that is kept."""
    at = connection.scalar(select(_e.received_at).order_by(_e.sequence).limit(1))
    return _moment(at) or moment(0)


def _witnessed(
    connection: Connection, rule: AlertRule, group: str, value: str, at: datetime, before: int
) -> bool:
    """Whether an entry that was received just then tells of it. Whether it counts is not asked: rules change."""
    first = first_since(connection, at)
    query = (
        select(_e.canonical)
        .where(
            _e.sequence >= first,
            _e.sequence < min(before, first_since(connection, moment(microseconds(at) + 1))),
        )
        .where(*_columns(rule, group))
        .order_by(_e.sequence)
    )
    found = map(_read, connection.execute(query).scalars())
    return any(
        one is not None and country_of(one.entry) == value and group_of(rule, one.entry) == group
        for one in found
    )


def _columns(rule: AlertRule, group: str) -> list[ColumnElement[bool]]:
    if group == EVERYTHING:
        return []
    if rule.group_by == "person":
        return [or_(_e.person == group, _e.subject == group)]
    return [_e[rule.group_by] == group]


def _begins(code: Code, begun: str) -> bool:
    return code.value == begun or code.value.startswith(f"{begun}.")


def _read(data: object) -> Recorded | None:
    try:
        return parse(data) if isinstance(data, bytes) else None
    except NotCanonical:
        return None
