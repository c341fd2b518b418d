"""Which requests have an entry of their access."""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Connection, select

from gateway.audit.canonical import NotCanonical, parse
from gateway.audit.entry import Code, Entry
from gateway.audit.tree import leaf_hash
from gateway.storage.audit import append
from gateway.storage.tables.audit import audit_entry

ACCESSES = (Code.ACCESS.value, Code.ACCESS_CUT_OFF.value)


def with_entry(connection: Connection, ids: Collection[str]) -> set[str]:
    """Those of the request ids whose access is in the log: its bytes have to say so, and to give their leaf."""
    e = audit_entry.c
    wanted = e.request_id.in_(ids) & (e.request_id != "")  # so that its index serves
    query = select(e.request_id, e.canonical, e.leaf).where(wanted, e.code.in_(ACCESSES))
    return {row.request_id for row in connection.execute(query) if _tells_of(row)}


def _tells_of(row: Any) -> bool:
    data = row.canonical
    if not isinstance(data, bytes) or leaf_hash(data) != row.leaf:
        return False
    try:
        entry = parse(data).entry
    except NotCanonical:
        return False
    return entry.request_id == row.request_id and entry.code.value in ACCESSES


def append_once(connection: Connection, entries: Sequence[Entry]) -> None:
    """Those of requests without an entry of their access: who lost the answer to the first telling tells once more."""
    known = with_entry(connection, {one.request_id for one in entries})
    append(connection, [one for one in entries if one.request_id not in known])
