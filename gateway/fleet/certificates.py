"""Certificates of nodes: the fleet's own authority, what it signs, and what a shown certificate proves. Pure.

A certificate of a node is for one purpose: a single URI `brana:node:<name>` among its alternative names, the extended
key usage of a client, and of a server only where a control plane listens. Whatever else the same authority may sign
one day is none of this.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from config.fleet import NODE_URI, NodeName, Role, uri_of

AUTHORITY_LIVES = timedelta(days=3650)
NODE_LIVES = timedelta(days=14)  # bounds what a stolen key is worth where nobody hears of the revocation
RENEW_BEFORE = timedelta(days=5)  # a third: some days of trouble are survived
BACKDATED = timedelta(minutes=5)  # for clocks that go apart
SERVES = frozenset({Role.WHOLE, Role.CONTROL})


class Unproven(StrEnum):
    """Why a connection is refused: named reasons."""

    NO_CERTIFICATE = "node_certificate_missing"
    NOT_TRUSTED = "node_certificate_not_trusted"
    OTHER_PURPOSE = "node_certificate_of_other_purpose"
    EXPIRED = "node_certificate_expired"
    REVOKED = "node_revoked"
    NOT_ITS_SERVICE = "node_service_not_allowed"
    TOO_MANY = "node_too_many_joining"


class RequestUnusable(Exception):
    """What should be a certificate request is none, or its key is of another kind."""

    def __init__(self, what: str) -> None:
        super().__init__(
            f"the request for a certificate cannot be used: {what}; make it by `brana fleet join`"
        )


@dataclass(frozen=True, slots=True)
class Issued:
    serial: str
    """Hexadecimal."""
    pem: bytes
    until: datetime


@dataclass(frozen=True, slots=True)
class Shown:
    """What a verified certificate says."""

    name: NodeName
    serial: str


def new_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


def key_pem(key: ec.EllipticCurvePrivateKey) -> bytes:
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def new_authority(key: ec.EllipticCurvePrivateKey, office: str, now: datetime) -> bytes:
    """PEM of a certificate that signs itself; it signs leaves alone (path length 0)."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"Brána fleet of {office}"[:64])])
    built = (
        _built(name, name, key.public_key(), now, AUTHORITY_LIVES)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_usage(signs=True), critical=True)
    )
    return built.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM)


def request_of(key: ec.EllipticCurvePrivateKey) -> bytes:
    """PEM of a request (RFC 2986) that proves possession of the key; who asks is not said in it."""
    return (
        x509.CertificateSigningRequestBuilder(x509.Name([]))
        .sign(key, hashes.SHA256())
        .public_bytes(Encoding.PEM)
    )


def issue(authority: bytes, key: bytes, request: bytes, name: NodeName, role: Role, now: datetime) -> Issued:
    """A node's certificate. Nothing but the public key is taken from the request. Raises RequestUnusable."""
    public = _requested(request)
    signer = load_pem_private_key(key, None)
    assert isinstance(signer, ec.EllipticCurvePrivateKey)
    issuer = x509.load_pem_x509_certificate(authority)
    purposes = [ExtendedKeyUsageOID.CLIENT_AUTH]
    if role in SERVES:
        purposes.append(ExtendedKeyUsageOID.SERVER_AUTH)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    made = (
        _built(subject, issuer.subject, public, now, NODE_LIVES)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(_usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage(purposes), critical=True)
        .add_extension(
            x509.SubjectAlternativeName([x509.UniformResourceIdentifier(uri_of(name))]), critical=False
        )
        .add_extension(
            x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
        )
        .sign(signer, hashes.SHA256())
    )
    return Issued(f"{made.serial_number:x}", made.public_bytes(Encoding.PEM), made.not_valid_after_utc)


def shown(der: bytes, now: datetime) -> Shown | Unproven:
    """Of a certificate whose signature was verified when the connection began; `now` may be later."""
    leaf = read(der)
    if not leaf.not_valid_before_utc <= now <= leaf.not_valid_after_utc:
        return Unproven.EXPIRED
    name = name_in(leaf)
    if name is None or ExtendedKeyUsageOID.CLIENT_AUTH not in _purposes(leaf):
        return Unproven.OTHER_PURPOSE
    return Shown(name, f"{leaf.serial_number:x}")


def read(der: bytes) -> x509.Certificate:
    return x509.load_der_x509_certificate(der)


def name_in(leaf: x509.Certificate) -> NodeName | None:
    """The node's name; None where the certificate has any other alternative name, or none."""
    try:
        names = list(leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except (x509.ExtensionNotFound, ValueError):
        return None
    if len(names) != 1 or not isinstance(names[0], x509.UniformResourceIdentifier):
        return None
    uri = names[0].value
    return NodeName(uri.removeprefix(NODE_URI)) if uri.startswith(NODE_URI) else None


def due(pem: bytes, now: datetime) -> bool:
    """Whether the certificate is to be renewed."""
    return left(pem, now) <= RENEW_BEFORE


def left(pem: bytes, now: datetime) -> timedelta:
    """How long it is still good."""
    return x509.load_pem_x509_certificate(pem).not_valid_after_utc - now


def fingerprint(pem: bytes) -> bytes:
    return x509.load_pem_x509_certificate(pem).fingerprint(hashes.SHA256())


def serves_as(der: bytes, names: Collection[str], authority: bytes) -> bool:
    """Whether a server's certificate is that of one of these nodes, by this authority (PEM)."""
    leaf = read(der)
    try:
        leaf.verify_directly_issued_by(x509.load_pem_x509_certificate(authority))
    except (InvalidSignature, ValueError, TypeError):
        return False
    return name_in(leaf) in names and ExtendedKeyUsageOID.SERVER_AUTH in _purposes(leaf)


def _requested(request: bytes) -> ec.EllipticCurvePublicKey:
    try:
        read = x509.load_pem_x509_csr(request)
        sound = read.is_signature_valid
        public = read.public_key()
    except ValueError as error:
        raise RequestUnusable("it is not one") from error
    if not sound:
        raise RequestUnusable("its signature does not fit its key")
    if not isinstance(public, ec.EllipticCurvePublicKey) or not isinstance(public.curve, ec.SECP256R1):
        raise RequestUnusable("its key is not on P-256")
    return public


def _purposes(leaf: x509.Certificate) -> Collection[x509.ObjectIdentifier]:
    try:
        return list(leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    except (x509.ExtensionNotFound, ValueError):
        return []


def _built(
    subject: x509.Name, issuer: x509.Name, public: ec.EllipticCurvePublicKey, now: datetime, lives: timedelta
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(now + lives)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=signs,
        crl_sign=signs,
        encipher_only=False,
        decipher_only=False,
    )
