"""The places reached in the spool, moved in the transaction of what was taken over."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import Connection, delete, insert, select, update

from gateway.audit.entry import Entry
from gateway.audit.ingest import PlaceLost
from gateway.audit.spool import Place
from gateway.storage.audit import append
from gateway.storage.database import Database
from gateway.storage.tables.audit import audit_spool


class SpoolPlaces:
    """Implements `gateway.audit.ingest.SpoolStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def places(self) -> dict[str, Place]:
        return await self._database.read(places)

    async def move(self, before: Place, after: Place | None, entries: Sequence[Entry]) -> None:
        await self._database.write(lambda connection: move(connection, before, after, entries))


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
