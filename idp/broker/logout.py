"""A logout token of another provider (OpenID Connect Back-Channel Logout 1.0 §2.6): whose session there has ended."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from idp.broker.id_token import LEEWAY, SUBJECT_MAX
from idp.broker.refused import UpstreamRefused
from idp.broker.upstream import Upstream
from idp.login.refusal import Refusal
from idp.login.upstream import SignedOut

EVENT = "http://schemas.openid.net/event/backchannel-logout"
MAX_AGE = timedelta(minutes=2)  # since `iat`: it is told at once, and not again after that


class _Claims(msgspec.Struct, kw_only=True):
    iss: str
    aud: str | list[str]
    iat: int | float
    jti: str
    events: dict[str, Any]
    exp: int | float | None = None
    sub: str = ""
    sid: str = ""


@dataclass(frozen=True, slots=True)
class Told:
    said: SignedOut
    mark: bytes
    """Of this token alone: it counts once."""
    forget_at: datetime
    """After it the token would be refused for its age."""


def told(claims: dict[str, Any], upstream: Upstream, now: datetime) -> Told:
    """Of a token whose signature is right. Raises UpstreamRefused."""
    try:
        said = msgspec.convert(claims, _Claims)
        issued = datetime.fromtimestamp(said.iat, UTC)
        expires = datetime.fromtimestamp(said.exp, UTC) if said.exp is not None else issued + MAX_AGE
    except (msgspec.ValidationError, ValueError, OverflowError, OSError) as error:
        raise UpstreamRefused(Refusal.UPSTREAM_TOKEN_UNREADABLE, "a claim of the logout token") from error
    audiences = [said.aud] if isinstance(said.aud, str) else said.aud
    holds = (
        (hmac.compare_digest(said.iss.encode(), upstream.issuer.encode()), Refusal.UPSTREAM_ISSUER_WRONG),
        (audiences == [upstream.client_id], Refusal.UPSTREAM_AUDIENCE_WRONG),
        # or an id token could be sent here, and a logout token where one is expected
        (isinstance(said.events.get(EVENT), dict) and "nonce" not in claims, Refusal.UPSTREAM_NO_LOGOUT),
        (issued - LEEWAY <= now < issued + MAX_AGE and now < expires + LEEWAY, Refusal.UPSTREAM_TIME_WRONG),
        (bool(said.sub or said.sid), Refusal.UPSTREAM_TOKEN_UNREADABLE),
        (max(len(said.sub), len(said.sid), len(said.jti)) <= SUBJECT_MAX, Refusal.UPSTREAM_TOKEN_UNREADABLE),
        (bool(said.jti), Refusal.UPSTREAM_TOKEN_UNREADABLE),
    )
    for fine, reason in holds:
        if not fine:
            raise UpstreamRefused(reason)
    return Told(
        SignedOut(provider=upstream.name, issuer=upstream.issuer, subject=said.sub, sid=said.sid),
        hashlib.sha256(msgspec.json.encode((upstream.issuer, said.jti))).digest(),
        issued + MAX_AGE + LEEWAY,
    )
