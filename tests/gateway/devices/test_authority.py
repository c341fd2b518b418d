"""What the authority of devices issues, and whose a certificate is that somebody shows."""

from datetime import timedelta
from urllib.parse import quote

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ec import SECP384R1, generate_private_key
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key as generate_rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat, load_der_public_key
from cryptography.x509.oid import ExtendedKeyUsageOID

from config.vocabulary import DeviceId
from gateway.devices.authority import (
    OF_A_DEVICE,
    NotOurs,
    RequestRefused,
    issue,
    new_authority,
    public_key,
    shown,
)
from tests.gateway.devices.agent import NOW, der, new_key, request_of

DEVICE = DeviceId("d" * 22)
OURS, ANOTHER = (new_authority(new_key(), "brana.example", NOW) for _ in range(2))
WEEK = NOW + timedelta(days=7)
KEY = new_key()


def leaf_of(chain: str) -> x509.Certificate:
    return x509.load_pem_x509_certificate(chain.encode())


def said(certificate: x509.Certificate) -> str:
    return quote(certificate.public_bytes(Encoding.PEM).decode())


def made(*extensions: x509.ExtensionType, by=OURS, begins=NOW, ends=WEEK) -> str:
    name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, DEVICE)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(by.certificate.subject)
        .public_key(KEY.public_key())
        .serial_number(7)
        .not_valid_before(begins)
        .not_valid_after(ends)
    )
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return said(builder.sign(by.key, SHA256()))


def named(*names: x509.GeneralName) -> x509.SubjectAlternativeName:
    return x509.SubjectAlternativeName(names)


def uri(text: str) -> x509.UniformResourceIdentifier:
    return x509.UniformResourceIdentifier(text)


CLIENT = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH])
OF_DEVICE = named(uri(OF_A_DEVICE + DEVICE))


def test_what_was_issued_names_its_device_and_no_more_than_that():
    issued = issue(OURS, DEVICE, request_of(KEY), WEEK, NOW)
    leaf = leaf_of(issued.chain)
    found = shown(said(leaf), [OURS.certificate], NOW)
    assert (found.device, found.thumbprint) == (DEVICE, issued.leaf.thumbprint)
    assert leaf.public_key() == KEY.public_key()
    assert leaf.subject.rfc4514_string() == f"CN={DEVICE}"
    assert issued.leaf.ends_at == WEEK
    assert issued.chain.count("BEGIN CERTIFICATE") == 2


def test_the_authority_can_issue_to_nobody_below_it():
    constraints = OURS.certificate.extensions.get_extension_for_class(x509.BasicConstraints)
    assert constraints.critical
    assert (constraints.value.ca, constraints.value.path_length) == (True, 0)
    leaf = leaf_of(issue(OURS, DEVICE, request_of(KEY), WEEK, NOW).chain)
    assert not leaf.extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert not leaf.extensions.get_extension_for_class(x509.KeyUsage).value.key_cert_sign


def test_no_certificate_outlives_the_authority():
    far = NOW + timedelta(days=9999)
    assert issue(OURS, DEVICE, request_of(KEY), far, NOW).leaf.ends_at == OURS.certificate.not_valid_after_utc


def test_a_certificate_that_we_would_have_made_is_believed():
    assert shown(made(CLIENT, OF_DEVICE), [OURS.certificate], NOW).device == DEVICE


@pytest.mark.parametrize(
    ("reason", "text"),
    [
        ("certificate_of_another_authority", made(CLIENT, OF_DEVICE, by=ANOTHER)),
        ("certificate_of_another_authority", said(ANOTHER.certificate)),
        (
            "certificate_expired",
            made(CLIENT, OF_DEVICE, begins=NOW - timedelta(9), ends=NOW - timedelta(seconds=1)),
        ),
        ("certificate_expired", made(CLIENT, OF_DEVICE, begins=NOW + timedelta(seconds=1))),
        ("certificate_of_another_purpose", made(OF_DEVICE)),
        (
            "certificate_of_another_purpose",
            made(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), OF_DEVICE),
        ),
        (
            "certificate_of_another_purpose",
            made(x509.ExtendedKeyUsage([*CLIENT, ExtendedKeyUsageOID.SERVER_AUTH]), OF_DEVICE),
        ),
        ("certificate_of_another_purpose", made(CLIENT)),
        ("certificate_of_another_purpose", said(OURS.certificate)),
        ("certificate_of_another_purpose", made(CLIENT, named(uri("urn:brana:other:" + DEVICE)))),
        ("certificate_of_another_purpose", made(CLIENT, named(uri(OF_A_DEVICE + "short")))),
        ("certificate_of_another_purpose", made(CLIENT, named(x509.DNSName(DEVICE)))),
        (
            "certificate_of_another_purpose",
            made(CLIENT, named(uri(OF_A_DEVICE + DEVICE), uri(OF_A_DEVICE + "e" * 22))),
        ),
        ("certificate_of_another_purpose", made(CLIENT, named(uri(OF_A_DEVICE + DEVICE), x509.DNSName("e")))),
        ("certificate_unusable", ""),
        ("certificate_unusable", "-"),
        ("certificate_unusable", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----"),
        ("certificate_unusable", "%ff%00"),
    ],
)
def test_any_other_certificate_is_nobodys(reason, text):
    with pytest.raises(NotOurs) as error:
        shown(text, [OURS.certificate], NOW)
    assert error.value.reason == reason


def test_a_certificate_of_the_authority_before_is_believed_while_that_is():
    assert shown(made(CLIENT, OF_DEVICE), [ANOTHER.certificate, OURS.certificate], NOW).device == DEVICE


def altered(request: bytes) -> bytes:
    return request[:-1] + bytes([request[-1] ^ 1])


@pytest.mark.parametrize(
    "request_",
    [
        b"",
        b"junk",
        altered(request_of(KEY)),
        request_of(generate_private_key(SECP384R1())),
        request_of(generate_rsa(65537, 2048)),
    ],
    ids=["nothing", "junk", "signed by another key", "another curve", "RSA"],
)
def test_what_is_no_request_by_a_key_on_p256_gets_no_certificate(request_):
    with pytest.raises(RequestRefused):
        issue(OURS, DEVICE, request_, WEEK, NOW)


def compressed(key) -> bytes:
    """The same key, its point written shorter (RFC 5480 §2.2)."""
    head = bytes.fromhex("3039301306072a8648ce3d020106082a8648ce3d030107032200")
    return head + key.public_key().public_bytes(Encoding.X962, PublicFormat.CompressedPoint)


@pytest.mark.parametrize(
    "said_",
    [b"", b"junk", der(generate_private_key(SECP384R1())), der(KEY) + b"\0", compressed(KEY)],
    ids=range(5),
)
def test_a_key_has_one_spelling(said_):
    assert public_key(der(KEY)) == KEY.public_key()
    assert load_der_public_key(compressed(KEY)) == KEY.public_key()
    with pytest.raises(RequestRefused):
        public_key(said_)
