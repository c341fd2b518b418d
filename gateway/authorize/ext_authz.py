"""The authorization service Envoy asks where no fresh grant speaks: headers in, verdict out, entry kept.

The order matters: verdict, entry durable in the database, and only then the answer. What cannot be recorded
is not allowed.
"""

import secrets
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

import structlog
from aiohttp import web

from config.vocabulary import Language
from gateway.authorize import response
from gateway.authorize.check import check
from gateway.authorize.record import entry_of_verdict
from gateway.authorize.request import AccessRequest, NotFromEnvoy, placed, read_request
from gateway.authorize.response import Answer, AnswerKind, Pages
from gateway.authorize.snapshot import Snapshot
from gateway.authorize.technical_door import TechnicalDoor
from gateway.authorize.travel import TravelAlarm
from gateway.authorize.verdict import Granted, Refused, SignInNeeded
from gateway.envoy.authorization import UNAVAILABLE
from gateway.grants.claims import Grant
from gateway.grants.cookie import GRANT, SESSION
from gateway.grants.sign import SignedGrant
from gateway.sessions.office import handle_hash
from gateway.sessions.session import Session
from gateway.sessions.store import SessionStore
from gateway.sessions.stronger import WISHES, answered

log = structlog.get_logger("authorize")


class Measured(Protocol):
    """Counts and times answers by kind."""

    def __call__(self, kind: AnswerKind, seconds: float) -> None: ...


KeepForm = Callable[[AccessRequest, Session | None, Refused | None, datetime], str | None]
"""Gives the path of the page that holds a form until its person, of that session where one is known, has signed in as
the refusal wants it (None: at all). None: it cannot.
"""

BeginSignIn = Callable[[AccessRequest, datetime], Awaitable[tuple[str, str]]]
"""Gives the provider's address to redirect to, and the Set-Cookie value that remembers the attempt."""


@dataclass(frozen=True, slots=True)
class WaysIn:
    """For whoever is not let in as they are."""

    begin_sign_in: BeginSignIn
    keep_form: KeepForm


class Authorizer:
    """One per control plane; everything it needs comes in."""

    def __init__(
        self,
        *,
        snapshot: Callable[[], Snapshot],
        sessions: SessionStore,
        sign: Callable[[Grant], SignedGrant],
        ways_in: WaysIn,
        pages: Pages,
        clock: Callable[[], datetime],
        measured: Measured,
        language: Language,
        technical: TechnicalDoor | None = None,
    ) -> None:
        self._snapshot, self._sessions, self._sign = snapshot, sessions, sign
        self._ways_in = ways_in
        self._pages, self._clock = pages, clock
        self._measured, self._language = measured, language
        self._technical = technical
        self.travel: TravelAlarm | None = None
        """Hears of every decision about a person, before it is answered."""

    async def handle(self, asked: web.BaseRequest) -> web.Response:
        cookies = "; ".join(asked.headers.getall("Cookie", []))
        try:
            request = read_request(asked.method, asked.raw_path, asked.headers, cookies, self._language)
        except NotFromEnvoy:
            log.exception("authorize.malformed_question")
            return web.Response(status=503)
        began = time.perf_counter()
        try:
            answer = await self.decide(request, self._clock())
        except Exception:
            log.exception("authorize.failed", request_id=request.request_id)
            answer = response.unavailable(request, self._pages)
        self._measured(answer.kind, time.perf_counter() - began)
        return _to_envoy(answer)

    async def decide(self, request: AccessRequest, now: datetime) -> Answer:
        """Raises what the database or the provider raise; the caller then refuses."""
        if self._technical is not None and self._technical.concerns(request):
            return await self._technical.decide(request, now)
        session = await self._session(request)
        snapshot = self._snapshot()
        if session is not None and not snapshot.whereabouts.knows(session.subject):
            snapshot.whereabouts.recall(session.subject, await self._sessions.open_ones(session.subject))
        request = placed(request, snapshot.devices, now)
        verdict = check(request, session, snapshot, now, secrets.token_urlsafe(12))
        offer = snapshot.applications.get(request.application)
        cookie = GRANT + (offer.grant_suffix if offer is not None else "")
        if isinstance(verdict, SignInNeeded) or session is None:
            assert isinstance(verdict, SignInNeeded)
            if offer is None:
                return response.unknown(request, self._pages, cookie)
            wanted = request.page_load and request.method in ("GET", "HEAD")
            beginning = await self._ways_in.begin_sign_in(request, now) if wanted else None
            keeper = self._keeper(request, session, None, now)
            return response.to_sign_in(request, self._pages, beginning, cookie, keeper)
        # What it was told of a device is not what the session is known to belong to: entries say what was shown.
        belongs, session = verdict.device, replace(session, enrolled=verdict.device)
        if self.travel is not None:
            await self.travel.hear(request, session, verdict, snapshot.whereabouts, now)
        entry = entry_of_verdict(request, session, verdict, now)
        if isinstance(verdict, Granted):
            snapshot.whereabouts.let_in(session, request.address, now)
            signed = self._sign(verdict.grant)
            await self._sessions.record(session.id, now, [entry], belongs)
            return response.granted(verdict, signed, cookie)
        await self._sessions.record(session.id, now, [entry], belongs)
        mends = verdict.reason in WISHES and not answered(verdict.reason, session, now)
        keeper = self._keeper(request, session, verdict, now) if mends else None
        return response.refused(request, verdict, session, self._pages, cookie, keeper)

    def _keeper(
        self, request: AccessRequest, session: Session | None, refused: Refused | None, now: datetime
    ) -> str | None:
        return self._ways_in.keep_form(request, session, refused, now) if request.form else None

    async def _session(self, request: AccessRequest) -> Session | None:
        handle = request.cookies.get(SESSION)
        return await self._sessions.by_handle(handle_hash(handle), request.host) if handle else None


def _to_envoy(answer: Answer) -> web.Response:
    """Envoy throws away what comes with a 5xx, so a 503 with its page travels under another status."""
    status = UNAVAILABLE if answer.kind is AnswerKind.UNAVAILABLE else answer.status
    made = web.Response(status=status, body=answer.body.encode())
    for name, value in answer.headers.items():
        made.headers[name] = value
    for cookie in answer.cookies:
        made.headers.add("Set-Cookie", cookie)
    return made
