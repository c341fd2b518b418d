"""The places reached in the spool, moved in the transaction of what was taken over.

Whoever asks under a fresh grant is seen in the access log alone: so this is where their sessions stay awake.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

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
    """Implements `gateway.audit.ingest.SpoolStore`."""

    def __init__(self, database: Database, activity: Callable[[], Activity]) -> None:
        """`activity`: that of the settings in force."""
        self._database, self._activity = database, activity

    async def places(self) -> dict[str, Place]:
        return await self._database.read(places)

    async def move(
        self, before: Place, after: Place | None, entries: Sequence[Entry], seen: Mapping[SessionId, datetime]
    ) -> None:
        def work(connection: Connection) -> None:
            move(connection, before, after, entries)
            self._activity().push(connection, {session: micros(at) for session, at in seen.items()})

        await self._database.write(work)


def places(connection: Connection) -> dict[str, Place]:
    rows = connection.execute(select(audit_spool))
    return {row.name: Place(row.name, row.offset, row.renaming_to, row.finished) for row in rows}


def move(connection: Connection, before: Place, after: Place | None, entries: Sequence[Entry]) -> None:
    stored = places(connection).get(before.name)
    if (stored or Place(before.name)) != before:
        raise PlaceLost(before)
    this = audit_spool.c.name == before.name
    if after is None:
        connection.execute(delete(audit_spool).where(this))
    elif stored is None:
        connection.execute(insert(audit_spool).values(asdict(after)))
    else:
        connection.execute(update(audit_spool).where(this).values(asdict(after)))
    if entries:
        append(connection, entries)
