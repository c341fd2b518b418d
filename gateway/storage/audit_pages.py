"""The log's rows, a page at a time, for whoever verifies them.

Pages of a log that has all its numbers are spans of numbers, so that others can read them beside us (`Ahead`): each
says of a span that it is sound, or nothing. Others read a little later than our snapshot was taken. What they find is
what stands there now; whatever is not sound to them is read in the snapshot, and that is what is told.
"""

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial

from sqlalchemy import Connection, func, select

from gateway.audit.bounds import Bounds
from gateway.audit.brought import COLUMNS, GROUPED
from gateway.audit.facts import FACTS
from gateway.audit.page import Page, Row, Sound
from gateway.audit.sound import Reading
from gateway.audit.stored_end import StoredTail
from gateway.audit.verify import OF_SHARDS
from gateway.audit.verify_beside import TOLD_OF
from gateway.storage.audit_proofs import bytes_of
from gateway.storage.audit_shards import is_server
from gateway.storage.engine import driver_of
from gateway.storage.tables.audit import audit_entry

SPAN = 2_048  # numbers of a page; what others say of them is handed over at once
AT_ONCE = 1_000  # rows held in memory where they are read one by one
_e = audit_entry.c
_entry = select(*(_e[name] for name in FACTS), _e.canonical, _e.leaf)
_GROUPED = {name: f"json_array({', '.join(group)})" for name, group in GROUPED.items()}
BROUGHT = f"SELECT {', '.join(_GROUPED.get(name, name) for name in COLUMNS)} FROM {audit_entry.name}"  # noqa: S608 - names of ours
_SPAN = f"{BROUGHT} WHERE sequence >= ? AND sequence < ? ORDER BY sequence"
_AS_MADE = (
    "SELECT type = 'table' AND NOT EXISTS "  # noqa: S608 - a name of ours
    f"(SELECT 1 FROM pragma_table_xinfo('{audit_entry.name}') WHERE hidden <> 0) "
    f"FROM sqlite_master WHERE name = '{audit_entry.name}'"
)
"""Of a file: no column is computed. What SQLite computes as JSON it puts into an array as it is, and not as a text."""

Told = Callable[[int, int], object]
"""Hears how many rows are done, of how many."""
Ahead = Callable[[Connection, Sequence[range]], Iterator[Sound | None]]
"""For each span of numbers, in their order: what its rows are together, None where nobody says that they are sound."""


def reading() -> Reading:
    return Reading(OF_SHARDS | TOLD_OF)


def sound_span(connection: Connection, span: range, read: Reading) -> Sound | None:
    driver = driver_of(connection.connection)
    if not is_server(connection) and driver.execute(_AS_MADE).fetchone() != (1,):
        return None
    try:
        with closing(driver.execute(_SPAN, (span.start, span.stop))) as rows:
            found = read.sound(rows)  # each while it is at hand: all of them are more than a core keeps near
    except (
        sqlite3.OperationalError
    ):  # bytes where a text is to be; whatever else it was, whoever reads the rows meets it
        return None
    return found if found is not None and (found.first, found.end) == (span.start, span.stop) else None


def alone(connection: Connection, spans: Sequence[range]) -> Iterator[Sound | None]:
    """Implements `Ahead` in the snapshot itself, each page when it is wanted."""
    read = reading()
    return (sound_span(connection, span, read) for span in spans)


def pages(
    connection: Connection, known: Bounds, tail: StoredTail | None, ahead: Ahead, told: Told
) -> Iterator[Page]:
    """All rows there are."""
    total, below, spans = _spans(connection, known, tail)
    told(0, total)
    first, end = (spans[0].start, spans[-1].stop) if spans else (None, None)
    if spans:
        yield Page(partial(rows, connection, None, first))
        for span, sound in zip(spans, ahead(connection, spans), strict=True):
            yield Page(partial(rows, connection, span.start, span.stop), sound)
            told(min(below + span.stop - spans[0].start, total), total)
    done = 0 if end is None else min(below + end - spans[0].start, total)
    yield Page(partial(rows, connection, end, None, lambda number: told(min(done + number, total), total)))
    told(total, total)


def _spans(
    connection: Connection, known: Bounds, tail: StoredTail | None
) -> tuple[int, int, Sequence[range]]:
    """How many rows there are, how many of them before the first span, and the spans; none where so many numbers are
    missing that the rows are the quicker way through them.
    """
    total: int = connection.scalar(select(func.count()).select_from(audit_entry)) or 0
    first = tail.first if tail else 0
    begin = next((one.first for one in known.closed if not one.dropped), first)
    end = tail.size if tail else 0
    if not (type(begin) is type(end) is int and 0 <= begin < end):
        return total, 0, ()
    below, behind = (
        connection.scalar(select(func.count()).select_from(audit_entry).where(one)) or 0
        for one in (_e.sequence < begin, _e.sequence >= end)
    )
    if end - begin > 2 * (total - below - behind) + SPAN:
        return total, 0, ()
    return total, below, [range(one, min(one + SPAN, end)) for one in range(begin, end, SPAN)]


def rows(
    connection: Connection,
    begin: int | None = None,
    end: int | None = None,
    told: Callable[[int], object] = lambda _done: None,
) -> Iterator[Row]:
    """Numbers from `begin` on and before `end`; None: no bound. `told`: how many are done."""
    done = 0
    within = [] if end is None else [_e.sequence < end]
    behind = [] if begin is None else [_e.sequence >= begin]
    while True:
        told(done)
        query = _entry.where(*within, *behind).order_by(_e.sequence).limit(AT_ONCE)
        page = connection.execute(query).all()
        for row in page:
            *facts, canonical, leaf = row
            yield Row(row.sequence, tuple(facts), bytes_of(canonical), bytes_of(leaf))
        done += len(page)
        if len(page) < AT_ONCE:
            return
        behind = [_e.sequence > page[-1].sequence]
