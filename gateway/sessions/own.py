"""What somebody may see and do about the own session: the portal's side of the session office."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from config.alphabet import alphabetical
from config.district import District
from config.vocabulary import ApplicationId, MunicipalityCode, SessionId
from gateway.audit.entry import Code, Entry
from gateway.sessions.office import SessionOffice, entry_of
from gateway.sessions.session import Session
from gateway.sessions.shown import Caller, Card, Membership, NotOwn
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
            for code in sorted(
                session.municipalities(), key=lambda one: alphabetical(self.district.name(one))
            )
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
