"""What a browser loads so that applications forget its person (OpenID Connect Front-Channel Logout 1.0)."""

from collections.abc import Iterable, Mapping
from urllib.parse import urlencode, urlsplit, urlunsplit

from config.vocabulary import SessionId
from idp.oidc.client import ClientId


def addresses(
    signed_in_to: Iterable[ClientId], registered: Mapping[ClientId, str], issuer: str, session: SessionId
) -> tuple[str, ...]:
    """Of the clients that a session signed in to; `iss` and `sid` say which is over (§2)."""
    which = urlencode({"iss": issuer, "sid": session})
    found = (registered[name] for name in signed_in_to if name in registered)
    return tuple(f"{uri}{'&' if '?' in uri else '?'}{which}" for uri in found)


def source(address: str) -> str:
    """As a policy of a page names it (CSP Level 3 §2.3.1): a query is no part of it."""
    parts = urlsplit(address)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
