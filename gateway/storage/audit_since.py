"""From which entry on the log was written at some time."""

from datetime import datetime

from sqlalchemy import Connection, select

from gateway.audit.canonical import NotCanonical, Recorded, parse
from gateway.audit.tree import leaf_hash
from gateway.storage.audit import read_tail
from gateway.storage.tables.audit import audit_entry

_e = audit_entry.c


def first_since(connection: Connection, at: datetime) -> int:
    """The number of the first entry received from then on: halving, as no index has that time."""
    low, high = 0, size_of(connection)
    while low < high:
        middle = (low + high) // 2
        row = select(_e.sequence, _e.canonical, _e.leaf).where(_e.sequence >= middle)
        there = connection.execute(row.order_by(_e.sequence).limit(1)).first()
        found = None if there is None else _sound(there.canonical, there.leaf)
        # what is damaged tells no time: rather too much than too little
        if found is None or found.received_at >= at:
            high = middle
        else:
            low = found.sequence + 1
    return low


def size_of(connection: Connection) -> int:
    """Entries of the log, and so the number of the next."""
    tail = read_tail(connection)
    return 0 if tail is None else tail.size


def _sound(data: object, leaf: object) -> Recorded | None:
    try:
        return parse(data) if isinstance(data, bytes) and leaf_hash(data) == leaf else None
    except NotCanonical:
        return None
