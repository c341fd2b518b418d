"""Sessions in the database; implements `gateway.sessions.store.SessionStore`."""

from collections.abc import Callable, Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Select, bindparam, case, delete, insert, or_, select, update

from config.vocabulary import NO_DEVICE, DeviceId, MunicipalityCode, SessionId, SubjectId, device_of
from gateway.audit.entry import Entry
from gateway.sessions.session import EndReason, Session
from gateway.sessions.store import Open, Place
from gateway.storage import sign_ons
from gateway.storage.activity import Activity
from gateway.storage.database import Database
from gateway.storage.generations import revoke
from gateway.storage.moment import micros, moment_of
from gateway.storage.session_rows import COLUMNS, roles_text, session_of, session_row, work_text
from gateway.storage.single_sign_on import EndAtProvider, Ending
from gateway.storage.tables.identity import provider_session
from gateway.storage.tables.sessions import revoked, session, session_handle
from gateway.storage.together import Together
from idp.events import NOWHERE, Actor, Origin
from idp.login.session import Session as SignOn

# prepared once and run by the driver: they are part of every decision, and SQLAlchemy's layers cost ten times more
_BY_HANDLE = (
    f"SELECT {', '.join(f'session.{name}' for name in COLUMNS)} FROM session_handle "  # noqa: S608 - our names
    "JOIN session ON session.id = session_handle.session_id "
    "WHERE session_handle.hash = ? AND session_handle.host = ?"
)


AT_ONCE = 16  # sessions that are looked up while the caller's thread waits

# built once: to put a statement together takes longer than to run it
_LATEST_FIRST = select(session).order_by(session.c.last_seen_at.desc())
_OF_SIGN_ON = _LATEST_FIRST.where(session.c.provider_sid == bindparam("which"))
_NAMED = _LATEST_FIRST.where(session.c.id.in_(bindparam("which", expanding=True)))
_OPEN = _LATEST_FIRST.where(session.c.ended_at.is_(None))
_OPEN_OF = _OPEN.where(session.c.subject == bindparam("which"))
_OUTLIVING = _OPEN.where(
    session.c.provider_sid.in_(select(provider_session.c.sid).where(provider_session.c.ended_at.is_not(None)))
)
_SAME = select(session).where(
    session.c.provider_sid == bindparam("sid"),
    session.c.subject == bindparam("whose"),
    session.c.authenticated_at == bindparam("at"),
    session.c.ended_at.is_(None),
)
_ADD, _ADD_HANDLE = insert(session), insert(session_handle)
_BELONGS = (
    update(session)
    .where(session.c.id == bindparam("which"), session.c.enrolled.is_(None))
    .values(enrolled=bindparam("belongs_to"))
)

Record = tuple[SessionId | None, datetime, Sequence[Entry], DeviceId]
"""Whom the decision was about, when, what is written down of it, and to which device the session belongs now."""

Append = Callable[[Connection, Sequence[Entry]], object]


