"""Certificates by which clients prove who they are, and to which their tokens are bound (RFC 8705)."""

import hashlib
from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import unquote_to_bytes

from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding

LONGEST = 16_384  # characters of the header: a chain's leaf with many names takes a third of it


class NameUnusable(Exception):
    """A distinguished name of the configuration cannot be read."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ClientCertificate:
    """Of the connection, verified by whoever ended it."""

    x5t: str
    """SHA-256 of it, in base64url (§3.1, `x5t#S256`)."""
    subject: x509.Name
    dns: frozenset[str]
    uris: frozenset[str]
    ends_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateName:
    """Which certificates are a client's (§2.1.2): one of these is said, the others are None."""

    subject: x509.Name | None = None
    dns: str | None = None
    uri: str | None = None

    def fits(self, shown: ClientCertificate, now: datetime) -> bool:
        if now >= shown.ends_at:  # on a connection that was opened before
            return False
        if self.subject is not None:
            return shown.subject == self.subject
        if self.dns is not None:
            return self.dns.lower() in shown.dns
        return self.uri is not None and self.uri in shown.uris


def subject_of(text: str) -> x509.Name:
    """A distinguished name as RFC 4514 writes it. Raises NameUnusable."""
    try:
        name = x509.Name.from_rfc4514_string(text)
    except ValueError as error:
        raise NameUnusable(str(error) or "it is no distinguished name as RFC 4514 writes it") from error
    if not name.rdns:
        raise NameUnusable("it is empty, and would be every certificate's without a subject")
    return name


def read(header: str | None) -> ClientCertificate | None:
    """What the data plane tells of the connection; None: no certificate, or none that can be read."""
    if not header or len(header) > LONGEST:
        return None
    try:
        certificate = x509.load_pem_x509_certificate(unquote_to_bytes(header))
        digest = hashlib.sha256(certificate.public_bytes(Encoding.DER)).digest()
        names = _alternative(certificate)
        return ClientCertificate(
            x5t=urlsafe_b64encode(digest).rstrip(b"=").decode(),
            subject=certificate.subject,
            dns=frozenset(name.lower() for name in names.get_values_for_type(x509.DNSName)),
            uris=frozenset(names.get_values_for_type(x509.UniformResourceIdentifier)),
            ends_at=certificate.not_valid_after_utc,
        )
    except ValueError:
        return None


def _alternative(certificate: x509.Certificate) -> x509.SubjectAlternativeName:
    try:
        return certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return x509.SubjectAlternativeName([])
