"""How far this process has brought the log: whatever it has committed is there, or somebody put the log back.

The mark of the end cannot say so: an end of a moment before has its own. Remembered for each engine, once COMMIT was
answered; what a write that was undone would have reached is forgotten with it.
"""

from dataclasses import dataclass
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine, select

from gateway.storage.audit_tail import Tail, read_tail
from gateway.storage.end_marks import added_by_hand
from gateway.storage.engine import driver_of
from gateway.storage.tables.audit import audit_shard

PENDING = "end of the log that is reached when this transaction is committed"
_LEAF = "SELECT leaf FROM audit_entry WHERE sequence = ?"  # by the driver: a node asks at each end that is not its own
_s = audit_shard.c


@dataclass(frozen=True, slots=True)
class End:
    """`leaf`: hash of the last of so many entries."""

    size: int
    leaf: bytes


_committed: "WeakKeyDictionary[Engine, End]" = WeakKeyDictionary()


def reaches(connection: Connection, size: int, leaf: bytes) -> None:
    """By what this transaction has written."""
    connection.info[PENDING] = End(size, leaf)


def reached(connection: Connection) -> End | None:
    """By this transaction, or those before it."""
    return pending(connection) or _committed.get(connection.engine)


def pending(connection: Connection) -> End | None:
    found = connection.info.get(PENDING)
    return found if isinstance(found, End) else None


def put_pending(connection: Connection, end: End | None) -> None:
    """What it was before something was undone."""
    connection.info[PENDING] = end


def committed(connection: Connection) -> None:
    """Whatever is written by way of it is durable."""
    if (end := pending(connection)) is not None:
        _committed[connection.engine] = end
        connection.info[PENDING] = None


def went_back(connection: Connection, tail: Tail) -> End | None:
    """What the log had reached, where it is shorter now or has another entry there; its end is accepted then, so that
    it is told once.
    """
    end = reached(connection)
    if end is None or (tail.size >= end.size and stands(connection, end)):
        return None
    now = end_at(connection, tail.size)
    reaches(connection, now.size, now.leaf)
    return end


def end_at(connection: Connection, size: int) -> End:
    """As the log has it now."""
    return End(size, _leaf(connection, size - 1) or b"")


def stands(connection: Connection, end: End) -> bool:
    """Whether the last entry of so many is the same still, or went with its month."""
    leaf = _leaf(connection, end.size - 1)
    return leaf == end.leaf if leaf is not None and end.leaf else not end.leaf or _gone(connection, end)


def _gone(connection: Connection, end: End) -> bool:
    """Of the open month nothing goes, whatever the table of months says for a moment."""
    tail = read_tail(connection)
    if tail is None or end.size > tail.first or added_by_hand(connection, tail):
        return False
    months = (_s.first < end.size) & (_s.first + _s.size >= end.size) & _s.dropped_by.is_not(None)
    return connection.execute(select(_s.number).where(months)).first() is not None


def _leaf(connection: Connection, sequence: int) -> bytes | None:
    row = driver_of(connection.connection).execute(_LEAF, (sequence,)).fetchone()
    return None if row is None else row[0] if isinstance(row[0], bytes) else b""
