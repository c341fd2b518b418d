"""How many requests each hour let through and refused, counted in the database."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, func, select

from config.vocabulary import MunicipalityCode
from gateway.audit.entry import Code, Outcome
from gateway.audit.facts import microseconds, moment
from gateway.audit.search import LONGEST_SPAN, Hour
from gateway.storage.audit_conditions import concerns, let_through, refused
from gateway.storage.tables.audit import audit_entry

HOUR = 3_600_000_000  # microseconds
_e = audit_entry.c


def hours(
    connection: Connection, since: datetime, until: datetime, within: MunicipalityCode | None
) -> tuple[Hour, ...]:
    span = [_e.at >= microseconds(max(since, until - LONGEST_SPAN)), _e.at < microseconds(until)]
    span += concerns(within)
    through = _by_hour(
        connection, select(_e.at.label("at")).where(*span, _e.code == Code.ACCESS.value, *let_through())
    )
    refusals = [
        _e.outcome == Outcome.REFUSED.value,
        _e.outcome != Outcome.SUCCESS.value,  # names the partial index
        *refused(_e),
    ]
    each = select(func.min(_e.at).label("at")).where(*span, *refusals).group_by(*_request())
    turned_away = _by_hour(connection, each)
    starts = sorted(through.keys() | turned_away.keys())
    return tuple(Hour(moment(start), through.get(start, 0), turned_away.get(start, 0)) for start in starts)


def _by_hour(connection: Connection, times: Select[tuple[int]]) -> dict[int, int]:
    """How many of the times are in each hour that has any."""
    at = times.subquery().c.at
    start = at - at % HOUR
    rows = connection.execute(select(start.label("start"), func.count().label("number")).group_by("start"))
    return {row.start: row.number for row in rows}


def _request() -> tuple[ColumnElement[Any], ...]:
    """What makes two refusals one: a decision and the access it refuses bear the same request's number."""
    return _e.request_id, case((_e.request_id != "", 0), else_=_e.sequence)
