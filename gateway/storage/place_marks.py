"""A place up to which the log was read for somebody carries a mark, so that nobody moves it by hand unnoticed.

The mark is keyed by the master key, which is not in the database. Where it does not fit, it is recorded, and whoever
reads goes on from a place that is believed: what comes twice is no loss.
"""

import hmac

from sqlalchemy import Connection, select

from gateway.audit.canonical import NotCanonical, parse
from gateway.audit.entry import Code, Entry
from gateway.storage.seal import Seal
from gateway.storage.tables.audit import audit_entry

LOOKED_AT = 1_000  # entries that tell of places
_e = audit_entry.c


def mark_of(seal: Seal, of: str, following: int) -> bytes:
    return seal.fingerprint(f"{of}\0{following}".encode(), "place in the log")


def fits(seal: Seal, of: str, following: object, mark: object) -> bool:
    return (
        type(following) is int
        and isinstance(mark, bytes)
        and hmac.compare_digest(mark, mark_of(seal, of, following))
    )


def last_told(connection: Connection, of: str) -> int | None:
    """From which entry the log itself says that it was last begun for that reader; None where it never was."""
    codes = (Code.RECEIVER_BEGUN.value, Code.LOG_PLACE_MOVED.value)
    query = select(_e.canonical).where(_e.code.in_(codes)).order_by(_e.sequence.desc()).limit(LOOKED_AT)
    for data in connection.execute(query).scalars():
        first = _first(data, of)
        if first is not None:
            return first
    return None


def _first(data: object, of: str) -> int | None:
    try:
        entry: Entry | None = parse(data).entry if isinstance(data, bytes) else None
    except NotCanonical:
        return None
    if entry is None or of not in (entry.details.get("receiver"), entry.details.get("of")):
        return None
    first = entry.details.get("first")
    return first if isinstance(first, int) else None
