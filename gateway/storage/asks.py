"""What people ask for, in the database; implements `gateway.asks.store.AskStore`."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, delete, or_, select

from config.vocabulary import SubjectId
from gateway.asks.ask import Ask, AskId, Stage
from gateway.asks.store import Changed, Sought, Step
from gateway.asks.wish import DAY
from gateway.audit.entry import Entry
from gateway.notices.notice import Happened
from gateway.sessions.office import revocation
from gateway.storage.ask_rows import ask_of, ask_row
from gateway.storage.database import Database
from gateway.storage.generations import revoke
from gateway.storage.keyed_rows import KeyedRows
from gateway.storage.moment import micros
from gateway.storage.session_rows import session_of
from gateway.storage.tables.asks import ask
from gateway.storage.tables.sessions import session

Append = Callable[[Connection, Sequence[Entry]], object]
Tell = Callable[[Connection, Sequence[Happened]], object]
COUNT = (Stage.IN_FORCE, Stage.SPONSOR_GONE, Stage.WITHDRAWN)
"""Stages of which `Ask.counts_on` may say yes."""


@dataclass(frozen=True, slots=True)
class StoredAsks:
    """`tell` puts what people are to be told into the outbox, within the transaction that is open."""

    database: Database
    append: Append
    tell: Tell

    async def change(
        self, name: AskId, whose: Collection[SubjectId], step: Step, now: datetime, until: datetime
    ) -> tuple[Changed, list[str]]:
        def work(connection: Connection) -> tuple[Changed, list[str]]:
            rows = _Rows(connection)
            kept = rows.at(name)
            theirs = rows.of(whose, now) if whose else []
            changed = step(kept, theirs)
            rows.put(changed.ask)
            self.append(connection, changed.entries)
            self.tell(connection, changed.told)
            code = changed.entries[0].code
            return changed, self._anew(connection, changed.ask.holder.subject, code, now, until)

        return await self.database.write(work)

    async def decide_anew(self, holder: SubjectId, because: str, now: datetime, until: datetime) -> list[str]:
        return await self.database.write(
            lambda connection: self._anew(connection, holder, because, now, until)
        )

    def _anew(
        self, connection: Connection, holder: SubjectId, because: str, now: datetime, until: datetime
    ) -> list[str]:
        theirs = select(session).where(session.c.subject == holder, session.c.ended_at.is_(None))
        open_ones = [session_of(row) for row in connection.execute(theirs)]
        gone = revoke(connection, [one.id for one in open_ones], until)
        self.append(connection, [revocation(one, because, now) for one in open_ones])
        return gone

    async def counting(self, now: datetime) -> list[Ask]:
        kept = ask.c.stage.in_(COUNT) & (ask.c.ends_at > micros(now))
        query = select(ask).where(or_(kept, _unreviewed()))
        found = await self.database.read(lambda connection: connection.execute(query).all())
        return [one for row in found if (one := ask_of(row)).counts_on(now)]

    async def find(self, sought: Sought) -> list[Ask]:
        latest = select(ask).where(*_conditions(sought)).order_by(ask.c.asked_at.desc(), ask.c.id)
        rows = await self.database.read(
            lambda connection: connection.execute(latest.limit(sought.limit)).all()
        )
        return [ask_of(row) for row in rows]

    async def forget(self, before: datetime) -> int:
        statement = delete(ask).where(ask.c.ends_at < micros(before), ~_unreviewed())
        return await self.database.write(lambda connection: connection.execute(statement).rowcount)


class _Rows(KeyedRows):
    def at(self, name: AskId) -> Ask | None:
        row = self._at(ask, id=name)
        return None if row is None else ask_of(row)

    def of(self, people: Collection[SubjectId], now: datetime) -> list[Ask]:
        """All that counts or waits, or was asked for within a day; and more."""
        stages = ask.c.stage.in_((Stage.WAITING, *COUNT))
        living = (
            (stages & (ask.c.ends_at > micros(now))) | _unreviewed() | (ask.c.asked_at > micros(now - DAY))
        )
        query = select(ask).where(ask.c.holder.in_(people) | ask.c.asker.in_(people), living)
        return [ask_of(row) for row in self._connection.execute(query)]

    def put(self, one: Ask) -> None:
        self._put(ask, ask_row(one))


def _unreviewed() -> Any:
    return ask.c.review_by.is_not(None) & ask.c.reviewed.is_(None)


def _conditions(sought: Sought) -> Iterator[Any]:
    if sought.name is not None:
        yield ask.c.id == sought.name
    if sought.concerns is not None:
        yield or_(
            ask.c.asker == sought.concerns, ask.c.holder == sought.concerns, ask.c.sponsor == sought.concerns
        )
    if sought.sponsor is not None:
        yield ask.c.sponsor == sought.sponsor
    if sought.municipality is not None:
        yield ask.c.municipality == sought.municipality
    if sought.kinds:
        yield ask.c.kind.in_([one.value for one in sought.kinds])
    if sought.stages:
        yield ask.c.stage.in_([one.value for one in sought.stages])
    if sought.ends_after is not None:
        yield ask.c.ends_at > micros(sought.ends_after)
    if sought.unreviewed:
        yield _unreviewed()
    if sought.after is not None:
        that = select(ask.c.asked_at).where(ask.c.id == sought.after).scalar_subquery()
        yield (ask.c.asked_at < that) | ((ask.c.asked_at == that) & (ask.c.id > sought.after))
