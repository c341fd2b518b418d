"""Keys of another provider: what each algorithm takes, with names and without."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.jwk import ECKey, Key, OctKey, OKPKey, RSAKey

from idp.broker import keys
from idp.broker.refused import UpstreamRefused
from idp.login.refusal import Refusal

RSA, OTHER_RSA = RSAKey.generate_key(2048), RSAKey.generate_key(2048)
P256, P384 = ECKey.generate_key("P-256"), ECKey.generate_key("P-384")


def published(key: Key, **changes: Any) -> dict[str, Any]:
    said = {**key.as_dict(private=False), "kid": None, **changes}
    return {name: value for name, value in said.items() if value is not None}


def read(*listed: Any) -> tuple[Key, ...]:
    return keys.read(json.dumps({"keys": list(listed)}).encode())


@pytest.mark.parametrize(
    ("algorithm", "number"), [("RS256", 1), ("RS512", 1), ("PS256", 1), ("ES256", 1), ("ES384", 1)]
)
def test_an_algorithm_takes_keys_of_its_kind_and_curve_alone(algorithm: str, number: int) -> None:
    known = read(published(RSA), published(P256), published(P384))
    assert len(keys.fitting(known, algorithm, None)) == number


def test_a_named_key_is_found_by_its_name_and_unnamed_ones_are_tried() -> None:
    known = read(published(RSA, kid="a"), published(OTHER_RSA, kid="b"))
    assert [key.kid for key in keys.fitting(known, "RS256", "b")] == ["b"]
    assert [key.kid for key in keys.fitting(known, "RS256", None)] == ["a", "b"]
    assert keys.fitting(known, "RS256", "c") == []
    unnamed = read(published(RSA), published(OTHER_RSA))
    assert [key.kid for key in unnamed] == [None, None]
    assert len(keys.fitting(unnamed, "RS256", "a")) == 2


def test_a_key_for_another_algorithm_or_use_signs_nothing() -> None:
    known = read(published(RSA, alg="RS512"), published(OTHER_RSA, use="enc"), published(P256))
    assert keys.fitting(known, "RS256", None) == []
    assert len(keys.fitting(known, "RS512", None)) == 1


@pytest.mark.parametrize(
    "listed",
    [
        OctKey.generate_key(256).as_dict(private=True),
        published(OKPKey.generate_key("Ed25519")),
        RSA.as_dict(private=True),
        {"kty": "RSA", "n": "AQAB", "e": "AQAB"},
        {"kty": "EC", "crv": "P-256", "x": "!", "y": "!"},
        {"kty": "RSA"},
        "text",
        None,
    ],
)
def test_what_no_algorithm_of_ours_can_take_is_left_out(listed: Any) -> None:
    with pytest.raises(UpstreamRefused) as refused:
        read(listed)
    assert refused.value.reason is Refusal.UPSTREAM_UNUSABLE
    assert len(read(listed, published(P256))) == 1


def test_no_more_keys_are_kept_than_twenty() -> None:
    assert len(read(*[published(P256)] * 30)) == keys.KEYS_MAX


@given(st.binary(max_size=200) | st.from_type(dict).map(lambda said: json.dumps(said, default=str).encode()))
def test_whatever_it_publishes_is_read_or_refused(body: bytes) -> None:
    try:
        keys.read(body)
    except UpstreamRefused as refused:
        assert refused.reason is Refusal.UPSTREAM_UNUSABLE  # noqa: PT017 - either is right
