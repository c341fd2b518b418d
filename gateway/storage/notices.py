"""Notices that wait for their receivers; written in the transaction of what they tell of."""

import secrets
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import msgspec
from sqlalchemy import Connection, Row, delete, insert, select, update

from config.vocabulary import Language
from gateway.audit.entry import Entry
from gateway.notices.notice import (
    OF_DEVICES,
    OF_REQUESTS,
    Channel,
    Happened,
    Notice,
    NoticeKind,
    channels_of,
    to_tell,
)
from gateway.storage.database import Database
from gateway.storage.moment import micros, moment_of
from gateway.storage.tables.identity import provider_session
from gateway.storage.tables.notices import notice
from idp.events import Event

Append = Callable[[Connection, Sequence[Entry]], object]

Post = Callable[[Connection, Sequence[Event]], object]
"""Puts what is to be told of these events into the outbox, within the transaction that is open."""

NEWER = "+"
"""Behind the channel of a kind that the version before does not know: its nodes leave it to ours."""


@dataclass(frozen=True, slots=True)
class StoredOutbox:
    """Implements `gateway.notices.delivery.Outbox`. `channels`: those that are configured."""

    database: Database
    append: Append
    channels: Collection[Channel]
    language: Language
    """For people whose language is not known."""

    def post(self, connection: Connection, recorded: Sequence[Event]) -> None:
        """Implements `Post`."""
        self.tell(connection, to_tell(recorded))

    def tell(self, connection: Connection, told: Sequence[Happened]) -> None:
        if not self.channels:
            return
        for happened in told:
            language = self._language_of(connection, happened.subject)
            told_by = channels_of(happened.kind)
            rows = [_row(one, happened, language) for one in self.channels if one in told_by]
            if rows:
                connection.execute(insert(notice), rows)

    async def due(self, channel: Channel, now: datetime, limit: int) -> list[Notice]:
        mine = notice.c.channel.in_((channel.value, f"{channel.value}{NEWER}"))
        waiting = mine & (notice.c.due_at <= micros(now))
        query = select(notice).where(waiting).order_by(notice.c.due_at, notice.c.at).limit(limit)
        rows = await self.database.read(lambda connection: connection.execute(query).all())
        return [_notice_of(row) for row in rows]

    async def delivered(self, done: Notice) -> None:
        await self.database.write(lambda connection: _forget(connection, done))

    async def postpone(self, failed: Notice, until: datetime) -> None:
        later = {"attempts": failed.attempts + 1, "due_at": micros(until)}
        statement = update(notice).where(notice.c.id == failed.id).values(later)
        await self.database.write(lambda connection: connection.execute(statement))

    async def give_up(self, failed: Notice, entry: Entry) -> None:
        def work(connection: Connection) -> None:
            _forget(connection, failed)
            self.append(connection, [entry])

        await self.database.write(work)

    def _language_of(self, connection: Connection, subject: str) -> Language:
        """In which the person last signed in."""
        mine = select(provider_session.c.locale).where(provider_session.c.subject == subject)
        last = connection.execute(mine.order_by(provider_session.c.auth_time.desc()).limit(1)).scalar()
        return Language(last) if last is not None else self.language


def _forget(connection: Connection, done: Notice) -> None:
    connection.execute(delete(notice).where(notice.c.id == done.id))


def _row(channel: Channel, happened: Happened, language: Language) -> dict[str, Any]:
    return {
        "id": secrets.token_urlsafe(16),
        "channel": f"{channel.value}{NEWER}" if happened.kind in OF_REQUESTS | OF_DEVICES else channel.value,
        "kind": happened.kind.value,
        "subject": happened.subject,
        "person": happened.person,
        "language": language.value,
        "at": micros(happened.at),
        "facts": msgspec.json.encode(happened.facts).decode(),
        "attempts": 0,
        "due_at": micros(happened.at),
    }


def _notice_of(row: Row[Any]) -> Notice:
    happened = Happened(
        kind=NoticeKind(row.kind),
        subject=row.subject,
        person=row.person,
        at=moment_of(row.at),
        facts=msgspec.json.decode(row.facts, type=dict[str, str]),
    )
    return Notice(
        id=row.id,
        channel=Channel(row.channel.removesuffix(NEWER)),
        happened=happened,
        language=Language(row.language),
        attempts=row.attempts,
    )
