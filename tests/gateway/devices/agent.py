"""A device as an agent would be one: its key, what it asks for and what it signs."""

from dataclasses import dataclass, field
from datetime import UTC, datetime

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import (
    SECP256R1,
    EllipticCurvePrivateKey,
    generate_private_key,
)
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from agents.protocol.facts import Fact, FactName, encoded
from agents.protocol.messages import Complete, Farewell, KeyKind, Report
from agents.protocol.signing import Kind, signed, signing

NOW = datetime(2026, 11, 27, 8, 0, tzinfo=UTC)
TUNNEL_KEY = "HIgo9xNzJMWLKASShiTqIybxZ0U3wGLiUeJ1PKf8ykw="
NO_TUNNEL_KEYS = (
    "A" * 43 + "=",
    "A" * 44,
    "HIgo9xNzJMWLKASShiTqIybxZ0U3wGLiUeJ1PKf8yky=",
    "\x00" * 44,
    "\u202e" * 44,
)
"""Of the right length: a point that keeps no secret, one octet more, another text of a key, what harms who reads it."""
IN_ORDER = {
    FactName.DISK_ENCRYPTED: Fact(True, "lsblk: crypt"),
    FactName.FIREWALL: Fact(True, "nft: list ruleset"),
    FactName.UPDATES_INSTALLED: Fact(True, "apt: list"),
    FactName.SCREEN_LOCK: Fact(True, "gsettings: lock-enabled"),
    FactName.ANTIVIRUS: Fact(True, "clamd: freshclam"),
    FactName.OS: Fact("linux", "os-release: ID"),
    FactName.OS_VERSION: Fact(12, "os-release: VERSION_ID"),
}


def new_key() -> EllipticCurvePrivateKey:
    return generate_private_key(SECP256R1())


def der(key: EllipticCurvePrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def request_of(key) -> bytes:
    """PKCS#10; whatever name stands in it means nothing."""
    named = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "whoever")])
    return (
        x509.CertificateSigningRequestBuilder()
        .subject_name(named)
        .sign(key, SHA256())
        .public_bytes(Encoding.DER)
    )


@dataclass
class Agent:
    key: EllipticCurvePrivateKey = field(default_factory=new_key)
    browser_key: EllipticCurvePrivateKey = field(default_factory=new_key)
    device: str = ""

    @property
    def public(self) -> bytes:
        return der(self.key)

    def proof(self, nonce: str, code: str = "ABCDE", **further) -> str:
        said = Complete(
            nonce=nonce,
            code=code,
            key=self.public,
            key_kind=KeyKind.SOFTWARE,
            request=request_of(self.browser_key),
            tunnel_key=TUNNEL_KEY,
            name="notebook",
            asset="PF3XK1",
            agent="1.0",
        )
        return signed(Kind.ENROLMENT, "", msgspec.structs.replace(said, **further), signing(self.key))

    def report(self, nonce: str, sequence: int, facts=None, **further) -> str:
        said = Report(
            nonce=nonce,
            sequence=sequence,
            at=NOW,
            tunnel_key=TUNNEL_KEY,
            facts=msgspec.Raw(encoded(IN_ORDER if facts is None else facts)),
            agent="1.0",
        )
        return signed(Kind.REPORT, self.device, msgspec.structs.replace(said, **further), signing(self.key))

    def farewell(self, nonce: str, sequence: int) -> str:
        said = Farewell(nonce=nonce, sequence=sequence)
        return signed(Kind.FAREWELL, self.device, said, signing(self.key))
