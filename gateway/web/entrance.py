"""`/.brana/callback`, `/.brana/sign-in` and `/.brana/sign-out`: coming in at a host, and going."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import structlog
from aiohttp import web

from config.settings import SignIn as Limits
from gateway.audit.acts import sign_in_refused
from gateway.audit.entry import Entry
from gateway.audit.sparing import Sparing
from gateway.grants.cookie import GRANT, GRANT_OF_ONE, SESSION, clear_cookie, read_cookies
from gateway.sessions.attempt import superfluous
from gateway.sessions.office import handle_hash
from gateway.sessions.provider import ProviderUnreachable
from gateway.sessions.session import EndReason, Session
from gateway.sessions.sign_in import CALLBACK, Fault, SignIn, SignInRefused
from gateway.sessions.stronger import STRONGER, Wish, wish_of
from gateway.web.desk import Desk, Handler, client_address_of, origin_of, request_id_of
from gateway.web.framed import frame_page
from gateway.web.refusal import Elsewhere, ShownRefusal, both, signed_out_page
from gateway.web.sign_in_failures import told
from idp.events import Origin
from idp.http.page import language_of, page_headers
from idp.oidc.front_channel import source

SIGN_OUT = "/.brana/sign-out"
log = structlog.get_logger("gateway.entrance")

PROVIDER_AWAY = ShownRefusal(
    reason="provider_unreachable",
    title=both(cs="Přihlašování teď nefunguje", en="Sign-in does not work now"),
    advice=both(
        cs="Zkuste to prosím za chvíli znovu. Kdo už je přihlášený, může pracovat dál.",
        en="Please try again in a moment. Whoever is signed in already can go on working.",
    ),
)

REFUSALS_KEPT = (300, timedelta(minutes=1))
"""Anybody can cause refusals here. More than these are counted; their requests are in the access log."""

EndSession = Callable[[Session, EndReason, Origin, datetime], Awaitable[None]]


async def nowhere_else(_session: Session) -> None:
    """Where no other provider is asked."""


async def nothing_to_load(_session: Session) -> tuple[str, ...]:
    """Where no application signs its people out by the browser."""
    return ()


@dataclass(frozen=True, slots=True)
class Entrance:
    desk: Desk
    sign_in: SignIn
    session_of: Callable[[bytes, str], Awaitable[Session | None]]
    end: EndSession
    record: Callable[[Sequence[Entry]], Awaitable[None]]
    limits: Limits
    refusals: Sparing = field(default_factory=lambda: Sparing(*REFUSALS_KEPT))
    elsewhere: Callable[[Session], Awaitable[Elsewhere | None]] = nowhere_else
    """At which other identity provider somebody is still signed in whose session here is over."""
    frames: Callable[[Session], Awaitable[tuple[str, ...]]] = nothing_to_load
    """What the browser loads of other applications when the session ends."""

    def paths(self) -> Mapping[str, Handler]:
        return {CALLBACK: self.callback, SIGN_OUT: self.sign_out, STRONGER: self.stronger}

    async def callback(self, request: web.Request) -> web.StreamResponse:
        """The provider sent the browser back (GET). A failed attempt begins again by itself once."""
        if request.method != "GET":
            raise web.HTTPMethodNotAllowed(request.method, ["GET"])
        now = self.desk.now()
        try:
            arrival = await self.sign_in.finish(
                request.host,
                dict(request.query),
                self._cookies(request),
                client_address_of(request),
                request.headers.get("User-Agent", ""),
                request_id_of(request),
                now,
            )
        except ProviderUnreachable as error:
            log.warning("sign_in.provider_unreachable", cause=str(error))
            await self._record(request, PROVIDER_AWAY.reason, now)
            return self.desk.refuse(request, PROVIDER_AWAY, 503, again="/")
        except SignInRefused as error:
            return await self._refused(request, error, now)
        response = web.Response(
            status=303, headers={"Location": f"https://{request.host}{arrival.return_to}"}
        )
        for cookie in arrival.cookies:
            response.headers.add("Set-Cookie", cookie)
        return response

    async def _refused(self, request: web.Request, error: SignInRefused, now: datetime) -> web.StreamResponse:
        await self._record(request, error.reason, now)
        if error.reason is Fault.SIGN_IN_NEEDED:
            return frame_page(self.desk, request, error.return_to)
        if error.reason is Fault.SESSION_OVER:
            return await self._begun(request, error.return_to, Wish.ANEW, now)
        refusal, status = told(error.reason)
        session = await self._session(request)
        here = session is not None and session.why_over(self.limits, now) is None
        return self.desk.refuse(
            request, refusal, status, again=error.return_to, session=session if here else None
        )

    async def stronger(self, request: web.Request) -> web.StreamResponse:
        """Where a refusal leads that another sign-in would mend (GET): out to the provider and back to `to`."""
        if request.method != "GET":
            raise web.HTTPMethodNotAllowed(request.method, ["GET"])
        wish, now = wish_of(request.query.get("wish", "")), self.desk.now()
        try:
            return await self._begun(request, request.query.get("to", "/"), wish, now)
        except ProviderUnreachable as error:
            log.warning("sign_in.provider_unreachable", cause=str(error))
            await self._record(request, PROVIDER_AWAY.reason, now)
            return self.desk.refuse(request, PROVIDER_AWAY, 503, again="/")
        except SignInRefused as error:
            return await self._refused(request, error, now)

    async def _begun(
        self, request: web.Request, return_to: str, wish: Wish | None, now: datetime
    ) -> web.Response:
        language = language_of(request, self.desk.pages.default_language)
        beginning = await self.sign_in.begin(request.host, return_to, language, now, wish=wish)
        headers = {"Location": beginning.location, "Cache-Control": "no-store"}
        response = web.Response(status=302, headers=headers)
        response.headers.add("Set-Cookie", beginning.cookie)
        for name in superfluous(self._cookies(request)):
            response.headers.add("Set-Cookie", clear_cookie(name))
        return response

    async def _record(self, request: web.Request, reason: str, now: datetime) -> None:
        """Before the answer: a refusal that cannot be recorded ends in a page that says so."""
        left_out = self.refusals.take(now)
        if left_out is not None:
            entry = sign_in_refused(
                now,
                reason,
                host=request.host,
                address=client_address_of(request),
                request_id=request_id_of(request),
                user_agent=request.headers.get("User-Agent", ""),
                left_out=left_out,
            )
            log.warning("sign_in.refused", reason=reason, request_id=entry.request_id)
            await self.record([entry])

    async def sign_out(self, request: web.Request) -> web.StreamResponse:
        """Ends the session on every host (POST, own page only: the guard sees to it)."""
        if request.method != "POST":
            raise web.HTTPMethodNotAllowed(request.method, ["POST"])
        session, frames = await self._session(request), tuple[str, ...]()
        if session is not None:
            frames = await self.frames(session)  # asked before: who was told is forgotten
            await self.end(session, EndReason.SIGNED_OUT, origin_of(request), self.desk.now())
        still = await self.elsewhere(session) if session is not None else None
        language = language_of(request, self.desk.pages.default_language)
        html = signed_out_page(
            self.desk.pages, language, portal=self.desk.portal, elsewhere=still, frames=frames
        )
        headers = page_headers(frames=[*map(source, frames)])
        response = web.Response(text=html, content_type="text/html", headers=headers)
        grants = [name for name in self._cookies(request) if name.startswith(GRANT_OF_ONE)]
        for name in (GRANT, SESSION, *grants):
            response.headers.add("Set-Cookie", clear_cookie(name))
        return response

    async def _session(self, request: web.Request) -> Session | None:
        handle = self._cookies(request).get(SESSION)
        return await self.session_of(handle_hash(handle), request.host) if handle else None

    @staticmethod
    def _cookies(request: web.Request) -> dict[str, str]:
        return read_cookies("; ".join(request.headers.getall("Cookie", [])))
