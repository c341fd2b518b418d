"""`/account`: who somebody is here, and where they are signed in. The page of the provider's own session."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from aiohttp import web

from config.vocabulary import (
    REASON_HEADER,
    RECOVERY_ADMINISTRATOR,
    Language,
    MunicipalityCode,
    Role,
    SessionId,
)
from idp.directory.person import RoleHeld
from idp.events import Origin
from idp.http import account_codes, account_factors, account_password, arrival, cookies, failure
from idp.http.account_words import DONE, UNCHANGED_BY_NAME, told_at
from idp.http.acting import turned_away
from idp.http.authorize import at_work, send_on, signed_in
from idp.http.destination import lead_through
from idp.http.expiry import Expiry
from idp.http.page import language_of
from idp.http.provider import Book, Provider, provider_of
from idp.http.sign_in_page import provider_title
from idp.http.sign_out import frames_of
from idp.http.upstream_logout import elsewhere
from idp.http.user_agent import describe
from idp.http.ways_of_proof import FACTORS, LEVELS, methods_in_words
from idp.login import desk, own, unlink
from idp.login.authenticator import Authenticator
from idp.login.handle import HandleHash
from idp.login.new_device import DeviceName, NewDevice
from idp.login.own_authenticators import Unchanged, is_fresh, proof_ends, removable_of
from idp.login.own_page import ACCOUNT
from idp.login.session import Session, SessionLimits, idle_end, roles_of
from idp.login.trust import shown_is_new, still_new
from idp.login.upstream import Identity, Link
from idp.oidc import consent
from idp.oidc.client import ClientId
from idp.oidc.consent import Consent
from idp.oidc.errors import Refused

Handler = Callable[[web.Request], Awaitable[web.Response]]

NOT_AMONG_OWN = "not_among_own"
"""Why nothing was done: somebody else's, over meanwhile, or not for this browser to say."""
NOTHING_LEFT, CONFIRM_FIRST = "gone", "confirm-first"
CHECK, STAY = "/account/expiry", "/account/stay"

Outcome = tuple[SessionId, ...] | Unchanged | None
Act = Callable[[Book, Session, Origin, datetime], Outcome]
"""What a form does, in one transaction: the names of sessions that it ended; None where there was nothing to do; or
why it may not."""


async def show(request: web.Request) -> web.Response:
    """Whoever is not signed in is led through a sign-in and back."""
    provider, now = provider_of(request), provider_of(request).clock()
    handle = cookies.read_hashed(request, cookies.SSO)
    session = await at_work(provider, handle)
    if isinstance(session, Refused):
        return failure.page_of_status(request, 503)
    if session is None or handle is None:
        return await lead_through(request, ACCOUNT)
    return await _page(request, provider, handle, now)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Seen:
    """What the page shows, of one moment."""

    session: Session
    sessions: Sequence[Session]
    devices: Sequence[NewDevice]
    vouches: bool
    authenticators: Sequence[Authenticator]
    codes_left: int
    links: Sequence[Link]
    consents: Sequence[Consent]


async def _page(request: web.Request, provider: Provider, handle: HandleHash, now: datetime) -> web.Response:
    limits, browser = provider.sign_in, cookies.read_hashed(request, cookies.KNOWN)

    def work(book: Book) -> _Seen | None:
        session = desk.live(book, handle, limits, now)
        if session is None:
            return None
        session = desk.touch(book, session, limits, now)
        subject = session.person.subject
        return _Seen(
            session=session,
            sessions=own.sessions(book, session, limits, now),
            devices=own.new_devices(book, session, browser),
            vouches=own.may_vouch(book, session, browser),
            authenticators=book.authenticators(subject),
            codes_left=book.recovery_codes_left(subject),
            links=book.links_of(subject),
            consents=book.consents_of(subject),
        )

    found = await provider.store.transact(work)
    if found is None:
        return await lead_through(request, ACCOUNT)
    session = found.session
    language = language_of(request, provider.pages.default_language)
    done = request.query.get("done", "") if arrival.led_here_by_us(request) else ""
    said = DONE.get(done) or UNCHANGED_BY_NAME.get(done)
    of_directory = session.person.subject != RECOVERY_ADMINISTRATOR
    return provider.pages.respond(
        request,
        "account.html",
        scripts=True,
        who=session.person,
        of_directory=of_directory,
        facts_at=session.facts_at,
        roles=roles_in_words(session.person, language, provider.municipality_name),
        this=session.sid,
        now=now,
        said=said,
        well=done in DONE and done not in {NOTHING_LEFT, CONFIRM_FIRST},
        start=provider.start,
        describe=describe,
        level=lambda one: LEVELS[one.level].in_language(language),
        methods=lambda one: methods_in_words(one.methods, language),
        expiry=expiry_of(session, limits, now),
        check=CHECK,
        stay=STAY,
        sessions=found.sessions,
        devices=found.devices,
        vouches=found.vouches,
        puts_out=own.may_put_out(session, now),
        authenticators=found.authenticators,
        kind=lambda one: FACTORS[one.factor].in_language(language),
        new=lambda one: still_new(one, now),
        why_kept=lambda one: why_kept(found.authenticators, session, one, now),
        limited=session.proof_counts_from if shown_is_new(session, now) else None,
        codes_left=found.codes_left,
        proven=proof_ends(session) if is_fresh(session, now) else None,
        links=found.links,
        consents=found.consents,
        outside=lambda one: name_outside(provider, one),
        upstreams=bool(provider.upstreams),
        linked_at=lambda one: provider_title(request, one.provider),
    )


