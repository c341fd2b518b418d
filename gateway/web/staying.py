"""`/.brana/expiry` and `/.brana/stay`: when the sign-in ends, and that somebody is still there. On every host."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from config.settings import SignIn
from config.vocabulary import SessionId
from gateway.audit.entry import Entry
from gateway.grants.cookie import SESSION, read_cookies
from gateway.sessions.office import handle_hash
from gateway.sessions.session import Session
from gateway.sessions.status import ending_of
from gateway.web.decision_pages import own_path
from gateway.web.desk import EXPIRY, STAY, Desk, Handler
from idp.http.arrival import field, form
from idp.http.expiry import Expiry
from idp.http.page import language_of

NOT_KEPT = {"Cache-Control": "no-store"}


@dataclass(frozen=True, slots=True)
class Staying:
    """`seen`: notes that the session was at work, here and at the provider; durable when it returns."""

    desk: Desk
    limits: SignIn
    session_of: Callable[[bytes, str], Awaitable[Session | None]]
    seen: Callable[[SessionId, datetime, Sequence[Entry]], Awaitable[None]]

    def paths(self) -> Mapping[str, Handler]:
        return {EXPIRY: self.expiry, STAY: self.stay}

    async def expiry(self, request: web.Request) -> web.StreamResponse:
        """For the page's script. To ask is not to be at work: no decision is made, nothing noted."""
        if request.method != "GET":
            raise web.HTTPMethodNotAllowed(request.method, ["GET"])
        now = self.desk.now()
        session = await self._session(request, now)
        if session is None:
            return web.json_response({}, status=401, headers=NOT_KEPT)
        ending = ending_of(session, self.limits)
        told = Expiry(now=now, idle_ends=ending.idle, latest=ending.latest)
        language = language_of(request, self.desk.pages.default_language)
        return web.json_response(told.as_json(language), headers=NOT_KEPT)

    async def stay(self, request: web.Request) -> web.StreamResponse:
        """The button (POST, own page only: the guard sees to it); back to the page that it was on."""
        if request.method != "POST":
            raise web.HTTPMethodNotAllowed(request.method, ["POST"])
        back = own_path(field(await form(request), "back"))
        now = self.desk.now()
        session = await self._session(request, now)
        if session is not None:
            await self.seen(session.id, now, [])
        raise web.HTTPSeeOther(f"https://{request.host}{back}")

    async def _session(self, request: web.Request, now: datetime) -> Session | None:
        cookies = read_cookies("; ".join(request.headers.getall("Cookie", [])))
        handle = cookies.get(SESSION)
        found = await self.session_of(handle_hash(handle), request.host) if handle else None
        return found if found is not None and found.why_over(self.limits, now) is None else None
