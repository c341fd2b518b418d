"""Which of another provider's keys may have signed a token."""

from typing import Any

import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, Key, RSAKey

from idp.broker.refused import UNREADABLE, UpstreamRefused
from idp.login.refusal import Refusal

KEYS_MAX = 20
KINDS: dict[str, type[RSAKey | ECKey]] = {"RS": RSAKey, "PS": RSAKey, "ES": ECKey}
TYPES: dict[object, type[RSAKey | ECKey]] = {"RSA": RSAKey, "EC": ECKey}
"""By `kty`, RFC 7518 §6.1."""
CURVES = {"ES256": "P-256", "ES384": "P-384"}
RSA_LEAST = 2048  # bits; RFC 7518 §3.3


class _Set(msgspec.Struct):
    """RFC 7517 §5."""

    keys: list[Any]


def read(body: bytes) -> tuple[Key, ...]:
    """Public keys for signatures; those that we cannot use are left out. Raises UpstreamRefused."""
    try:
        listed = msgspec.json.decode(body, type=_Set).keys
    except UNREADABLE as error:
        raise UpstreamRefused(Refusal.UPSTREAM_UNUSABLE, "its keys cannot be read") from error
    usable = [key for one in listed[:KEYS_MAX] if (key := _key(one)) is not None]
    if not usable:
        raise UpstreamRefused(Refusal.UPSTREAM_UNUSABLE, "none of its keys can be used")
    return tuple(usable)


def fitting(keys: tuple[Key, ...], algorithm: str, name: str | None) -> list[Key]:
    """Keys of the kind that the algorithm takes; by name, where both sides name them.

    Some providers publish keys without a name, or name none in their tokens: then each of the kind is tried.
    """
    of_kind = [key for key in keys if _fits(key, algorithm)]
    if name is None:
        return of_kind
    return [key for key in of_kind if key.kid == name] or [key for key in of_kind if key.kid is None]


def _key(said: object) -> Key | None:
    """None for symmetric ones, for encryption, and for what no algorithm of ours takes."""
    if not isinstance(said, dict) or said.get("use", "sig") != "sig":
        return None
    kind = said.get("kty")
    if not isinstance(kind, str) or kind not in TYPES:
        return None
    try:  # not as a set of one: that gives a name to a key that has none
        key = TYPES[kind].import_key(said)
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return None if key.is_private or _too_short(key) else key


def _too_short(key: Key) -> bool:
    return isinstance(key, RSAKey) and key.raw_value.key_size < RSA_LEAST


def _fits(key: Key, algorithm: str) -> bool:
    if not isinstance(key, KINDS[algorithm[:2]]) or key.get("alg", algorithm) != algorithm:
        return False
    return algorithm not in CURVES or key.get("crv") == CURVES[algorithm]
