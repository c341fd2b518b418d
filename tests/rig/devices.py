"""Devices as connections meet them: an authority, and certificates that it or somebody else has made."""

import ssl
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from config.vocabulary import DeviceId
from gateway.devices.authority import OF_A_DEVICE, Authority, issue, new_authority
from tests.gateway.devices.agent import new_key, request_of

LIVES = timedelta(hours=1)
CLIENT, SERVER = ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH


@dataclass(frozen=True)
class Certified:
    """A device's key, and the certificate that it shows."""

    key: EllipticCurvePrivateKey
    chain: str

    @property
    def leaf(self) -> x509.Certificate:
        return x509.load_pem_x509_certificate(self.chain.encode())

    @property
    def thumbprint(self) -> str:
        return self.leaf.fingerprint(SHA256()).hex()

    def shown_in(self, context: ssl.SSLContext, folder: Path) -> ssl.SSLContext:
        """The same context, which shows the certificate from now on. `folder`: for the files that it is read from."""
        chain, key = folder / "device.pem", folder / "device.key"
        chain.write_text(self.chain)
        key.write_bytes(self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
        context.load_cert_chain(chain, key)
        return context


def authority_of_devices(domain: str = "brana.test", now: datetime | None = None) -> Authority:
    return new_authority(new_key(), domain, now or datetime.now(UTC))


def pem_of(authority: Authority) -> str:
    return authority.certificate.public_bytes(Encoding.PEM).decode()


def certified(
    authority: Authority, device: DeviceId, lives: timedelta = LIVES, now: datetime | None = None
) -> Certified:
    key, now = new_key(), now or datetime.now(UTC)
    return Certified(key, issue(authority, device, request_of(key), now + lives, now).chain)


def certified_otherwise(
    authority: Authority,
    device: DeviceId,
    purpose: x509.ObjectIdentifier = CLIENT,
    ends: timedelta = LIVES,
    now: datetime | None = None,
) -> Certified:
    """What the authority never issues, signed with its key: for another purpose, or over."""
    key, now = new_key(), now or datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, device)])
    names = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(OF_A_DEVICE + device)])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(authority.certificate.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - 3 * LIVES)
        .not_valid_after(now + ends)
        .add_extension(x509.ExtendedKeyUsage([purpose]), critical=True)
        .add_extension(names, critical=False)
        .sign(authority.key, SHA256())
    )
    return Certified(key, made.public_bytes(Encoding.PEM).decode())
