"""Which entries behind a number fit a query: looked through one by one, as what is new is not indexed."""

from dataclasses import dataclass

from sqlalchemy import Connection, select

from gateway.audit.facts import LATEST, moment
from gateway.audit.fitting import Fitting
from gateway.audit.search import Query
from gateway.audit.terms import UNREADABLE, quick
from gateway.storage.audit_by_terms import asks_further
from gateway.storage.audit_conditions import filters, meant
from gateway.storage.audit_meanings import meanings
from gateway.storage.tables.audit import audit_entry, audit_tail

LOOKED_AT = 4_096  # entries, the newest: some 15 µs each
_e = audit_entry.c


@dataclass(frozen=True, slots=True)
class Fresh:
    numbers: list[int]
    """Of the entries that fit, rising."""
    begin: int
    """From this one on they were looked at."""
    end: int
    """Before this one."""


def fresh(connection: Connection, query: Query, number: int) -> Fresh:
    """Raises TooManyPeople."""
    end = connection.scalar(select(audit_tail.c.size)) or 0
    begin = max(number, end - LOOKED_AT)
    if begin >= end:
        return Fresh([], number, end)
    found = {
        number for one in meanings(connection, query) for number in _fitting(connection, one, begin, end)
    }
    return Fresh(sorted(found), begin, end)


def _fitting(connection: Connection, query: Query, begin: int, end: int) -> list[int]:
    where = [_e.sequence >= begin, _e.sequence < end, *filters(query, meant(connection, query))]
    if query.request_id is not None:
        where.append(_e.request_id == query.request_id)
    further = (_e.at, _e.canonical) if asks_further(query) else ()
    fits = Fitting(query)
    rows = connection.execute(select(_e.sequence, *further).where(*where))
    return [row.sequence for row in rows if not further or _fits(fits, row.at, row.canonical)]


def _fits(fits: Fitting, at: object, canonical: bytes) -> bool:
    """What cannot be read is taken: its columns fit, and whoever follows sees that something was damaged."""
    if not isinstance(at, int) or abs(at) >= LATEST:
        return True
    try:
        return fits(quick(canonical), moment(at))
    except UNREADABLE:
        return True
