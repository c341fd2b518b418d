"""The places reached in the spool, moved in the transaction of what was taken over.

Whoever asks under a fresh grant is seen in the access log alone: so this is where their sessions stay awake.
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from config.vocabulary import SessionId
from gateway.audit.entry import Entry
from gateway.audit.ingest import PlaceLost
from gateway.audit.spool import Place
from gateway.storage.activity import Activity
from gateway.storage.audit import append
from gateway.storage.database import Database
from gateway.storage.moment import micros
from gateway.storage.tables.audit import audit_spool


class SpoolPlaces:
    """Implements `gateway.audit.ingest.SpoolStore`.

    `of`: name of the spool's folder among those of several nodes; empty where there is only one.
    """

    def __init__(self, database: Database, activity: Activity, of: str = "") -> None:
        self._database, self._activity = database, activity
        self._before = f"{of}/" if of else ""

    async def places(self) -> dict[str, Place]:
        return await self._database.read(lambda connection: places(connection, self._before))

    async def move(
        self, before: Place, after: Place | None, entries: Sequence[Entry], seen: Mapping[SessionId, datetime]
    ) -> None:
        def work(connection: Connection) -> None:
            move(connection, before, after, entries, self._before)
            self._activity.push(connection, {session: micros(at) for session, at in seen.items()})

        await self._database.write(work)


def places(connection: Connection, of: str = "") -> dict[str, Place]:
    """Of the folder whose files' names begin with `of` in the table."""
    rows = connection.execute(select(audit_spool).where(audit_spool.c.name.startswith(of, autoescape=True)))
    found = (Place(row.name.removeprefix(of), row.offset, row.renaming_to, row.finished) for row in rows)
    return {one.name: one for one in found}


def move(
    connection: Connection, before: Place, after: Place | None, entries: Sequence[Entry], of: str = ""
) -> None:
    stored = places(connection, of).get(before.name)
    if (stored or Place(before.name)) != before:
        raise PlaceLost(before)
    this = audit_spool.c.name == of + before.name
    if after is None:
        connection.execute(delete(audit_spool).where(this))
    elif stored is None:
        connection.execute(insert(audit_spool).values(_row(after, of)))
    else:
        connection.execute(update(audit_spool).where(this).values(_row(after, of)))
    if entries:
        append(connection, entries)


def _row(place: Place, of: str) -> dict[str, Any]:
    return {**asdict(place), "name": of + place.name}