def why_kept(
    mine: Sequence[Authenticator], session: Session, one: Authenticator, now: datetime
) -> str | None:
    """Why it cannot be removed in this session; None where it can."""
    found = removable_of(mine, session, one.id, now)
    return None if isinstance(found, Authenticator) else found.reason.value


class Holder(Protocol):
    @property
    def roles(self) -> Sequence[RoleHeld]: ...


def roles_in_words(
    person: Holder, language: Language, municipality: Callable[[MunicipalityCode], str]
) -> Mapping[str, str]:
    """Name of each municipality → roles there."""
    held: dict[MunicipalityCode, list[Role]] = {}
    for one in person.roles:
        held.setdefault(one.municipality, []).append(one.role)
    named = ((municipality(where), roles) for where, roles in held.items())
    return {name: ", ".join(role.title_in(language) for role in roles) for name, roles in sorted(named)}


def expiry_of(session: Session, limits: SessionLimits, now: datetime) -> Expiry:
    return Expiry(now=now, idle_ends=idle_end(session, limits), latest=session.expires_at)


async def expiry(request: web.Request) -> web.Response:
    """For the page's script: how long there is. To ask is not to be at work."""
    provider, now = provider_of(request), provider_of(request).clock()
    session = await signed_in(provider, cookies.read_hashed(request, cookies.SSO))
    if session is None:
        return web.json_response({}, status=401, headers={"Cache-Control": "no-store"})
    language = language_of(request, provider.pages.default_language)
    told = expiry_of(session, provider.sign_in, now).as_json(language)
    return web.json_response(told, headers={"Cache-Control": "no-store"})


async def stay(request: web.Request) -> web.Response:
    """The person is still here."""
    if (answer := await turned_away(request)) is not None:
        return answer
    provider, now = provider_of(request), provider_of(request).clock()
    handle, limits = cookies.read_hashed(request, cookies.SSO), provider_of(request).sign_in

    def work(book: Book) -> bool:
        session = desk.live(book, handle, limits, now) if handle is not None else None
        if session is not None:
            book.keep_seen(session.sid, now, limits.idle_of(roles_of(session.person)))
        return session is not None

    await provider.store.transact(work)
    return send_on(ACCOUNT.path)


async def end(request: web.Request) -> web.Response:
    """One of the own sessions, this one too."""
    which = SessionId(arrival.field(await arrival.form(request), "session"))
    return await _act(
        request,
        lambda book, session, origin, now: own.end(book, session, which, origin, now) or None,
        "ended",
        only_ends=True,
    )


async def end_others(request: web.Request) -> web.Response:
    return await _act(request, own.end_others, "ended-others", only_ends=True)


async def end_everywhere(request: web.Request) -> web.Response:
    return await _act(request, own.end_everywhere, "ended", only_ends=True)


async def own_device(request: web.Request) -> web.Response:
    """The person knows the new browser."""
    which, browser = await _device(request), cookies.read_hashed(request, cookies.KNOWN)

    def act(book: Book, session: Session, origin: Origin, now: datetime) -> tuple[SessionId, ...] | None:
        return () if own.own_device(book, session, browser, which, origin, now) else None

    return await _act(request, act, "owned")


