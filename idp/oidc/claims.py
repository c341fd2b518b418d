"""What an id token and the userinfo answer say of a person (docs/architecture.md, "Signing in")."""

import hashlib
from base64 import urlsafe_b64encode
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Any

import msgspec

from config.district import Municipality
from config.vocabulary import MunicipalityCode
from idp.directory.work import NOTHING_KNOWN
from idp.login.session import Session
from idp.oidc.claims_request import NONE, Wishes
from idp.oidc.client import GATEWAY, Client, Scope

ID_TOKEN_LIFETIME = timedelta(minutes=5)  # it proves the sign-in to the client once; it opens nothing later

Municipalities = Mapping[MunicipalityCode, Municipality]
NOWHERE: Municipalities = MappingProxyType({})

OF_SCOPE: Mapping[Scope, tuple[str, ...]] = {
    Scope.OPENID: (),
    Scope.PROFILE: ("name", "preferred_username", "locale"),
    Scope.EMAIL: ("email",),
    Scope.ROLES: ("brana_roles", "brana_facts_at", "brana_ends_at"),
    Scope.MUNICIPALITY: ("brana_municipalities",),
    Scope.AGENDAS: ("brana_agendas",),
}
"""Claims about the person by the scope that asks for them (Core §5.4)."""


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
    *,
    wanted: Wishes = NONE,
    district: Municipalities = NOWHERE,
) -> dict[str, Any]:
    """`wanted`: besides what the scopes ask for."""
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
        **of_person(session, scopes, client, wanted=wanted, district=district),
    }
    if client.id == GATEWAY and session.person.work != NOTHING_KNOWN:
        claims["brana_work"] = msgspec.to_builtins(
            session.person.work
        )  # for decisions, nobody else's concern
    if client.id == GATEWAY and session.device:
        claims["brana_device"] = session.device
    return claims if nonce is None else {**claims, "nonce": nonce}


def of_person(
    session: Session,
    scopes: Iterable[Scope],
    client: Client,
    *,
    wanted: Wishes = NONE,
    district: Municipalities = NOWHERE,
) -> dict[str, Any]:
    """Claims about the person (Core §5.1), only those that the scopes or `wanted` ask for; `sub` always, as the client
    has it.
    """
    claims: dict[str, Any] = {"sub": client.subject_of(session.person.subject)}
    asked = [name for scope in scopes for name in OF_SCOPE[scope]]
    for name in [*asked, *(one for one in wanted if one in MAY_BE_WANTED)]:
        told = _TOLD[name](session, district)
        if told is not None and (name in asked or wanted[name].takes(told)):
            claims[name] = told
    return claims


def _roles(session: Session, _district: Municipalities) -> list[dict[str, str]]:
    return [{"municipality": held.municipality, "role": held.role.value} for held in session.person.roles]


def _municipalities(session: Session, district: Municipalities) -> list[dict[str, str]]:
    """Those in which the person holds a role; one that the district has lost is its code alone."""
    codes = sorted({held.municipality for held in session.person.roles})
    return [_municipality(code, district.get(code)) for code in codes]


def _municipality(code: MunicipalityCode, known: Municipality | None) -> dict[str, str]:
    said = {"code": code, "name": known.name if known else "", "ico": known.ico if known else ""}
    return {name: text for name, text in said.items() if text}


def _agendas(session: Session, _district: Municipalities) -> list[dict[str, str]] | None:
    """None where no directory tells any: nobody knows."""
    held = session.person.work.activity_roles
    return None if held is None else [msgspec.to_builtins(one) for one in held]


_TOLD: Mapping[str, Callable[[Session, Municipalities], Any]] = {
    "name": lambda session, _: session.person.name,
    "preferred_username": lambda session, _: session.person.login,
    "locale": lambda session, _: session.locale.value,
    "email": lambda session, _: session.person.mail or None,
    "brana_roles": _roles,
    # rounded down: facts may look older than they are, never younger
    "brana_facts_at": lambda session, _: int(session.facts_at.timestamp()),
    "brana_ends_at": lambda session, _: int(session.expires_at.timestamp()),
    "brana_municipalities": _municipalities,
    "brana_agendas": _agendas,
}
MAY_BE_WANTED = frozenset(_TOLD)


def open_to(client: Client) -> frozenset[str]:
    """Claims that it may ask for: those of its scopes."""
    return frozenset(name for scope in client.scopes | client.always for name in OF_SCOPE[scope])
