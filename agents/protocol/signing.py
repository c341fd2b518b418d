"""What the device's key signs: JWS in compact serialization (RFC 7515 §7.1) with ES256 (RFC 7518 §3.4), by hand.

The key may lie in a TPM that gives nothing but signatures; and an agent has little memory to spare for more.
"""

from base64 import urlsafe_b64encode
from collections.abc import Callable
from enum import StrEnum

import msgspec
from cryptography.hazmat.primitives.asymmetric.ec import ECDSA, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

ALGORITHM = "ES256"
NUMBER = 32  # octets of each half of a signature
Sign = Callable[[bytes], bytes]
"""Octets to a signature in DER (RFC 3279 §2.2.3): what both `cryptography` and a TPM give."""


class Kind(StrEnum):
    """Header `typ`: what is signed as one thing is never read as another (RFC 8725 §3.11)."""

    ENROLMENT = "brana-enrolment+jws"
    REPORT = "brana-report+jws"
    TUNNEL = "brana-tunnel+jws"
    FAREWELL = "brana-farewell+jws"


def signed(kind: Kind, device: str, said: msgspec.Struct, sign: Sign) -> str:
    """`device`: whose key it is, the header's `kid`; empty while it has no name yet."""
    header = {"alg": ALGORITHM, "typ": kind, "kid": device}
    begins = _base64url(msgspec.json.encode(header)) + b"." + _base64url(msgspec.json.encode(said))
    r, s = decode_dss_signature(sign(begins))
    return (begins + b"." + _base64url(r.to_bytes(NUMBER) + s.to_bytes(NUMBER))).decode()


def signing(key: EllipticCurvePrivateKey) -> Sign:
    return lambda octets: key.sign(octets, ECDSA(SHA256()))


def _base64url(octets: bytes) -> bytes:
    return urlsafe_b64encode(octets).rstrip(b"=")
