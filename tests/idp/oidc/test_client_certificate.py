import hashlib
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from functools import cache
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from hypothesis import given
from hypothesis import strategies as st

from idp.oidc import client_certificate
from idp.oidc.client_certificate import CertificateName, ClientCertificate, NameUnusable, subject_of

NOW = datetime(2026, 11, 28, 12, tzinfo=UTC)
SUBJECT = "CN=Evidence obyvatel,O=Město Kroměříž,C=CZ"
URI = "urn:kromeriz:evidence"


def made(*, named: bool = True, uri: str = URI) -> x509.Certificate:
    """Each time with another key."""
    key = ec.generate_private_key(ec.SECP256R1())
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject_of(SUBJECT))
        .issuer_name(subject_of("CN=Autorita"))
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=365))
    )
    names = x509.SubjectAlternativeName(
        [x509.DNSName("Evidence.test"), x509.UniformResourceIdentifier(uri), x509.RFC822Name("a@b.test")]
    )
    wanted = builder.add_extension(names, critical=False) if named else builder
    return wanted.sign(key, hashes.SHA256())


@cache
def certificate(*, named: bool = True) -> x509.Certificate:
    return made(named=named)


def header(certificate: x509.Certificate) -> str:
    return quote(certificate.public_bytes(Encoding.PEM).decode())


def shown(*, named: bool = True) -> ClientCertificate:
    found = client_certificate.read(header(certificate(named=named)))
    assert found is not None
    return found


def test_what_the_data_plane_tells_is_read():
    found = shown()
    digest = hashlib.sha256(certificate(named=True).public_bytes(Encoding.DER)).digest()
    assert found.x5t == urlsafe_b64encode(digest).rstrip(b"=").decode()
    assert (found.dns, found.uris) == ({"evidence.test"}, {URI})
    assert found.ends_at == NOW + timedelta(days=365)


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        (CertificateName(subject=subject_of(SUBJECT)), True),
        (CertificateName(subject=subject_of("CN=Evidence obyvatel")), False),
        (CertificateName(subject=subject_of("C=CZ,O=Město Kroměříž,CN=Evidence obyvatel")), False),
        (CertificateName(subject=subject_of(f"OU=x,{SUBJECT}")), False),
        (CertificateName(dns="evidence.test"), True),
        (CertificateName(dns="EVIDENCE.test"), True),
        (CertificateName(dns="jina.evidence.test"), False),
        (CertificateName(dns=URI), False),
        (CertificateName(uri=URI), True),
        (CertificateName(uri=URI.upper()), False),
        (CertificateName(uri="evidence.test"), False),
        (CertificateName(), False),
    ],
)
def test_a_certificate_is_its_client_s_by_the_one_name_that_is_said(name: CertificateName, *, fits: bool):
    assert name.fits(shown(), NOW) is fits


def test_one_without_alternative_names_has_none():
    assert not CertificateName(dns="evidence.test").fits(shown(named=False), NOW)
    assert CertificateName(subject=subject_of(SUBJECT)).fits(shown(named=False), NOW)


def test_on_an_old_connection_a_certificate_ends_with_its_time():
    name = CertificateName(dns="evidence.test")
    assert not name.fits(shown(), NOW + timedelta(days=365))


@given(st.one_of(st.none(), st.text(max_size=50), st.binary(max_size=50).map(quote)))
def test_whatever_else_stands_in_the_header_is_none(text):
    assert client_certificate.read(text) is None


def test_what_is_longer_than_any_is_not_read():
    assert (
        client_certificate.read(header(certificate(named=True)) + "%0A" * client_certificate.LONGEST) is None
    )


@pytest.mark.parametrize("text", ["", " ", "Evidence", "CN", "CN=a,,C=CZ", "CN=a, C=CZ"])
def test_what_is_no_distinguished_name_is_refused(text):
    with pytest.raises(NameUnusable):
        subject_of(text)
