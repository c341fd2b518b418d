"""Whether somebody may use the application of a relying party: what the gate would say, asked where they sign in to it.

Permitted is who may do anything in it. Where they act for a municipality already, for that one; else for any in which
they hold a role, as nobody has asked them yet.
"""

import secrets
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from config.vocabulary import ApplicationId, Language, MunicipalityCode, SessionId
from gateway.audit.entry import Entry
from gateway.authorize.check import check
from gateway.authorize.contact import with_contact
from gateway.authorize.record import entry_of_verdict
from gateway.authorize.refusals import refusal
from gateway.authorize.request import AccessRequest
from gateway.authorize.snapshot import Snapshot
from gateway.authorize.verdict import Granted, Refused, Text
from gateway.sessions.session import Session
from idp.events import Origin
from idp.http.provider import Admitted, NotAdmitted
from idp.login.session import Session as SignOn


@dataclass(frozen=True, slots=True, kw_only=True)
class Admission:
    """Implements `idp.http.provider.MayUse`."""

    snapshot: Callable[[], Snapshot]
    acting: Callable[[SessionId], Awaitable[Session | None]]
    """The gateway's session of a sign-in, if there is one."""
    record: Callable[[Sequence[Entry]], Awaitable[None]]
    settled: Callable[[], Awaitable[object]]
    """Waits while settings are exchanged, as every decision does."""
    host: str
    """Of the sign-in, for the entries."""
    support: str | None = None

    async def __call__(
        self, sign_on: SignOn, application: str, origin: Origin, now: datetime
    ) -> Admitted | NotAdmitted:
        acting = await self.acting(sign_on.sid)
        await self.settled()
        snapshot, name = self.snapshot(), ApplicationId(application)
        first: tuple[AccessRequest, Session, Refused] | None = None
        for session in _ways(sign_on, acting):
            for request in self._requests(name, session, origin, snapshot):
                verdict = check(request, session, snapshot, now, secrets.token_urlsafe(12))
                if isinstance(verdict, Granted):
                    return Admitted(verdict.rule, verdict.grant.policy_version)
                if isinstance(verdict, Refused):
                    first = first or (request, session, verdict)
        if first is None:  # the session is over, or nothing is offered under that name
            reason = "sign_in_needed" if name in snapshot.applications else "unknown_application"
            return self._said(refusal(reason, None, "", snapshot.policies.version))
        request, session, refused = first
        await self.record([entry_of_verdict(request, session, refused, now)])
        return self._said(refused)

    def _said(self, refused: Refused) -> NotAdmitted:
        return NotAdmitted(refused.reason, self._filled(refused.title), self._filled(refused.advice))

    def _filled(self, text: Text) -> dict[Language, str]:
        return {language: with_contact(said, language, self.support) for language, said in text.items()}

    def _requests(
        self, application: ApplicationId, session: Session, origin: Origin, snapshot: Snapshot
    ) -> Iterator[AccessRequest]:
        offer = snapshot.applications.get(application)
        for action, route in offer.asked_for() if offer is not None else ():
            yield AccessRequest(
                application=application,
                municipality=session.municipality,
                action=action,
                route=route,
                method="GET",
                host=self.host,
                target="/authorize",
                address=origin.address,
                request_id=origin.request_id,
                user_agent=origin.user_agent,
                page_load=True,
                cookies={},
                language=Language.CZECH,
            )


def _ways(sign_on: SignOn, acting: Session | None) -> Iterator[Session]:
    """As whom the person may be asked about: facts are the provider's, which are as young as the gate wants them."""
    places: Sequence[MunicipalityCode | None] = sorted({held.municipality for held in sign_on.person.roles})
    if acting is not None and acting.municipality in places:
        yield _session(sign_on, acting.municipality, acting)
        return
    for place in places or [None]:
        yield _session(sign_on, place, acting)


def _session(sign_on: SignOn, municipality: MunicipalityCode | None, acting: Session | None) -> Session:
    person = sign_on.person
    return Session(
        id=acting.id if acting is not None else sign_on.sid,
        subject=person.subject,
        login=person.login,
        name=person.name,
        provider_sid=sign_on.sid,
        roles=tuple((held.municipality, held.role) for held in person.roles),
        municipality=municipality,
        work=person.work,
        generation=acting.generation if acting is not None else 0,
        acr=sign_on.level,
        amr=sign_on.methods,
        authenticated_at=sign_on.auth_time,
        opened_at=sign_on.created_at,
        last_seen_at=sign_on.last_seen,
        facts_at=sign_on.facts_at,
        ends_at=sign_on.expires_at,
        address=sign_on.address,
        user_agent=sign_on.user_agent,
        device=sign_on.device,
    )
