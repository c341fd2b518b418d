"""`/authorize`: answer from the session the browser has, or begin a sign-in."""

from collections.abc import Mapping
from datetime import timedelta
from urllib.parse import parse_qsl, urlencode, urlsplit

from aiohttp import web

from config.vocabulary import REASON_HEADER, RECOVERY_ADMINISTRATOR, AuthenticationLevel, Language
from idp import events
from idp.events import Origin
from idp.http import arrival, consent_page, cookies, failure
from idp.http.asked import counting
from idp.http.page import language_of
from idp.http.provider import Admitted, Book, NotAdmitted, Provider, provider_of
from idp.http.security_headers import page_headers
from idp.http.words import UNSAFE
from idp.login import crowd, desk, purses
from idp.login.book import Flow
from idp.login.crowd import Asking
from idp.login.drawn import new_challenge
from idp.login.facts import recent
from idp.login.handle import HandleHash, hashed, new_flow_id, new_handle
from idp.login.level import any_reaches, first_was_shown
from idp.login.reach import reach_of
from idp.login.session import Session, end_due
from idp.login.states import AwaitingFactor, AwaitingPassword, Standing, Waiting
from idp.oidc import authorize as rules
from idp.oidc import consent, grant
from idp.oidc.authorize import (
    Hint,
    HintReader,
    Refusable,
    Request,
    ResponseMode,
    SignInWhy,
    Target,
    Unanswerable,
)
from idp.oidc.client import ClientId
from idp.oidc.errors import OAuthError, Refused
from idp.oidc.parameters import printable


async def authorize(request: web.Request) -> web.Response:
    """OpenID Connect Core 1.0 §3.1.2; GET and POST."""
    provider = provider_of(request)
    pairs, refused = await counting(request)
    asked = refused or rules.read(pairs, provider.clients, hint_reader(provider))
    if isinstance(asked, Unanswerable):
        return await _unanswerable(request, asked)
    if isinstance(asked, Refusable):
        return await refuse(request, asked)
    now = provider.clock()
    handle = cookies.read_hashed(request, cookies.SSO)
    session = await at_work(provider, handle)
    if isinstance(session, Refused):
        return await refuse(request, Refusable(asked.target, session))
    why = rules.must_ask(asked, session, now, now)
    if why is None and handle is not None:
        return await answer(request, asked, handle, kept=rules.kept(dict(pairs)))
    beginning = await _beginning(request, asked, session, why)
    if isinstance(beginning, Refused):
        return await refuse(request, Refusable(asked.target, beginning))
    return await begin(request, rules.kept(dict(pairs)), beginning, asked.language, asked.target.client)


async def _beginning(
    request: web.Request, asked: Request, session: Session | None, why: SignInWhy | None
) -> Waiting | Refused:
    """Where a new sign-in begins: at the password, or at the factor that lifts the session."""
    provider = provider_of(request)
    if rules.silent(asked) or not in_a_page_of_its_own(request):
        return Refused(OAuthError.LOGIN_REQUIRED, f"sign-in needed: {why}")
    if why is not SignInWhy.LEVEL_TOO_LOW or session is None:
        return AwaitingPassword(new_challenge(), asked.demanded)
    return await lifting(provider, session, asked.demanded) or rules.REFUSALS[why]


async def lifting(
    provider: Provider, session: Session, demanded: AuthenticationLevel | None
) -> Waiting | None:
    """Where a sign-in begins that lifts a session; None where none of the person's factors would."""
    reach = await _reach(provider, session)
    enrols = not reach and session.person.subject != RECOVERY_ADMINISTRATOR  # with an officer's code
    if not enrols and not any_reaches(reach, demanded):
        return None
    # a new passkey: nothing that another key could go with
    passwordless = not first_was_shown(session.methods)
    if enrols or passwordless:
        return AwaitingPassword(new_challenge(), demanded)
    return AwaitingFactor(_raised(session, demanded), new_challenge())


async def _reach(provider: Provider, session: Session) -> frozenset[AuthenticationLevel]:
    """What the person's factors lift the session to; empty where there is none."""
    subject, now = session.person.subject, provider.clock()
    return await provider.store.look(lambda book: reach_of(book, subject, now))


