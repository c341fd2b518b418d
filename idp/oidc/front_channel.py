"""What a browser loads so that applications forget its person (OpenID Connect Front-Channel Logout 1.0)."""

from collections.abc import Iterable
from urllib.parse import urlencode, urlsplit, urlunsplit

from config.vocabulary import SessionId
from idp.oidc.client import ClientId, Clients


def addresses(
    signed_in_to: Iterable[ClientId], clients: Clients, issuer: str, session: SessionId
) -> tuple[str, ...]:
    """Of the clients that a session signed in to; `iss` and `sid`, as each calls it, say which is over (§2)."""
    made = []
    for name in signed_in_to:
        client = clients.get(name)
        if client is not None and (uri := client.frontchannel_logout_uri) is not None:
            which = urlencode({"iss": issuer, "sid": client.session_of(session)})
            made.append(f"{uri}{'&' if '?' in uri else '?'}{which}")
    return tuple(made)


def source(address: str) -> str:
    """As a policy of a page names it (CSP Level 3 §2.3.1): a query is no part of it."""
    parts = urlsplit(address)
    return urlunsplit((parts.scheme, parts.netloc, parts.path, "", ""))