class StoredSessions:
    """`end_at_provider` runs within the transaction that ends sessions here."""

    def __init__(
        self, database: Database, append: Append, activity: Activity, end_at_provider: EndAtProvider
    ) -> None:
        self._database, self._append = database, append
        self._activity, self._end_at_provider = activity, end_at_provider
        self._records: Together[Record] = Together(self._record)

    async def by_handle(self, handle_hash: bytes, host: str) -> Session | None:
        row = await self._database.row(_BY_HANDLE, handle_hash, host)
        return None if row is None else session_of(row)

    async def by_provider_sid(self, provider_sid: str) -> Session | None:
        found = await self._database.look_up(
            lambda connection: _sessions(connection, _OF_SIGN_ON, provider_sid)
        )
        return max(found, key=lambda one: one.opened_at, default=None)

    async def by_ids(self, ids: Collection[SessionId]) -> list[Session]:
        several = len(ids) > AT_ONCE
        find = self._database.read if several else self._database.look_up
        return await find(lambda connection: _sessions(connection, _NAMED, list(ids)))

    async def open_ones(self, subject: SubjectId | None = None) -> list[Session]:
        if subject is None:
            return await self._database.read(lambda connection: _sessions(connection, _OPEN))
        return await self._database.look_up(lambda connection: _sessions(connection, _OPEN_OF, subject))

    async def sign_ons(self, subject: SubjectId | None = None) -> list[SignOn]:
        whose = [] if subject is None else [provider_session.c.subject == subject]
        return await self._database.read(lambda connection: sign_ons.alone(connection, *whose))

    async def open_of(self, people: Collection[SubjectId]) -> Open:
        devices = [device for one in people if (device := device_of(one)) is not None]
        if devices:  # no index helps there: nobody else pays for it
            here, there = (
                or_(table.c.subject.in_(people), table.c.device.in_(devices))
                for table in (session, provider_session)
            )
            return await self._open(or_(here, session.c.enrolled.in_(devices)), there)
        return await self._open(session.c.subject.in_(people), provider_session.c.subject.in_(people))

    async def open_named(self, names: Collection[SessionId]) -> Open:
        here = session.c.id.in_(names) | session.c.provider_sid.in_(names)
        return await self._open(here, provider_session.c.sid.in_(names))

    async def _open(self, here: Any, there: Any) -> Open:
        mine = select(session).where(session.c.ended_at.is_(None), here)

        def look(connection: Connection) -> Open:
            sessions = [session_of(row) for row in connection.execute(mine)]
            return Open(sessions, sign_ons.alone(connection, there))

        return await self._database.read(look)

    async def open_page(self, after: Place | None, limit: int) -> tuple[Open, Place | None]:
        def look(connection: Connection) -> tuple[Open, Place | None]:
            page = sign_ons.places(connection, after, limit)
            mine = select(session).where(session.c.id.in_([name for (_, name), here in page if here]))
            sessions = [session_of(row) for row in connection.execute(mine)]
            theirs = provider_session.c.sid.in_([name for (_, name), here in page if not here])
            found = Open(sessions, sign_ons.alone(connection, theirs))
            return found, page[-1][0] if len(page) == limit else None

        return await self._database.read(look)

    async def outliving_sign_on(self) -> list[Session]:
        """Open sessions whose session at our provider has ended. One that it does not know is another's."""
        return await self._database.read(lambda connection: _sessions(connection, _OUTLIVING))

    async def add(self, new: Session, handle_hash: bytes, host: str, entries: Sequence[Entry]) -> Session:
        same = {"sid": new.provider_sid, "whose": new.subject, "at": micros(new.authenticated_at)}

        def work(connection: Connection) -> Session:
            row = connection.execute(_SAME, same).first()
            kept = new if row is None else session_of(row)
            if row is None:
                connection.execute(_ADD, session_row(new))
                self._append(connection, entries)
            connection.execute(_ADD_HANDLE, {"hash": handle_hash, "session_id": kept.id, "host": host})
            return kept

        return await self._database.write(work)

    async def add_handle(
        self, of: SessionId, handle_hash: bytes, host: str, entries: Sequence[Entry]
    ) -> None:
        def work(connection: Connection) -> None:
            connection.execute(_ADD_HANDLE, {"hash": handle_hash, "session_id": of, "host": host})
            self._append(connection, entries)

        await self._database.write(work)

    async def record(
        self,
        seen: SessionId | None,
        now: datetime,
        entries: Sequence[Entry],
        enrolled: DeviceId = NO_DEVICE,
    ) -> None:
        await self._records((seen, now, entries, enrolled))

    async def _record(self, records: Sequence[Record]) -> None:
        at: dict[SessionId, int] = {}
        for seen, now, _, _ in records:
            if seen is not None:
                at[seen] = max(at.get(seen, 0), micros(now))
        entries = [entry for _, _, some, _ in records for entry in some]
        belong = [{"which": seen, "belongs_to": device} for seen, _, _, device in records if seen and device]

        def work(connection: Connection) -> None:
            self._activity.push(connection, at)
            if belong:
                connection.execute(_BELONGS, belong)
            self._append(connection, entries)

        await self._database.write(work)

    async def end(
        self,
        ids: Collection[SessionId],
        reason: EndReason,
        now: datetime,
        until: datetime,
        entries: Sequence[Entry],
        everything_of: Collection[SubjectId] = (),
        sign_ons: Collection[SessionId] = (),
        origin: Origin = NOWHERE,
        by: Actor | None = None,
    ) -> list[str]:
        def work(connection: Connection) -> list[str]:
            gone = revoke(connection, ids, until)
            ended_now = {SessionId(name.rpartition(".")[0]) for name in gone}
            these = session.c.id.in_(ended_now)
            connection.execute(update(session).where(these).values(ended_at=micros(now), end_reason=reason))
            self._append(connection, [entry for entry in entries if entry.session in ended_now])
            sids = connection.execute(select(session.c.provider_sid).where(these)).scalars().all()
            ending = Ending(
                sids=[*(SessionId(sid) for sid in sids), *sign_ons],
                people=everything_of,
                reason=reason,
                origin=origin,
                by=by,
                at=now,
            )
            self._end_at_provider(connection, ending)
            return gone

        return await self._database.write(work)

    async def act_for(
        self, of: SessionId, municipality: MunicipalityCode, until: datetime, entries: Sequence[Entry]
    ) -> list[str]:
        def work(connection: Connection) -> list[str]:
            gone = revoke(connection, [of], until)
            if gone:  # a session that has ended meanwhile acts for nobody
                connection.execute(
                    update(session).where(session.c.id == of).values(municipality=municipality)
                )
                self._append(connection, entries)
            return gone

        return await self._database.write(work)

    async def authenticate_anew(
        self, changed: Session, until: datetime, entries: Sequence[Entry]
    ) -> list[str]:
        shown = {
            "acr": changed.acr,
            "amr": " ".join(changed.amr),
            "authenticated_at": micros(changed.authenticated_at),
            "ends_at": None if changed.ends_at is None else micros(changed.ends_at),
            "device": changed.device or None,
        }

        def work(connection: Connection) -> list[str]:
            gone = revoke(connection, [changed.id], until)
            if gone:
                connection.execute(update(session).where(session.c.id == changed.id).values(**shown))
                self._append(connection, entries)
            return gone

        return await self._database.write(work)

    async def replace_facts(
        self, changed: Sequence[Session], until: datetime, entries: Sequence[Entry]
    ) -> list[str]:
        def work(connection: Connection) -> list[str]:
            gone = revoke(connection, [one.id for one in changed], until)
            for one in changed:
                connection.execute(
                    update(session)
                    .where(session.c.id == one.id)
                    .values(
                        name=one.name,
                        login=one.login,
                        roles=roles_text(one.roles),
                        work=work_text(one.work),
                        municipality=case(
                            (session.c.municipality.in_(one.municipalities()), session.c.municipality),
                            else_=one.municipality,
                        ),
                        facts_at=micros(one.facts_at),
                    )
                )
            self._append(connection, entries)
            return gone

        return await self._database.write(work)

    async def replace_sign_on_facts(self, changes: Sequence[tuple[SignOn, SignOn]]) -> None:
        if changes:
            await self._database.write(lambda connection: sign_ons.replace_facts(connection, changes))

    async def confirm_facts(self, ids: Collection[SessionId], now: datetime) -> None:
        if ids:
            statement = (
                update(session)
                .where(session.c.id.in_(ids), session.c.ended_at.is_(None))
                .values(facts_at=micros(now))
            )
            await self._database.write(lambda connection: connection.execute(statement))

    async def revoked(self, now: datetime) -> dict[str, datetime]:
        living = select(revoked).where(revoked.c.until > micros(now))

        def look(connection: Connection) -> dict[str, datetime]:
            return {row.id: moment_of(row.until) for row in connection.execute(living)}

        return await self._database.read(look)

    async def forget_revoked(self, now: datetime) -> int:
        statement = delete(revoked).where(revoked.c.until <= micros(now))
        return await self._database.write(lambda connection: connection.execute(statement).rowcount)

    async def forget_ended(self, before: datetime) -> int:
        statement = delete(session).where(session.c.ended_at < micros(before))
        return await self._database.write(lambda connection: connection.execute(statement).rowcount)


def _sessions(
    connection: Connection, query: Select[Any], which: str | list[SessionId] | None = None
) -> list[Session]:
    rows = connection.execute(query, {} if which is None else {"which": which})
    return [session_of(row) for row in rows]
