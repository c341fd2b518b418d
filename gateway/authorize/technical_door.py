"""Technical accounts at the decision: a token or a certificate, never a cookie, and never a page.

The gate lets a fresh token in by itself. What comes here is the first request of a certificate, and tokens that the
gate cannot take: of another application, withdrawn, or older than the policies.
"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Protocol

from config.settings import TechnicalAccount
from config.vocabulary import ApplicationId
from gateway.audit.access import ROUTE
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.paths import recorded_path
from gateway.audit.sparing import Sparing, told
from gateway.authorize import response
from gateway.authorize.certificate import CertificateRefused, Trusted, account_of, end_of, mark_of
from gateway.authorize.check import check
from gateway.authorize.devices import NO_TUNNEL
from gateway.authorize.record import entry_of_verdict
from gateway.authorize.refusals import WORDS
from gateway.authorize.request import AccessRequest, placed
from gateway.authorize.response import Answer, Pages
from gateway.authorize.snapshot import Snapshot
from gateway.authorize.technical_standing import sole_municipality, why_not
from gateway.authorize.verdict import Granted, Refused
from gateway.grants.claims import Grant
from gateway.grants.sign import SignedGrant
from gateway.grants.token import Token, TokenRefused
from gateway.sessions.session import Session
from gateway.sessions.store import SessionStore
from gateway.sessions.technical import CERTIFICATE, TechnicalSessions
from idp.events import Origin


class ReadToken(Protocol):
    def __call__(self, text: str, audience: ApplicationId, now: datetime) -> Token:
        """Raises TokenRefused."""
        ...


REFUSALS_KEPT = (300, timedelta(minutes=1))
"""Of whom no account is known: anybody can come with a token. More are counted; the access log has their requests."""


class _NotLetIn(Exception):
    def __init__(self, reason: str, account: str = "") -> None:
        super().__init__(reason)
        self.reason, self.account = reason, account


@dataclass(frozen=True, slots=True, kw_only=True)
class TechnicalDoor:
    """`hosts`: those for technical accounts alone, with port; `trusted`: read anew for each certificate."""

    hosts: frozenset[str]
    snapshot: Callable[[], Snapshot]
    sessions: TechnicalSessions
    store: SessionStore
    read_token: ReadToken
    trusted: Callable[[], Trusted]
    sign: Callable[[Grant], SignedGrant]
    pages: Pages
    refusals: Sparing = field(default_factory=lambda: Sparing(*REFUSALS_KEPT))

    def concerns(self, request: AccessRequest) -> bool:
        return request.bearer is not None or request.host in self.hosts

    async def decide(self, request: AccessRequest, now: datetime) -> Answer:
        snapshot = self.snapshot()
        request = placed(request, snapshot.devices, now)
        try:
            session = await self._session(request, snapshot, now)
        except _NotLetIn as refused:
            await self._record(_not_let_in(request, refused, now), now)
            return response.machine(401, refused.reason, WORDS[refused.reason], request, self.pages, ())
        verdict = check(request, session, snapshot, now, secrets.token_urlsafe(12))
        if isinstance(verdict, Granted):
            await self.store.record(session.id, now, [entry_of_verdict(request, session, verdict, now)])
            return response.granted_to_program(verdict, self.sign(verdict.grant))
        if isinstance(verdict, Refused):
            await self.store.record(session.id, now, [entry_of_verdict(request, session, verdict, now)])
            words = verdict.title, verdict.advice
            return response.machine(403, verdict.reason, words, request, self.pages, ())
        withdrawn = _NotLetIn("token_withdrawn", session.login)
        await self._record(_not_let_in(request, withdrawn, now), now)
        return response.machine(401, withdrawn.reason, WORDS[withdrawn.reason], request, self.pages, ())

    async def _record(self, entry: Entry, now: datetime) -> None:
        left_out = 0 if entry.person else self.refusals.take(now)
        if left_out is not None:
            kept = replace(entry, details={**entry.details, **told(left_out)})
            await self.store.record(None, now, [kept])

    async def _session(self, request: AccessRequest, snapshot: Snapshot, now: datetime) -> Session:
        if request.in_tunnel and request.address == request.in_tunnel:  # nobody knows where its device is
            raise _NotLetIn(NO_TUNNEL)
        if request.bearer is not None:
            return await self._by_token(request, request.bearer, now)
        trusted = self.trusted()
        try:
            account = account_of(
                request.certificate,
                trusted,
                snapshot.technical.values(),
                now,
                verified=request.certificate_verified,
            )
            mark = mark_of(request.certificate, trusted)
        except CertificateRefused as refused:
            raise _NotLetIn(refused.reason) from refused
        session = await self._by_certificate(request, account, mark, now)
        return replace(session, ends_at=end_of(request.certificate))

    async def _by_token(self, request: AccessRequest, text: str, now: datetime) -> Session:
        try:
            token = self.read_token(text, request.application, now)
        except TokenRefused as refused:
            raise _NotLetIn(refused.reason) from refused
        session = await self.sessions.named(token.session)
        if session is None or session.login != token.account:
            raise _NotLetIn("token_withdrawn", token.account)
        return session

    async def _by_certificate(
        self, request: AccessRequest, account: TechnicalAccount, mark: str, now: datetime
    ) -> Session:
        reason = why_not(account, request.address, now)
        if reason is not None:
            raise _NotLetIn(reason, account.id)
        municipality = sole_municipality(account, request.municipality)
        if municipality is None:
            raise _NotLetIn("technical_municipality_unclear", account.id)
        origin = Origin(address=request.address, request_id=request.request_id, user_agent=request.user_agent)
        return await self.sessions.current(account, municipality, CERTIFICATE, origin, now, mark)


def _not_let_in(request: AccessRequest, refused: _NotLetIn, now: datetime) -> Entry:
    return Entry(
        code=Code.TECHNICAL_REFUSED,
        outcome=Outcome.REFUSED,
        at=now,
        person=refused.account,
        application=request.application,
        action=request.action,
        reason=refused.reason,
        address=request.address,
        request_id=request.request_id,
        details={
            "host": request.host,
            "method": request.method,
            "path": recorded_path(request.path),
            **({} if request.route is None else {ROUTE: request.route}),
        },
    )
