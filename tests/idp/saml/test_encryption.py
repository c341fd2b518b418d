"""Encrypted assertions: the holder of the key alone turns them back into what was signed."""

from base64 import b64decode

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from lxml import etree

from idp.saml.response import granted
from idp.saml.signature import signed_by
from tests.idp.saml.test_response import ENVELOPE, OURS, statement
from tests.rig.service_provider import SPACES, key

NAMES = {**SPACES, "x": "http://www.w3.org/2001/04/xmlenc#"}
OAEP = padding.OAEP(padding.MGF1(hashes.SHA1()), hashes.SHA1(), None)


def parts(answer: bytes) -> tuple[bytes, bytes]:
    """The wrapped key, and what it seals."""
    root = etree.fromstring(answer)
    data = root.find("a:EncryptedAssertion/x:EncryptedData", NAMES)
    assert data.get("Type") == "http://www.w3.org/2001/04/xmlenc#Element"
    wrapped = data.find("d:KeyInfo/x:EncryptedKey/x:CipherData/x:CipherValue", NAMES)
    return b64decode(wrapped.text), b64decode(data.find("x:CipherData/x:CipherValue", NAMES).text)


def test_its_service_provider_reads_the_signed_assertion() -> None:
    answer = granted(ENVELOPE, statement(), key(1), signed=True, to=key().private.public_key())
    assert b"novakova.jana" not in answer
    assert etree.fromstring(answer).find("a:Assertion", SPACES) is None
    wrapped, sealed = parts(answer)
    secret = key().private.decrypt(wrapped, OAEP)
    assertion = etree.fromstring(AESGCM(secret).decrypt(sealed[:12], sealed[12:], None))
    assert signed_by(assertion, OURS).find(".//a:NameID", SPACES).text == "novakova.jana"
    with pytest.raises(InvalidTag):
        AESGCM(secret).decrypt(sealed[:12], sealed[12:-1] + bytes([sealed[-1] ^ 1]), None)
    with pytest.raises(ValueError, match=r"[Dd]ecrypt"):
        key(2).private.decrypt(wrapped, OAEP)


def test_each_has_a_key_of_its_own() -> None:
    answers = [
        granted(ENVELOPE, statement(), key(1), signed=False, to=key().private.public_key()) for _ in "ab"
    ]
    keys = {key().private.decrypt(parts(one)[0], OAEP) for one in answers}
    assert {len(one) for one in keys} == {32}
    assert len(keys) == 2
