"""One sign-in under way at one host: what must still be true when the browser comes back.

It travels sealed in a cookie of that host, so nothing is stored for strangers, and a `code` sent to another
browser (sign-in CSRF, RFC 6749 §10.12) finds no attempt there. Two tabs are two attempts with two cookies.
"""

import re
import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from datetime import UTC, datetime
from hashlib import sha256
from urllib.parse import urlencode

import msgspec

from config.durations import ATTEMPT_LIFETIME
from gateway.grants.cookie import SIGN_IN

AT_ONCE = 4  # attempts of one browser at one host; more would only make its Cookie header long
LONGEST_RETURN = 1_024  # characters; the sealed cookie must stay below 4096 bytes, RFC 6265 §6.1
PATH = re.compile(r"/(?![/\\])[!-~]*\Z")  # `//host` and `/\host` lead to another host (WHATWG URL, §4.4)
STATE_IN_NAME = 8  # characters of the state in the cookie's name

Sealer = Callable[[bytes, str], bytes]
"""`close` and `open` of a seal: (secret, what it is bound to) → sealed, and back; raises on any doubt."""


class AttemptLost(Exception):
    """No attempt of this browser fits the answer of the provider: begin again."""


class Attempt(msgspec.Struct, frozen=True):
    """Random values have 256 bits. `return_to` is a path with query on the same host."""

    state: str
    nonce: str
    verifier: str
    """PKCE code verifier, RFC 7636 §4.1."""
    host: str
    return_to: str
    expires_at: datetime
    factors_since: datetime | None = None
    """What was shown before then does not suffice; None: whatever the provider takes does."""
    silent: bool = False
    """Nobody could be asked: a frame shows no page of the sign-in."""

    @property
    def cookie(self) -> str:
        return SIGN_IN + self.state[:STATE_IN_NAME]

    def __repr__(self) -> str:
        return f"Attempt({self.state[:STATE_IN_NAME]}…)"


def begin(
    host: str,
    return_to: str,
    now: datetime,
    factors_since: datetime | None = None,
    *,
    silent: bool = False,
) -> Attempt:
    """A new attempt; what is not a plain path on this host, or too long to carry, becomes `/`."""
    stays_here = len(return_to) <= LONGEST_RETURN and PATH.match(return_to)
    return Attempt(
        state=secrets.token_urlsafe(32),
        nonce=secrets.token_urlsafe(32),
        verifier=secrets.token_urlsafe(32),
        host=host,
        return_to=return_to if stays_here else "/",
        expires_at=now + ATTEMPT_LIFETIME,
        factors_since=factors_since,
        silent=silent,
    )


def authorization_url(
    attempt: Attempt, endpoint: str, client_id: str, redirect_uri: str, extra: dict[str, str]
) -> str:
    """Where to send the browser: OpenID Connect Core 1.0 §3.1.2.1, PKCE S256 (RFC 7636 §4.2)."""
    challenge = urlsafe_b64encode(sha256(attempt.verifier.encode()).digest()).rstrip(b"=").decode()
    question = {
        "response_type": "code",
        "client_id": client_id,
        "redirect_uri": redirect_uri,
        "scope": "openid profile",
        "state": attempt.state,
        "nonce": attempt.nonce,
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    }
    return f"{endpoint}?{urlencode(question | extra)}"


def sealed(attempt: Attempt, close: Sealer) -> str:
    """Value of the attempt's cookie."""
    return urlsafe_b64encode(close(msgspec.json.encode(attempt), attempt.cookie)).rstrip(b"=").decode()


def reopened(state: str, host: str, cookies: dict[str, str], unseal: Sealer, now: datetime) -> Attempt:
    """The attempt that `state` belongs to. Raises AttemptLost for another browser, host, or a late answer."""
    name = SIGN_IN + state[:STATE_IN_NAME]
    value = cookies.get(name, "")
    try:
        plain = unseal(urlsafe_b64decode(value + "=" * (-len(value) % 4)), name)
        attempt = msgspec.json.decode(plain, type=Attempt)
    except Exception as error:  # whatever is wrong with a cookie, it is not ours
        raise AttemptLost("no attempt of this browser") from error
    if not secrets.compare_digest(attempt.state.encode(), state.encode(errors="replace")):
        raise AttemptLost("another attempt's state")
    if attempt.host != host or now.astimezone(UTC) >= attempt.expires_at:
        raise AttemptLost("too late, or another host")
    return attempt


def superfluous(cookies: dict[str, str]) -> list[str]:
    """Names of old attempts' cookies to clear, so that at most AT_ONCE remain with the new one."""
    names = [name for name in cookies if name.startswith(SIGN_IN)]
    return names[: max(0, len(names) - AT_ONCE + 1)]
