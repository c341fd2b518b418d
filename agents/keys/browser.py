"""The key that browsers show, and the certificate that the gateway gave it: one file, so that they never part."""

from dataclasses import dataclass, field
from datetime import datetime

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from agents.keys.key import KeyLost, public_of, read, written

RENEWED_FROM = 3
"""In the last third of its life; the gateway renews none before that."""
NAME = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "brana-agent")])
"""Of the request. The gateway names the certificate itself."""


class NotOurs(Exception):
    """No certificate, or one for another key than we asked for."""

    def __init__(self) -> None:
        super().__init__("the gateway gave a certificate that does not fit our key; it is asked for again")


@dataclass(frozen=True, slots=True)
class BrowserKey:
    """`chain`: PEM, leaf first."""

    key: EllipticCurvePrivateKey = field(repr=False)
    chain: str
    leaf: x509.Certificate

    @property
    def ends_at(self) -> datetime:
        return self.leaf.not_valid_after_utc

    @property
    def issuer(self) -> str:
        """Common name; empty where it has none."""
        named = self.leaf.issuer.get_attributes_for_oid(x509.oid.NameOID.COMMON_NAME)
        return str(named[0].value) if named else ""

    @property
    def pem(self) -> bytes:
        return written(self.key) + self.chain.encode()

    def due(self, now: datetime) -> bool:
        return self.ends_at - now <= (self.ends_at - self.leaf.not_valid_before_utc) / RENEWED_FROM


def new_key() -> EllipticCurvePrivateKey:
    return generate_private_key(SECP256R1())


def request_of(key: EllipticCurvePrivateKey) -> bytes:
    """PKCS#10 (RFC 2986), DER."""
    asked = x509.CertificateSigningRequestBuilder().subject_name(NAME).sign(key, SHA256())
    return asked.public_bytes(Encoding.DER)


def joined(key: EllipticCurvePrivateKey, chain: str) -> BrowserKey:
    """Raises NotOurs."""
    try:
        leaf = x509.load_pem_x509_certificates(chain.encode())[0]
        theirs = leaf.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    except (ValueError, IndexError) as error:
        raise NotOurs from error
    if theirs != public_of(key):
        raise NotOurs
    return BrowserKey(key, chain, leaf)


def kept(pem: bytes) -> BrowserKey | None:
    """As `BrowserKey.pem` gave it; None where it is damaged: the next report asks for another."""
    try:
        at = pem.index(b"-----BEGIN CERTIFICATE-----")
        return joined(read(pem[:at]), pem[at:].decode("ascii"))
    except (ValueError, KeyLost, NotOurs):
        return None
