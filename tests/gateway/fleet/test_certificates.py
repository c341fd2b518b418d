from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import ExtendedKeyUsageOID

from config.fleet import NodeName, Role
from gateway.fleet import certificates
from gateway.fleet.certificates import NODE_LIVES, RENEW_BEFORE, RequestUnusable, Shown, Unproven

NOW = datetime(2026, 11, 26, 8, tzinfo=UTC)
KEY = certificates.new_key()
AUTHORITY = certificates.new_authority(KEY, "Kroměříž", NOW)


def issued(role: Role = Role.EDGE, request: bytes | None = None) -> x509.Certificate:
    asked = request or certificates.request_of(certificates.new_key())
    made = certificates.issue(AUTHORITY, certificates.key_pem(KEY), asked, NodeName("b"), role, NOW)
    return x509.load_pem_x509_certificate(made.pem)


def shown(leaf: x509.Certificate, at: datetime = NOW) -> Shown | Unproven:
    return certificates.shown(leaf.public_bytes(Encoding.DER), at)


def test_a_certificate_says_which_node_it_is_and_nothing_of_the_request_but_its_key() -> None:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "a")])
    key = certificates.new_key()
    wish = x509.SubjectAlternativeName([x509.UniformResourceIdentifier("brana:node:a")])
    asked = x509.CertificateSigningRequestBuilder(name).add_extension(wish, critical=False)
    leaf = issued(request=asked.sign(key, hashes.SHA256()).public_bytes(Encoding.PEM))
    assert shown(leaf) == Shown(NodeName("b"), f"{leaf.serial_number:x}")
    assert leaf.public_key() == key.public_key()
    leaf.verify_directly_issued_by(x509.load_pem_x509_certificate(AUTHORITY))


@pytest.mark.parametrize(("role", "serves"), [(Role.EDGE, False), (Role.WHOLE, True), (Role.CONTROL, True)])
def test_only_a_node_with_a_control_plane_can_be_a_server(role: Role, serves: bool) -> None:
    leaf = issued(role)
    usage = leaf.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value
    assert (ExtendedKeyUsageOID.SERVER_AUTH in usage) is serves
    der = leaf.public_bytes(Encoding.DER)
    assert certificates.serves_as(der, {"b"}, AUTHORITY) is serves
    assert not certificates.serves_as(der, {"a"}, AUTHORITY)
    other = certificates.new_authority(certificates.new_key(), "Jinde", NOW)
    assert not certificates.serves_as(der, {"b"}, other)


def test_a_certificate_is_renewed_before_its_time_and_refused_after_it() -> None:
    pem = issued().public_bytes(Encoding.PEM)
    assert not certificates.due(pem, NOW + NODE_LIVES - RENEW_BEFORE - timedelta(seconds=1))
    assert certificates.due(pem, NOW + NODE_LIVES - RENEW_BEFORE)
    assert shown(issued(), NOW + NODE_LIVES + timedelta(seconds=1)) is Unproven.EXPIRED
    assert shown(issued(), NOW - timedelta(hours=1)) is Unproven.EXPIRED


def test_a_request_that_is_none_or_of_another_key_is_refused() -> None:
    other = rsa.generate_private_key(65537, 2048)
    curve = ec.generate_private_key(ec.SECP384R1())
    requests = [b"", b"-----BEGIN CERTIFICATE REQUEST-----\nAAAA\n-----END CERTIFICATE REQUEST-----\n"]
    requests += [
        x509.CertificateSigningRequestBuilder(x509.Name([]))
        .sign(one, hashes.SHA256())
        .public_bytes(Encoding.PEM)
        for one in (other, curve)
    ]
    for one in requests:
        with pytest.raises(RequestUnusable):
            certificates.issue(AUTHORITY, certificates.key_pem(KEY), one, NodeName("b"), Role.EDGE, NOW)
