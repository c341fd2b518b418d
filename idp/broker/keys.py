"""Which of another provider's keys may have signed a token."""

import msgspec
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, JWKRegistry, Key, RSAKey

from idp.broker.refused import UpstreamRefused
from idp.login.refusal import Refusal

KEYS_MAX = 20
KINDS: dict[str, type[Key]] = {"RS": RSAKey, "PS": RSAKey, "ES": ECKey}
CURVES = {"ES256": "P-256", "ES384": "P-384"}
RSA_LEAST = 2048  # bits; RFC 7518 §3.3


def read(body: bytes) -> tuple[Key, ...]:
    """Public keys for signatures; those that we cannot use are left out. Raises UpstreamRefused."""
    try:
        said = msgspec.json.decode(body)
        listed = said["keys"]
        assert isinstance(listed, list)
    except (msgspec.DecodeError, UnicodeDecodeError, KeyError, TypeError, AssertionError) as error:
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
    if not isinstance(said, dict) or said.get("use", "sig") != "sig" or said.get("kty") not in {"RSA", "EC"}:
        return None
    try:
        key = JWKRegistry.import_key(said)  # a set would give names to those that have none
    except (JoseError, ValueError, TypeError, KeyError):
        return None
    return None if key.is_private or _too_short(key) else key


def _too_short(key: Key) -> bool:
    return isinstance(key, RSAKey) and key.raw_value.key_size < RSA_LEAST


def _fits(key: Key, algorithm: str) -> bool:
    if not isinstance(key, KINDS[algorithm[:2]]) or key.get("alg", algorithm) != algorithm:
        return False
    return algorithm not in CURVES or key.get("crv") == CURVES[algorithm]
