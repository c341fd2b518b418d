"""Saved views of the log and purposes of reading it, in the database; implements `gateway.audit.views`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, insert, or_, select

from config.vocabulary import MunicipalityCode, SessionId, SubjectId
from gateway.audit.entry import Entry
from gateway.audit.facts import microseconds, moment
from gateway.audit.views import MOST, TooManyViews, View
from gateway.storage.database import Database
from gateway.storage.tables.audit_views import audit_purpose, audit_view

Append = Callable[[Connection, Sequence[Entry]], object]
_v = audit_view.c


@dataclass(frozen=True, slots=True)
class StoredViews:
    database: Database
    append: Append

    async def seen(self, by: SubjectId, within: MunicipalityCode | None) -> Sequence[View]:
        shared = (_v.shared.is_(True)) & (_v.within == (within or ""))
        query = select(audit_view).where(or_(_v.owner == by, shared)).order_by(_v.name, _v.owner)
        rows = await self.database.read(lambda connection: connection.execute(query).all())
        return [_view(row) for row in rows]

    async def keep(self, view: View, entry: Entry) -> None:
        def work(connection: Connection) -> None:
            connection.execute(delete(audit_view).where(_v.owner == view.owner, _v.name == view.name))
            number = select(func.count()).select_from(audit_view).where(_v.owner == view.owner)
            if (connection.scalar(number) or 0) >= MOST:
                raise TooManyViews
            connection.execute(insert(audit_view).values(_row(view)))
            self.append(connection, [entry])

        await self.database.write(work)

    async def remove(self, owner: SubjectId, name: str, entry: Entry) -> bool:
        def work(connection: Connection) -> bool:
            gone = connection.execute(delete(audit_view).where(_v.owner == owner, _v.name == name))
            if gone.rowcount:
                self.append(connection, [entry])
            return bool(gone.rowcount)

        return await self.database.write(work)


@dataclass(frozen=True, slots=True)
class StoredPurposes:
    """What a session reads the log for."""

    database: Database
    append: Append

    async def of(self, session: SessionId) -> str:
        """Empty where none was named."""
        query = select(audit_purpose.c.purpose).where(audit_purpose.c.session == session)
        return await self.database.read(lambda connection: connection.scalar(query) or "")

    async def name(
        self, session: SessionId, purpose: str, entry: Entry, now: datetime, before: datetime
    ) -> None:
        """From now on; recorded. What was named earlier than `before` is forgotten: no session lives so long."""

        def work(connection: Connection) -> None:
            session_or_old = (audit_purpose.c.session == session) | (
                audit_purpose.c.at < microseconds(before)
            )
            connection.execute(delete(audit_purpose).where(session_or_old))
            values = {"session": session, "purpose": purpose, "at": microseconds(now)}
            connection.execute(insert(audit_purpose).values(values))
            self.append(connection, [entry])

        await self.database.write(work)


def _row(view: View) -> dict[str, Any]:
    return {
        "owner": view.owner,
        "name": view.name,
        "owner_name": view.owner_name,
        "asked": view.asked,
        "shared": view.shared,
        "within": view.within or "",
        "saved_at": microseconds(view.saved_at),
    }


def _view(row: Row[Any]) -> View:
    return View(
        owner=SubjectId(row.owner),
        owner_name=row.owner_name,
        name=row.name,
        asked=row.asked,
        shared=bool(row.shared),
        within=MunicipalityCode(row.within) if row.within else None,
        saved_at=moment(row.saved_at),
    )
