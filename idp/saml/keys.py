"""Keys of SAML: ours, each with a certificate, and those of service providers."""

import hashlib
from base64 import b64encode
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_pem_private_key
from cryptography.x509.oid import NameOID

VerifyingKey = rsa.RSAPublicKey
LASTS = timedelta(days=3650)  # metadata say which key counts, not the certificate around it
SMALLEST = 2048  # bits, NIST SP 800-131A revision 2


class CertificateUnusable(Exception):
    """What should be a service provider's certificate is none that we can use."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(f"{what}; {hint}")
        self.what, self.hint = what, hint


@dataclass(frozen=True, slots=True)
class SamlKey:
    """One that signs what we say. Its repr shows no secret."""

    private: rsa.RSAPrivateKey = field(repr=False)
    certificate: x509.Certificate

    @property
    def certificate_text(self) -> str:
        """DER in base64, as metadata and signatures carry it."""
        return b64encode(self.certificate.public_bytes(Encoding.DER)).decode()


@dataclass(frozen=True, slots=True)
class SamlKeys:
    signing: SamlKey
    announced: tuple[SamlKey, ...]
    """All that metadata name, the one that signs first."""


def certified(private: bytes, host: str, made_at: datetime) -> SamlKey:
    """The key with a certificate of its own making, which is the same each time: nothing in it is drawn.

    `private`: PKCS #8 PEM of an RSA key; PKCS #1 v1.5 signs without chance (RFC 8017 §8.2).
    """
    key = load_pem_private_key(private, None)
    assert isinstance(key, rsa.RSAPrivateKey), "keys of SAML are RSA"
    spki = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    serial = int.from_bytes(hashlib.sha256(spki).digest()[:16]) >> 1  # positive (RFC 5280 §4.1.2.2)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, host[:64])])
    begins = made_at.replace(microsecond=0)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(max(1, serial))
        .not_valid_before(begins)
        .not_valid_after(begins + LASTS)
        .sign(key, SHA256())
    )
    return SamlKey(key, certificate)


def verifying_key(pem: bytes) -> VerifyingKey:
    """The key in a service provider's certificate, of which nothing else counts. Raises CertificateUnusable."""
    try:
        key = x509.load_pem_x509_certificate(pem).public_key()
    except ValueError as error:
        raise CertificateUnusable(
            "no PEM certificate", "copy it from the metadata of the application, between BEGIN and END lines"
        ) from error
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < SMALLEST:
        raise CertificateUnusable(
            "its key is no RSA key of 2048 bits or more", "have the application make such a key"
        )
    return key
