import base64
import hmac
import json
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt

from idp.oidc.keys import KeyMissing, SigningKeys
from tests.rig.people import NOON
from tests.rig.provider import ISSUER, new_key, signing_keys

CLAIMS = {"iss": ISSUER, "sub": "a", "iat": int(NOON.timestamp())}


def keys() -> SigningKeys:
    return SigningKeys(signing_keys())


def part(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).rstrip(b"=").decode()


@pytest.mark.parametrize("algorithm", ["ES256", "RS256"])
def test_what_we_signed_we_recognise(algorithm):
    assert keys().verify(keys().sign(CLAIMS, algorithm), ISSUER, NOON) == CLAIMS


def test_a_token_of_another_issuer_or_from_the_future_is_not_ours():
    assert keys().verify(keys().sign({**CLAIMS, "iss": "https://evil"}, "ES256"), ISSUER, NOON) is None
    assert keys().verify(keys().sign(CLAIMS, "ES256"), ISSUER, NOON - timedelta(minutes=2)) is None
    assert keys().verify(keys().sign({"iss": ISSUER}, "ES256"), ISSUER, NOON) is None


def test_unsigned_confused_and_foreign_tokens_are_not_ours():
    es256, rs256 = signing_keys()
    public = rs256.key.as_pem(private=False)
    unsigned = f"{part({'alg': 'HS256', 'kid': rs256.id})}.{part(CLAIMS)}"
    mac = base64.urlsafe_b64encode(hmac.digest(public, unsigned.encode(), "sha256")).rstrip(b"=").decode()
    foreign = new_key()
    signed = keys().sign(CLAIMS, "ES256")
    head, body, signature = signed.split(".")
    forged = [
        f"{part({'alg': 'none', 'kid': es256.id})}.{part(CLAIMS)}.",
        f"{part({'alg': 'none', 'kid': es256.id})}.{part(CLAIMS)}.{signature}",
        f"{unsigned}.{mac}",
        jwt.encode({"alg": "ES256", "kid": es256.id}, CLAIMS, foreign.key, algorithms=["ES256"]),
        jwt.encode({"alg": "ES256", "kid": foreign.id}, CLAIMS, foreign.key, algorithms=["ES256"]),
        jwt.encode({"alg": "ES256", "jwk": foreign.key.as_dict(private=False)}, CLAIMS, foreign.key),
        jwt.encode({"alg": "RS256", "kid": es256.id}, CLAIMS, rs256.key, algorithms=["RS256"]),
        f"{head}.{part({**CLAIMS, 'sub': 'b'})}.{signature}",
        f"{head}.{body}.",
        f"{head}.{body}",
    ]
    assert [keys().verify(token, ISSUER, NOON) for token in forged] == [None] * len(forged)


@given(st.text(max_size=60) | st.lists(st.text(max_size=20), min_size=3, max_size=3).map(".".join))
def test_no_text_makes_the_reader_fail(token):
    assert keys().verify(token, ISSUER, NOON) is None


def test_a_retired_key_still_verifies_and_signs_no_more():
    old, rs256 = signing_keys()
    new = new_key()
    signed = keys().sign(CLAIMS, "ES256")
    rotated = SigningKeys([new, rs256, old])
    assert rotated.verify(signed, ISSUER, NOON) == CLAIMS
    assert keys().verify(rotated.sign(CLAIMS, "ES256"), ISSUER, NOON) is None
    assert len(rotated.jwks["keys"]) == 3


def test_a_missing_key_is_said_at_start():
    with pytest.raises(KeyMissing, match="RS256"):
        SigningKeys(signing_keys()[:1])


def test_a_keys_repr_shows_its_name_only():
    assert repr(signing_keys()[0]) == f"SigningKey(ES256, {signing_keys()[0].id})"
    assert "d=" not in repr(keys())
