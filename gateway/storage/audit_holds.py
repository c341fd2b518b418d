"""Holds in the database, held against what the log tells of them."""

from collections.abc import Callable, Sequence
from dataclasses import astuple, replace
from datetime import datetime

from sqlalchemy import Connection, delete, func, select

from gateway.audit.altered_acts import hold_restored
from gateway.audit.canonical import NotCanonical, parse
from gateway.audit.entry import Entry
from gateway.audit.holds_told import OF_HOLDS, ToldHolds
from gateway.audit.retention import Hold
from gateway.audit.shard_acts import hold_replaced
from gateway.storage.tables.audit import audit_entry, audit_hold

_PLACED = b'"code":"audit.hold_placed"'  # as `canonical` writes it
Append = Callable[[Connection, Sequence[Entry]], object]


def all_holds(connection: Connection) -> list[Hold]:
    return [Hold(*row) for row in connection.execute(select(audit_hold).order_by(audit_hold.c.number))]


def next_number(connection: Connection) -> int:
    """Of a hold: none that the log ever told of has it, whatever somebody took out of the database by hand."""
    last = connection.execute(select(func.max(audit_hold.c.number))).scalar() or 0
    return max([last, *_told(connection).holds]) + 1


def restore(connection: Connection, append: Append, now: datetime) -> None:
    """A hold that somebody took away or changed by hand is what the log says it is, before anything is deleted."""
    told = _told(connection)
    for one in told.altered(all_holds(connection)):
        connection.execute(delete(audit_hold).where(audit_hold.c.number == one.number))
        connection.execute(audit_hold.insert().values(astuple(one)))
        append(connection, [hold_restored(now, one.number)])
    for lost in told.replaced:
        again = replace(lost.hold, number=next_number(connection))
        connection.execute(audit_hold.insert().values(astuple(again)))
        append(connection, [hold_restored(now, lost.hold.number), *hold_replaced(now, again, lost.entry)])


def told_behind(connection: Connection, size: int) -> list[Hold]:
    """Those that entries from number `size` on tell of, by their bytes: no column is asked."""
    told, e = ToldHolds(), audit_entry.c
    rows = connection.execute(select(e.sequence, e.canonical).where(e.sequence >= size).order_by(e.sequence))
    for sequence, data in rows:
        if isinstance(data, bytes) and _PLACED in data:
            _hear(told, sequence, data)
    return [*told.holds.values()]


def _hear(told: ToldHolds, sequence: int, data: bytes) -> None:
    try:
        told.hear(parse(data).entry, sequence)
    except (NotCanonical, TypeError):
        return  # damaged: verification tells of it


def _told(connection: Connection) -> ToldHolds:
    told = ToldHolds()
    codes = audit_entry.c.code.in_(sorted(OF_HOLDS))
    query = (
        select(audit_entry.c.sequence, audit_entry.c.canonical).where(codes).order_by(audit_entry.c.sequence)
    )
    for sequence, data in connection.execute(query):
        _hear(told, sequence, data)
    return told
