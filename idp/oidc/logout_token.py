"""What a client is told of a session that is over (OpenID Connect Back-Channel Logout 1.0 §2.4)."""

from datetime import datetime, timedelta
from typing import Any

from config.vocabulary import SessionId, SubjectId
from idp.oidc.client import Client

EVENT = "http://schemas.openid.net/event/backchannel-logout"
TYPE = "logout+jwt"
LIFETIME = timedelta(minutes=2)  # the most that §2.4 recommends; each attempt has a token of its own


def claims(
    client: Client, subject: SubjectId, session: SessionId, name: str, issuer: str, now: datetime
) -> dict[str, Any]:
    """Person and session as the client calls them. `name`: the token's own, drawn by the caller.

    No `nonce`: with one it could pass for an id token.
    """
    issued = int(now.timestamp())
    return {
        "iss": issuer,
        "aud": client.id,
        "sub": client.subject_of(subject),
        "sid": client.session_of(session),
        "iat": issued,
        "exp": issued + int(LIFETIME.total_seconds()),
        "jti": name,
        "events": {EVENT: {}},
    }
