"""Clients that are still to be told of sessions that are over.

What remembers that a session signed in to a client is what waits to be told, so nothing is left to be written when the
session ends but when: `IdentityBook.keep_session` does, in the same transaction.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, delete, exists, select, tuple_, update

from config.vocabulary import SessionId, SubjectId
from gateway.audit.entry import Entry
from gateway.sign_outs.sign_out import SignOut
from gateway.storage.database import Database
from gateway.storage.moment import micros, moment_of
from gateway.storage.tables.identity import provider_session, signed_in_client
from idp.oidc.client import ClientId

Append = Callable[[Connection, Sequence[Entry]], object]
_KEY = tuple_(signed_in_client.c.session, signed_in_client.c.client)


@dataclass(frozen=True, slots=True)
class StoredSignOuts:
    """Implements `gateway.sign_outs.delivery.Outbox`."""

    database: Database
    append: Append

    async def due(self, now: datetime, limit: int, without: Collection[ClientId]) -> list[SignOut]:
        query = select(signed_in_client).where(signed_in_client.c.due_at <= micros(now))
        if without:
            query = query.where(signed_in_client.c.client.not_in(without))
        query = query.order_by(signed_in_client.c.due_at).limit(limit)
        rows = await self.database.look_up(lambda connection: connection.execute(query).all())
        return [_sign_out_of(row) for row in rows]

    async def done(self, one: SignOut, entries: Sequence[Entry]) -> None:
        def work(connection: Connection) -> None:
            gone = connection.execute(delete(signed_in_client).where(_named(one))).rowcount
            if gone and entries:  # another node may have been quicker
                self.append(connection, entries)

        await self.database.write(work)

    async def postpone(self, one: SignOut, until: datetime, entries: Sequence[Entry]) -> None:
        later = {"attempts": one.attempts + 1, "due_at": micros(until)}

        def work(connection: Connection) -> None:
            # as it was read: an attempt of another node may have been counted meanwhile
            mine = _named(one) & (signed_in_client.c.attempts == one.attempts)
            if connection.execute(update(signed_in_client).where(mine).values(later)).rowcount and entries:
                self.append(connection, entries)

        await self.database.write(work)


def due_where_unmarked(connection: Connection, now: datetime, limit: int) -> int:
    """What a node of the version before ended without a word of it here; how many, `limit` at most."""
    living = exists().where(
        provider_session.c.sid == signed_in_client.c.session, provider_session.c.ended_at.is_(None)
    )
    columns = (signed_in_client.c.session, signed_in_client.c.client)
    over = select(*columns).where(signed_in_client.c.due_at.is_(None), ~living).limit(limit)
    due = {"due_at": micros(now), "ended_at": micros(now)}
    return connection.execute(update(signed_in_client).where(_KEY.in_(over)).values(due)).rowcount


def _named(one: SignOut) -> ColumnElement[bool]:
    return (signed_in_client.c.session == one.session) & (signed_in_client.c.client == one.client)


def _sign_out_of(row: Row[Any]) -> SignOut:
    return SignOut(
        session=SessionId(row.session),
        client=ClientId(row.client),
        subject=SubjectId(row.subject),
        person=row.person,
        ended_at=moment_of(row.ended_at),
        attempts=row.attempts,
    )
