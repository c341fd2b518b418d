"""What a token is worth (RFC 7662), told to its own client and to whoever is configured to ask about it."""

from datetime import datetime
from typing import Any

from idp.login.session import SessionLimits, end_due
from idp.oidc import claims, refresh_token, token
from idp.oidc.book import AccessToken, Book, RefreshFamily
from idp.oidc.claims import Municipalities
from idp.oidc.client import Client, Clients
from idp.oidc.issue import TOKEN_LIFETIME
from idp.oidc.revocation import token_of

INACTIVE: dict[str, Any] = {"active": False}
"""All that is said of what is not good, and of what is no business of who asks (§2.2)."""


def introspected(
    book: Book,
    text: str,
    client: Client,
    clients: Clients,
    limits: SessionLimits,
    issuer: str,
    now: datetime,
    district: Municipalities,
) -> dict[str, Any]:
    """§2.2; of an access token also how its person signed in (RFC 9470 §6.2), and what its scopes tell of them."""
    found = token_of(book, text)
    if found is None or not may_ask(client, found.client, whole=isinstance(found, RefreshFamily)):
        return INACTIVE
    owner = clients.get(found.client)
    session = book.session(found.session)
    if (
        owner is None
        or session is None
        or end_due(session, now, limits) is not None
        or now >= found.expires_at
    ):
        return INACTIVE
    about = {
        "active": True,
        "iss": issuer,
        "client_id": found.client,
        "scope": " ".join(found.scopes),
        "exp": int(found.expires_at.timestamp()),
        "sid": owner.session_of(session.sid),
    }
    if isinstance(found, RefreshFamily):
        again = refresh_token.read(text)
        good = again is not None and again.parts().has(found.secret) and found.withdrawn_at is None
        return {**about, "sub": owner.subject_of(session.person.subject)} if good else INACTIVE
    return {
        **about,
        "token_type": token.kind_of(found.jkt),
        **_confirmed(found),
        "iat": int((found.expires_at - TOKEN_LIFETIME).timestamp()),
        "auth_time": int(session.auth_time.timestamp()),
        "acr": session.level.value,
        **claims.of_person(session, found.scopes, owner, district=district),
    }


def _confirmed(found: AccessToken) -> dict[str, Any]:
    """By what whoever shows it has to be known (RFC 9449 §6.2, RFC 8705 §3.2)."""
    said = {"jkt": found.jkt, "x5t#S256": found.x5t}
    cnf = {name: value for name, value in said.items() if value is not None}
    return {"cnf": cnf} if cnf else {}


def may_ask(client: Client, owner: str, *, whole: bool) -> bool:
    """`whole`: about a refresh token, which is nobody's but its client's."""
    return owner == client.id or (not whole and owner in client.introspects)
