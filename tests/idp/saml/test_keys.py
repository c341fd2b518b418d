"""Keys of SAML: our certificate is made of nothing but the key, theirs counts by its key alone."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from idp.saml.keys import CertificateUnusable, certified, verifying_key
from tests.rig.service_provider import key

MADE = datetime(2026, 3, 2, 11, 30, 1, 5, UTC)


def test_every_node_makes_the_same_certificate_of_a_key() -> None:
    pem = key().private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    one, other = (certified(pem, "login.obec.test", MADE) for _ in range(2))
    assert one.certificate_text == other.certificate_text
    assert one.certificate.serial_number > 0
    assert (
        certified(pem, "login.obec.test", MADE + timedelta(days=1)).certificate_text != one.certificate_text
    )
    assert "PRIVATE" not in repr(one)


def _pem(private: object) -> bytes:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "x")])
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(private.public_key())
    dated = made.serial_number(1).not_valid_before(MADE - timedelta(days=9)).not_valid_after(MADE)
    return dated.sign(private, SHA256()).public_bytes(Encoding.PEM)


def test_of_a_certificate_the_key_counts_and_not_its_dates() -> None:
    private = rsa.generate_private_key(65537, 2048)
    assert verifying_key(_pem(private)) == private.public_key()


@pytest.mark.parametrize(
    "pem",
    [b"anything", _pem(ec.generate_private_key(ec.SECP256R1())), _pem(rsa.generate_private_key(65537, 1024))],
)
def test_what_cannot_verify_safely_is_refused(pem: bytes) -> None:
    with pytest.raises(CertificateUnusable):
        verifying_key(pem)
