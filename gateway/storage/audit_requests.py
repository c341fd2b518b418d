"""Which requests have an entry of their access."""

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, select

from gateway.audit.entry import Code, Entry
from gateway.storage.audit import append
from gateway.storage.tables.audit import audit_entry

ACCESSES = (Code.ACCESS.value, Code.ACCESS_CUT_OFF.value)


def with_entry(connection: Connection, ids: Collection[str]) -> set[str]:
    """Those of the request ids whose access is in the log."""
    wanted = audit_entry.c.request_id.in_(ids) & (audit_entry.c.request_id != "")  # so that its index serves
    query = select(audit_entry.c.request_id).where(wanted, audit_entry.c.code.in_(ACCESSES))
    return set(connection.scalars(query))


def append_once(connection: Connection, entries: Sequence[Entry]) -> None:
    """Those of requests without an entry of their access: who lost the answer to the first telling tells once more."""
    known = with_entry(connection, {one.request_id for one in entries})
    append(connection, [one for one in entries if one.request_id not in known])
