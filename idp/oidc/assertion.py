"""Signed assertions by which programs and relying parties prove who they are (RFC 7523 §2.2, §3).

One is believed that its keys signed, that is for us and of now, and once alone.
"""

import hashlib
import json
from base64 import urlsafe_b64decode
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, Protocol, TypeGuard

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, RSAKey

TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"  # RFC 7523 §2.2
ALGORITHMS = ["ES256", "RS256", "PS256", "EdDSA"]
LONGEST = timedelta(minutes=5)  # how far ahead `exp` of a signed request may be
LONGEST_PROOF = timedelta(
    hours=1
)  # the same of an assertion: Authlib signs for an hour, and offers no other time
RSA_BITS = range(2048, 8193)  # fewer are no proof (RFC 7518 §3.3), more take long to verify
CLOCKS_DIFFER_BY = timedelta(seconds=30)


class AssertionFault(StrEnum):
    """Why one is not believed; whoever tells it says of what it is, as in `program_assertion_wrong`."""

    WRONG = "assertion_wrong"
    FOR_ANOTHER = "assertion_for_another"
    OUT_OF_TIME = "assertion_out_of_time"
    USED_TWICE = "assertion_used_twice"


class KeysUnusable(Exception):
    """What should hold public keys does not."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(f"{what}; {hint}")
        self.what, self.hint = what, hint


class Spent(Protocol):
    def spend_assertion(self, name: bytes, until: datetime) -> bool:
        """Remember a `jti` until then; False where it is remembered already."""
        ...


def keys_of(text: str) -> KeySet:
    """Public keys of a JWK set (RFC 7517 §5). Raises KeysUnusable."""
    try:
        keys = KeySet.import_key_set(json.loads(text))
    except (JoseError, ValueError, TypeError, KeyError, AttributeError, RecursionError) as error:
        hint = 'write the public keys as `{"keys": [ … ]}` (RFC 7517 §5)'
        raise KeysUnusable(f"holds no JWK set: {error}", hint) from error
    if any(key.is_private for key in keys):
        raise KeysUnusable("holds a private key", "keep that with the program, and put its public half here")
    if any(isinstance(key, RSAKey) and key.raw_value.key_size not in RSA_BITS for key in keys):
        hint = f"make another pair of keys, of {RSA_BITS.start} to {RSA_BITS.stop - 1} bits or ES256"
        raise KeysUnusable("holds an RSA key that is too short or too long", hint)
    return keys


def fault(
    book: Spent, text: str, who: str, keys: KeySet | None, audiences: Sequence[str], now: datetime
) -> AssertionFault | None:
    """RFC 7523 §3; RFC 7519 §4.1.7 for `jti`, which is good once. `who`: whose it has to be."""
    token = signed(text, keys) if keys is not None else None
    if token is None:
        return AssertionFault.WRONG
    claims = token.claims
    expires, name = claims.get("exp"), claims.get("jti")
    if claims.get("iss") != who or claims.get("sub") != who or claims.get("aud") not in audiences:
        return AssertionFault.FOR_ANOTHER
    if not is_time(expires) or not isinstance(name, str) or not name:
        return AssertionFault.WRONG
    if not in_time(expires, now, LONGEST_PROOF):
        return AssertionFault.OUT_OF_TIME
    spent = hashlib.sha256(json.dumps([who, name]).encode()).digest()
    until = (
        datetime.fromtimestamp(expires, UTC) + 2 * CLOCKS_DIFFER_BY
    )  # of clocks that differ two at the most
    return None if book.spend_assertion(spent, until) else AssertionFault.USED_TWICE


def is_time(said: object) -> TypeGuard[int | float]:
    """A NumericDate (RFC 7519 §2), of any size."""
    return isinstance(said, int | float) and not isinstance(said, bool)


def in_time(expires: float, now: datetime, longest: timedelta = LONGEST) -> bool:
    """Neither over nor too far ahead; compared, not reckoned with."""
    earliest, latest = (now - CLOCKS_DIFFER_BY).timestamp(), (now + longest + CLOCKS_DIFFER_BY).timestamp()
    return earliest < expires <= latest


def signed(text: str, keys: KeySet) -> jwt.Token | None:
    """What one of the keys signed; each is tried, as neither keys nor assertions need to have names (RFC 7515 §4.1.4).
    None: none of them did.
    """
    for key in keys.keys:
        try:
            return jwt.decode(text, key, algorithms=ALGORITHMS)
        except (JoseError, ValueError, TypeError, KeyError, AttributeError, OSError, RecursionError):
            continue
    return None


def subject(text: str) -> str:
    """Whose it says it is: looked at only to find the keys that must verify it."""
    try:
        claims: Mapping[str, Any] = json.loads(_decoded(text.split(".")[1]))
        return str(claims["sub"])
    except (ValueError, LookupError, TypeError, RecursionError):
        return ""


def _decoded(part: str) -> bytes:
    return urlsafe_b64decode(part + "=" * (-len(part) % 4))
