"""An assertion that its service provider alone can read (SAML core §2.3.4, XML Encryption 1.1).

A key of its own for each, AES-256-GCM, wrapped by RSA-OAEP. CBC is not offered: who may change a message and is told
whether its padding was right can read it.
"""

import secrets
from base64 import b64encode

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from lxml import etree

from idp.saml import names
from idp.saml.keys import VerifyingKey
from idp.saml.names import ds, saml, xenc
from idp.saml.reading import Element, canonical

KEY, NONCE = 32, 12  # bytes; XML Encryption 1.1 §5.2.4
# its SHA-1 is what every implementation has, and what OAEP asks of a hash SHA-1 still does (RFC 8017 §B.1)
OAEP = padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None)  # noqa: S303
SPACES = {"xenc": names.ENCRYPTION, "ds": names.SIGNATURE}


def encrypt(assertion: Element, to: VerifyingKey) -> None:
    """Put in the place of a signed assertion what only the holder of the key can turn back into it."""
    key, nonce = secrets.token_bytes(KEY), secrets.token_bytes(NONCE)
    sealed = nonce + AESGCM(key).encrypt(nonce, canonical(assertion), None)
    holder = etree.Element(saml("EncryptedAssertion"), nsmap={"saml": names.ASSERTION})
    data = etree.SubElement(holder, xenc("EncryptedData"), Type=names.ENCRYPTION + "Element", nsmap=SPACES)
    etree.SubElement(data, xenc("EncryptionMethod"), Algorithm=names.AES_256_GCM)
    wrapped = etree.SubElement(etree.SubElement(data, ds("KeyInfo")), xenc("EncryptedKey"))
    method = etree.SubElement(wrapped, xenc("EncryptionMethod"), Algorithm=names.OAEP)
    etree.SubElement(method, ds("DigestMethod"), Algorithm=names.SHA1)
    _value(wrapped, to.encrypt(key, OAEP))
    _value(data, sealed)
    assertion.getparent().replace(assertion, holder)


def _value(parent: Element, octets: bytes) -> None:
    data = etree.SubElement(parent, xenc("CipherData"))
    etree.SubElement(data, xenc("CipherValue")).text = b64encode(octets).decode()
