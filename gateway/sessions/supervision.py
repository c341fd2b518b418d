"""What officers see and do about everybody's sessions."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import datetime

from config.vocabulary import ApplicationId, MunicipalityCode, SessionId, technical_account_of
from gateway.audit.entry import Code, Entry, Outcome
from gateway.sessions.office import SessionOffice
from gateway.sessions.recheck import Recheck
from gateway.sessions.session import EndReason, Session
from gateway.sessions.shown import Caller, LiveSession, SessionUnknown
from gateway.sessions.store import Open
from idp.directory.errors import DirectoryUnusable
from idp.events import Origin
from idp.login.session import Session as SignOn
from idp.login.session import end_due


@dataclass(frozen=True, slots=True)
class Supervision:
    office: SessionOffice
    application: ApplicationId
    """Where officers do this; its name stands in the entries."""
    rechecking: Recheck

    async def live(self, caller: Caller, now: datetime) -> Sequence[LiveSession]:  # noqa: ARG002 - who may look was decided
        limits = self.office.limits
        here = await self.office.store.open_ones()
        there = await self.office.store.sign_ons()
        return [_live(one) for one in here if one.why_over(limits, now) is None] + [
            _signed_on(one) for one in there if end_due(one, now, limits) is None
        ]

    async def end(self, caller: Caller, session: SessionId, *, origin: Origin, now: datetime) -> None:
        found = await self._open(session)
        by = self._by(caller, origin, now)
        await self.office.end(found.sessions, EndReason.ENDED_BY_OFFICER, by, now, sign_ons=found.sign_ons)
        await self.office.in_force()

    async def recheck(self, caller: Caller, session: SessionId, *, origin: Origin, now: datetime) -> None:
        """Read the person of a session again in the directory. Raises SessionUnknown, also where a program has it: of
        those no directory says anything, and its silence would end them.

        What came of it stands in an entry of the caller's session; that the directory did not answer too.
        """
        found = await self._open(session)
        by = replace(self._by(caller, origin, now), session=caller.sid)
        people = {one.subject: one.login for one in found.sessions}
        people |= {one.person.subject: one.person.login for one in found.sign_ons}
        if all(technical_account_of(subject) is not None for subject in people):
            raise SessionUnknown
        for subject, login in people.items():
            with suppress(DirectoryUnusable):
                await self.rechecking.read_again(subject, login, by, now)

    async def _open(self, session: SessionId) -> Open:
        """That one session. Raises SessionUnknown."""
        found = await self.office.store.open_named([session])
        if not found:
            raise SessionUnknown
        return found

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


def _live(one: Session) -> LiveSession:
    return LiveSession(
        session=one.id,
        subject=one.subject,
        name=one.name,
        login=one.login,
        municipality=one.municipality or MunicipalityCode(""),
        address=one.address,
        user_agent=one.user_agent,
        since=one.opened_at,
        last_seen=one.last_seen_at,
        amr=one.amr,
        device=one.enrolled or one.device,
    )


def _signed_on(one: SignOn) -> LiveSession:
    return LiveSession(
        session=one.sid,
        subject=one.person.subject,
        name=one.person.name,
        login=one.person.login,
        municipality=MunicipalityCode(""),
        address=one.address,
        user_agent=one.user_agent,
        since=one.created_at,
        last_seen=one.last_seen,
        only_signed_on=True,
        device=one.device,
    )
