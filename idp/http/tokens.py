"""`/token`, `/userinfo`, `/jwks` and the discovery document: what machines ask for."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from config.vocabulary import REASON_HEADER
from idp import events
from idp.http import arrival, programs
from idp.http.provider import Book, provider_of
from idp.http.security_headers import TRANSPORT_HEADERS
from idp.login.handle import hashed, new_handle, read_handle
from idp.oidc import claims, discovery, grant, program, token
from idp.oidc.errors import OAuthError, Refused
from idp.oidc.grant import Exchange, Redeemed

NOT_KEPT = {**TRANSPORT_HEADERS, "Cache-Control": "no-store", "Pragma": "no-cache"}  # RFC 6749 §5.1
KEPT_SHORTLY = {
    **TRANSPORT_HEADERS,
    "Cache-Control": "public, max-age=300",
}  # a key is announced before it signs


async def exchange(request: web.Request) -> web.Response:
    """RFC 6749 §4.1.3."""
    provider = provider_of(request)
    try:
        pairs = await arrival.form(request)
    except arrival.Malformed:
        return _refused(Refused(OAuthError.INVALID_REQUEST, "send a form in UTF-8"), request)
    if program.asks_for_it(pairs):
        return await _to_program(request, pairs)
    asked = token.read(pairs, request.headers.get("Authorization"), provider.clients)
    origin, now = arrival.origin_of(request), provider.clock()
    if isinstance(asked, Refused):
        event = events.TokenRefused(at=now, origin=origin, client="", reason=asked.error)
        await provider.store.transact(lambda book: book.record(event))
        return _refused(asked, request)
    access, limits = new_handle(), provider.sign_in

    def work(book: Book) -> Redeemed | Refused:
        return grant.redeem(book, asked, hashed(access), origin, limits, now)

    redeemed = await provider.store.transact(work)
    if isinstance(redeemed, Refused):
        return _refused(redeemed, request)
    return _json(token.answer(access, _id_token(request, asked, redeemed, access), redeemed.scopes))


async def _to_program(request: web.Request, pairs: arrival.Pairs) -> web.Response:
    """RFC 6749 §4.4."""
    provider, origin = provider_of(request), arrival.origin_of(request)
    authorization = request.headers.get("Authorization")
    made = await programs.issued(provider, pairs, authorization, origin, provider.clock())
    if isinstance(made, Refused):
        return _refused(made, request)
    return _json(program.answer(made.token, made.lives))


def _id_token(request: web.Request, asked: Exchange, redeemed: Redeemed, access: str) -> str:
    provider, client = provider_of(request), asked.client
    said = claims.id_token(
        redeemed.session,
        client.id,
        redeemed.scopes,
        redeemed.nonce,
        access,
        provider.issuer,
        provider.clock(),
    )
    return provider.keys.sign(said, client.algorithm)


async def userinfo(request: web.Request) -> web.Response:
    """OpenID Connect Core 1.0 §5.3; the token in the header only."""
    provider = provider_of(request)
    bearer = token.read_bearer(request.headers.get("Authorization"))
    if bearer is None:
        headers = {"WWW-Authenticate": 'Bearer realm="brana"', REASON_HEADER: "token_missing"}
        return _json({}, 401, headers)
    handle, limits, now = read_handle(bearer), provider.sign_in, provider.clock()
    opened = None
    if handle is not None:
        opened = await provider.store.look(lambda book: grant.opened_by(book, hashed(handle), limits, now))
    if opened is None:
        challenge = f'Bearer realm="brana", error="{OAuthError.INVALID_TOKEN}"'
        headers = {"WWW-Authenticate": challenge, REASON_HEADER: OAuthError.INVALID_TOKEN}
        return _json({"error": OAuthError.INVALID_TOKEN}, 401, headers)
    session, scopes = opened
    return _json(claims.of_person(session, scopes))


async def keys(request: web.Request) -> web.Response:
    return web.json_response(dict(provider_of(request).keys.jwks), headers=KEPT_SHORTLY)


async def document(request: web.Request) -> web.Response:
    provider = provider_of(request)
    told = discovery.document(provider.issuer, programs=provider.issue_token is not None)
    return web.json_response(told, headers=KEPT_SHORTLY)


def _json(
    body: Mapping[str, Any], status: int = 200, headers: Mapping[str, str] | None = None
) -> web.Response:
    return web.json_response(dict(body), status=status, headers={**NOT_KEPT, **(headers or {})})


def _refused(refused: Refused, request: web.Request) -> web.Response:
    status = token.STATUS.get(refused.error, 400)
    asked_by_header = status == 401 and "Authorization" in request.headers
    challenge = {"WWW-Authenticate": 'Basic realm="brana"'} if asked_by_header else {}
    body = {"error": refused.error, "error_description": refused.description}
    return _json(body, status, {REASON_HEADER: refused.error, **challenge})
