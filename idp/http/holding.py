"""Proofs of holding a key that come with a request (DPoP, RFC 9449), or with its connection (RFC 8705)."""

from aiohttp import web

from idp.http.provider import Provider
from idp.oidc import client_certificate, dpop
from idp.oidc.client import Client
from idp.oidc.client_certificate import ClientCertificate
from idp.oidc.dpop import Proof
from idp.oidc.errors import CertificateFault, DpopFault, OAuthError, Refused

_REFUSED = {
    DpopFault.MISSING: "this client gets tokens with a DPoP proof alone",
    DpopFault.WRONG: "the DPoP proof is of another form, algorithm or key than it may be, or its signature is wrong",
    DpopFault.FOR_ANOTHER: "the DPoP proof is for another method or address; see htm and htu",
    DpopFault.OUT_OF_TIME: "iat of the DPoP proof is not of this minute; look at the clock",
    DpopFault.USED_TWICE: "this DPoP proof was used before; make a new one for each request",
    DpopFault.KEY_DIFFERS: "dpop_jkt names another key than the DPoP proof has",
}
PEER = "x-brana-client-certificate"
Shown = Proof | DpopFault | None
"""None: there is no such header."""


def shown(request: web.Request, provider: Provider, access_token: str | None = None) -> Shown:
    """Verified before any transaction: nobody waits while a signature is looked at."""
    headers = request.headers.getall(dpop.HEADER, [])
    if not headers:
        return None
    address = f"{_origin(request, provider)}{request.path}"
    return dpop.read(headers, request.method, address, provider.clock(), access_token)


def certificate(request: web.Request, provider: Provider) -> ClientCertificate | None:
    """Of the connection, verified by the data plane; at the host for that alone, whatever a header says elsewhere."""
    if provider.mutual is None or _origin(request, provider) != provider.mutual:
        return None
    return client_certificate.read(request.headers.get(PEER))


def _origin(request: web.Request, provider: Provider) -> str:
    """Of the two that lead here, by the header that the data plane writes."""
    asked = f"https://{request.headers.get('x-brana-host', '')}"
    return asked if asked == provider.mutual else provider.issuer


def fault(
    shown: Shown, brought: ClientCertificate | None, client: Client
) -> DpopFault | CertificateFault | None:
    """Why the client gets no token by that; a proof that nobody asked it for has to be right too."""
    if client.certificate_bound and brought is None:
        return CertificateFault.MISSING
    if isinstance(shown, DpopFault):
        return shown
    return DpopFault.MISSING if shown is None and client.dpop else None


def refused(why: DpopFault | CertificateFault) -> Refused:
    """RFC 9449 §5, RFC 8705 §3."""
    if isinstance(why, CertificateFault):
        return Refused(OAuthError.INVALID_REQUEST, "this client gets tokens over mutual TLS alone", why)
    return Refused(OAuthError.INVALID_DPOP_PROOF, _REFUSED[why], why)
