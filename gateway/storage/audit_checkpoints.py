"""Checkpoints in the database."""

from collections.abc import Callable, Sequence

from sqlalchemy import Connection, select

from gateway.audit.checkpointer import Sealed
from gateway.audit.tree import Frontier
from gateway.storage.audit import read_tail
from gateway.storage.database import Database
from gateway.storage.tables.audit import audit_checkpoint

PAGE = 1_000  # checkpoints read at once


class Checkpoints:
    """Implements `gateway.audit.checkpointer.CheckpointStore`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def newest(self) -> Sealed | None:
        return await self._database.read(newest)

    async def seal(self, note_of: Callable[[Frontier], str]) -> Sealed | None:
        if not await self._database.read(_has_unsealed):
            return None  # an idle log takes no write lock
        return await self._database.write(lambda connection: _seal(connection, note_of))

    async def after(self, size: int) -> Sequence[Sealed]:
        later = audit_checkpoint.c.size > size
        query = select(audit_checkpoint).where(later).order_by(audit_checkpoint.c.size).limit(PAGE)
        rows = await self._database.read(lambda connection: connection.execute(query).all())
        return [Sealed(row.size, row.root, row.at, row.note) for row in rows]


def newest(connection: Connection) -> Sealed | None:
    row = connection.execute(
        select(audit_checkpoint).order_by(audit_checkpoint.c.size.desc()).limit(1)
    ).first()
    return Sealed(row.size, row.root, row.at, row.note) if row else None


def _has_unsealed(connection: Connection) -> bool:
    tail, sealed = read_tail(connection), newest(connection)
    return tail is not None and (sealed is None or tail.frontier.size > sealed.size)


def _seal(connection: Connection, note_of: Callable[[Frontier], str]) -> Sealed | None:
    tail = read_tail(connection)
    if tail is None or not _has_unsealed(connection):
        return None
    frontier = tail.frontier
    sealed = Sealed(frontier.size, frontier.root(), tail.received_at, note_of(frontier))
    connection.execute(
        audit_checkpoint.insert().values(size=sealed.size, root=sealed.root, at=sealed.at, note=sealed.note)
    )
    return sealed