async def disown_device(request: web.Request) -> web.Response:
    """The person does not: everything ends, and the page that says so says whom to call."""
    which, browser = await _device(request), cookies.read_hashed(request, cookies.KNOWN)

    def act(book: Book, session: Session, origin: Origin, now: datetime) -> tuple[SessionId, ...] | None:
        return own.disown_device(book, session, browser, which, origin, now)

    return await _act(request, act, "ended", only_ends=True, alarmed=True)


async def end_link(request: web.Request) -> web.Response:
    """The other provider lets nobody in as this person any more."""
    pairs = await arrival.form(request)
    which = Identity(issuer=arrival.field(pairs, "issuer"), subject=arrival.field(pairs, "identity"))
    return await _act(
        request,
        lambda book, session, origin, now: unlink.own_unlink(book, session, which, origin, now),
        "unlinked",
        only_ends=True,
    )


async def withdraw_consent(request: web.Request) -> web.Response:
    """An application outside the centre learns nothing any more, and what it was given is good no more."""
    which = ClientId(arrival.field(await arrival.form(request), "client"))
    return await _act(
        request,
        lambda book, session, origin, now: (
            () if consent.withdraw(book, session, which, origin, now) else None
        ),
        "withdrawn",
        only_ends=True,
    )


def name_outside(provider: Provider, one: Consent) -> str:
    """What the application is called; one that is there no more, by its id."""
    client = provider.clients.get(one.client)
    return one.client if client is None or client.outside is None else client.outside.name


async def _device(request: web.Request) -> DeviceName:
    return DeviceName(arrival.field(await arrival.form(request), "device"))


async def _act(
    request: web.Request, act: Act, done: str, *, only_ends: bool = False, alarmed: bool = False
) -> web.Response:
    """Carry out a form; back to the page, or to the last one where this very session ended."""
    if (answer := await turned_away(request, only_ends=only_ends)) is not None:
        return answer
    provider, now, origin = provider_of(request), provider_of(request).clock(), arrival.origin_of(request)
    handle = cookies.read_hashed(request, cookies.SSO)

    def work(book: Book) -> tuple[Session | None, Outcome, tuple[str, ...]]:
        session = desk.live(book, handle, provider.sign_in, now) if handle is not None else None
        if session is None:
            return None, None, ()
        frames = frames_of(book, provider, session.sid)
        return session, act(book, desk.touch(book, session, provider.sign_in, now), origin, now), frames

    session, over, frames = await provider.store.transact(work)
    if isinstance(over, Unchanged):
        response = send_on(told_at(CONFIRM_FIRST))
        response.headers[REASON_HEADER] = over
        return response
    if over:
        await provider.on_ended(over)
    if session is None:
        return send_on(ACCOUNT.path)
    if over is not None and session.sid in over:
        everywhere = act is own.end_everywhere
        return await _signed_out(request, session, frames, alarmed=alarmed, everywhere=everywhere)
    response = send_on(told_at(done if over is not None else NOTHING_LEFT))
    if over is None:
        response.headers[REASON_HEADER] = NOT_AMONG_OWN
    return response


async def _signed_out(
    request: web.Request, session: Session, frames: tuple[str, ...], *, alarmed: bool, everywhere: bool
) -> web.Response:
    provider = provider_of(request)
    template = "account_alarm.html" if alarmed else "signed_out.html"
    response = provider.pages.respond(
        request,
        template,
        frames=frames,
        start=provider.start,
        onward=None,
        everywhere=everywhere,
        elsewhere=await elsewhere(request, session.via),
    )
    cookies.take_away(response, cookies.SSO)
    return response


PAGES: Mapping[str, Handler] = {
    ACCOUNT.path: show,
    CHECK: expiry,
    **account_factors.PAGES,
    **account_codes.PAGES,
    **account_password.PAGES,
}
FORMS: Mapping[str, Handler] = {
    STAY: stay,
    "/account/sign-ins/end": end,
    "/account/sign-ins/end-others": end_others,
    "/account/sign-ins/end-all": end_everywhere,
    "/account/upstreams/end": end_link,
    "/account/consents/withdraw": withdraw_consent,
    "/account/devices/mine": own_device,
    "/account/devices/not-mine": disown_device,
    **account_factors.FORMS,
    **account_codes.FORMS,
    **account_password.FORMS,
}
"""Address of each form → what it does."""
