"""Whose client certificate it is, or by which named reason it is nobody's. Pure.

Envoy has verified the chain to the authority, and said whether it holds; what is asked here again names the reason, and
asks for more: the purpose, and the account.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from urllib.parse import unquote_to_bytes

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import ExtendedKeyUsageOID

from config.settings import TechnicalAccount
from gateway.grants.issued_by import issued_by

NONE_SHOWN = ("", "-")
AUTHORITY_DIGITS = 8  # hexadecimal; of the few that are configured
SERIAL_DIGITS = 40  # hexadecimal: 20 octets, RFC 5280 §4.1.2.2


class CertificateRefused(Exception):
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Trusted:
    """By which certificates are judged; read from files."""

    authorities: Sequence[x509.Certificate]
    revoked: x509.CertificateRevocationList | None = None


def account_of(
    shown: str, trusted: Trusted, accounts: Iterable[TechnicalAccount], now: datetime, *, verified: bool
) -> TechnicalAccount:
    """`shown`: the leaf of the connection, PEM with URL escapes, as Envoy writes it. Raises CertificateRefused."""
    if shown in NONE_SHOWN:
        raise CertificateRefused("certificate_missing")
    try:
        leaf = x509.load_pem_x509_certificate(unquote_to_bytes(shown))
        reason = _fault(leaf, trusted, now)
    except ValueError as error:  # also of extensions that cannot be read
        raise CertificateRefused("certificate_unusable") from error
    if reason is None and not verified:
        reason = "certificate_unusable"
    if reason is not None:
        raise CertificateRefused(reason)
    marks = _marks(leaf)
    mine = [one for one in accounts if one.certificate is not None and marks & _marks_of(one)]
    if len(mine) != 1:
        raise CertificateRefused("certificate_unknown")
    return mine[0]


def mark_of(shown: str, trusted: Trusted) -> str:
    """By what a session remembers which certificate of those above opened it: authority's key and serial number.

    Raises CertificateRefused.
    """
    leaf = x509.load_pem_x509_certificate(unquote_to_bytes(shown))
    authority = next(one for one in trusted.authorities if issued_by(leaf, one))
    serial = f"{leaf.serial_number:x}"
    if len(serial) > SERIAL_DIGITS:
        raise CertificateRefused("certificate_unusable")
    return f"{_mark_of_key(authority)}.{serial}"


def end_of(shown: str) -> datetime:
    """When what `account_of` has judged expires; the last second counts (RFC 5280 §4.1.2.5)."""
    return x509.load_pem_x509_certificate(unquote_to_bytes(shown)).not_valid_after_utc


def why_no_more(mark: str, trusted: Trusted) -> str | None:
    """The reason why what `mark_of` names is good no more; None while it is."""
    authority, _, serial = mark.partition(".")
    if authority not in {_mark_of_key(one) for one in trusted.authorities}:
        return "certificate_of_another_authority"
    return (
        "certificate_revoked"
        if trusted.revoked is not None and _in(trusted.revoked, int(serial, 16))
        else None
    )


def _mark_of_key(authority: x509.Certificate) -> str:
    """The same when its certificate is renewed with the same key."""
    key = authority.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return sha256(key).hexdigest()[:AUTHORITY_DIGITS]


def _fault(leaf: x509.Certificate, trusted: Trusted, now: datetime) -> str | None:
    if not any(issued_by(leaf, authority) for authority in trusted.authorities):
        return "certificate_of_another_authority"
    if not leaf.not_valid_before_utc <= now <= leaf.not_valid_after_utc:
        return "certificate_expired"
    if trusted.revoked is not None and _in(trusted.revoked, leaf.serial_number):
        return "certificate_revoked"
    try:
        purposes = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    except x509.ExtensionNotFound:
        return "certificate_of_another_purpose"
    return None if ExtendedKeyUsageOID.CLIENT_AUTH in purposes else "certificate_of_another_purpose"


def _in(revoked: x509.CertificateRevocationList, serial: int) -> bool:
    return revoked.get_revoked_certificate_by_serial_number(serial) is not None


def _marks(leaf: x509.Certificate) -> set[str]:
    marks = {leaf.fingerprint(SHA256()).hex()}
    try:
        names = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return marks
    marks |= {name.lower() for name in names.get_values_for_type(x509.DNSName)}
    return marks | set(names.get_values_for_type(x509.UniformResourceIdentifier))


def _marks_of(account: TechnicalAccount) -> set[str]:
    certificate = account.certificate
    assert certificate is not None
    return {
        *certificate.thumbprints,
        *(name if "://" in name else name.lower() for name in certificate.names),
    }
