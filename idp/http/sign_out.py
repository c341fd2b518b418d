"""`/logout`: sign-out asked for by a relying party or by the person."""

from aiohttp import web

from config.vocabulary import SessionId
from idp.events import EndReason
from idp.http import arrival, cookies
from idp.http.authorize import send_on, signed_in
from idp.http.provider import Book, Provider, provider_of
from idp.http.upstream_logout import elsewhere
from idp.login import desk
from idp.login.upstream import Via
from idp.oidc import front_channel
from idp.oidc import logout as rules
from idp.oidc.client import ClientId
from idp.oidc.logout import HintReader, SignedOutOf, SignOut

KEPT_FIELDS = ("client_id", "post_logout_redirect_uri", "state")


async def ask(request: web.Request) -> web.Response:
    """RP-Initiated Logout 1.0 §2: at once with a hint about this session, else after the person said so."""
    provider = provider_of(request)
    pairs = await arrival.parameters(request)
    sign_out = rules.read(pairs, provider.clients, hint_reader(provider))
    session = await signed_in(provider, cookies.read_hashed(request, cookies.SSO))
    if session is not None and sign_out.needs_confirmation(session.sid, provider.clients):
        return _confirmation(request, sign_out, session.person.name)
    # of a client with names of its own nobody knows which one that is, where the browser does not say
    over = session.sid if session is not None else SessionId(sign_out.hint.session) if sign_out.hint else None
    return await leave(request, sign_out.onward(), over)


async def confirm(request: web.Request) -> web.Response:
    """The person's own yes, from our page."""
    provider = provider_of(request)
    sign_out = rules.read(await arrival.form(request), provider.clients, hint_reader(provider))
    session = await signed_in(provider, cookies.read_hashed(request, cookies.SSO))
    return await leave(request, sign_out.onward(), session.sid if session is not None else None)


async def leave(
    request: web.Request, onward: str | None, over: SessionId | None, but: str = ""
) -> web.Response:
    """End a session, have its applications know but the one that asks (`but`), and go on."""
    provider = provider_of(request)
    origin, now = arrival.origin_of(request), provider.clock()
    via: Via | None = None
    frames: tuple[str, ...] = ()
    if over is not None:
        ended = await provider.store.look(lambda book: book.session(over))
        via = ended.via if ended is not None else None
        frames = await provider.store.look(lambda book: frames_of(book, provider, over, but))
        names = await provider.store.transact(
            lambda book: desk.end_one(book, over, EndReason.SIGNED_OUT, origin, now)
        )
        if names:
            await provider.on_ended(names)
    still = await elsewhere(request, via)
    if onward is not None and still is None and not frames:
        response = send_on(onward)
    else:  # whoever is still signed in elsewhere is told, and goes on from there
        by_itself = onward if frames and still is None else None
        response = provider.pages.respond(
            request,
            "signed_out.html",
            scripts=by_itself is not None,
            frames=frames,
            start=onward or provider.start,
            everywhere=False,
            elsewhere=still,
            onward=by_itself,
        )
    cookies.take_away(response, cookies.SSO)
    return response


def frames_of(book: Book, provider: Provider, session: SessionId, but: str = "") -> tuple[str, ...]:
    """What the browser loads when that session ends; asked before it does."""
    if provider.saml is None and not any(one.frontchannel_logout_uri for one in provider.clients.values()):
        return ()
    told = [one for one in book.signed_in_to(session) if one != but]
    frames = front_channel.addresses(told, provider.clients, provider.issuer, session)
    over = book.session(session)
    if provider.saml is None or over is None:
        return frames
    return (*frames, *provider.saml.frames(told, over, provider.issuer, provider.clock()))


def _confirmation(request: web.Request, sign_out: SignOut, person: str) -> web.Response:
    """The form carries what is verified again when it comes back."""
    values = (sign_out.client, sign_out.redirect_uri, sign_out.state)
    kept = {name: value for name, value in zip(KEPT_FIELDS, values, strict=True) if value is not None}
    provider = provider_of(request)
    targets = () if sign_out.redirect_uri is None else (arrival.site_of(sign_out.redirect_uri),)
    return provider.pages.respond(
        request,
        "sign_out_confirm.html",
        form_targets=targets,
        kept=kept,
        person=person,
        start=provider.start,
    )


def hint_reader(provider: Provider) -> HintReader:
    def read(token: str) -> SignedOutOf | None:
        claims = provider.keys.verify(token, provider.issuer, provider.clock())
        if claims is None:
            return None
        client, sid = claims.get("aud"), claims.get("sid")
        if not isinstance(client, str) or not isinstance(sid, str):
            return None
        return SignedOutOf(ClientId(client), sid)

    return read
