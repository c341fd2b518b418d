"""The token request (RFC 6749 §4.1.3, §5): for what a client asks that has proven itself."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from idp.login.handle import hashed, read_handle
from idp.oidc import device_grant, refresh_token
from idp.oidc.client import Client
from idp.oidc.device_grant import Poll
from idp.oidc.errors import OAuthError, Refused
from idp.oidc.grant import Exchange
from idp.oidc.issue import TOKEN_LIFETIME
from idp.oidc.refresh import Refresh
from idp.oidc.refresh_token import OFFLINE_ACCESS

BEARER, BOUND = "Bearer", "DPoP"
STATUS = {
    OAuthError.INVALID_CLIENT: 401,
    OAuthError.SLOW_DOWN: 429,
    OAuthError.TEMPORARILY_UNAVAILABLE: 503,
}
"""HTTP status of an error; 400 for all others (RFC 6749 §5.2)."""


def read(values: Mapping[str, str], client: Client) -> Exchange | Refresh | Poll | Refused:
    match values.get("grant_type"):
        case "authorization_code":
            return _exchange(values, client)
        case "refresh_token":
            return _refresh(values, client)
        case device_grant.GRANT_TYPE:
            return _poll(values, client)
        case None:
            return Refused(OAuthError.INVALID_REQUEST, "grant_type is missing")
        case _:
            return Refused(OAuthError.UNSUPPORTED_GRANT_TYPE, "see grant_types_supported")


def _refresh(values: Mapping[str, str], client: Client) -> Refresh | Refused:
    """RFC 6749 §6."""
    if not client.may_refresh:
        return Refused(OAuthError.UNAUTHORIZED_CLIENT, "the client is not configured to refresh tokens")
    if "refresh_token" not in values:
        return Refused(OAuthError.INVALID_REQUEST, "refresh_token is missing")
    token = refresh_token.read(values["refresh_token"])
    return Refresh(
        client=client,
        token=token.parts() if token is not None else None,
        scopes=frozenset(values["scope"].split()) if "scope" in values else None,
    )


def _poll(values: Mapping[str, str], client: Client) -> Poll | Refused:
    """RFC 8628 §3.4."""
    if not client.device:
        return device_grant.NOT_CONFIGURED
    if "device_code" not in values:
        return Refused(OAuthError.INVALID_REQUEST, "device_code is missing")
    return Poll(client=client, code=device_grant.read(values["device_code"]))


def _exchange(values: Mapping[str, str], client: Client) -> Exchange | Refused:
    """RFC 6749 §4.1.3."""
    absent = [name for name in ("code", "redirect_uri", "code_verifier") if name not in values]
    if absent:
        return Refused(OAuthError.INVALID_REQUEST, f"{absent[0]} is missing")
    code = read_handle(values["code"])
    if code is None:
        return Refused(OAuthError.INVALID_GRANT, "the code cannot be exchanged; begin a new sign-in")
    return Exchange(
        client=client,
        code=hashed(code),
        redirect_uri=values["redirect_uri"],
        verifier=values["code_verifier"],
    )


def answer(
    access_token: str,
    id_token: str,
    scopes: Iterable[str],
    refresh: str | None = None,
    kind: str = BEARER,
) -> dict[str, Any]:
    """RFC 6749 §5.1, Core §3.1.3.3. `refresh`: the refresh token that goes with it; `kind`: how it is to be shown."""
    further = {} if refresh is None else {"refresh_token": refresh}
    offline = [] if refresh is None else [OFFLINE_ACCESS]
    return {
        "access_token": access_token,
        "token_type": kind,
        "expires_in": int(TOKEN_LIFETIME.total_seconds()),
        "scope": " ".join([*scopes, *offline]),
        "id_token": id_token,
        **further,
    }


@dataclass(frozen=True, slots=True)
class ShownToken:
    """An access token as a request shows it; by DPoP: with a proof of its key (RFC 9449 §7.1)."""

    text: str = field(repr=False)
    by_dpop: bool


def read_shown(header: str | None) -> ShownToken | None:
    """Token of an Authorization header (RFC 6750 §2.1, RFC 9449 §7.1); it is taken from nowhere else."""
    scheme, _, token = (header or "").partition(" ")
    known = scheme.lower() in {BEARER.lower(), BOUND.lower()}
    return ShownToken(token.strip(), scheme.lower() == BOUND.lower()) if known and token.strip() else None


def kind_of(jkt: str | None) -> str:
    """`token_type` of an access token that is bound to that key."""
    return BEARER if jkt is None else BOUND
