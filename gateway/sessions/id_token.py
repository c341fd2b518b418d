"""What the provider's id token must say before anybody is let in (OpenID Connect Core 1.0 §3.1.3.7)."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from joserfc import jwt
from joserfc.jwk import KeySet

from config.vocabulary import (
    NO_DEVICE,
    AuthenticationLevel,
    DeviceId,
    MunicipalityCode,
    Role,
    SubjectId,
    read_device_id,
)
from gateway.grants.assertion import MALFORMED
from gateway.sessions.session import RolesHeld
from idp.directory.work import NOTHING_KNOWN, Work

ALGORITHMS = ["ES256", "RS256"]
LEEWAY = timedelta(seconds=30)
MAX_AGE = timedelta(minutes=10)  # since `iat`: an id token is used at once


class IdTokenRefused(Exception):
    """The token does not prove what it should; `reason` is for the log, the person begins again."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"id token refused: {reason}")
        self.reason = reason


class _RoleClaim(msgspec.Struct):
    municipality: str
    role: str


class _Claims(msgspec.Struct, kw_only=True):
    iss: str
    sub: str
    aud: str | list[str]
    exp: int
    iat: int
    nonce: str
    sid: str
    acr: str
    amr: list[str]
    auth_time: int
    name: str
    preferred_username: str
    brana_roles: list[_RoleClaim]
    brana_facts_at: int
    brana_ends_at: int
    brana_work: Work = NOTHING_KNOWN
    brana_device: str = ""
    azp: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Who came back from the provider, and how surely."""

    subject: SubjectId
    provider_sid: str
    login: str
    name: str
    roles: RolesHeld
    work: Work = NOTHING_KNOWN
    acr: AuthenticationLevel
    amr: tuple[str, ...]
    authenticated_at: datetime
    facts_at: datetime
    """When the directory last confirmed name and roles; the provider may have answered while it was away."""
    ends_at: datetime
    """When the provider's session ends at the latest: ours ends no later."""
    device: DeviceId = NO_DEVICE
    """Of the browser; another provider than ours names none."""


def verify(
    token: str,
    keys: KeySet,
    *,
    issuer: str,
    client_id: str,
    nonce: str,
    factors_since: datetime | None,
    now: datetime,
) -> SignedIn:
    """`factors_since`: from when on the factors must have been shown, where `max_age` was asked for (step 13 of
    the section). Raises IdTokenRefused.
    """
    try:
        raw: dict[str, Any] = jwt.decode(token, keys, algorithms=ALGORITHMS).claims
        claims = msgspec.convert(raw, _Claims)
        level = AuthenticationLevel(claims.acr)
        roles = tuple(
            sorted((MunicipalityCode(held.municipality), Role(held.role)) for held in claims.brana_roles)
        )
        issued, expires, authenticated, confirmed, ends = (
            datetime.fromtimestamp(moment, UTC)
            for moment in (
                claims.iat,
                claims.exp,
                claims.auth_time,
                claims.brana_facts_at,
                claims.brana_ends_at,
            )
        )
    except (*MALFORMED, msgspec.ValidationError) as error:
        raise IdTokenRefused(f"{type(error).__name__}") from error
    audiences = [claims.aud] if isinstance(claims.aud, str) else claims.aud
    demands = {
        "issuer": claims.iss == issuer,
        "audience": audiences == [client_id],
        "authorized party": claims.azp in (None, client_id),
        "nonce": claims.nonce == nonce,
        "expiry": now < expires + LEEWAY,
        "age": issued - LEEWAY <= now < issued + MAX_AGE,
        "authentication time": authenticated < now + LEEWAY,
        "age of the factors": factors_since is None or authenticated > factors_since - LEEWAY,
        "time of the facts": confirmed < now + LEEWAY,
        "names": bool(claims.sub and claims.sid),
    }
    for name, holds in demands.items():
        if not holds:
            raise IdTokenRefused(name)
    return SignedIn(
        subject=SubjectId(claims.sub),
        provider_sid=claims.sid,
        login=claims.preferred_username,
        name=claims.name,
        roles=roles,
        work=claims.brana_work,
        acr=level,
        amr=tuple(claims.amr),
        authenticated_at=authenticated,
        facts_at=min(confirmed, now),
        ends_at=ends,
        device=read_device_id(claims.brana_device) or NO_DEVICE,
    )
