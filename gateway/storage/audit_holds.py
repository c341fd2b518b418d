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


def _told(connection: Connection) -> ToldHolds:
    told = ToldHolds()
    codes = audit_entry.c.code.in_(sorted(OF_HOLDS))
    query = (
        select(audit_entry.c.sequence, audit_entry.c.canonical).where(codes).order_by(audit_entry.c.sequence)
    )
    for sequence, data in connection.execute(query):
        try:
            told.hear(parse(data).entry, sequence)
        except (NotCanonical, TypeError):
            continue  # damaged: verification tells of it
    return told
