"""Access tokens of technical accounts: decided once, like a grant, and carried by the program for minutes."""

import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from config.settings import TechnicalAccount
from config.vocabulary import Action, ApplicationId, Language, MunicipalityCode, RouteName
from gateway.audit.entry import Code
from gateway.authorize.check import check
from gateway.authorize.devices import Devices, seen_from
from gateway.authorize.record import entry_of_verdict
from gateway.authorize.request import AccessRequest
from gateway.authorize.snapshot import Offer, Snapshot
from gateway.authorize.technical_standing import sole_municipality, why_not
from gateway.authorize.verdict import Granted, Refused
from gateway.grants.claims import Grant
from gateway.sessions.office import entry_of
from gateway.sessions.session import Session
from gateway.sessions.store import SessionStore
from gateway.sessions.technical import KEY, SECRET, TechnicalSessions
from idp.events import Origin
from idp.http.provider import Issued, NotIssued
from idp.oidc.errors import OAuthError
from idp.oidc.program import Asked

Places = Mapping[str, tuple[ApplicationId, MunicipalityCode | None]]
"""Address of each host of an application, without a final slash → which, and whose where the host says it."""
NEVER = Refused(
    reason="technical_account_unknown", rule="", policy_version="", title={}, advice={}, municipality=None
)


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenIssuer:
    """Implements `idp.http.provider.IssueToken`; `host`: of the token endpoint, for the entries."""

    snapshot: Callable[[], Snapshot]
    places: Places
    sessions: TechnicalSessions
    store: SessionStore
    sign: Callable[[Grant, str], str]
    host: str

    async def __call__(self, asked: Asked, origin: Origin, now: datetime) -> Issued | NotIssued:
        snapshot = self.snapshot()
        account, origin = snapshot.technical.get(asked.account), _placed(origin, snapshot.devices, now)
        reason = why_not(account, origin.address, now)
        if account is None or reason is not None:
            return NotIssued(OAuthError.UNAUTHORIZED_CLIENT, reason or "technical_account_unknown")
        place = self.places.get(asked.resource.rstrip("/"))
        offer = snapshot.applications.get(place[0]) if place is not None else None
        if place is None or offer is None or not offer.technical or not offer.every_action:
            return NotIssued(OAuthError.INVALID_TARGET, "technical_account_no_pages")
        municipality = sole_municipality(account, place[1] or asked.municipality)
        if municipality is None:
            return NotIssued(OAuthError.INVALID_TARGET, "technical_municipality_unclear")
        proof = KEY if asked.assertion is not None else SECRET
        session = await self.sessions.current(account, municipality, proof, origin, now)
        return await self._decided(account, session, (place[0], offer), origin, now)

    async def _decided(
        self,
        account: TechnicalAccount,
        session: Session,
        target: tuple[ApplicationId, Offer],
        origin: Origin,
        now: datetime,
    ) -> Issued | NotIssued:
        """The first that is permitted makes the grant, which names all the others as well."""
        application, offer = target
        verdict: Granted | Refused = NEVER
        for action, route in offer.asked_for():
            request = self._request(application, action, route, session, origin)
            found = check(request, session, self.snapshot(), now, secrets.token_urlsafe(12))
            if isinstance(found, Granted | Refused):
                verdict = found
            if isinstance(found, Granted):
                break
        entries = [entry_of_verdict(request, session, verdict, now)]
        if isinstance(verdict, Refused):
            await self.store.record(session.id, now, entries)
            return NotIssued(OAuthError.UNAUTHORIZED_CLIENT, verdict.reason)
        token = self.sign(verdict.grant, account.id)
        told = entry_of(session, Code.TOKEN_ISSUED, now, address=origin.address, request_id=origin.request_id)
        await self.store.record(session.id, now, [*entries, told])
        return Issued(token, self._lives(verdict, now))

    @staticmethod
    def _lives(verdict: Granted, now: datetime) -> timedelta:
        return max(verdict.grant.assertion.expires_at - now, timedelta(0))

    def _request(
        self,
        application: ApplicationId,
        action: Action,
        route: RouteName | None,
        session: Session,
        origin: Origin,
    ) -> AccessRequest:
        return AccessRequest(
            application=application,
            municipality=session.municipality,
            action=action,
            route=route,
            method="POST",
            host=self.host,
            target="/token",
            address=origin.address,
            request_id=origin.request_id,
            user_agent=origin.user_agent,
            page_load=False,
            cookies={},
            language=Language.CZECH,
        )


def _placed(origin: Origin, devices: Devices, now: datetime) -> Origin:
    """Who asks through a tunnel is where its device is."""
    return replace(origin, address=seen_from(origin.address, devices, now))
