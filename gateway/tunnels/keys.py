"""Keys of WireGuard: 32 octets of a point on Curve25519, known by the one text that says them."""

import base64
import binascii
from dataclasses import dataclass, field
from typing import NewType

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

TunnelKey = NewType("TunnelKey", str)
"""A public key as base64; made by `tunnel_key` and `key_of_octets` alone, so that equal keys are equal texts."""
OCTETS = 32
P = (
    2**255 - 19
)  # the field; what is not below it, or has the highest bit set, is a second name of another key
FEW = frozenset(  # points of small order (RFC 7748, section 6.1): with them every secret is the same one
    {
        0,
        1,
        P - 1,
        325606250916557431795983626356110631294008115727848805560023387167927233504,
        39382357235489614581723060781553021112529911719440698176882885853963445705823,
    }
)


class NoTunnelKey(ValueError):
    """What was given as the public key of a tunnel is none."""

    def __init__(self, why: str) -> None:
        super().__init__(f"this is no public key of a tunnel: {why}; give the text that `wg pubkey` prints")


def tunnel_key(text: str) -> TunnelKey:
    """Raises NoTunnelKey for whatever is not the one text of a key."""
    try:
        octets = base64.b64decode(text.encode("ascii"), validate=True)
    except (UnicodeEncodeError, binascii.Error) as error:
        raise NoTunnelKey("it is not base64") from error
    key = key_of_octets(octets)
    if key != text:
        raise NoTunnelKey("it is written otherwise than keys are")
    return key


def key_of_octets(octets: bytes) -> TunnelKey:
    """Raises NoTunnelKey."""
    if len(octets) != OCTETS:
        raise NoTunnelKey(f"it has {len(octets)} octets instead of {OCTETS}")
    point = int.from_bytes(octets, "little")
    if point >= P:
        raise NoTunnelKey("the same point has another name")
    if point in FEW:
        raise NoTunnelKey("with this point no secret is secret")
    return TunnelKey(base64.b64encode(octets).decode())


def octets_of(key: TunnelKey) -> bytes:
    return base64.b64decode(key)


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """The gateway's own; those of devices stay on them."""

    _octets: bytes = field(repr=False)

    def __post_init__(self) -> None:
        if len(self._octets) != OCTETS:
            raise ValueError(f"a private key has {OCTETS} octets")

    @classmethod
    def generate(cls) -> "PrivateKey":
        return cls(X25519PrivateKey.generate().private_bytes_raw())

    @property
    def public(self) -> TunnelKey:
        return key_of_octets(
            X25519PrivateKey.from_private_bytes(self._octets).public_key().public_bytes_raw()
        )

    def reveal(self) -> bytes:
        """For the device that is told it, and for sealing."""
        return self._octets

    def base64(self) -> str:
        """As files and netlink have it."""
        return base64.b64encode(self._octets).decode()
