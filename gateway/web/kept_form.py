"""`/.brana/form`: a form whose sign-in had ended, or does not suffice, waits in its page until its person is back.

Nothing of it is kept on our side: the page holds it, in the browser that sent it. Sent on it is by a click alone, to
where it was going, and by the same person.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import web

from config.settings import SignIn
from config.vocabulary import REASON_HEADER
from gateway.envoy.hardening import KEPT_FORM_BYTES
from gateway.grants.cookie import SESSION, read_cookies
from gateway.sessions.attempt import Sealer
from gateway.sessions.kept_form import (
    BACK_TO_FORM,
    KEPT_FORM,
    SEND_FORM,
    TICKET,
    KeptForm,
    TicketUnusable,
    at,
    read_ticket,
)
from gateway.sessions.office import handle_hash
from gateway.sessions.session import Session
from gateway.sessions.stronger import STRONGER, link
from gateway.web.desk import Desk, Handler, Refused
from gateway.web.form_fields import CannotBeKept, Fields, read_fields
from gateway.web.refusal import (
    FORM_OF_SOMEBODY_ELSE,
    FORM_TICKET_UNUSABLE,
    TOO_LARGE,
    not_passed_on,
)
from idp.http.page import language_of, page_headers

SIGN_IN_ELSEWHERE = f"{STRONGER}?{urlencode({'to': BACK_TO_FORM})}"
"""In another window, as this one holds the form; on this host, as sent again it needs a session here."""


def sign_in_elsewhere(reason: str) -> str:
    """The same, asking for what that refusal wants."""
    return link(reason, BACK_TO_FORM) or SIGN_IN_ELSEWHERE


@dataclass(frozen=True, slots=True)
class KeptForms:
    desk: Desk
    limits: SignIn
    session_of: Callable[[bytes, str], Awaitable[Session | None]]
    unseal: Sealer

    def paths(self) -> Mapping[str, Handler]:
        return {KEPT_FORM: self.keep, SEND_FORM: self.send, BACK_TO_FORM: self.back}

    async def keep(self, request: web.Request) -> web.StreamResponse:
        """Where the form is sent instead (POST, own page only: the guard sees to it)."""
        kept = self._kept(request)
        try:
            fields = read_fields(request.headers.get("Content-Type", ""), await _body(request))
        except CannotBeKept:
            # With its files only the browser can send it once more, when the page is loaded anew.
            if await self._may_go(request, kept):
                return _on(request, kept)
            refusal = not_passed_on(kept.why.reason)
            return self.desk.refuse(request, refusal, 401, again=sign_in_elsewhere(kept.why.reason))
        return await self._page(request, kept, fields)

    async def send(self, request: web.Request) -> web.StreamResponse:
        """The page's button: what the browser sends is sent on as it is, or stays in a page like the one before."""
        kept = self._kept(request)
        if await self._may_go(request, kept):
            return _on(request, kept)
        return await self.keep(request)

    async def back(self, request: web.Request) -> web.StreamResponse:
        """In the other window, after the sign-in (GET)."""
        if request.method != "GET":
            raise web.HTTPMethodNotAllowed(request.method, ["GET"])
        return self.desk.pages.respond(request, "back_to_form.html", portal=self.desk.portal)

    async def _page(self, request: web.Request, kept: KeptForm, fields: Fields) -> web.Response:
        language = language_of(request, self.desk.pages.default_language)
        html = self.desk.pages.render(
            "kept_form.html",
            language,
            action=at(SEND_FORM, request.query[TICKET]),
            sign_in=sign_in_elsewhere(kept.why.reason),
            confirm=bool(link(kept.why.reason, "/")),
            why=kept.why,
            unknown=kept.subject is None,
            target=kept.target.partition("?")[0],
            host=kept.host,
            form=fields,
            signed_in=await self._may_go(request, kept),
        )
        headers = page_headers() | {REASON_HEADER: kept.why.reason}
        return web.Response(text=html, status=401, content_type="text/html", headers=headers)

    def _kept(self, request: web.Request) -> KeptForm:
        if request.method != "POST":
            raise web.HTTPMethodNotAllowed(request.method, ["POST"])
        try:
            return read_ticket(request.query.get(TICKET, ""), request.host, self.unseal, self.desk.now())
        except TicketUnusable:
            raise Refused(FORM_TICKET_UNUSABLE, 400) from None

    async def _may_go(self, request: web.Request, kept: KeptForm) -> bool:
        """False: nobody is signed in, or not as it takes. Raises Refused where somebody else is."""
        handle = read_cookies("; ".join(request.headers.getall("Cookie", []))).get(SESSION)
        session = await self.session_of(handle_hash(handle), request.host) if handle else None
        if session is None or session.why_over(self.limits, self.desk.now()) is not None:
            return False
        if kept.subject is not None and session.subject != kept.subject:
            raise Refused(FORM_OF_SOMEBODY_ELSE, 403)
        return kept.may_go(session)


async def _body(request: web.Request) -> bytes:
    """More than other forms of ours may be; Envoy has bounded it already."""
    body = bytearray()
    async for chunk in request.content.iter_any():
        body += chunk
        if len(body) > KEPT_FORM_BYTES:
            raise Refused(TOO_LARGE, 413)
    return bytes(body)


def _on(request: web.Request, kept: KeptForm) -> web.Response:
    """The browser sends the very same once more (RFC 9110 §15.4.8)."""
    location = f"https://{request.host}{kept.target}"
    return web.Response(status=307, headers={"Location": location, "Cache-Control": "no-store"})
