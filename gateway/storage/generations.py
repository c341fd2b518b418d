"""Raising the generation of sessions, so that whatever they were granted is decided anew."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from config.vocabulary import SessionId
from gateway.storage.moment import micros
from gateway.storage.tables.sessions import revoked, session


def revoke(connection: Connection, ids: Collection[SessionId], until: datetime) -> list[str]:
    """Put the present generation of open sessions on the revoked list and raise it."""
    rows = connection.execute(
        select(session.c.id, session.c.generation).where(session.c.id.in_(ids), session.c.ended_at.is_(None))
    ).all()
    open_ones, names = [row.id for row in rows], [f"{row.id}.{row.generation}" for row in rows]
    if names:
        connection.execute(insert(revoked), [{"id": name, "until": micros(until)} for name in names])
        connection.execute(
            update(session).where(session.c.id.in_(open_ones)).values(generation=session.c.generation + 1)
        )
    return names
