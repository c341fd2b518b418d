"""A service provider of SAML 2.0 written out by hand: what it asks, signs, and reads of an answer."""

import functools
import hashlib
import zlib
from base64 import b64decode, b64encode
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import quote

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from lxml import etree

from idp.saml import names
from idp.saml.keys import SamlKey, SamlKeys, certified
from idp.saml.provider import Fact, NameId, ServiceProvider
from idp.saml.reading import canonical, tree
from idp.saml.signature import sign

ISSUER = "https://login.obec.test"
SSO = f"{ISSUER}/saml/sso"
ENTITY, ACS, OTHER_ACS = (
    "https://spis.obec.test/saml",
    "https://spis.obec.test/saml/acs",
    "https://spis.obec.test/b",
)
SPACES = {"p": names.PROTOCOL, "a": names.ASSERTION, "d": names.SIGNATURE}
NOON = datetime(2026, 3, 2, 11, tzinfo=UTC)


@functools.cache
def key(number: int = 0) -> SamlKey:
    """Made once in a run; `number`: another one."""
    private = rsa.generate_private_key(65537, 2048)
    pem = private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return certified(pem, f"key-{number}.test", datetime(2026, 1, 1, tzinfo=UTC))


def ours() -> SamlKeys:
    return SamlKeys(key(1), (key(1), key(2)))


def pseudonym(name: bytes) -> bytes:
    digest = hashes.Hash(hashes.SHA256())
    digest.update(b"test" + name)
    return digest.finalize()


def party(**changes: object) -> ServiceProvider:
    usual = {
        "entity_id": ENTITY,
        "addresses": (ACS, OTHER_ACS),
        "keys": (key().private.public_key(),),
        "name_id": NameId.PERSISTENT,
        "attributes": {
            "uid": Fact.LOGIN,
            "urn:oid:2.16.840.1.113730.3.1.241": Fact.NAME,
            "roles": Fact.ROLES,
        },
        "pseudonym": pseudonym,
    }
    return ServiceProvider(**{**usual, **changes})


def request(at: datetime, inner: str = "", issuer: str = ENTITY, **changes: str | None) -> str:
    """An `AuthnRequest`; None takes an attribute out."""
    usual = {
        "ID": "_request-1",
        "Version": "2.0",
        "IssueInstant": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "Destination": SSO,
        "AssertionConsumerServiceURL": ACS,
    }
    said = " ".join(f'{name}="{value}"' for name, value in {**usual, **changes}.items() if value is not None)
    return (
        f'<samlp:AuthnRequest xmlns:samlp="{names.PROTOCOL}" xmlns:saml="{names.ASSERTION}" {said}>'
        f"<saml:Issuer>{issuer}</saml:Issuer>{inner}</samlp:AuthnRequest>"
    )


def sign_out(at: datetime, name: str, session: str, issuer: str = ENTITY, **changes: str) -> str:
    """A `LogoutRequest`; without a `session` any of the person is meant."""
    usual = {
        "ID": "_out-1",
        "Version": "2.0",
        "IssueInstant": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "Destination": f"{ISSUER}/saml/slo",
    }
    said = " ".join(f'{called}="{value}"' for called, value in {**usual, **changes}.items())
    which = f"<samlp:SessionIndex>{session}</samlp:SessionIndex>" if session else ""
    return (
        f'<samlp:LogoutRequest xmlns:samlp="{names.PROTOCOL}" xmlns:saml="{names.ASSERTION}" {said}>'
        f"<saml:Issuer>{issuer}</saml:Issuer><saml:NameID>{name}</saml:NameID>{which}</samlp:LogoutRequest>"
    )


def contexts(*classes: str, comparison: str = "exact") -> str:
    refs = "".join(f"<saml:AuthnContextClassRef>{one}</saml:AuthnContextClassRef>" for one in classes)
    return f'<samlp:RequestedAuthnContext Comparison="{comparison}">{refs}</samlp:RequestedAuthnContext>'


def signed(text: str, by: SamlKey | None = None) -> str:
    root = tree(text.encode())
    sign(root, by or key(), place=1)
    return etree.tostring(root).decode()


def deflated(text: str) -> str:
    packer = zlib.compressobj(wbits=-15)
    return b64encode(packer.compress(text.encode()) + packer.flush()).decode()


def query(text: str, relay: str | None = "stav-1", by: SamlKey | None = None, algorithm: str = "") -> str:
    """Of the Redirect binding; `by`: who signs it."""
    fields = {"SAMLRequest": deflated(text)} | ({} if relay is None else {"RelayState": relay})
    if by is None:
        return _encoded(fields)
    plain = _encoded({**fields, "SigAlg": algorithm or names.RSA_SHA256})
    value = by.private.sign(plain.encode(), padding.PKCS1v15(), hashes.SHA256())
    return plain + "&" + _encoded({"Signature": b64encode(value).decode()})


def _encoded(fields: Mapping[str, str]) -> str:
    return "&".join(f"{name}={quote(value, safe='/:')}" for name, value in fields.items())


def posted(text: str) -> list[tuple[str, str]]:
    return [("SAMLRequest", b64encode(text.encode()).decode()), ("RelayState", "stav-1")]


@dataclass(frozen=True, slots=True)
class Said:
    """An answer as the service provider reads it."""

    root: etree._Element

    @classmethod
    def of(cls, encoded: str) -> "Said":
        return cls(etree.fromstring(b64decode(encoded)))

    def one(self, path: str) -> etree._Element:
        (found,) = self.root.xpath(path, namespaces=SPACES)
        return found

    def text(self, path: str) -> str:
        return self.one(path).text or ""

    def outer_signature_holds(self, by: SamlKey) -> bool:
        """Of the answer around a signed assertion."""
        bare = deepcopy(self.root)
        signature = bare.find("d:Signature", SPACES)
        bare.remove(signature)
        digest = b64encode(hashlib.sha256(canonical(bare)).digest()).decode()
        info = self.one("d:Signature/d:SignedInfo")
        value = b64decode(self.text("d:Signature/d:SignatureValue"))
        by.private.public_key().verify(value, canonical(info), padding.PKCS1v15(), hashes.SHA256())
        return self.text("d:Signature//d:DigestValue") == digest

    @property
    def statuses(self) -> list[str]:
        found = self.root.xpath("p:Status//p:StatusCode/@Value", namespaces=SPACES)
        return [one.rpartition(":")[2] for one in found]

    @property
    def attributes(self) -> dict[str, list[str]]:
        return {
            one.get("Name"): [value.text for value in one]
            for one in self.root.iterfind(".//a:Attribute", SPACES)
        }