def _raised(session: Session, demanded: AuthenticationLevel | None) -> Standing:
    """The session's password was shown recently enough (`must_ask` saw to it): the factor alone is asked for."""
    return Standing(
        person=session.person,
        read_at=session.facts_at,
        demanded=demanded,
        lifting=session.sid,
        since=session.auth_time,
        via=session.via,
    )


def in_a_page_of_its_own(request: web.Request) -> bool:
    """Images and frames of a stranger's page would use up all that their office may begin at once.

    The browser says what it loads this for (Fetch Metadata); one that does not say is believed.
    """
    return request.headers.get("Sec-Fetch-Dest", "document") == "document"


async def signed_in(provider: Provider, handle: HandleHash | None) -> Session | None:
    """The browser's session, if it may be used now."""
    if handle is None:
        return None
    session = await provider.store.look(lambda book: book.session_of(handle))
    usable = session is not None and end_due(session, provider.clock(), provider.sign_in) is None
    return session if usable else None


async def at_work(
    provider: Provider, handle: HandleHash | None, within: timedelta | None = None
) -> Session | Refused | None:
    """The browser's session with facts young enough for whoever does something by it: as young as `within`
    (None: as the configuration says).
    """
    session = await signed_in(provider, handle)
    if session is None or recent(session.facts_at, provider.clock(), within or provider.refresh):
        return session
    return await reread(provider, session)


async def answer(
    request: web.Request, asked: Request, handle: HandleHash, flow: Flow | None = None, *, kept: str
) -> web.Response:
    """A code for the session behind `handle`, looked at again in the transaction that issues it. The caller has seen
    to its facts (`at_work`). `kept`: the request as it is read again, where the person is asked for consent first.
    """
    provider = provider_of(request)
    now, origin, code = provider.clock(), arrival.origin_of(request), new_handle()
    admitted = await _may_use(provider, asked, handle, origin)
    if isinstance(admitted, NotAdmitted):
        return await _not_admitted(request, asked, admitted)
    if (wanted := await consent_page.wanted(provider, asked, handle)) is not None:
        if rules.silent(asked) or not in_a_page_of_its_own(request):
            return await refuse(request, Refusable(asked.target, consent.REQUIRED))
        return consent_page.page(request, asked, wanted, kept)

    def work(book: Book) -> bool:
        session = desk.live(book, handle, provider.sign_in, now)
        asked_at = flow.began_at if flow is not None else now
        if session is None or rules.must_ask(asked, session, asked_at, now) is not None:
            return False
        session = desk.touch(book, session, provider.sign_in, now)
        grant.issue_code(
            book, asked, session, hashed(code), origin, now, admitted.rule, admitted.policy_version
        )
        if flow is not None:
            book.drop_flow(flow.id)
        return True

    if not await provider.store.transact(work):
        refused = Refused(OAuthError.LOGIN_REQUIRED, "the session ended meanwhile; begin a new sign-in")
        return await refuse(request, Refusable(asked.target, refused))
    return to_client(request, asked.target, {"code": code})


async def _may_use(
    provider: Provider, asked: Request, handle: HandleHash, origin: Origin
) -> Admitted | NotAdmitted:
    """Whoever is signed in, where the client names no application."""
    client = provider.clients.get(asked.target.client)
    application = "" if client is None else client.application  # who is gone meanwhile exchanges no code
    session = await signed_in(provider, handle) if application else None
    if session is None:
        return Admitted("", "")
    return await provider.may_use(session, application, origin, provider.clock())


async def _not_admitted(request: web.Request, asked: Request, why: NotAdmitted) -> web.Response:
    """The person reads why; where nobody would see a page, the client is told."""
    provider = provider_of(request)
    denied = Refused(OAuthError.ACCESS_DENIED, f"the person may not use this: {printable(why.reason)}")
    refusable = Refusable(asked.target, denied)
    if rules.silent(asked) or not in_a_page_of_its_own(request):
        return await refuse(request, refusable)
    origin, now = arrival.origin_of(request), provider.clock()
    await provider.store.transact(lambda book: grant.refuse_authorization(book, refusable, origin, now))
    return not_admitted_page(request, why)


def not_admitted_page(request: web.Request, why: NotAdmitted) -> web.Response:
    provider, origin = provider_of(request), arrival.origin_of(request)
    language = language_of(request, provider.pages.default_language)
    response = provider.pages.respond(
        request,
        "not_admitted.html",
        status=403,
        title=why.title.get(language, ""),
        advice=why.advice.get(language, ""),
        start=provider.start,
        request_id=origin.request_id,
    )
    response.headers[REASON_HEADER] = why.reason
    return response


