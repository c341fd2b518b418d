"""What somebody may see and do about the own session: the portal's side of the session office."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from config.district import District
from config.vocabulary import ApplicationId, MunicipalityCode, SessionId
from gateway.audit.entry import Code, Entry, Outcome
from gateway.sessions.office import SessionOffice, entry_of
from gateway.sessions.session import EndReason, Session
from gateway.sessions.shown import Caller, Card, Membership, NotOwn, OwnSession
from idp.events import Origin

Openable = Callable[[Session, str, datetime], Sequence[ApplicationId]]
"""(session, client address, now) → applications the person may open for the active municipality."""
CardOf = Callable[[ApplicationId, MunicipalityCode], Card]


@dataclass(frozen=True, slots=True)
class OwnSessions:
    """Everything concerns the caller alone. Acts are durable, and recorded, when they return."""

    office: SessionOffice
    openable: Openable
    card_of: CardOf
    district: District

    async def cards(self, caller: Caller, now: datetime) -> Sequence[Card]:
        session = await self._session(caller)
        if session is None or session.municipality is None:
            return []
        found = self.openable(session, session.address, now)
        return [self.card_of(application, session.municipality) for application in found]

    async def memberships(self, caller: Caller) -> Sequence[Membership]:
        session = await self._session(caller)
        if session is None:
            return []
        return [
            Membership(code=code, name=self.district.name(code), roles=session.roles_in(code))
            for code in session.municipalities()
        ]

    async def sessions(self, caller: Caller, now: datetime) -> Sequence[OwnSession]:
        return [
            OwnSession(
                session=one.id,
                address=one.address,
                user_agent=one.user_agent,
                since=one.opened_at,
                last_seen=one.last_seen_at,
            )
            for one in await self.office.store.open_ones(caller.subject)
            if one.why_over(self.office.limits, now) is None
        ]

    async def switch(
        self, caller: Caller, municipality: MunicipalityCode, *, origin: Origin, now: datetime
    ) -> None:
        session = await self._session(caller)
        if session is None or not await self.office.act_for(
            session, municipality, self._by(session, now, origin), now
        ):
            raise NotOwn
        await self.office.in_force()

    async def end(self, caller: Caller, session: SessionId, *, origin: Origin, now: datetime) -> None:
        mine = {one.id: one for one in await self.office.store.open_ones(caller.subject)}
        if session not in mine:
            raise NotOwn
        by = self._by(mine.get(caller.sid, mine[session]), now, origin)
        await self.office.end([mine[session]], EndReason.SIGNED_OUT, by, now)
        await self.office.in_force()

    async def end_all(self, caller: Caller, *, origin: Origin, now: datetime) -> None:
        session = await self._session(caller)
        by = self._by(session, now, origin) if session else _by_caller(caller, now, origin)
        await self.office.end_all_of(caller.subject, EndReason.SIGNED_OUT_EVERYWHERE, by, now)
        await self.office.in_force()

    async def _session(self, caller: Caller) -> Session | None:
        found: Mapping[SessionId, Session] = {
            one.id: one for one in await self.office.store.open_ones(caller.subject)
        }
        return found.get(caller.sid)

    @staticmethod
    def _by(session: Session, now: datetime, origin: Origin) -> Entry:
        return entry_of(
            session, Code.SESSION_ENDED, now, address=origin.address, request_id=origin.request_id
        )


def _by_caller(caller: Caller, now: datetime, origin: Origin) -> Entry:
    """Whose own session has ended meanwhile is still who asks."""
    return Entry(
        code=Code.SESSION_ENDED,
        outcome=Outcome.SUCCESS,
        at=now,
        subject=caller.subject,
        person=caller.login,
        session=caller.sid,
        own_municipality=caller.municipality,
        address=origin.address,
        request_id=origin.request_id,
    )
