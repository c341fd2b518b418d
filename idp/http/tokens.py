"""`/userinfo`, `/jwks` and the discovery document: what machines read."""

from aiohttp import web

from config.vocabulary import REASON_HEADER
from idp.http import answers, holding
from idp.http.provider import Provider, provider_of
from idp.http.security_headers import TRANSPORT_HEADERS
from idp.login.handle import hashed, read_handle
from idp.oidc import claims, discovery, dpop, grant, token
from idp.oidc.book import AccessToken
from idp.oidc.errors import CertificateFault, DpopFault, OAuthError
from idp.oidc.keys import USERINFO
from idp.oidc.token import ShownToken

KEPT_SHORTLY = {
    **TRANSPORT_HEADERS,
    "Cache-Control": "public, max-age=300",
}  # a key is announced before it signs


async def userinfo(request: web.Request) -> web.Response:
    """OpenID Connect Core 1.0 §5.3, RFC 9449 §7.1; the token in the header only."""
    provider = provider_of(request)
    shown = token.read_shown(request.headers.get("Authorization"))
    if shown is None:
        return _challenged(None, reason="token_missing", by_dpop=False)
    handle, limits, now = read_handle(shown.text), provider.sign_in, provider.clock()
    opened = None
    if handle is not None:
        opened = await provider.store.look(lambda book: grant.opened_by(book, hashed(handle), limits, now))
    client = provider.clients.get(opened[1].client) if opened is not None else None
    if opened is None or client is None:
        return _challenged(OAuthError.INVALID_TOKEN, OAuthError.INVALID_TOKEN, by_dpop=shown.by_dpop)
    session, kept = opened
    fault = await _not_held(request, provider, shown, kept)
    if fault is not None:
        by_proof = isinstance(fault, DpopFault)
        wrong_proof = by_proof and fault not in {DpopFault.KEY_DIFFERS, DpopFault.NOT_BOUND}
        error = OAuthError.INVALID_DPOP_PROOF if wrong_proof and shown.by_dpop else OAuthError.INVALID_TOKEN
        return _challenged(error, fault, by_dpop=kept.jkt is not None)
    wanted = kept.claims.userinfo
    said = claims.of_person(session, kept.scopes, client, wanted=wanted, district=provider.district)
    if client.userinfo_algorithm is None:
        return answers.json(said)
    said |= {"iss": provider.issuer, "aud": client.id}  # OpenID Connect Core 1.0 §5.3.2
    signed = provider.keys.sign(said, client.userinfo_algorithm, USERINFO)
    return web.Response(body=signed.encode(), content_type="application/jwt", headers=answers.NOT_KEPT)


async def _not_held(
    request: web.Request, provider: Provider, shown: ShownToken, kept: AccessToken
) -> DpopFault | CertificateFault | None:
    """Why who shows the token is not who it was given to, as far as it is bound (RFC 9449 §7.1, §7.2)."""
    if kept.x5t is not None:
        brought = holding.certificate(request, provider)
        if brought is None or brought.x5t != kept.x5t:
            return CertificateFault.MISSING if brought is None else CertificateFault.DIFFERS
    if kept.jkt is None:
        return DpopFault.NOT_BOUND if shown.by_dpop else None
    if not shown.by_dpop:
        return DpopFault.MISSING  # a stolen token by itself
    proof = holding.shown(request, provider, shown.text) or DpopFault.MISSING
    if isinstance(proof, DpopFault):
        return proof
    if proof.jkt != kept.jkt:
        return DpopFault.KEY_DIFFERS
    return await provider.store.transact(proof.spend)


def _challenged(error: OAuthError | None, reason: str, *, by_dpop: bool) -> web.Response:
    """RFC 6750 §3, RFC 9449 §7.1."""
    scheme = token.BOUND if by_dpop else token.BEARER
    said = [
        'realm="brana"',
        *([f'error="{error}"'] if error is not None else []),
        *([f'algs="{" ".join(dpop.ALGORITHMS)}"'] if by_dpop else []),
    ]
    headers = {"WWW-Authenticate": f"{scheme} {', '.join(said)}", REASON_HEADER: reason}
    return answers.json({} if error is None else {"error": error}, 401, headers)


async def keys(request: web.Request) -> web.Response:
    return web.json_response(dict(provider_of(request).keys.jwks), headers=KEPT_SHORTLY)


async def document(request: web.Request) -> web.Response:
    provider = provider_of(request)
    programs = provider.issue_token is not None
    told = discovery.document(provider.issuer, programs=programs, mutual=provider.mutual)
    return web.json_response(told, headers=KEPT_SHORTLY)
