"""The token request (RFC 6749 §4.1.3, §5): for what a client asks that has proven itself."""

from collections.abc import Iterable, Mapping
from typing import Any

from idp.login.handle import hashed, read_handle
from idp.oidc.client import Client
from idp.oidc.errors import OAuthError, Refused
from idp.oidc.grant import TOKEN_LIFETIME, Exchange

STATUS = {OAuthError.INVALID_CLIENT: 401, OAuthError.SLOW_DOWN: 429}
"""HTTP status of an error; 400 for all others (RFC 6749 §5.2)."""


def read(values: Mapping[str, str], client: Client) -> Exchange | Refused:
    if values.get("grant_type") != "authorization_code":
        missing = "grant_type" not in values
        error = OAuthError.INVALID_REQUEST if missing else OAuthError.UNSUPPORTED_GRANT_TYPE
        return Refused(error, "send grant_type=authorization_code")
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


def answer(access_token: str, id_token: str, scopes: Iterable[str]) -> dict[str, Any]:
    """RFC 6749 §5.1, Core §3.1.3.3."""
    return {
        "access_token": access_token,
        "token_type": "Bearer",
        "expires_in": int(TOKEN_LIFETIME.total_seconds()),
        "scope": " ".join(scopes),
        "id_token": id_token,
    }


def read_bearer(header: str | None) -> str | None:
    """Token of an Authorization header (RFC 6750 §2.1); it is taken from nowhere else."""
    scheme, _, token = (header or "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" and token.strip() else None