async def refuse(request: web.Request, refusable: Refusable) -> web.Response:
    provider = provider_of(request)
    origin, now = arrival.origin_of(request), provider.clock()
    await provider.store.transact(lambda book: grant.refuse_authorization(book, refusable, origin, now))
    return to_client(request, refusable.target, rules.refusal(refusable.refused))


def to_client(request: web.Request, target: Target, answer: Mapping[str, str]) -> web.Response:
    """By redirect, or by a form that our script sends, and a click where no script runs."""
    provider = provider_of(request)
    if target.mode is ResponseMode.QUERY:
        return send_on(rules.answer_address(target, provider.issuer, answer))
    return provider.pages.respond(
        request,
        "form_post.html",
        form_action=arrival.form_address(target.redirect_uri),
        scripts=True,
        action=target.redirect_uri,
        fields=rules.answer_fields(target, provider.issuer, answer),
        host=urlsplit(target.redirect_uri).hostname or "",
    )


async def _unanswerable(request: web.Request, asked: Unanswerable) -> web.Response:
    provider = provider_of(request)
    refused = events.AuthorizationRefused(
        at=provider.clock(),
        origin=arrival.origin_of(request),
        client=asked.client,
        reason=asked.reason,
    )
    await provider.store.transact(lambda book: book.record(refused))
    return failure.page(request, 400, UNSAFE[asked.reason], asked.reason)


async def begin(
    request: web.Request, kept: str, state: Waiting, asked_language: Language | None = None, client: str = ""
) -> web.Response:
    """Begin a sign-in that stands at `state` and leads where `kept` says (`Flow.asked`)."""
    provider = provider_of(request)
    now, origin = provider.clock(), arrival.origin_of(request)
    browser = cookies.read(request, cookies.LOGIN) or new_handle()
    language = asked_language or language_of(request, provider.pages.default_language)
    flow = Flow(
        id=new_flow_id(),
        browser=hashed(browser),
        state=state,
        asked=kept,
        address=purses.address_key(origin.address),
        locale=language,
        began_at=now,
        expires_at=now + provider.sign_in.flow_lifetime,
    )
    known = cookies.read_hashed(request, cookies.KNOWN)
    asking = Asking(client=client, origin=origin, now=now, limits=provider.sign_in, known=known)
    crowded = await provider.store.transact(lambda book: crowd.begin(book, flow, asking))
    if crowded is not None:
        return failure.crowded(request, crowded)
    chosen = {"lang": asked_language.value} if asked_language is not None else {}
    response = send_on("/sign-in?" + urlencode({"flow": flow.id, **chosen}))
    cookies.give(response, cookies.LOGIN, browser, provider.sign_in.flow_lifetime)
    return response


async def reread(provider: Provider, session: Session) -> Session | Refused | None:
    """The session with present facts; with the last ones while the directory is away, within the grace."""
    try:
        person = await provider.reread(session.person.subject)
    except provider.directory_errors:
        if recent(session.facts_at, provider.clock(), provider.grace):
            return session
        return Refused(OAuthError.TEMPORARILY_UNAVAILABLE, "the office directory does not answer")
    now, sid = provider.clock(), session.sid
    fresh = await provider.store.transact(lambda book: desk.refresh(book, sid, person, provider.sign_in, now))
    if fresh is None:
        await provider.on_ended((sid,))
    return fresh


def asked_of(provider: Provider, text: str) -> Request | None:
    """A kept request, read again: what was taken out of the configuration meanwhile is answered no more."""
    asked = rules.read(parse_qsl(text, keep_blank_values=True), provider.clients, hint_reader(provider))
    return asked if isinstance(asked, Request) else None


def hint_reader(provider: Provider) -> HintReader:
    def read(token: str) -> Hint | None:
        claims = provider.keys.verify(token, provider.issuer, provider.clock())
        if claims is None or not isinstance(claims.get("sub"), str):
            return None
        client = provider.clients.get(ClientId(str(claims.get("aud"))))
        return Hint(claims["sub"]) if client is None else Hint(claims["sub"], client.subject_of)

    return read


def send_on(address: str) -> web.Response:
    """303: the browser goes on with GET and leaves the password behind (RFC 9700 §4.12)."""
    return web.Response(status=303, headers={**page_headers(), "Location": address})
