"""Who is asking, by the gateway's signed word: what every hosted application does with `x-brana-assertion`.

The header is a JWT (RFC 7519) signed with ES256; only its signature makes it true, so nothing else of the request
is believed about people.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

HEADER = "x-brana-assertion"
LEEWAY = 5  # seconds by which two machines' clocks may differ
LONGEST = 8192  # characters


@dataclass(frozen=True, slots=True)
class Who:
    """The person, and for which municipality and actions the gateway let them through."""

    subject: str
    name: str
    municipality: str
    roles: tuple[str, ...]
    actions: frozenset[str]
    expires_at: int
    """Seconds since the epoch."""


class NotVouchedFor(Exception):
    """No assertion, or not one for this application at this time. The reason is for the log."""


class Assertions:
    """Verifies against the public keys of `path` (JWKS), which are read again when the file changes."""

    def __init__(self, path: Path, audience: str, issuer: str) -> None:
        self._path = path
        self._audience = audience
        self._issuer = issuer
        self._keys: KeySet | None = None
        self._read_at: tuple[int, int] | None = None

    def who(self, headers: Mapping[str, str], now: datetime) -> Who:
        """Raises NotVouchedFor."""
        token = headers.get(HEADER, "")
        if not token or len(token) > LONGEST:
            raise NotVouchedFor("no assertion")
        try:
            claims = jwt.decode(token, self._current_keys(), algorithms=["ES256"]).claims
            rules = jwt.JWTClaimsRegistry(
                now=int(now.timestamp()),
                leeway=LEEWAY,
                iss={"essential": True, "value": self._issuer},
                aud={"essential": True, "value": self._audience},
                exp={"essential": True},
                iat={"essential": True},
            )
            rules.validate(claims)
            return read(claims)
        except (JoseError, ValueError, KeyError, TypeError) as error:
            raise NotVouchedFor(f"{type(error).__name__}: {error}") from error

    def _current_keys(self) -> KeySet:
        try:
            found = self._path.stat()
            stamp = (found.st_mtime_ns, found.st_ino)
            if self._keys is None or stamp != self._read_at:
                self._keys = KeySet.import_key_set(json.loads(self._path.read_text()))
                self._read_at = stamp
        except OSError as error:
            raise NotVouchedFor(f"the gateway's keys cannot be read: {error}") from error
        return self._keys


def read(claims: Mapping[str, Any]) -> Who:
    """Raises ValueError, KeyError or TypeError for claims of another shape."""
    if not isinstance(claims["aud"], str):
        raise ValueError("more than one audience")  # noqa: TRY004 - one kind of error for every shape
    words = [claims["sub"], claims["name"], claims["municipality"], *claims["roles"], *claims["actions"]]
    if not all(isinstance(word, str) and word for word in words):
        raise ValueError("empty words")
    return Who(
        subject=claims["sub"],
        name=claims["name"],
        municipality=claims["municipality"],
        roles=tuple(claims["roles"]),
        actions=frozenset(claims["actions"]),
        expires_at=int(claims["exp"]),
    )
