"""Adding to the log, inside the transaction of the act that is recorded.

`append` numbers the entries behind the tree's tail, writes them and the new tail. All of it happens under the
database's write lock, so another process or node may append in between, and a rolled back act takes its entry
with it.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.exc import DBAPIError, OperationalError

from gateway.audit.acts import OPERATOR, clock_jumped
from gateway.audit.canonical import Recorded, encoded, settled
from gateway.audit.entry import Code, Entry
from gateway.audit.facts import MICROSECOND, facts, microseconds, moment
from gateway.audit.folding import folded
from gateway.audit.tree import Frontier, Node, leaf_hash
from gateway.storage.engine import DRIVER_ERRORS, INTEGRITY_ERRORS, Driver, driver_of
from gateway.storage.rows import add_rows
from gateway.storage.tables.audit import audit_entry

CLOCK_TOLERANCE = timedelta(seconds=1)  # below this a step back is the daily work of time synchronisation

INTRODUCING = frozenset(
    {
        *(Code.SIGN_IN_COMPLETED, Code.SESSION_OPENED),
        *(
            Code.SIGN_IN_PASSWORD_REFUSED,
            Code.SIGN_IN_CODE_REFUSED,
            Code.SIGN_IN_THROTTLED,
            Code.SIGN_IN_FAILED,
        ),
    }
)
"""Entries whose people are found by a part of their name: login in `person`, full name in the detail `name`.
A refused sign-in has no subject where nobody was recognised; then the login, as it was typed, is all there is."""

# run on the driver's own connection: SQLAlchemy's layers would be half of an append's time
_COLUMNS = tuple(column.name for column in audit_entry.c)
_FIRST_TAIL = "INSERT INTO audit_tail (id, size, frontier, received_at, wall) VALUES (1, ?, ?, ?, ?)"
_NEXT_TAIL = (
    "UPDATE audit_tail SET size = ?, frontier = ?, received_at = ?, wall = ? "
    "WHERE size = ? AND frontier = ? AND received_at = ? AND wall = ?"
)
_NODE = (
    "INSERT INTO audit_node (level, position, root) VALUES (?, ?, ?) "
    "ON CONFLICT (level, position) DO UPDATE SET root = excluded.root"
)
_NAMED = "INSERT INTO audit_person (subject, person, folded) VALUES (?, ?, ?) ON CONFLICT DO NOTHING"


class LogInconsistent(Exception):
    """The tables of the log do not fit together: somebody other than the log has written to them."""

    def __init__(self, sequence: int, why: str) -> None:
        super().__init__(
            f"audit log, entry {sequence}: {why}; run `brana audit verify`, keep the file as evidence, "
            "and restore the database from a backup"
        )
        self.sequence = sequence


@dataclass(frozen=True, slots=True)
class Tail:
    """Where the log ends."""

    frontier: Frontier = field(default_factory=Frontier)
    received_at: int = 0
    """Microseconds since the epoch, of the last entry."""
    wall: int = 0
    """System clock at the last append."""


def read_tail(connection: Connection) -> Tail | None:
    """The stored tail, None in an empty log. Raises LogInconsistent."""
    row = (
        driver_of(connection.connection)
        .execute("SELECT size, frontier, received_at, wall FROM audit_tail")
        .fetchone()
    )
    if row is None:
        return None
    size, packed, received_at, wall = row
    try:
        return Tail(Frontier.unpack(size, packed), received_at, wall)
    except ValueError as error:
        raise LogInconsistent(size, f"the stored tail of the tree is damaged ({error})") from error


class Ledger:
    """Appends with a given clock (`now()`: aware, UTC)."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._guess: Tail | None = None
        """The tail last written. It saves reading it; that it is the stored one is asked when it is replaced."""

    def append(self, connection: Connection, entries: Sequence[Entry]) -> range:
        """Record `entries` in the transaction that is open; answers their sequence numbers.

        Without any, nothing is touched: the time of a checkpoint is that of the last entry.
        Raises LogInconsistent, and `canonical.Unrecordable` for an entry that has no canonical form.
        """
        if not entries:
            return range(0)
        driver, guess, now = driver_of(connection.connection), self._guess, self._now()
        try:
            if guess is not None:
                addition = _addition(guess, entries, now)
                if _replace_tail(driver, guess, addition.tail):
                    return self._finish(driver, guess, addition, len(entries))
            stored = read_tail(connection)
            addition = _addition(stored or Tail(), entries, now)
            if stored is None:
                driver.execute(_FIRST_TAIL, _columns(addition.tail))
            elif not _replace_tail(driver, stored, addition.tail):
                raise LogInconsistent(stored.frontier.size, "the stored tail of the tree has another form")
            return self._finish(driver, stored or Tail(), addition, len(entries))
        except INTEGRITY_ERRORS as error:
            raise LogInconsistent(0, "a row that the log did not write stands in its place") from error
        except DBAPIError:
            raise
        except DRIVER_ERRORS as error:  # named as SQLAlchemy names it, so that the whole group is rolled back
            raise OperationalError("append to the audit log", None, error) from error

    def _finish(self, driver: Driver, old: Tail, addition: "_Addition", entries: int) -> range:
        try:
            add_rows(driver, audit_entry.name, _COLUMNS, addition.rows)
            for node in addition.nodes:
                driver.execute(_NODE, (node.level, node.position, node.root))
        except INTEGRITY_ERRORS as error:
            raise LogInconsistent(
                old.frontier.size, "a row that the log did not write stands in its place"
            ) from error
        if addition.names:
            driver.executemany(_NAMED, sorted(addition.names))
        self._guess = addition.tail
        size = addition.tail.frontier.size
        return range(size - entries, size)


@dataclass(frozen=True, slots=True)
class _Addition:
    """What entries become behind a tail."""

    tail: Tail
    rows: list[tuple[Any, ...]]
    names: set[tuple[str, str, str]]
    nodes: list[Node]


def _addition(last: Tail, entries: Sequence[Entry], now: datetime) -> _Addition:
    wall = microseconds(now)
    jumped = wall < last.wall - CLOCK_TOLERANCE // MICROSECOND
    written = (clock_jumped(now, moment(last.wall)), *entries) if jumped else entries
    received_at = max(wall, last.received_at)
    received = moment(received_at)
    rows, leaves, names = [], [], set()
    for sequence, entry in enumerate(map(settled, written), last.frontier.size):
        recorded = Recorded(sequence, received, entry)
        data = encoded(recorded)
        leaf = leaf_hash(data)
        leaves.append(leaf)
        rows.append((*facts(recorded), data, leaf))
        if entry.code in INTRODUCING and (entry.subject or entry.person):
            name = entry.details.get("name", "")
            names.add((entry.subject, entry.person, folded(entry.person, str(name))))
        elif entry.subject.startswith(OPERATOR):
            names.add((entry.subject, entry.person, folded(entry.subject)))
    frontier, nodes = last.frontier.grown(leaves)
    return _Addition(Tail(frontier, received_at, wall), rows, names, nodes)


def _replace_tail(driver: Driver, old: Tail, new: Tail) -> bool:
    """Whether `old` was the stored tail; if it was not, another process has appended, and nothing is done."""
    return driver.execute(_NEXT_TAIL, (*_columns(new), *_columns(old))).rowcount == 1


def _columns(tail: Tail) -> tuple[int, bytes, int, int]:
    return tail.frontier.size, tail.frontier.pack(), tail.received_at, tail.wall


append = Ledger(lambda: datetime.now(UTC)).append
"""What stores call inside `Database.write`: `append(connection, entries)`."""
