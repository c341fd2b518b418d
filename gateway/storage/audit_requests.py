"""Which requests have an entry of their access."""

from collections.abc import Collection

from sqlalchemy import Connection, select

from gateway.audit.entry import Code
from gateway.storage.tables.audit import audit_entry

ACCESSES = (Code.ACCESS.value, Code.ACCESS_CUT_OFF.value)


def with_entry(connection: Connection, ids: Collection[str]) -> set[str]:
    """Those of the request ids whose access is in the log."""
    wanted = audit_entry.c.request_id.in_(ids) & (audit_entry.c.request_id != "")  # so that its index serves
    query = select(audit_entry.c.request_id).where(wanted, audit_entry.c.code.in_(ACCESSES))
    return set(connection.scalars(query))
