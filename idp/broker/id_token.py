"""What another provider's id token must say before its word counts (OpenID Connect Core 1.0 §3.1.3.7)."""

import base64
import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import Key

from idp.broker import caais
from idp.broker import keys as which
from idp.broker.refused import UNREADABLE, UpstreamRefused
from idp.broker.upstream import Upstream
from idp.login.refusal import Refusal
from idp.login.upstream import Gone, Identity, Proven, Via

LEEWAY = timedelta(seconds=30)
MAX_AGE = timedelta(minutes=10)  # since `iat`: an id token is used at once
TOKEN_MAX = 16 * 1024  # characters
SUBJECT_MAX = 255  # characters, OpenID Connect Core 1.0 §2
HASHES = {"256": hashlib.sha256, "384": hashlib.sha384, "512": hashlib.sha512}
"""Of an algorithm, by the end of its name (§3.1.3.6)."""


class Claims(msgspec.Struct, kw_only=True):
    """What is read of it; all else is its own affair."""

    iss: str
    sub: str
    aud: str | list[str]
    exp: int | float
    iat: int | float
    nonce: str
    azp: str | None = None
    nbf: int | float | None = None
    acr: str | None = None
    auth_time: int | float | None = None
    at_hash: str | None = None
    sid: str = ""
    name: str = ""
    preferred_username: str = ""


@dataclass(frozen=True, slots=True)
class Header:
    algorithm: str
    key: str | None


def header_of(token: str, upstream: Upstream) -> Header:
    """Not yet verified: to choose the key by. Raises UpstreamRefused for an algorithm that is not taken from it."""
    if len(token) > TOKEN_MAX or not token.isascii():
        raise UpstreamRefused(Refusal.UPSTREAM_TOKEN_UNREADABLE, "too long, or not ASCII")
    try:
        said = jws.extract_compact(token.encode()).headers()
        algorithm, key = said["alg"], said.get("kid")
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise UpstreamRefused(Refusal.UPSTREAM_TOKEN_UNREADABLE, type(error).__name__) from error
    if not isinstance(algorithm, str) or algorithm not in upstream.algorithms:
        raise UpstreamRefused(Refusal.UPSTREAM_ALGORITHM)
    if key is not None and not isinstance(key, str):
        raise UpstreamRefused(Refusal.UPSTREAM_TOKEN_UNREADABLE, "kid is no text")
    return Header(algorithm, key)


def signed_claims(token: str, header: Header, known: tuple[Key, ...]) -> dict[str, Any]:
    """Raises UpstreamRefused: UPSTREAM_KEY_UNKNOWN where no key fits, which newer ones may mend."""
    candidates = which.fitting(known, header.algorithm, header.key)
    if not candidates:
        raise UpstreamRefused(Refusal.UPSTREAM_KEY_UNKNOWN)
    for key in candidates:
        try:
            verified = jws.deserialize_compact(token, key, algorithms=[header.algorithm])
        except (JoseError, ValueError, TypeError):
            continue
        try:
            claims = msgspec.json.decode(verified.payload)
        except UNREADABLE as error:
            raise UpstreamRefused(Refusal.UPSTREAM_TOKEN_UNREADABLE, "its claims are no JSON") from error
        if not isinstance(claims, dict):
            raise UpstreamRefused(Refusal.UPSTREAM_TOKEN_UNREADABLE, "its claims are no object")
        return claims
    raise UpstreamRefused(Refusal.UPSTREAM_SIGNATURE_WRONG)


def proven(
    claims: dict[str, Any], header: Header, upstream: Upstream, gone: Gone, access_token: str, now: datetime
) -> Proven:
    """Of a token whose signature is right. Raises UpstreamRefused."""
    try:
        said = msgspec.convert(claims, Claims)
        expires, issued = _moment(said.exp), _moment(said.iat)
        begins = _moment(said.nbf) if said.nbf is not None else issued
        shown_at = _moment(said.auth_time) if said.auth_time is not None else None
    except (msgspec.ValidationError, ValueError, OverflowError, OSError) as error:
        raise UpstreamRefused(
            Refusal.UPSTREAM_TOKEN_UNREADABLE, "a claim is missing or of another kind"
        ) from error
    audiences = [said.aud] if isinstance(said.aud, str) else said.aud
    holds = (
        (_same(said.iss, upstream.issuer), Refusal.UPSTREAM_ISSUER_WRONG),
        (audiences == [upstream.client_id], Refusal.UPSTREAM_AUDIENCE_WRONG),
        (said.azp in (None, upstream.client_id), Refusal.UPSTREAM_AUDIENCE_WRONG),
        (_same(said.nonce, gone.nonce), Refusal.UPSTREAM_NONCE_WRONG),
        (now < expires + LEEWAY, Refusal.UPSTREAM_TIME_WRONG),
        (issued - LEEWAY <= now < issued + MAX_AGE, Refusal.UPSTREAM_TIME_WRONG),
        (begins - LEEWAY <= now, Refusal.UPSTREAM_TIME_WRONG),
        (shown_at is None or shown_at - LEEWAY <= now, Refusal.UPSTREAM_TIME_WRONG),
        (
            said.at_hash is None or _same(said.at_hash, _hash(access_token, header)),
            Refusal.UPSTREAM_HASH_WRONG,
        ),
        (0 < len(said.sub) <= SUBJECT_MAX and said.sub.isprintable(), Refusal.UPSTREAM_TOKEN_UNREADABLE),
        (len(said.sid) <= SUBJECT_MAX, Refusal.UPSTREAM_TOKEN_UNREADABLE),
    )
    for fine, reason in holds:
        if not fine:
            raise UpstreamRefused(reason)
    identity = Identity(issuer=upstream.issuer, subject=said.sub)
    return Proven(
        via=Via(provider=upstream.name, identity=identity, sid=said.sid),
        name=_shown(said.name or said.preferred_username),
        username=_shown(said.preferred_username),
        at=now,
        level=upstream.levels.get(said.acr) if said.acr is not None else None,
        shown_at=min(shown_at, now) if shown_at is not None else None,
        official=caais.read(claims, upstream.municipality_of) if upstream.municipality_of else None,
    )


def _shown(text: str) -> str:
    return "".join(sign for sign in text[:200] if sign.isprintable())


def _hash(access_token: str, header: Header) -> str:
    digest = HASHES[header.algorithm[-3:]](access_token.encode()).digest()
    return base64.urlsafe_b64encode(digest[: len(digest) // 2]).rstrip(b"=").decode()


def _moment(seconds: float) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode())
