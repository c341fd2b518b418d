"""Which requests have an entry of their access."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, select

from gateway.audit.entry import Code, Entry
from gateway.storage.audit import append
from gateway.storage.audit_proven import KnownKeys, Proving
from gateway.storage.tables.audit import audit_entry

ACCESSES = (Code.ACCESS.value, Code.ACCESS_CUT_OFF.value)


def with_entry(connection: Connection, ids: Collection[str], known: KnownKeys) -> set[str]:
    """Those of the request ids whose access is in the log, as the log proves it: a row that somebody put in for a
    moment would else keep the request from it. `known`: the log's keys.
    """
    e = audit_entry.c
    wanted = e.request_id.in_(ids) & (e.request_id != "")  # so that its index serves
    numbers = connection.scalars(select(e.sequence).where(wanted, e.code.in_(ACCESSES))).all()
    proven = Proving(connection, known).all_proven(numbers) if numbers else []
    told = {one.entry.request_id for one in proven if one.entry.code.value in ACCESSES}
    return told.intersection(ids)


def append_once(connection: Connection, entries: Sequence[Entry], known: KnownKeys) -> None:
    """Those of requests without an entry of their access: who lost the answer to the first telling tells once more."""
    there = with_entry(connection, {one.request_id for one in entries}, known)
    append(connection, [one for one in entries if one.request_id not in there])
