"""The authority that certifies devices: what it issues, and whose a shown certificate is. Pure.

A certificate is short-lived and good for one thing, to show at a TLS connection whose device this is; only who signs by
the device's own key gets the next one. The authority issues nothing else, and nobody else is believed about devices.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import unquote_to_bytes

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    EllipticCurvePublicKey,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from config.vocabulary import DeviceId, read_device_id
from gateway.devices.device import Leaf
from gateway.grants.issued_by import issued_by

OF_A_DEVICE = "urn:brana:device:"
"""Before a device's name in its certificate (subjectAltName, URI; RFC 5280 §4.2.1.6)."""
BACK = timedelta(minutes=10)
"""A certificate begins that much earlier: for clocks that are behind."""
AUTHORITY_LIFETIME = timedelta(days=3652)
USAGES = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement",
          "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")  # fmt: skip


class RequestRefused(Exception):
    """What an agent sent is no request for a certificate as it should be."""


class NotOurs(Exception):
    """`reason` is what the log says."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Authority:
    certificate: x509.Certificate
    key: EllipticCurvePrivateKey = field(repr=False)


@dataclass(frozen=True, slots=True)
class Issued:
    leaf: Leaf
    chain: str
    """PEM, leaf first."""


@dataclass(frozen=True, slots=True)
class Shown:
    """By a connection: whose certificate, and which."""

    device: DeviceId
    thumbprint: str


def new_authority(key: EllipticCurvePrivateKey, domain: str, now: datetime) -> Authority:
    """Certified by itself. `domain`: whose devices these are, for whoever looks at a certificate."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Brana devices of {domain}"[:64])])
    begun = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACK)
        .not_valid_after(now + AUTHORITY_LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage("key_cert_sign", "crl_sign"), critical=True)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )
    return Authority(begun.sign(key, SHA256()), key)


def issue(by: Authority, device: DeviceId, request: bytes, until: datetime, now: datetime) -> Issued:
    """`request`: PKCS#10 in DER; of it the key counts alone. Raises RequestRefused."""
    built = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, device)]))
        .issuer_name(by.certificate.subject)
        .public_key(_key_of(request))
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACK)
        .not_valid_after(min(until, by.certificate.not_valid_after_utc))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage("digital_signature"), critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.UniformResourceIdentifier(OF_A_DEVICE + device)]),
            critical=False,
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(by.key.public_key()), critical=False
        )
        .sign(by.key, SHA256())
    )
    leaf = Leaf(
        serial=built.serial_number,
        thumbprint=built.fingerprint(SHA256()).hex(),
        ends_at=built.not_valid_after_utc,
    )
    chain = built.public_bytes(Encoding.PEM) + by.certificate.public_bytes(Encoding.PEM)
    return Issued(leaf, chain.decode())


def shown(text: str, authorities: Sequence[x509.Certificate], now: datetime) -> Shown:
    """`text`: the leaf of the connection, PEM with URL escapes, as Envoy writes it. Raises NotOurs.

    That the device is still one of ours, and this its certificate of today, is for the caller to ask.
    """
    try:
        leaf = x509.load_pem_x509_certificate(unquote_to_bytes(text))
        if not any(issued_by(leaf, one) for one in authorities):
            raise NotOurs("certificate_of_another_authority")
        if not leaf.not_valid_before_utc <= now <= leaf.not_valid_after_utc:
            raise NotOurs("certificate_expired")
        purposes = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound as error:
        raise NotOurs("certificate_of_another_purpose") from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise NotOurs("certificate_unusable") from error
    if list(purposes) != [ExtendedKeyUsageOID.CLIENT_AUTH]:
        raise NotOurs("certificate_of_another_purpose")
    called = [
        one.removeprefix(OF_A_DEVICE) for one in names.get_values_for_type(x509.UniformResourceIdentifier)
    ]
    device = read_device_id(called[0]) if len(called) == len(names) == 1 else None
    if device is None:
        raise NotOurs("certificate_of_another_purpose")
    return Shown(device, leaf.fingerprint(SHA256()).hex())


def public_key(der: bytes) -> EllipticCurvePublicKey:
    """Of a device, as it says it: P-256, in the one form. Raises RequestRefused."""
    try:
        key = load_der_public_key(der)
    except (ValueError, UnsupportedAlgorithm) as error:
        raise RequestRefused from error
    if not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise RequestRefused
    if key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo) != der:
        raise RequestRefused  # a key has one name: another spelling would be another device
    return key


def _key_of(request: bytes) -> EllipticCurvePublicKey:
    try:
        read = x509.load_der_x509_csr(request)
        whole = read.is_signature_valid
        key = read.public_key()
    except (ValueError, UnsupportedAlgorithm, InvalidSignature) as error:
        raise RequestRefused from error
    if not whole or not isinstance(key, EllipticCurvePublicKey) or not isinstance(key.curve, SECP256R1):
        raise RequestRefused
    return key


def _usage(*wanted: str) -> x509.KeyUsage:
    return x509.KeyUsage(**{name: name in wanted for name in USAGES})
