"""From which entry on the log was written at some time."""

from datetime import datetime

from sqlalchemy import Connection, select

from gateway.audit.facts import microseconds
from gateway.storage.audit import read_tail
from gateway.storage.tables.audit import audit_entry

_e = audit_entry.c


def first_since(connection: Connection, at: datetime) -> int:
    """The number of the first entry received from then on: halving, as no index has that time."""
    low, high, limit = 0, size_of(connection), microseconds(at)
    while low < high:
        middle = (low + high) // 2
        row = select(_e.sequence, _e.received_at).where(_e.sequence >= middle).order_by(_e.sequence).limit(1)
        there = connection.execute(row).first()
        if there is None or not isinstance(there.received_at, int) or there.received_at >= limit:
            high = middle
        else:
            low = there.sequence + 1
    return low


def size_of(connection: Connection) -> int:
    """Entries of the log, and so the number of the next."""
    tail = read_tail(connection)
    return 0 if tail is None else tail.size
