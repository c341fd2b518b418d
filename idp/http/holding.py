"""Proofs of holding a key that come with a request (DPoP, RFC 9449)."""

from aiohttp import web

from idp.http.provider import Provider
from idp.oidc import dpop
from idp.oidc.client import Client
from idp.oidc.dpop import Proof
from idp.oidc.errors import DpopFault, OAuthError, Refused

_REFUSED = {
    DpopFault.MISSING: "this client gets tokens with a DPoP proof alone",
    DpopFault.WRONG: "the DPoP proof is of another form, algorithm or key than it may be, or its signature is wrong",
    DpopFault.FOR_ANOTHER: "the DPoP proof is for another method or address; see htm and htu",
    DpopFault.OUT_OF_TIME: "iat of the DPoP proof is not of this minute; look at the clock",
    DpopFault.USED_TWICE: "this DPoP proof was used before; make a new one for each request",
    DpopFault.KEY_DIFFERS: "dpop_jkt names another key than the DPoP proof has",
}
Shown = Proof | DpopFault | None
"""None: there is no such header."""


def shown(request: web.Request, provider: Provider, access_token: str | None = None) -> Shown:
    """Verified before any transaction: nobody waits while a signature is looked at."""
    headers = request.headers.getall(dpop.HEADER, [])
    if not headers:
        return None
    address = f"{provider.issuer}{request.path}"
    return dpop.read(headers, request.method, address, provider.clock(), access_token)


def fault(shown: Shown, client: Client) -> DpopFault | None:
    """Why the client gets no token by that; a proof that nobody asked it for has to be right too."""
    if isinstance(shown, DpopFault):
        return shown
    return DpopFault.MISSING if shown is None and client.dpop else None


def refused(why: DpopFault) -> Refused:
    """RFC 9449 §5."""
    return Refused(OAuthError.INVALID_DPOP_PROOF, _REFUSED[why], why)
