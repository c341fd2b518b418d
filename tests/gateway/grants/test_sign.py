from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet

from config.vocabulary import ApplicationId
from gateway.grants.assertion import AssertionVerifier, SamlRequestRefused
from gateway.grants.claims import Assertion, Grant
from gateway.grants.sign import GrantSigner, keys_by_header, public_jwks

ISSUER = "https://login.brana.example/gateway"


def test_a_signed_grant_verifies_with_the_published_key(
    grant: Grant, grant_key: ECKey, assertion_key: ECKey
) -> None:
    signed = GrantSigner(grant_key, assertion_key, ISSUER).sign(grant)
    published = KeySet.import_key_set(public_jwks(grant_key))
    token = jwt.decode(signed.token, published, algorithms=["ES256"])
    assert token.claims == grant.claims(signed.assertion)
    assert token.header["typ"] == "brana-grant+jwt"


def test_a_gate_knows_grants_by_their_header_and_no_assertion(
    grant: Grant, grant_key: ECKey, assertion_key: ECKey
) -> None:
    signed = GrantSigner(grant_key, assertion_key, ISSUER).sign(grant)
    known = keys_by_header(public_jwks(grant_key, assertion_key))
    header = signed.token.partition(".")[0].encode() + b"."
    published = load_der_public_key(known[header])
    assert isinstance(published, EllipticCurvePublicKey)
    assert published.public_numbers() == grant_key.public_key.public_numbers()
    assert signed.assertion.partition(".")[0].encode() + b"." not in known


def test_the_assertion_inside_the_grant_is_the_applications(
    grant: Grant, grant_key: ECKey, assertion_key: ECKey, now: datetime
) -> None:
    signed = GrantSigner(grant_key, assertion_key, ISSUER).sign(grant)
    verify = AssertionVerifier([assertion_key], ISSUER)
    assert verify(signed.assertion, ApplicationId("spis"), now) == grant.assertion


def test_an_assertion_never_verifies_as_a_grant(grant: Grant, grant_key: ECKey, assertion_key: ECKey) -> None:
    signed = GrantSigner(grant_key, assertion_key, ISSUER).sign(grant)
    with pytest.raises(JoseError):
        jwt.decode(signed.assertion, KeySet.import_key_set(public_jwks(grant_key)), algorithms=["ES256"])


def test_a_grant_never_verifies_as_an_assertion(
    grant: Grant, grant_key: ECKey, assertion_key: ECKey, now: datetime
) -> None:
    signed = GrantSigner(grant_key, assertion_key, ISSUER).sign(grant)
    with pytest.raises(SamlRequestRefused):
        AssertionVerifier([assertion_key], ISSUER)(signed.token, ApplicationId("spis"), now)


def test_even_with_one_key_for_both_a_grant_is_no_assertion(
    grant: Grant, grant_key: ECKey, now: datetime
) -> None:
    signed = GrantSigner(grant_key, grant_key, ISSUER).sign(grant)
    verify = AssertionVerifier([grant_key], ISSUER)
    for audience in ("spis", "brana-gate"):
        with pytest.raises(SamlRequestRefused):
            verify(signed.token, ApplicationId(audience), now + timedelta(minutes=1))
    claims = jwt.decode(signed.assertion, grant_key, algorithms=["ES256"]).claims
    assert "gate" not in claims
    assert claims["iss"] != "brana-grant"


def test_published_keys_are_public_and_named(grant_key: ECKey, assertion_key: ECKey) -> None:
    first, second = public_jwks(grant_key, assertion_key)["keys"]
    for key, published in ((grant_key, first), (assertion_key, second)):
        assert "d" not in published
        assert published["kid"] == key.thumbprint()
        assert (published["alg"], published["use"], published["crv"]) == ("ES256", "sig", "P-256")


KEY, OTHER_KEY = ECKey.generate_key("P-256"), ECKey.generate_key("P-256")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=st.text(st.characters(codec="utf-8")), login=st.text(st.characters(codec="utf-8")))
def test_whatever_the_directory_calls_people_joserfc_reads_the_same(
    grant: Grant, name: str, login: str
) -> None:
    about = replace(grant.assertion, name=name, login=login)
    made = replace(grant, assertion=about)
    signed = GrantSigner(KEY, OTHER_KEY, ISSUER).sign(made)
    read = jwt.decode(signed.assertion, OTHER_KEY, algorithms=["ES256"])
    assert Assertion.from_claims(read.claims) == about
    assert jwt.decode(signed.token, KEY, algorithms=["ES256"]).claims == made.claims(signed.assertion)


def test_every_signature_has_64_octets(grant: Grant) -> None:
    signer = GrantSigner(KEY, OTHER_KEY, ISSUER)
    for _ in range(300):  # one number in 256 begins with a zero octet
        assert len(signer.sign(grant).token.rpartition(".")[2]) == 86


@pytest.mark.parametrize("key", [ECKey.generate_key("P-384"), ECKey.import_key(KEY.as_dict(private=False))])
def test_a_key_that_cannot_sign_es256_is_refused(key: ECKey) -> None:
    with pytest.raises(ValueError, match="P-256"):
        GrantSigner(key, OTHER_KEY, ISSUER)
