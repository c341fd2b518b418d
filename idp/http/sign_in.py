"""`/sign-in`: the pages of one sign-in and their forms."""

from dataclasses import dataclass
from urllib.parse import urlencode

from aiohttp import web

from config.vocabulary import REASON_HEADER
from idp.directory.person import Person
from idp.http import arrival, cookies, failure, sign_in_page
from idp.http.authorize import refuse, send_on, signed_in
from idp.http.destination import Destination, destination_of, go_on, must_ask, reach, way_on
from idp.http.provider import Book, Provider, provider_of
from idp.login import conduct, totp
from idp.login.conduct import Progress
from idp.login.desk import Caller, Fresh
from idp.login.flow import Rejected, Unanswered
from idp.login.handle import FlowId, Handle, hashed, new_handle, new_session_id, read_flow_id
from idp.login.refusal import TOLD, Told
from idp.oidc.authorize import Refusable, Request
from idp.oidc.errors import OAuthError, Refused


async def show(request: web.Request) -> web.Response:
    """The page the flow stands at. A browser that was signed in meanwhile in another tab goes on at once."""
    provider = provider_of(request)
    name, caller, now = _name(request), _caller(request), provider.clock()
    flow = await provider.store.look(lambda book: conduct.current(book, name, caller, now))
    destination = destination_of(provider, flow.asked) if flow is not None else None
    if flow is None or destination is None:
        return failure.start_again(request)
    handle = cookies.read_hashed(request, cookies.SSO)
    session = await signed_in(provider, handle)
    if handle is not None and must_ask(destination, session, flow.began_at, now) is None:
        return await go_on(request, destination, handle, flow)
    return sign_in_page.page(request, flow, destination)


async def enter_password(request: web.Request) -> web.Response:
    provider = provider_of(request)
    pairs = await arrival.form(request)
    login, password = arrival.field(pairs, "username"), arrival.field(pairs, "password")
    name, caller, limits, now = _name(request), _caller(request), provider.sign_in, provider.clock()
    progress = await provider.store.transact(
        lambda book: conduct.enter_password(book, name, login, password, caller, limits, now)
    )
    checking = progress.checking
    if progress.ask is not None and checking is not None:
        said = await _ask_directory(provider, progress.ask.login, progress.ask.password)
        after, secret = provider.clock(), totp.new_secret()
        progress = await provider.store.transact(
            lambda book: conduct.answer_password(book, name, checking, said, caller, limits, secret, after)
        )
    return _next(request, progress, typed=login)


async def enter_code(request: web.Request) -> web.Response:
    """Code of an enrolled factor, or the first one of a factor being enrolled."""
    provider = provider_of(request)
    code = arrival.field(await arrival.form(request), "code")
    name, caller, now = _name(request), _caller(request), provider.clock()
    given = _Given(new_handle(), cookies.read(request, cookies.KNOWN) or new_handle(), new_handle())
    fresh = Fresh(sid=new_session_id(), handle=hashed(given.sso), known=hashed(given.known))
    previous = cookies.read_hashed(request, cookies.SSO)

    def work(book: Book) -> tuple[Progress, Destination | None, bool]:
        """One transaction from the guess to the authorization code."""
        flow = conduct.current(book, name, caller, now)
        progress = conduct.enter_code(book, name, code, caller, provider.sign_in, fresh, now, previous)
        destination = destination_of(provider, flow.asked) if flow is not None else None
        if flow is None or destination is None or progress.session is None:
            return progress, None, False
        if must_ask(destination, progress.session, flow.began_at, now) is not None:
            return progress, destination, False
        reach(book, destination, progress.session, hashed(given.code), caller.origin, now)
        return progress, destination, True

    progress, destination, granted = await provider.store.transact(work)
    if progress.ended:
        await provider.on_ended(progress.ended)
    if progress.session is None:
        return _next(request, progress, typed="")
    if granted and destination is not None:
        response = send_on(way_on(provider, destination, given.code))
    elif isinstance(destination, Request):
        other = Refused(OAuthError.LOGIN_REQUIRED, "somebody else signed in than id_token_hint names")
        response = await refuse(request, Refusable(destination.target, other))
    else:
        response = send_on(provider.start)
    cookies.give(response, cookies.SSO, given.sso)
    cookies.give(response, cookies.KNOWN, given.known, cookies.KNOWN_FOR)
    return response


@dataclass(frozen=True, slots=True, repr=False)
class _Given:
    """Handles the browser gets when the sign-in is complete."""

    sso: Handle
    known: Handle
    code: Handle


async def _ask_directory(provider: Provider, login: str, password: str) -> Person | Rejected | Unanswered:
    try:
        said = await provider.authenticate(login, password)
    except provider.directory_errors:
        return Unanswered()
    return said if isinstance(said, Person) else Rejected(str(said.reason.value), said.subject)


def _next(request: web.Request, progress: Progress, typed: str) -> web.Response:
    """After a step that went well the next page, by redirect; after a refused one the same, saying why."""
    flow, told = progress.flow, progress.told
    if flow is None:
        return failure.start_again(request)
    moved_on = told is None or TOLD[told.reason] is Told.START_AGAIN
    if moved_on:
        response = send_on("/sign-in?" + urlencode({"flow": flow.id}))
        if told is not None:
            response.headers[REASON_HEADER] = TOLD[told.reason]
        return response
    destination = destination_of(provider_of(request), flow.asked)
    if destination is None:
        return failure.start_again(request)
    return sign_in_page.page(request, flow, destination, told, typed)


def _name(request: web.Request) -> FlowId | None:
    return read_flow_id(request.query.get("flow"))


def _caller(request: web.Request) -> Caller:
    return Caller(
        origin=arrival.origin_of(request),
        browser=cookies.read_hashed(request, cookies.LOGIN),
        known=cookies.read_hashed(request, cookies.KNOWN),
    )
