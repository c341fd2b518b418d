"""Recorded decisions of a period, in parts of which each is read at once: for a simulation, by several processes.

Only the bytes of the entries are read, along the index of codes and times; a part is a span of time that lies in memory
as a whole.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, Connection, select

from config.vocabulary import MunicipalityCode
from gateway.audit.decided import DECISIONS
from gateway.audit.facts import microseconds
from gateway.storage.audit_conditions import unindexed
from gateway.storage.tables.audit import audit_entry

PART = 5_000  # entries, a KiB each
AT_ONCE = 10_000  # times that are read at once
_e = audit_entry.c


@dataclass(frozen=True, slots=True)
class Period:
    """From `since` on and before `until`, of resources of the municipality, or of all."""

    since: datetime
    until: datetime
    municipality: MunicipalityCode | None = None


@dataclass(frozen=True, slots=True)
class Part:
    """A span of entries' times, in microseconds, the end not included."""

    since: int
    until: int
    entries: int


def parts(connection: Connection, period: Period, entries: int = PART) -> list[Part]:
    """In order of time, together the period; with more than `entries` only where many are of one moment."""
    found: list[Part] = []
    begin, last, held = microseconds(period.since), None, 0
    for at in _times(connection, period):
        if held >= entries and at != last:
            found.append(Part(begin, at, held))
            begin, held = at, 0
        last, held = at, held + 1
    if held:
        found.append(Part(begin, microseconds(period.until), held))
    return found


def entries_of(connection: Connection, part: Part, municipality: MunicipalityCode | None) -> Sequence[bytes]:
    """Canonical bytes of its decisions, in order of time."""
    query = select(_e.canonical).where(*_where(part.since, part.until, municipality))
    rows = connection.execute(query.order_by(_e.at, _e.sequence)).scalars()
    # SQLite keeps any type in any column: what somebody wrote by hand must end as unreadable, not as a crash
    return [one if isinstance(one, bytes) else b"" for one in rows]


def _times(connection: Connection, period: Period) -> Iterator[int]:
    where = _where(microseconds(period.since), microseconds(period.until), period.municipality)
    query = select(_e.at).where(*where).order_by(_e.at)
    reading = connection.execution_options(stream_results=True, yield_per=AT_ONCE)
    for row in reading.execute(query):
        yield int(row.at)


def _where(since: int, until: int, municipality: MunicipalityCode | None) -> list[ColumnElement[bool]]:
    found = [_e.code.in_([code.value for code in DECISIONS]), _e.at >= since, _e.at < until]
    return found if municipality is None else [*found, unindexed(_e.municipality) == municipality]
