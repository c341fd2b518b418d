import json
from base64 import urlsafe_b64encode
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey

from config.vocabulary import ApplicationId
from gateway.grants.assertion import LEEWAY, AssertionVerifier, SamlRequestRefused
from gateway.grants.claims import Assertion

ISSUER = "https://login.brana.example/gateway"
SPIS = ApplicationId("spis")


def part(value: Any) -> str:
    return urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


def token_of(assertion: Assertion, key: ECKey, issuer: str = ISSUER, **header: str) -> str:
    return jwt.encode({"alg": "ES256", "kid": key.thumbprint()} | header, assertion.claims(issuer), key)


def test_an_assertion_of_ours_is_believed(assertion: Assertion, assertion_key: ECKey, now: datetime) -> None:
    token = token_of(assertion, assertion_key)
    assert AssertionVerifier([assertion_key], ISSUER)(token, SPIS, now) == assertion


def test_the_key_is_found_by_its_name_among_several(
    assertion: Assertion, assertion_key: ECKey, grant_key: ECKey, now: datetime
) -> None:
    verify = AssertionVerifier([grant_key, assertion_key], ISSUER)
    assert verify(token_of(assertion, assertion_key), SPIS, now) == assertion


def test_an_assertion_for_another_application_is_refused(
    assertion: Assertion, assertion_key: ECKey, now: datetime
) -> None:
    with pytest.raises(SamlRequestRefused, match="meant for spis, not for rada"):
        AssertionVerifier([assertion_key], ISSUER)(
            token_of(assertion, assertion_key), ApplicationId("rada"), now
        )


def test_an_assertion_of_another_gateway_is_refused(
    assertion: Assertion, assertion_key: ECKey, now: datetime
) -> None:
    token = token_of(assertion, assertion_key, "https://other.example")
    with pytest.raises(SamlRequestRefused):
        AssertionVerifier([assertion_key], ISSUER)(token, SPIS, now)


def test_an_assertion_is_believed_from_its_beginning_to_its_end(
    assertion: Assertion, assertion_key: ECKey
) -> None:
    verify = AssertionVerifier([assertion_key], ISSUER)
    token = token_of(assertion, assertion_key)
    moment = timedelta(milliseconds=1)
    for good in (assertion.issued_at - LEEWAY, assertion.expires_at + LEEWAY - moment):
        assert verify(token, SPIS, good) == assertion
    for bad in (assertion.issued_at - LEEWAY - moment, assertion.expires_at + LEEWAY):
        with pytest.raises(SamlRequestRefused, match="valid from"):
            verify(token, SPIS, bad)


def test_an_assertion_signed_by_another_key_is_refused(
    assertion: Assertion, assertion_key: ECKey, grant_key: ECKey, now: datetime
) -> None:
    verify = AssertionVerifier([assertion_key], ISSUER)
    for header in ({}, {"kid": assertion_key.thumbprint()}):
        with pytest.raises(SamlRequestRefused):
            verify(token_of(assertion, grant_key, **header), SPIS, now)


def test_an_assertion_without_signature_is_refused(
    assertion: Assertion, assertion_key: ECKey, now: datetime
) -> None:
    verify = AssertionVerifier([assertion_key], ISSUER)
    claims = part(assertion.claims(ISSUER))
    for algorithm in ("none", "None", "NONE"):
        for header in ({"alg": algorithm}, {"alg": algorithm, "kid": assertion_key.thumbprint()}):
            with pytest.raises(SamlRequestRefused):
                verify(f"{part(header)}.{claims}.", SPIS, now)


def test_the_public_key_is_no_secret_to_sign_with(
    assertion: Assertion, assertion_key: ECKey, now: datetime
) -> None:
    """Algorithm confusion, RFC 8725 §2.1."""
    public = OctKey.import_key(urlsafe_b64encode(assertion_key.as_pem(private=False)).decode())
    token = jwt.encode({"alg": "HS256", "kid": assertion_key.thumbprint()}, assertion.claims(ISSUER), public)
    with pytest.raises(SamlRequestRefused):
        AssertionVerifier([assertion_key], ISSUER)(token, SPIS, now)


def test_an_assertion_changed_on_the_way_is_refused(
    assertion: Assertion, assertion_key: ECKey, now: datetime
) -> None:
    header, _, signature = token_of(assertion, assertion_key).split(".")
    forged = part(assertion.claims(ISSUER) | {"roles": ["mayor"]})
    with pytest.raises(SamlRequestRefused):
        AssertionVerifier([assertion_key], ISSUER)(f"{header}.{forged}.{signature}", SPIS, now)


@pytest.mark.parametrize(
    "header", [[], 1, None, "x", {}, {"alg": 1}, {"alg": "ES256", "kid": 1}, {"alg": "ES256", "crit": ["x"]}]
)
def test_odd_headers_are_refused(header: Any, assertion_key: ECKey, now: datetime) -> None:
    with pytest.raises(SamlRequestRefused):
        AssertionVerifier([assertion_key], ISSUER)(f"{part(header)}.e30.AAAA", SPIS, now)


def test_a_header_nested_without_end_is_refused(assertion_key: ECKey, now: datetime) -> None:
    deep = urlsafe_b64encode(b"[" * 30_000).rstrip(b"=").decode()
    with pytest.raises(SamlRequestRefused):
        AssertionVerifier([assertion_key], ISSUER)(f"{deep}.e30.AAAA", SPIS, now)


odd = st.one_of(
    st.text(), st.lists(st.text(st.sampled_from("ey0=._-Á")), min_size=3, max_size=3).map(".".join)
)
KEY = ECKey.generate_key("P-256")


@given(odd)
def test_no_text_whatever_raises_anything_but_the_refusal(token: str) -> None:
    with pytest.raises(SamlRequestRefused):
        AssertionVerifier([KEY], ISSUER)(token, SPIS, datetime.fromisoformat("2026-03-02T08:30:00+00:00"))
