"""The keys of this installation by purpose, and how a missing one is made."""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from joserfc.jwk import ECKey, RSAKey

RSA_BITS = 3072  # NIST SP 800-57 part 1, 128-bit strength


class Purpose(StrEnum):
    """A key signs for one purpose only; a token of one purpose never verifies as another."""

    GRANT = "grant"
    ASSERTION = "assertion"
    PROVIDER_ES256 = "provider-es256"
    PROVIDER_RS256 = "provider-rs256"
    CHECKPOINT = "checkpoint"
    TECHNICAL = "technical"
    """Access tokens of technical accounts."""


@dataclass(frozen=True, slots=True)
class Keys:
    grant: ECKey
    assertion: ECKey
    provider_es256: ECKey
    provider_rs256: RSAKey
    checkpoint: Ed25519PrivateKey
    technical: ECKey

    def __repr__(self) -> str:
        return f"Keys(grant={self.grant.thumbprint()}, …)"


def new_private_key(purpose: Purpose) -> bytes:
    """PKCS #8 PEM of a fresh key of the kind the purpose asks for (raw 32 bytes for Ed25519)."""
    if purpose is Purpose.CHECKPOINT:
        return Ed25519PrivateKey.generate().private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    if purpose is Purpose.PROVIDER_RS256:
        return RSAKey.generate_key(RSA_BITS).as_pem(private=True)
    return ECKey.generate_key("P-256").as_pem(private=True)


def load_keys(private_key: Callable[[Purpose], bytes]) -> Keys:
    """All keys, each from `private_key` (which makes and keeps the missing ones)."""
    return Keys(
        grant=ECKey.import_key(private_key(Purpose.GRANT)),
        assertion=ECKey.import_key(private_key(Purpose.ASSERTION)),
        provider_es256=ECKey.import_key(private_key(Purpose.PROVIDER_ES256)),
        provider_rs256=RSAKey.import_key(private_key(Purpose.PROVIDER_RS256)),
        checkpoint=Ed25519PrivateKey.from_private_bytes(private_key(Purpose.CHECKPOINT)),
        technical=ECKey.import_key(private_key(Purpose.TECHNICAL)),
    )
