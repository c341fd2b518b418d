"""`/token`, `/userinfo`, `/jwks` and the discovery document: what machines ask for."""

from collections.abc import Mapping
from typing import Any

from aiohttp import web

from config.vocabulary import REASON_HEADER
from idp import events
from idp.http import arrival, clients, programs
from idp.http.provider import Book, provider_of
from idp.http.security_headers import TRANSPORT_HEADERS
from idp.login.handle import hashed, new_handle, read_handle
from idp.oidc import claims, client_authentication, discovery, grant, parameters, program, token
from idp.oidc.client import Client
from idp.oidc.client_authentication import Shown
from idp.oidc.errors import OAuthError, Refused
from idp.oidc.grant import Redeemed
from idp.oidc.parameters import Unreadable

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
    origin, now = arrival.origin_of(request), provider.clock()
    values, shown = _shown(pairs, request)
    if isinstance(shown, Refused):
        event = events.TokenRefused(at=now, origin=origin, client="", reason=shown.error)
        await provider.store.transact(lambda book: book.record(event))
        return _refused(shown, request)
    access, limits = new_handle(), provider.sign_in

    def work(book: Book) -> tuple[Client, Redeemed] | Refused:
        client = clients.proven(book, provider, shown, origin, now)
        if isinstance(client, Refused):
            return client
        asked = token.read(values, client)
        if isinstance(asked, Refused):
            book.record(events.TokenRefused(at=now, origin=origin, client=client.id, reason=asked.error))
            return asked
        redeemed = grant.redeem(book, asked, hashed(access), origin, limits, now)
        return redeemed if isinstance(redeemed, Refused) else (client, redeemed)

    done = await provider.store.transact(work)
    if isinstance(done, Refused):
        return _refused(done, request)
    client, redeemed = done
    return _json(token.answer(access, _id_token(request, client, redeemed, access), redeemed.scopes))


def _shown(pairs: arrival.Pairs, request: web.Request) -> tuple[Mapping[str, str], Shown | Refused]:
    values = parameters.read(pairs)
    if isinstance(values, Unreadable):
        return {}, Refused(OAuthError.INVALID_REQUEST, f"parameter {values.name} is repeated or too long")
    authorization = request.headers.get("Authorization")
    return values, client_authentication.read(values, authorization, provider_of(request).clients)


async def _to_program(request: web.Request, pairs: arrival.Pairs) -> web.Response:
    """RFC 6749 §4.4."""
    provider, origin = provider_of(request), arrival.origin_of(request)
    authorization = request.headers.get("Authorization")
    made = await programs.issued(provider, pairs, authorization, origin, provider.clock())
    if isinstance(made, Refused):
        return _refused(made, request)
    return _json(program.answer(made.token, made.lives))


def _id_token(request: web.Request, client: Client, redeemed: Redeemed, access: str) -> str:
    provider = provider_of(request)
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
