"""A certificate authority of one's own, for the demo and for tests: P-256, everything in one folder.

Made once and kept: asking again with the same names gives the same files, until they near their end.
"""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from config import durable

LIFETIME = timedelta(days=365)  # below the 398 days that browsers accept
RENEW_BEFORE = timedelta(days=30)
BACKDATED = timedelta(hours=1)  # a guest system's clock may lag behind its host's


@dataclass(frozen=True, slots=True)
class KeyPair:
    """Paths of a PEM certificate (with its chain) and of its private key (mode 0600)."""

    certificate: Path
    key: Path


@dataclass(frozen=True, slots=True)
class Authority:
    """Signs server certificates; `folder` holds `ca.pem` and `ca.key`."""

    folder: Path

    @property
    def certificate(self) -> Path:
        return self.folder / "ca.pem"

    def issue(
        self,
        name: str,
        names: Sequence[str],
        now: datetime,
        purpose: x509.ObjectIdentifier = ExtendedKeyUsageOID.SERVER_AUTH,
    ) -> KeyPair:
        """Certificate for `names` (hosts, wildcards, IP addresses), a server's: `folder`/`name`.pem and .key."""
        pair = KeyPair(self.folder / f"{name}.pem", self.folder / f"{name}.key")
        authority = x509.load_pem_x509_certificate(self.certificate.read_bytes())
        if _still_serves(pair, names, now, authority):
            return pair
        signer = serialization.load_pem_private_key((self.folder / "ca.key").read_bytes(), None)
        assert isinstance(signer, ec.EllipticCurvePrivateKey)
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            _draft(names[0], authority.subject, key, now, min(now + LIFETIME, authority.not_valid_after_utc))
            .add_extension(
                x509.SubjectAlternativeName([_alternative(each) for each in names]), critical=False
            )
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([purpose]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
            )
            .sign(signer, hashes.SHA256())
        )
        _keep(pair, certificate, key, chain=[authority])
        return pair


def authority(folder: Path, now: datetime, title: str = "Brána test authority") -> Authority:
    """The authority of `folder`, made when there is none or the one there nears its end."""
    made = Authority(folder)
    pair = KeyPair(made.certificate, folder / "ca.key")
    if pair.certificate.exists() and pair.key.exists():
        known = x509.load_pem_x509_certificate(pair.certificate.read_bytes())
        if now + RENEW_BEFORE < known.not_valid_after_utc:
            return made
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, title)])
    certificate = (
        _draft(title, subject, key, now, now + 2 * LIFETIME)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(_signs_certificates(), critical=True)
        .sign(key, hashes.SHA256())
    )
    _keep(pair, certificate, key, chain=[])
    return made


def _still_serves(pair: KeyPair, names: Sequence[str], now: datetime, authority: x509.Certificate) -> bool:
    if not (pair.certificate.exists() and pair.key.exists()):
        return False
    known = x509.load_pem_x509_certificate(pair.certificate.read_bytes())
    extension = known.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    try:
        known.verify_directly_issued_by(authority)
    except Exception:  # noqa: BLE001 - signed by an authority that was replaced, whatever way it shows
        return False
    return list(extension) == [_alternative(each) for each in names] and (
        now + RENEW_BEFORE < known.not_valid_after_utc
    )


def _draft(
    title: str, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, now: datetime, until: datetime
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, title[:64])]))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - BACKDATED)
        .not_valid_after(until)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _signs_certificates() -> x509.KeyUsage:
    unused = dict.fromkeys(
        (
            "digital_signature",
            "content_commitment",
            "key_encipherment",
            "data_encipherment",
            "key_agreement",
            "encipher_only",
            "decipher_only",
        ),
        False,
    )
    return x509.KeyUsage(key_cert_sign=True, crl_sign=True, **unused)


def _alternative(name: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _keep(
    pair: KeyPair,
    certificate: x509.Certificate,
    key: ec.EllipticCurvePrivateKey,
    chain: list[x509.Certificate],
) -> None:
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    write_private(pair.key, secret)
    write_private(pair.certificate, b"".join(each.public_bytes(pem) for each in [certificate, *chain]))


def write_private(path: Path, content: bytes) -> None:
    """Write a file that only its owner may read, whole or not at all."""
    durable.replace(path, content)
