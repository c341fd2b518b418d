"""The keys of this installation by purpose, and how a missing one is made."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

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
    SAML = "saml"
    """Assertions for service providers of SAML, where there are any."""


ALWAYS = tuple(purpose for purpose in Purpose if purpose is not Purpose.SAML)
"""Made at the first start. A version before knows no key of SAML, so none is made that nobody needs."""


@dataclass(frozen=True)
class Keys:
    """Each is made of its bytes when it is first used: to check an RSA key takes a tenth of a second, and most
    commands sign with none.
    """

    private: Mapping[Purpose, bytes] = field(repr=False)
    """As `new_private_key` gives them."""

    @cached_property
    def grant(self) -> ECKey:
        return ECKey.import_key(self.private[Purpose.GRANT])

    @cached_property
    def assertion(self) -> ECKey:
        return ECKey.import_key(self.private[Purpose.ASSERTION])

    @cached_property
    def provider_es256(self) -> ECKey:
        return ECKey.import_key(self.private[Purpose.PROVIDER_ES256])

    @cached_property
    def provider_rs256(self) -> RSAKey:
        return RSAKey.import_key(self.private[Purpose.PROVIDER_RS256])

    @cached_property
    def checkpoint(self) -> Ed25519PrivateKey:
        return Ed25519PrivateKey.from_private_bytes(self.private[Purpose.CHECKPOINT])

    @cached_property
    def technical(self) -> ECKey:
        return ECKey.import_key(self.private[Purpose.TECHNICAL])

    def __repr__(self) -> str:
        return f"Keys(grant={self.grant.thumbprint()}, …)"


def new_private_key(purpose: Purpose) -> bytes:
    """PKCS #8 PEM of a fresh key of the kind the purpose asks for (raw 32 bytes for Ed25519)."""
    if purpose is Purpose.CHECKPOINT:
        return Ed25519PrivateKey.generate().private_bytes(Encoding.Raw, PrivateFormat.Raw, NoEncryption())
    if purpose in {Purpose.PROVIDER_RS256, Purpose.SAML}:
        return RSAKey.generate_key(RSA_BITS).as_pem(private=True)
    return ECKey.generate_key("P-256").as_pem(private=True)


def load_keys(private_key: Callable[[Purpose], bytes]) -> Keys:
    """All keys that every installation has, each from `private_key` (which makes and keeps the missing ones)."""
    return Keys({purpose: private_key(purpose) for purpose in ALWAYS})
