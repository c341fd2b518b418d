"""`/device` (RFC 8628 §3.3): somebody who is signed in types a program's code, reads who asks, and lets it in or not.

A link that brings the code along only fills it in. Nothing is done before a form of our own page is sent.
"""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from aiohttp import web

from config.vocabulary import REASON_HEADER
from idp.events import Origin
from idp.http import arrival, cookies, failure
from idp.http.authorize import at_work, send_on
from idp.http.destination import lead_through
from idp.http.page import language_of
from idp.http.provider import Book, NotAdmitted, Provider, provider_of
from idp.http.user_agent import UNKNOWN, describe
from idp.login import desk
from idp.login.handle import HandleHash
from idp.login.level import reaches
from idp.login.own_page import DEVICE, device_page
from idp.login.purses import address_key
from idp.login.session import Session
from idp.login.user_code import UserCode, read_user_code, written
from idp.oidc import device_grant
from idp.oidc.book import DeviceGrant
from idp.oidc.errors import DeviceFault, OAuthError, Refused

ENTER, ANSWER = f"{DEVICE.path}/code", f"{DEVICE.path}/confirm"
ALLOW = "allow"
STATUS = {DeviceFault.MUST_WAIT: 429}
"""HTTP status of a page that says what is wrong with a code; 400 for all others."""

Handler = Callable[[web.Request], Awaitable[web.Response]]


@dataclass(frozen=True, slots=True)
class _Here:
    """Whoever is at the page, strongly enough signed in."""

    provider: Provider
    handle: HandleHash
    session: Session
    origin: Origin
    now: datetime

    def at_desk(self, book: Book) -> Session | None:
        """The session looked at again, in the transaction that does something by it."""
        session = desk.live(book, self.handle, self.provider.sign_in, self.now)
        return None if session is None else desk.touch(book, session, self.provider.sign_in, self.now)


async def show(request: web.Request) -> web.Response:
    here = await _here(request, read_user_code(request.query.get("user_code", "")))
    if isinstance(here, web.Response):
        return here
    return _typing(request, here, request.query.get("user_code", ""), None)


async def enter(request: web.Request) -> web.Response:
    typed = arrival.field(await arrival.form(request), "user_code")
    code = read_user_code(typed)
    here = await _here(request, code)
    if isinstance(here, web.Response):
        return here
    limits = here.provider.sign_in

    def work(book: Book) -> DeviceGrant | DeviceFault | None:
        session = here.at_desk(book)
        if session is None:
            return None
        return device_grant.enter(book, session, code, here.origin, limits, here.now)

    found = await here.provider.store.transact(work)
    if isinstance(found, DeviceFault):
        return _typing(request, here, typed, found)
    return send_on(_address(ANSWER, code) if found is not None else device_page(code).path)


async def ask(request: web.Request) -> web.Response:
    """Who asks, from where and since when."""
    code = read_user_code(request.query.get("user_code", ""))
    here = await _here(request, code)
    if isinstance(here, web.Response):
        return here
    session, now = here.session, here.now
    grant = await here.provider.store.look(lambda book: device_grant.to_be_answered(book, session, code, now))
    if grant is None or code is None:
        return send_on(DEVICE.path)
    language = language_of(request, here.provider.pages.default_language)
    program = describe(grant.user_agent, language)
    return here.provider.pages.respond(
        request,
        "device_confirm.html",
        who=session.person,
        start=here.provider.start,
        client=grant.client,
        code=written(code),
        grant=grant,
        program="" if program == UNKNOWN[language] else program,  # anybody writes what stands there
        elsewhere=address_key(grant.address) != address_key(here.origin.address),
        now=now,
        address=ANSWER,
    )


