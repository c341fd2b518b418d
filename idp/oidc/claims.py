"""What an id token and the userinfo answer say of a person (docs/architecture.md, "Signing in")."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

import msgspec

from idp.directory.work import NOTHING_KNOWN
from idp.login.session import Session
from idp.oidc.client import GATEWAY, Client, Scope

ID_TOKEN_LIFETIME = timedelta(minutes=5)  # it proves the sign-in to the client once; it opens nothing later


def access_token_hash(access_token: str) -> str:
    """`at_hash`: left half of the token's SHA-256 (Core §3.1.3.6); both our algorithms use SHA-256."""
    half = hashlib.sha256(access_token.encode("ascii")).digest()[:16]
    return urlsafe_b64encode(half).rstrip(b"=").decode()


def id_token(
    session: Session,
    client: Client,
    scopes: Iterable[Scope],
    nonce: str | None,
    access_token: str,
    issuer: str,
    now: datetime,
) -> dict[str, Any]:
    issued = int(now.timestamp())
    claims: dict[str, Any] = {
        "iss": issuer,
        "aud": client.id,
        "iat": issued,
        "exp": issued + int(ID_TOKEN_LIFETIME.total_seconds()),
        "auth_time": int(session.auth_time.timestamp()),
        "sid": client.session_of(session.sid),
        "acr": session.level.value,
        "amr": list(session.methods),
        "at_hash": access_token_hash(access_token),
        **of_person(session, scopes, client),
    }
    if client.id == GATEWAY and session.person.work != NOTHING_KNOWN:
        claims["brana_work"] = msgspec.to_builtins(
            session.person.work
        )  # for decisions, nobody else's concern
    if client.id == GATEWAY and session.device:
        claims["brana_device"] = session.device
    return claims if nonce is None else {**claims, "nonce": nonce}


def of_person(session: Session, scopes: Iterable[Scope], client: Client) -> dict[str, Any]:
    """Claims about the person (Core §5.1, §5.4), only those the scopes ask for; `sub` always, as the client has it."""
    person, granted = session.person, set(scopes)
    claims: dict[str, Any] = {"sub": client.subject_of(person.subject)}
    if Scope.PROFILE in granted:
        claims |= {
            "name": person.name,
            "preferred_username": person.login,
            "locale": session.locale.value,
        }
    if Scope.EMAIL in granted and person.mail:
        claims["email"] = person.mail
    if Scope.ROLES in granted:
        claims["brana_roles"] = [
            {"municipality": held.municipality, "role": held.role.value} for held in person.roles
        ]
        # rounded down: facts may look older than they are, never younger
        claims["brana_facts_at"] = int(session.facts_at.timestamp())
        claims["brana_ends_at"] = int(session.expires_at.timestamp())
    return claims
