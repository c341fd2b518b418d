"""Adding to the log, inside the transaction of the act that is recorded.

`append` numbers the entries behind the tree's tail, writes them and the new tail. All of it happens under the
database's write lock, so another process or node may append in between, and a rolled back act takes its entry
with it. Whoever is the first of a month begins that month's tree (`audit_turn`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, OperationalError

from gateway.audit.acts import clock_jumped
from gateway.audit.altered_acts import end_altered, rolled_back
from gateway.audit.entry import Entry
from gateway.audit.facts import MICROSECOND, microseconds, moment
from gateway.audit.introducing import introduced, may_introduce
from gateway.audit.prepared import CODE, SUBJECT, Prepared, prepared, received_text
from gateway.audit.shard_acts import shard_opened
from gateway.audit.tree import Node, leaf_hash
from gateway.storage.audit_shards import is_server, table_of
from gateway.storage.audit_tail import (
    LogInconsistent,
    Tail,
    keep_first_tail,
    read_tail,
    replace_tail,
    require_its_times,
)
from gateway.storage.audit_turn import Turning
from gateway.storage.end_marks import added_by_hand, mark_of
from gateway.storage.ends_reached import reaches, went_back
from gateway.storage.engine import DRIVER_ERRORS, INTEGRITY_ERRORS, Driver, driver_of
from gateway.storage.rows import add_rows
from gateway.storage.tables.audit import audit_entry

__all__ = ["Ledger", "LogInconsistent", "Tail", "append", "ledger", "read_tail"]

CLOCK_TOLERANCE = timedelta(seconds=1)  # below this a step back is the daily work of time synchronisation

# run on the driver's own connection: SQLAlchemy's layers would be half of an append's time
_COLUMNS = tuple(column.name for column in audit_entry.c)
LEAF = _COLUMNS.index("leaf")
_NODE = (
    "INSERT INTO audit_node (level, position, root) VALUES (?, ?, ?) "
    "ON CONFLICT (level, position) DO UPDATE SET root = excluded.root"
)
_NAMED = "INSERT INTO audit_person (subject, person, folded) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"


class Ledger:
    """Appends with a given clock (`now()`: aware, UTC)."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self.placed: Callable[[Entry], Entry] = _as_said
        """An entry as it is to be kept, by where its address really is; called by whichever thread writes."""
        self._turning = Turning()
        self._guess: Tail | None = None
        """The tail last written. It saves reading it; that it is the stored one is asked when it is replaced."""

    def append(self, connection: Connection, entries: Sequence[Entry | Prepared]) -> range:
        """Record `entries` in the transaction that is open; answers their sequence numbers.

        Without any, nothing is touched: the time of a checkpoint is that of the last entry.
        Raises LogInconsistent, and `canonical.Unrecordable` for an entry that has no canonical form.
        """
        if not entries:
            return range(0)
        driver, guess, now = driver_of(connection.connection), self._guess, self._now()
        entries = [one if isinstance(one, Prepared) else self.placed(one) for one in entries]
        try:
            if guess is not None and max(microseconds(now), guess.received_at) < guess.until:
                addition = _addition(guess, entries, now).marked(connection)
                if replace_tail(driver, guess, addition.tail):
                    return self._finish(connection, driver, addition, len(entries))
            stored = read_tail(connection)
            told = () if stored is None else _looked_at(connection, stored, now)
            last, closed = self._turning.turned(connection, stored or Tail(), now)
            opening = () if closed is None else (shard_opened(now, last.month, closed),)
            addition = _addition(last, entries, now, (*opening, *told)).marked(connection)
            if stored is None:
                keep_first_tail(driver, addition.tail)
            elif not replace_tail(driver, stored, addition.tail):
                raise LogInconsistent(stored.size, "the stored tail of the tree has another form")
            return self._finish(connection, driver, addition, len(entries))
        except INTEGRITY_ERRORS as error:
            raise LogInconsistent(0, "a row that the log did not write stands in its place") from error
        except DBAPIError:
            raise
        except DRIVER_ERRORS as error:  # named as SQLAlchemy names it, so that the whole group is rolled back
            raise OperationalError("append to the audit log", None, error) from error

    def _finish(self, connection: Connection, driver: Driver, addition: "_Addition", entries: int) -> range:
        into = table_of(addition.tail.shard, server=is_server(connection))
        try:
            add_rows(driver, into, _COLUMNS, addition.rows)
            for node in addition.nodes:
                driver.execute(_NODE, (node.level, addition.tail.first + node.position, node.root))
        except INTEGRITY_ERRORS as error:
            raise LogInconsistent(
                addition.rows[0][0], "a row that the log did not write stands in its place"
            ) from error
        if addition.names:
            driver.executemany(_NAMED, sorted(addition.names))
        self._guess = addition.tail
        reaches(connection, addition.tail.size, addition.rows[-1][LEAF])
        size = addition.tail.size
        return range(size - entries, size)


@dataclass(frozen=True, slots=True)
class _Addition:
    """What entries become behind a tail."""

    tail: Tail
    rows: list[tuple[Any, ...]]
    names: set[tuple[str, str, str]]
    nodes: list[Node]

    def marked(self, connection: Connection) -> "_Addition":
        mark = mark_of(connection, self.tail)
        return self if mark is None else replace(self, tail=replace(self.tail, mark=mark))


def _addition(
    last: Tail, entries: Sequence[Entry | Prepared], now: datetime, opening: Sequence[Entry] = ()
) -> _Addition:
    wall = microseconds(now)
    jumped = wall < last.wall - CLOCK_TOLERANCE // MICROSECOND
    written = (*opening, *((clock_jumped(now, moment(last.wall)),) if jumped else ()), *entries)
    received_at = max(wall, last.received_at)
    received = received_text(moment(received_at))
    rows, leaves, names = [], [], set[tuple[str, str, str]]()
    for sequence, one in enumerate(written, last.size):
        ready = one if isinstance(one, Prepared) else prepared(one)
        data = ready.canonical(sequence, received)
        leaf = leaf_hash(data)
        leaves.append(leaf)
        facts = ready.facts
        rows.append((sequence, received_at, *facts, data, leaf))
        if may_introduce(facts[CODE], facts[SUBJECT]) and (name := introduced(ready.entry)) is not None:
            names.add(name)
    frontier, nodes = last.frontier.grown(leaves)
    tail = Tail(frontier, received_at, wall, last.shard, last.month, last.first, last.until)
    return _Addition(tail, rows, names, nodes)


def _looked_at(connection: Connection, stored: Tail, now: datetime) -> tuple[Entry, ...]:
    """What is to be told of an end that this process did not write itself. Raises LogInconsistent."""
    require_its_times(connection, stored)
    told = list[Entry]()
    if (end := went_back(connection, stored)) is not None:
        told.append(rolled_back(now, end.size, stored.size))
    if by_hand := added_by_hand(connection, stored):
        told.append(end_altered(now, by_hand[0], by_hand[-1]))
    return tuple(told)


def _as_said(entry: Entry) -> Entry:
    return entry


ledger = Ledger(lambda: datetime.now(UTC))
append = ledger.append
"""What stores call inside `Database.write`: `append(connection, entries)`."""