async def answer(request: web.Request) -> web.Response:
    pairs = await arrival.form(request)
    code, said = read_user_code(arrival.field(pairs, "user_code")), arrival.field(pairs, "answer")
    here = await _here(request, code)
    if isinstance(here, web.Response):
        return here
    session, now = here.session, here.now
    grant = await here.provider.store.look(lambda book: device_grant.to_be_answered(book, session, code, now))
    refusal = await _not_admitted(here, grant) if said == ALLOW else DeviceFault.DENIED
    rule, version = refusal if isinstance(refusal, tuple) else ("", "")

    def work(book: Book) -> DeviceGrant | None:
        session = here.at_desk(book)
        asked = device_grant.to_be_answered(book, session, code, now) if session is not None else None
        if asked is None or session is None or grant is None or asked.hash != grant.hash:
            return None
        if isinstance(refusal, tuple):
            device_grant.allow(book, asked, session, rule, version, here.origin, now)
        else:
            why = OAuthError.ACCESS_DENIED if isinstance(refusal, NotAdmitted) else refusal
            device_grant.deny(book, asked, session, why, here.origin, now)
        return asked

    answered = await here.provider.store.transact(work)
    if answered is None:  # over meanwhile, answered in another tab, or never typed here
        return _typing(request, here, "", DeviceFault.CODE_UNKNOWN)
    if isinstance(refusal, NotAdmitted):
        return _turned_down(request, here, refusal)
    return here.provider.pages.respond(
        request,
        "device_answered.html",
        who=session.person,
        start=here.provider.start,
        client=answered.client,
        allowed=isinstance(refusal, tuple),
    )


async def _not_admitted(
    here: _Here, grant: DeviceGrant | None
) -> NotAdmitted | DeviceFault | tuple[str, str]:
    """Rule and version by which the person may use the client's application; or why not, where it names one."""
    client = here.provider.clients.get(grant.client) if grant is not None else None
    if client is None or not client.device:  # taken out of the configuration meanwhile
        return DeviceFault.CODE_UNKNOWN
    if not client.application:
        return "", ""
    said = await here.provider.may_use(here.session, client.application, here.origin, here.now)
    return said if isinstance(said, NotAdmitted) else (said.rule, said.policy_version)


def _turned_down(request: web.Request, here: _Here, why: NotAdmitted) -> web.Response:
    language = language_of(request, here.provider.pages.default_language)
    response = here.provider.pages.respond(
        request,
        "not_admitted.html",
        status=403,
        title=why.title.get(language, ""),
        advice=why.advice.get(language, ""),
        start=here.provider.start,
        request_id=here.origin.request_id,
    )
    response.headers[REASON_HEADER] = why.reason
    return response


def _typing(request: web.Request, here: _Here, typed: str, fault: DeviceFault | None) -> web.Response:
    window = here.provider.sign_in.attempts_window
    response = here.provider.pages.respond(
        request,
        "device.html",
        status=200 if fault is None else STATUS.get(fault, 400),
        who=here.session.person,
        start=here.provider.start,
        typed=typed[:20],
        fault=fault or "",
        wait=round(window.total_seconds() / 60),
        address=ENTER,
    )
    if fault is not None:
        response.headers[REASON_HEADER] = fault
    return response


async def _here(request: web.Request, code: UserCode | None) -> _Here | web.Response:
    """Whoever is not signed in, or by a password alone, is led through a sign-in and back to the code."""
    provider, handle = provider_of(request), cookies.read_hashed(request, cookies.SSO)
    session = await at_work(provider, handle)
    if isinstance(session, Refused):
        return failure.page_of_status(request, 503)
    if handle is not None and session is not None and reaches(session.level, DEVICE.demanded):
        return _Here(provider, handle, session, arrival.origin_of(request), provider.clock())
    if request.method == "GET":
        return await lead_through(request, device_page(code))
    return send_on(device_page(code).path)


def _address(path: str, code: UserCode | None) -> str:
    return path if code is None else f"{path}?{urlencode({'user_code': written(code)})}"


PAGES: Mapping[str, Handler] = {DEVICE.path: show, ANSWER: ask}
FORMS: Mapping[str, Handler] = {ENTER: enter, ANSWER: answer}
