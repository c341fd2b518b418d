"""What the device's key signs: JWS in compact serialization (RFC 7515 §7.1) with ES256 (RFC 7518 §3.4).

Signed by hand, as the key may lie in a TPM that gives nothing but signatures; read by joserfc, which trusts nothing.
"""

from base64 import urlsafe_b64encode
from collections.abc import Callable
from enum import StrEnum
from typing import TypeVar

import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import (
    ECDSA,
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

ALGORITHM = "ES256"
LONGEST = 65_536  # characters of a message; what is longer is not read
NUMBER = 32  # octets of each half of a signature
Sign = Callable[[bytes], bytes]
"""Octets to a signature in DER (RFC 3279 §2.2.3): what both `cryptography` and a TPM give."""
Said = TypeVar("Said", bound=msgspec.Struct)


class Kind(StrEnum):
    """Header `typ`: what is signed as one thing is never read as another (RFC 8725 §3.11)."""

    ENROLMENT = "brana-enrolment+jws"
    REPORT = "brana-report+jws"
    TUNNEL = "brana-tunnel+jws"
    FAREWELL = "brana-farewell+jws"


class NotSigned(Exception):
    """Not by this key, not as this kind, or not in words of the protocol. Says no more: strangers read it."""


def signed(kind: Kind, device: str, said: msgspec.Struct, sign: Sign) -> str:
    """`device`: whose key it is, the header's `kid`; empty while it has no name yet."""
    header = {"alg": ALGORITHM, "typ": kind, "kid": device}
    begins = _base64url(msgspec.json.encode(header)) + b"." + _base64url(msgspec.json.encode(said))
    r, s = decode_dss_signature(sign(begins))
    return (begins + b"." + _base64url(r.to_bytes(NUMBER) + s.to_bytes(NUMBER))).decode()


def signing(key: EllipticCurvePrivateKey) -> Sign:
    return lambda octets: key.sign(octets, ECDSA(SHA256()))


def device_of(token: str) -> str:
    """Whose it says it is; by that a key is looked up, and nothing else believed. Raises NotSigned."""
    if len(token) > LONGEST:
        raise NotSigned
    try:
        kid = jws.extract_compact(token.encode()).headers().get("kid")
    except (JoseError, ValueError) as error:
        raise NotSigned from error
    if not isinstance(kid, str):
        raise NotSigned
    return kid


def opened(kind: Kind, token: str, key: EllipticCurvePublicKey, of: type[Said]) -> Said:
    """Raises NotSigned."""
    if len(token) > LONGEST or not isinstance(key.curve, SECP256R1):
        raise NotSigned
    der = key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    try:
        read = jws.deserialize_compact(token, ECKey.import_key(der), algorithms=[ALGORITHM])
        if read.headers().get("typ") != kind:
            raise NotSigned
        return msgspec.json.decode(read.payload, type=of)
    except (JoseError, ValueError) as error:  # msgspec's errors are ValueErrors
        raise NotSigned from error


def _base64url(octets: bytes) -> bytes:
    return urlsafe_b64encode(octets).rstrip(b"=")
