"""What the rest of the agent needs of the device's key: its public half, signatures, and where it lies. No I/O."""

from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ec import SECP256R1, EllipticCurvePrivateKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
)

from agents.protocol.messages import KeyKind


class DeviceKey(Protocol):
    @property
    def kind(self) -> KeyKind: ...

    @property
    def public(self) -> bytes:
        """SubjectPublicKeyInfo (RFC 5480 §2), DER."""

    def sign(self, octets: bytes) -> bytes:
        """ECDSA with SHA-256, DER. Raises KeyLost, ChipFails."""


class KeyLost(Exception):
    """`why`: of the system, for whoever mends it."""

    def __init__(self, why: str) -> None:
        super().__init__(f"{why}: enrol this device anew, or give it back the chip that keeps its key")
        self.why = why


class ChipFails(Exception):
    """There is a chip, and it does not do what it is asked. The key may still be in it: nothing takes its place.

    `why`: of the chip, or of its library.
    """

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


def public_of(key: EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def written(key: EllipticCurvePrivateKey) -> bytes:
    """PKCS#8 in PEM (RFC 5958), not encrypted: the file is its owner's alone."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def read(pem: bytes) -> EllipticCurvePrivateKey:
    """Raises KeyLost."""
    try:
        key = load_pem_private_key(pem, None)
    except (ValueError, TypeError) as error:
        raise KeyLost("the file of the key is damaged") from error
    if not isinstance(key, EllipticCurvePrivateKey) or not isinstance(key.curve, SECP256R1):
        raise KeyLost("the file of the key holds another kind of key")
    return key
