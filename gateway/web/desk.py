"""What every handler of the pages works with, and the answers they have in common."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aiohttp import web

from config.vocabulary import REASON_HEADER, ApplicationId, Language, MunicipalityCode, SessionId, SubjectId
from gateway.authorize.problem import PROBLEM, challenge
from gateway.authorize.request import page_of
from gateway.sessions.session import Session
from gateway.sessions.status import SessionStatus
from gateway.sessions.stronger import link
from gateway.web.identity import ADMIN, OURS, Assertion, NotIdentified, ReadAssertion, caller_of
from gateway.web.refusal import (
    FORM_UNREADABLE,
    Occurrence,
    ShownRefusal,
    Somebody,
    refusal_json,
    refusal_page,
    wants_page,
)
from idp.events import Origin
from idp.http.arrival import Malformed, form
from idp.http.called import person_name
from idp.http.expiry import Expiry
from idp.http.page import Pages, language_of, page_headers, remember
from idp.http.user_agent import describe

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]

EXPIRY, STAY = "/.brana/expiry", "/.brana/stay"
"""On every host: when the sign-in ends, and that somebody is still there."""
CLIENT_ADDRESS_HEADER = "x-brana-client-address"
REQUEST_ID_HEADER = "x-request-id"
SHOWN_REQUEST_ID = 64  # characters; Envoy's are 36


@dataclass(frozen=True, slots=True)
class Page:
    """One line of a room's table: which method and path (aiohttp's pattern) which handler answers."""

    method: str
    path: str
    handler: Handler


class Refused(Exception):
    """Ends a handler with a refusal instead of an answer."""

    def __init__(self, refusal: ShownRefusal, status: int = 403, again: str = "") -> None:
        """`again`: where a new attempt leads."""
        super().__init__(refusal.reason)
        self.refusal, self.status, self.again = refusal, status, again


def _nothing() -> bool:
    return False


def _none(_who: SubjectId, _now: datetime) -> int:
    return 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """Pages, clock and the reading of assertions, with the addresses that pages lead to.

    `portal` and `sign_in` are origins (`https://portal.example.cz:8443`).
    """

    pages: Pages
    now: Callable[[], datetime]
    read_assertion: ReadAssertion
    assertion_refusals: tuple[type[Exception], ...]
    portal: str
    sign_in: str
    municipality_name: Callable[[MunicipalityCode], str]
    status_of: Callable[[SessionId, datetime], Awaitable[SessionStatus | None]]
    state_errors: tuple[type[Exception], ...] = ()
    """What is raised when the state cannot be reached, or takes nothing: it passes."""
    in_fleet: bool = False
    """Other machines are the same product: officers have a page about them."""
    tunnels: bool = False
    """People open tunnels here: the portal has a page for them."""
    devices: Callable[[], bool] = _nothing
    """Whether devices with agents are enrolled here by now: the portal has pages for them."""

    devices_needing: Callable[[SubjectId, datetime], int] = _none
    """How many of a person's own devices wait for somebody, or have something to mend."""

    def caller(self, request: web.Request, audience: ApplicationId) -> Assertion:
        """The person who asks; raises NotIdentified."""
        return caller_of(request, self.read_assertion, audience, self.now(), self.assertion_refusals)

    async def show(
        self, request: web.Request, template: str, caller: Assertion, *, status: int = 200, **context: Any
    ) -> web.Response:
        """A page for somebody who is signed in, with what concerns the sign-in itself."""
        now = self.now()
        session = await self.status_of(caller.sid, now)
        return self.pages.respond(
            request,
            template,
            status=status,
            form_targets=(self.sign_in,),
            scripts=True,
            caller=caller,
            now=now,
            portal=self.portal,
            in_fleet=self.in_fleet,
            tunnels=self.tunnels,
            enrols_devices=self.devices(),
            devices_needing=self.devices_needing(caller.subject, now),
            expiry=_expiry(session, now),
            new_devices=session.new_devices if session is not None else (),
            check=EXPIRY,
            stay=STAY,
            describe=describe,
            **context,
        )

    def refuse(
        self,
        request: web.Request,
        refusal: ShownRefusal,
        status: int,
        *,
        again: str = "",
        session: Session | None = None,
    ) -> web.Response:
        """A refusal as a page or, for a program, as JSON.

        `session`: the browser's, live, where no gate says who is there.
        """
        language = language_of(request, self.pages.default_language)
        occurrence = Occurrence(
            refusal=refusal, status=status, at=self.now(), request_id=request_id_of(request)
        )
        named = {REASON_HEADER: refusal.reason}
        if not wants_page(request.headers):
            return web.Response(
                text=refusal_json(occurrence, language, self.pages.support),
                status=status,
                content_type=PROBLEM,
                headers=page_headers() | named | challenge(status, refusal.reason, request.host),
            )
        audience, who = self._present(request, language)
        if session is not None:
            who = self.somebody(session, language)
        html = refusal_page(
            self.pages,
            occurrence,
            language,
            portal=self.portal,
            who=who,
            again=again,
            here=request.path_qs,
            log=audience == ADMIN,
            stronger=link(refusal.reason, page_of(request.method, request.path_qs, request.headers)),
        )
        response = web.Response(
            text=html,
            status=status,
            content_type="text/html",
            headers=page_headers((self.sign_in,)) | named,
        )
        remember(response, request, self.pages.domain)
        return response

    def somebody(self, session: Session, language: Language) -> Somebody:
        """Whose session it is, as a page names them."""
        acts_for = session.municipality
        return Somebody(person_name(session, language), self.municipality_name(acts_for) if acts_for else "")

    def _present(
        self, request: web.Request, language: Language
    ) -> tuple[ApplicationId, Somebody] | tuple[None, None]:
        """Whoever the gate says is there, and on which of our own hosts; nobody where that is not certain."""
        for audience in OURS:
            try:
                caller = self.caller(request, audience)
            except NotIdentified:
                continue
            return audience, Somebody(
                person_name(caller, language), self.municipality_name(caller.municipality)
            )
        return None, None


