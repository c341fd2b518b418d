"""`/userinfo`, `/jwks` and the discovery document: what machines read."""

from aiohttp import web

from config.vocabulary import REASON_HEADER
from idp.http import answers
from idp.http.provider import provider_of
from idp.http.security_headers import TRANSPORT_HEADERS
from idp.login.handle import hashed, read_handle
from idp.oidc import claims, discovery, grant, token
from idp.oidc.errors import OAuthError
from idp.oidc.keys import USERINFO

KEPT_SHORTLY = {
    **TRANSPORT_HEADERS,
    "Cache-Control": "public, max-age=300",
}  # a key is announced before it signs


async def userinfo(request: web.Request) -> web.Response:
    """OpenID Connect Core 1.0 §5.3; the token in the header only."""
    provider = provider_of(request)
    bearer = token.read_bearer(request.headers.get("Authorization"))
    if bearer is None:
        headers = {"WWW-Authenticate": 'Bearer realm="brana"', REASON_HEADER: "token_missing"}
        return answers.json({}, 401, headers)
    handle, limits, now = read_handle(bearer), provider.sign_in, provider.clock()
    opened = None
    if handle is not None:
        opened = await provider.store.look(lambda book: grant.opened_by(book, hashed(handle), limits, now))
    client = provider.clients.get(opened[1].client) if opened is not None else None
    if opened is None or client is None:
        challenge = f'Bearer realm="brana", error="{OAuthError.INVALID_TOKEN}"'
        headers = {"WWW-Authenticate": challenge, REASON_HEADER: OAuthError.INVALID_TOKEN}
        return answers.json({"error": OAuthError.INVALID_TOKEN}, 401, headers)
    session, kept = opened
    wanted = kept.claims.userinfo
    said = claims.of_person(session, kept.scopes, client, wanted=wanted, district=provider.district)
    if client.userinfo_algorithm is None:
        return answers.json(said)
    said |= {"iss": provider.issuer, "aud": client.id}  # OpenID Connect Core 1.0 §5.3.2
    signed = provider.keys.sign(said, client.userinfo_algorithm, USERINFO)
    return web.Response(body=signed.encode(), content_type="application/jwt", headers=answers.NOT_KEPT)


async def keys(request: web.Request) -> web.Response:
    return web.json_response(dict(provider_of(request).keys.jwks), headers=KEPT_SHORTLY)


async def document(request: web.Request) -> web.Response:
    provider = provider_of(request)
    told = discovery.document(provider.issuer, programs=provider.issue_token is not None)
    return web.json_response(told, headers=KEPT_SHORTLY)
