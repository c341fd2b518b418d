"""What officers see and do about everybody's sessions."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from config.vocabulary import ApplicationId, MunicipalityCode, SessionId
from gateway.audit.entry import Code, Entry, Outcome
from gateway.sessions.office import SessionOffice
from gateway.sessions.recheck import Recheck
from gateway.sessions.session import EndReason, Session
from gateway.sessions.shown import Caller, LiveSession, SessionUnknown
from idp.directory.errors import DirectoryUnusable
from idp.events import Origin


@dataclass(frozen=True, slots=True)
class Supervision:
    office: SessionOffice
    application: ApplicationId
    """Where officers do this; its name stands in the entries."""
    rechecking: Recheck

    async def live(self, caller: Caller, now: datetime) -> Sequence[LiveSession]:  # noqa: ARG002 - who may look was decided
        return [
            LiveSession(
                session=one.id,
                subject=one.subject,
                name=one.name,
                login=one.login,
                municipality=one.municipality or MunicipalityCode(""),
                address=one.address,
                user_agent=one.user_agent,
                since=one.opened_at,
                last_seen=one.last_seen_at,
            )
            for one in await self.office.store.open_ones()
            if one.why_over(self.office.limits, now) is None
        ]

    async def end(self, caller: Caller, session: SessionId, *, origin: Origin, now: datetime) -> None:
        found = await self._open(session)
        await self.office.end([found], EndReason.ENDED_BY_OFFICER, self._by(caller, origin, now), now)
        await self.office.in_force()

    async def recheck(self, caller: Caller, session: SessionId, *, origin: Origin, now: datetime) -> None:
        """Read the person of a session again in the directory. Raises SessionUnknown.

        What came of it stands in an entry of the caller's session; that the directory did not answer too.
        """
        found = await self._open(session)
        by = replace(self._by(caller, origin, now), session=caller.sid)
        with suppress(DirectoryUnusable):
            await self.rechecking.read_again(found.subject, found.login, by, now)

    async def _open(self, session: SessionId) -> Session:
        found = [one for one in await self.office.store.by_ids([session]) if one.ended_at is None]
        if not found:
            raise SessionUnknown
        return found[0]

    def _by(self, caller: Caller, origin: Origin, now: datetime) -> Entry:
        return Entry(
            code=Code.SESSION_ENDED,
            outcome=Outcome.SUCCESS,
            at=now,
            subject=caller.subject,
            person=caller.login,
            own_municipality=caller.municipality,
            application=self.application,
            address=origin.address,
            request_id=origin.request_id,
        )