def _expiry(session: SessionStatus | None, now: datetime) -> Expiry | None:
    if session is None:
        return None
    return Expiry(now=now, idle_ends=session.ending.idle, latest=session.ending.latest)


def request_id_of(request: web.Request) -> str:
    return request.headers.get(REQUEST_ID_HEADER, "")[:SHOWN_REQUEST_ID]


def client_address_of(request: web.Request) -> str:
    """The person's address as Envoy saw it, without port."""
    return request.headers.get(CLIENT_ADDRESS_HEADER, "")


def origin_of(request: web.Request) -> Origin:
    """Where an act came from, for its entry."""
    return Origin(address=client_address_of(request), request_id=request_id_of(request))


async def form_of(request: web.Request, names: Sequence[str]) -> dict[str, str]:
    """Exactly one text for each of the names of a form as browsers send it; raises Refused for anything else."""
    try:
        pairs = await form(request)
    except Malformed:
        raise Refused(FORM_UNREADABLE, 400) from None
    values: dict[str, str] = {}
    for name in names:
        given = [value for other, value in pairs if other == name]
        if len(given) != 1:
            raise Refused(FORM_UNREADABLE, 400)
        values[name] = given[0]
    return values


MOST_OF_ONE_NAME = 1_000
"""More than a page shows boxes to tick."""


async def all_of_form(request: web.Request, name: str) -> list[str]:
    """What a form says by that name, as often as it does; raises Refused for what no browser sends."""
    try:
        return [value for other, value in await form(request, MOST_OF_ONE_NAME) if other == name]
    except Malformed:
        raise Refused(FORM_UNREADABLE, 400) from None


async def session_of_form(request: web.Request) -> SessionId:
    """The session that the form `session` names."""
    return SessionId((await form_of(request, ["session"]))["session"])


__all__ = [
    "Desk",
    "Handler",
    "NotIdentified",
    "Page",
    "Refused",
    "client_address_of",
    "form_of",
    "origin_of",
    "request_id_of",
    "session_of_form",
]
