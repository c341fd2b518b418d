"""The token request (RFC 6749 §4.1.3, §5; OpenID Connect Core 1.0 §9): who asks, and for what."""

import base64
import binascii
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import unquote_plus

from idp.login.handle import hashed, read_handle
from idp.oidc import parameters
from idp.oidc.client import Client, ClientId, Clients
from idp.oidc.errors import OAuthError, Refused
from idp.oidc.grant import TOKEN_LIFETIME, Exchange
from idp.oidc.parameters import Unreadable

AUTHENTICATION_METHODS = ("client_secret_basic", "client_secret_post", "none")
STATUS = {OAuthError.INVALID_CLIENT: 401, OAuthError.SLOW_DOWN: 429}
"""HTTP status of an error; 400 for all others (RFC 6749 §5.2)."""

_CLIENT = Refused(OAuthError.INVALID_CLIENT, "the client is unknown or did not prove itself")


def read(pairs: Iterable[tuple[str, str]], authorization: str | None, clients: Clients) -> Exchange | Refused:
    """`authorization` is the header's value, if there is one."""
    values = parameters.read(pairs)
    if isinstance(values, Unreadable):
        return Refused(OAuthError.INVALID_REQUEST, f"parameter {values.name} is repeated or too long")
    client = authenticate(values, authorization, clients)
    if isinstance(client, Refused):
        return client
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


def authenticate(values: Mapping[str, str], authorization: str | None, clients: Clients) -> Client | Refused:
    """The client that asks; exactly one way of proving it (RFC 6749 §2.3)."""
    named, secret = values.get("client_id"), values.get("client_secret")
    if authorization is not None:
        basic = read_basic(authorization)
        if basic is None:
            return _CLIENT
        if secret is not None or (named is not None and named != basic[0]):
            return Refused(OAuthError.INVALID_REQUEST, "the client proves itself in one way only")
        named, secret = basic
    client = clients.get(ClientId(named or ""))
    if client is None:
        return _CLIENT
    if client.secret is None:
        return client if secret is None else _CLIENT
    return client if secret is not None and client.secret.matches(secret) else _CLIENT


def read_basic(header: str) -> tuple[str, str] | None:
    """Id and secret of HTTP Basic, each form-encoded (RFC 6749 §2.3.1); None when unreadable."""
    scheme, _, encoded = header.partition(" ")
    if scheme.lower() != "basic":
        return None
    try:
        text = base64.b64decode(encoded.strip(), validate=True).decode("utf-8")
    except (binascii.Error, ValueError):
        return None
    name, colon, secret = text.partition(":")
    return (unquote_plus(name), unquote_plus(secret)) if colon else None


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
