"""Holds on the log that are placed and lifted within a transaction of an incident; whoever calls records it there."""

from dataclasses import astuple
from datetime import datetime

from sqlalchemy import Connection, update

from gateway.audit.facts import microseconds
from gateway.audit.retention import Hold
from gateway.storage.audit_holds import next_number
from gateway.storage.tables.audit import audit_hold

_h = audit_hold.c


def place_hold(connection: Connection, since: int, until: int, why: str, by: str, now: datetime) -> Hold:
    one = Hold(next_number(connection), since, until, why, microseconds(now), by)
    connection.execute(audit_hold.insert().values(astuple(one)))
    return one


def lift_hold(connection: Connection, number: int, now: datetime) -> None:
    connection.execute(update(audit_hold).where(_h.number == number).values(lifted_at=microseconds(now)))
