"""A key in a file of the state folder: who can read the folder has it, and the gateway is told so."""

from dataclasses import dataclass, field
from typing import Self

from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)

from agents.keys.key import public_of, read, written
from agents.protocol.messages import KeyKind
from agents.protocol.signing import signing


@dataclass(frozen=True, slots=True)
class SoftwareKey:
    """Implements `keys.key.DeviceKey`."""

    _key: EllipticCurvePrivateKey = field(repr=False)

    @classmethod
    def new(cls) -> Self:
        return cls(generate_private_key(SECP256R1()))

    @classmethod
    def kept(cls, blob: bytes) -> Self:
        """Raises KeyLost."""
        return cls(read(blob))

    @property
    def kind(self) -> KeyKind:
        return KeyKind.SOFTWARE

    @property
    def public(self) -> bytes:
        return public_of(self._key)

    @property
    def blob(self) -> bytes:
        """What is kept."""
        return written(self._key)

    def sign(self, octets: bytes) -> bytes:
        return signing(self._key)(octets)
