"""`/token`: a code, a refresh token or the proof of a program becomes tokens."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from aiohttp import web

from idp import events
from idp.events import Origin
from idp.http import answers, arrival, clients, holding, programs
from idp.http.authorize import reread
from idp.http.provider import Book, NotAdmitted, Provider, provider_of
from idp.login.facts import recent
from idp.login.handle import hashed, new_handle
from idp.login.session import Session
from idp.oidc import claims, device_grant, dpop, grant, program, refresh, refresh_token, token
from idp.oidc.client import Client
from idp.oidc.client_authentication import Shown
from idp.oidc.device_grant import Poll
from idp.oidc.dpop import Proof
from idp.oidc.errors import DpopFault, OAuthError, Refused
from idp.oidc.grant import Exchange
from idp.oidc.issue import New, Redeemed
from idp.oidc.refresh import Refresh
from idp.oidc.refresh_token import RefreshToken


@dataclass(frozen=True, slots=True)
class Examined:
    """A refresh token is good, and something is asked before it is used."""

    asked: Refresh
    session: Session


@dataclass(frozen=True, slots=True)
class Asking:
    values: Mapping[str, str]
    shown: Shown
    new: New
    holding: holding.Shown
    origin: Origin
    now: datetime


async def exchange(request: web.Request) -> web.Response:
    """RFC 6749 §4.1.3, §4.4, §6; RFC 8628 §3.4."""
    provider = provider_of(request)
    pairs = await clients.form(request)
    if isinstance(pairs, Refused):
        return answers.refused(pairs, request)
    if program.asks_for_it(pairs):
        return await _to_program(request, pairs)
    values, shown = clients.shown(request, pairs)
    origin, now = arrival.origin_of(request), provider.clock()
    if isinstance(shown, Refused):
        event = events.TokenRefused(at=now, origin=origin, client="", reason=shown.error)
        await provider.store.transact(lambda book: book.record(event))
        return answers.refused(shown, request)
    access, again = new_handle(), _next_of(values)
    held = holding.shown(request, provider)
    brought = shown.certificate
    new = New(
        access=hashed(access),
        refresh=again.parts(),
        jkt=held.jkt if isinstance(held, Proof) else None,
        x5t=brought.x5t if brought is not None else None,
    )
    asking = Asking(values, shown, new, held, origin, now)
    redeemed = await provider.store.transact(lambda book: _redeemed(book, provider, asking))
    if isinstance(redeemed, Examined):
        redeemed = await _after_asking(provider, redeemed, new, origin)
    if isinstance(redeemed, Refused):
        return answers.refused(redeemed, request)
    said = _id_token(provider, redeemed, access)
    more = again.text() if redeemed.refreshable else None
    return answers.json(token.answer(access, said, redeemed.scopes, more, token.kind_of(redeemed.jkt)))


def _redeemed(book: Book, provider: Provider, asking: Asking) -> Redeemed | Examined | Refused:
    """Who asks, and for what, within one transaction."""
    origin, now = asking.origin, asking.now
    client = clients.proven(book, provider, asking.shown, origin, now)
    if isinstance(client, Refused):
        return client
    asked = token.read(asking.values, client)
    if isinstance(asked, Refused):
        book.record(events.TokenRefused(at=now, origin=origin, client=client.id, reason=asked.error))
        return asked
    unproven = _not_held(book, asking, client)
    if unproven is not None:
        return unproven
    return _given(book, provider, asking, asked)


def _given(
    book: Book, provider: Provider, asking: Asking, asked: Exchange | Refresh | Poll
) -> Redeemed | Examined | Refused:
    origin, now, limits = asking.origin, asking.now, provider.sign_in
    if isinstance(asked, Exchange):
        return grant.redeem(book, asked, asking.new, origin, limits, now)
    if isinstance(asked, Poll):
        return device_grant.redeem(book, asked, asking.new, origin, limits, now)
    session = refresh.to_be_examined(book, asked, asking.new, limits, provider.refresh, now)
    if session is not None:
        return Examined(asked, session)
    return refresh.rotate(book, asked, asking.new, origin, limits, now)


def _not_held(book: Book, asking: Asking, client: Client) -> Refused | None:
    """Without the proof that its tokens need, or by a wrong one, nothing is given; what was asked for stays good."""
    fault = holding.fault(asking.holding, asking.shown.certificate, client)
    if fault is None and isinstance(asking.holding, Proof):
        fault = asking.holding.spend(book)
    if fault is None:
        return None
    event = events.TokenRefused(at=asking.now, origin=asking.origin, client=client.id, reason=fault)
    book.record(event)
    return holding.refused(fault)


def _next_of(values: Mapping[str, str]) -> RefreshToken:
    """What a refresh token is replaced by, or the first of a family: one that comes with a code has no say in that."""
    refreshes = values.get("grant_type") == "refresh_token"
    before = refresh_token.read(values.get("refresh_token")) if refreshes else None
    return before.next() if before is not None else refresh_token.new_family()


async def _after_asking(
    provider: Provider, examined: Examined, new: New, origin: Origin
) -> Redeemed | Refused:
    """As where a person comes by themselves: the directory is asked, and the policies as from where they signed in."""
    asked, limits = examined.asked, provider.sign_in
    session: Session | Refused | None = examined.session
    if not recent(examined.session.facts_at, provider.clock(), provider.refresh):
        session = await reread(provider, examined.session)
    if isinstance(session, Refused):
        return await _refused(provider, examined, session, origin)
    if session is not None and asked.client.application:  # one that has ended is refused below
        there = Origin(address=session.address, request_id=origin.request_id, user_agent=session.user_agent)
        said = await provider.may_use(session, asked.client.application, there, provider.clock())
        if isinstance(said, NotAdmitted):
            denied = Refused(OAuthError.INVALID_GRANT, "the person may not use this now")
            return await _refused(provider, examined, denied, origin, OAuthError.ACCESS_DENIED)
    now = provider.clock()
    return await provider.store.transact(lambda book: refresh.rotate(book, asked, new, origin, limits, now))


async def _refused(
    provider: Provider, examined: Examined, told: Refused, origin: Origin, reason: str = ""
) -> Refused:
    """The token stays as it is."""
    person = examined.session.person
    refused = events.TokenRefused(
        at=provider.clock(),
        origin=origin,
        person=person.login,
        subject=person.subject,
        client=examined.asked.client.id,
        reason=reason or told.error,
    )
    await provider.store.transact(lambda book: book.record(refused))
    return told


async def _to_program(request: web.Request, pairs: arrival.Pairs) -> web.Response:
    """RFC 6749 §4.4."""
    provider, origin = provider_of(request), arrival.origin_of(request)
    authorization = request.headers.get("Authorization")
    if dpop.HEADER in request.headers:  # it would take the token for one that nobody else can use
        bearer_alone, now = DpopFault.NOT_FOR_PROGRAMS, provider.clock()
        event = events.TokenRefused(at=now, origin=origin, client="", reason=bearer_alone)
        await provider.store.transact(lambda book: book.record(event))
        said = "tokens of technical accounts are not bound to a key; leave the DPoP header out"
        return answers.refused(Refused(OAuthError.INVALID_DPOP_PROOF, said), request)
    made = await programs.issued(provider, pairs, authorization, origin, provider.clock())
    if isinstance(made, Refused):
        return answers.refused(made, request)
    return answers.json(program.answer(made.token, made.lives))


def _id_token(provider: Provider, redeemed: Redeemed, access: str) -> str:
    client = redeemed.client
    said = claims.id_token(
        redeemed.session,
        client,
        redeemed.scopes,
        redeemed.nonce,
        access,
        provider.issuer,
        provider.clock(),
        wanted=redeemed.claims.id_token,
        district=provider.district,
    )
    return provider.keys.sign(said, client.algorithm)
