"""Which alerts stand as the log proves it, whatever columns, or rows behind its end, say for a moment.

An alert that stands keeps others of its rule and group from being raised. So whoever begins to watch reads from the
first one on that is said to stand: by bytes, held against the end of the log. It takes a second for each hundred
thousand entries since then; most often nothing stands, or since an hour.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import partial

from sqlalchemy import Connection, select

from gateway.alerts.recorded import standing_by
from gateway.alerts.watch import Alert
from gateway.audit.canonical import NotCanonical, Recorded, parse
from gateway.audit.entry import Code
from gateway.storage.audit_in_tree import in_tree
from gateway.storage.audit_since import size_of
from gateway.storage.database import Database
from gateway.storage.tables.audit import audit_entry

AT_ONCE = 20_000  # entries read together: ten times as many are 150 MB
LOOKED_AT = 20_000  # entries of alerts: whatever stands behind so many others is raised anew, should it go on
TOLD = (Code.ALERT_RAISED.value, Code.ALERT_OVER.value, Code.ALERT_ACKNOWLEDGED.value)
_WANTED = re.compile(rf'"code":"(?:{"|".join(map(re.escape, TOLD))})"'.encode())
_e = audit_entry.c


@dataclass(frozen=True, slots=True)
class Told:
    """`behind`: the number behind the last entry that was read for it."""

    behind: int
    stands: Mapping[str, Alert] = field(default_factory=dict)


def said(connection: Connection) -> list[Recorded]:
    """Entries of alerts as the columns name them, in their order. Nothing here is proven."""
    told = _e.code.in_(TOLD) & (_e.sequence < size_of(connection))
    query = select(_e.sequence, _e.canonical).where(told).order_by(_e.sequence.desc()).limit(LOOKED_AT)
    rows = connection.execute(query).all()
    return [one for row in reversed(rows) if (one := read(row.canonical)) and one.sequence == row.sequence]


async def standing_told(database: Database) -> Told:
    """Up to the end that there is, in steps, so that nobody waits for it."""
    told = await database.read(_begin)
    while True:
        more = await database.read(partial(further, told=told))
        if more == told:
            return told
        told = more


def to_its_end(connection: Connection, told: Told) -> Told:
    """With what was added since."""
    while (more := further(connection, told)) != told:
        told = more
    return told


def further(connection: Connection, told: Told) -> Told:
    """With what the next entries tell. Where they are not proven, nothing that they may have ended stands."""
    behind = min(told.behind + AT_ONCE, size_of(connection))
    if behind <= told.behind:
        return told
    numbers = (_e.sequence >= told.behind) & (_e.sequence < behind)
    query = select(_e.sequence, _e.canonical).where(numbers).order_by(_e.sequence)
    rows = [(row.sequence, row.canonical) for row in connection.execute(query)]
    if len(rows) != behind - told.behind or not in_tree(connection, rows):
        return Told(behind)
    wanted = (data for _, data in rows if _WANTED.search(data) is not None)
    found = (one for data in wanted if (one := read(data)) is not None)
    return Told(behind, standing_by(found, told.stands))


def _begin(connection: Connection) -> Told:
    entries = said(connection)
    stands = standing_by(entries)
    raised = (one for one in entries if one.entry.code is Code.ALERT_RAISED)
    numbers = (one.sequence for one in raised if str(one.entry.details.get("alert", "")) in stands)
    return Told(min(numbers, default=size_of(connection)))


def read(data: object) -> Recorded | None:
    """What somebody damaged counts for nothing; the verification finds it."""
    try:
        return parse(data) if isinstance(data, bytes) else None
    except NotCanonical:
        return None
