import base64
import json
from datetime import timedelta
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc.errors import SecurityWarning
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey

from idp.oidc import dpop
from idp.oidc.dpop import Proof
from idp.oidc.errors import DpopFault
from tests.rig.dpop_key import DpopKey
from tests.rig.people import NOON

TOKEN_ENDPOINT = "https://login.obec.test/token"
ACCESS = "A" * 43


@cache
def key(algorithm: str = "ES256") -> DpopKey:
    if algorithm in {"RS256", "PS256"}:
        return DpopKey(algorithm, RSAKey.generate_key(2048))
    if algorithm in {"EdDSA", "Ed25519"}:
        return DpopKey(algorithm, OKPKey.generate_key("Ed25519"))
    return DpopKey(algorithm)


def read(*proofs: str, access: str | None = None, address: str = TOKEN_ENDPOINT) -> Proof | DpopFault:
    return dpop.read(proofs, "POST", address, NOON, access)


@pytest.mark.filterwarnings("ignore:EdDSA is deprecated")
@pytest.mark.parametrize("algorithm", dpop.ALGORITHMS)
def test_a_proof_of_each_algorithm_tells_its_key(algorithm):
    mine = key(algorithm)
    found = read(mine.proof("POST", TOKEN_ENDPOINT, NOON, ACCESS), access=ACCESS)
    assert isinstance(found, Proof)
    assert found.jkt == mine.jkt
    assert dpop.is_thumbprint(found.jkt)
    assert found.until > NOON + dpop.AGE


@pytest.mark.parametrize(
    ("changes", "fault"),
    [
        ({"htm": "GET"}, DpopFault.FOR_ANOTHER),
        ({"htm": None}, DpopFault.FOR_ANOTHER),
        ({"htu": "https://login.obec.test/userinfo"}, DpopFault.FOR_ANOTHER),
        ({"htu": "http://login.obec.test/token"}, DpopFault.FOR_ANOTHER),
        ({"htu": "https://login.obec.test:8443/token"}, DpopFault.FOR_ANOTHER),
        ({"htu": "https://login.obec.test.evil.test/token"}, DpopFault.FOR_ANOTHER),
        ({"htu": "https://evil.test@login.obec.test/token"}, DpopFault.FOR_ANOTHER),
        ({"htu": "https://login.obec.test:x/token"}, DpopFault.FOR_ANOTHER),
        ({"htu": 5}, DpopFault.FOR_ANOTHER),
        ({"ath": None}, DpopFault.FOR_ANOTHER),
        ({"ath": "x" * 43}, DpopFault.FOR_ANOTHER),
        ({"ath": "ž"}, DpopFault.FOR_ANOTHER),
        ({"iat": int((NOON - dpop.AGE).timestamp())}, DpopFault.OUT_OF_TIME),
        ({"iat": int((NOON + dpop.AHEAD).timestamp()) + 1}, DpopFault.OUT_OF_TIME),
        ({"iat": 10**400}, DpopFault.OUT_OF_TIME),
        ({"iat": float("nan")}, DpopFault.OUT_OF_TIME),
        ({"iat": None}, DpopFault.WRONG),
        ({"iat": True}, DpopFault.WRONG),
        ({"iat": "1"}, DpopFault.WRONG),
        ({"jti": None}, DpopFault.WRONG),
        ({"jti": ""}, DpopFault.WRONG),
        ({"jti": "x" * 201}, DpopFault.WRONG),
        ({"jti": 7}, DpopFault.WRONG),
    ],
)
def test_of_another_request_moment_or_form_it_is_none(changes, fault):
    assert read(key().proof("POST", TOKEN_ENDPOINT, NOON, ACCESS, **changes), access=ACCESS) is fault


@pytest.mark.parametrize(
    "address",
    [
        "https://login.obec.test/token?a=1",
        "https://login.obec.test/token#x",
        "https://LOGIN.obec.test/token",
        "HTTPS://login.obec.test:443/token",
    ],
)
def test_addresses_are_compared_as_the_standard_says(address):
    assert isinstance(read(key().proof("POST", address, NOON)), Proof)


def test_to_the_edges_of_its_minute_it_counts():
    for lapse in (timedelta(seconds=59), -dpop.AHEAD):
        assert isinstance(read(key().proof("POST", TOKEN_ENDPOINT, NOON - lapse)), Proof)


@pytest.mark.parametrize(
    "header",
    [
        {"typ": "JWT"},
        {"typ": None},
        {"crit": ["exp"]},
        {"jwk": None},
        {"jwk": "x"},
        {"jwk": {}},
        {"jwk": {"kty": "EC", "crv": "P-256"}},
        {"jwk": {"kty": "oct", "k": "AAAA"}},
    ],
)
def test_in_another_kind_of_envelope_it_is_none(header):
    mine = key()
    text = mine.proof("POST", TOKEN_ENDPOINT, NOON)
    first, rest = text.split(".", 1)
    said = json.loads(base64.urlsafe_b64decode(first + "=="))
    kept = {name: value for name, value in (said | header).items() if value is not None}
    forged = base64.urlsafe_b64encode(json.dumps(kept).encode()).rstrip(b"=").decode()
    assert read(f"{forged}.{rest}") is DpopFault.WRONG
    if "crit" in header or header.get("jwk") == "x":  # which the library signs for nobody
        return
    assert read(mine.proof("POST", TOKEN_ENDPOINT, NOON, header=header)) is DpopFault.WRONG


def test_a_private_key_in_the_proof_is_refused():
    mine = key()
    shown = mine.proof("POST", TOKEN_ENDPOINT, NOON, header={"jwk": mine.key.as_dict(private=True)})
    assert read(shown) is DpopFault.WRONG


def test_what_another_key_signed_is_refused():
    other = ECKey.generate_key("P-256")
    assert read(key().proof("POST", TOKEN_ENDPOINT, NOON, signer=other)) is DpopFault.WRONG


def test_no_algorithm_is_taken_that_its_key_is_not_for():
    shared = OctKey.generate_key(256)
    by_secret = DpopKey("HS256", shared)
    public = {"kty": "oct", "k": shared.as_dict(private=True)["k"]}
    assert read(by_secret.proof("POST", TOKEN_ENDPOINT, NOON, header={"jwk": public})) is DpopFault.WRONG
    ec, rsa = key(), key("RS256")
    mixed = rsa.proof("POST", TOKEN_ENDPOINT, NOON, header={"jwk": ec.key.as_dict(private=False)})
    assert read(mixed) is DpopFault.WRONG
    unsigned = ".".join(
        base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()
        for part in (
            {"typ": "dpop+jwt", "alg": "none", "jwk": ec.key.as_dict(private=False)},
            {"jti": "a", "htm": "POST", "htu": TOKEN_ENDPOINT, "iat": int(NOON.timestamp())},
        )
    )
    assert read(f"{unsigned}.") is DpopFault.WRONG


@pytest.mark.parametrize("curve", ["P-384", "P-521", "secp256k1"])
def test_other_curves_are_refused(curve):
    algorithm = {"P-384": "ES384", "P-521": "ES512", "secp256k1": "ES256K"}[curve]
    other = ECKey.generate_key(curve)
    assert read(DpopKey(algorithm, other).proof("POST", TOKEN_ENDPOINT, NOON)) is DpopFault.WRONG
    mixed = key().proof("POST", TOKEN_ENDPOINT, NOON, header={"jwk": other.as_dict(private=False)})
    assert read(mixed) is DpopFault.WRONG


def test_short_keys_are_refused():
    with pytest.warns(SecurityWarning):
        shown = DpopKey("RS256", RSAKey.generate_key(1024)).proof("POST", TOKEN_ENDPOINT, NOON)
    assert read(shown) is DpopFault.WRONG


def test_one_header_and_no_more():
    proof = key().proof("POST", TOKEN_ENDPOINT, NOON)
    assert read() is DpopFault.MISSING
    assert read("") is DpopFault.WRONG
    assert read(proof, proof) is DpopFault.WRONG
    assert read(proof + "A" * dpop.LONGEST) is DpopFault.WRONG


@given(
    st.one_of(
        st.text(max_size=80), st.from_regex(r"[A-Za-z0-9_-]{0,40}\.[A-Za-z0-9_-]{0,40}\.[A-Za-z0-9_-]{0,9}")
    )
)
def test_whatever_is_sent_has_a_reading(text):
    assert read(text) is DpopFault.WRONG


def test_another_key_or_name_is_another_proof():
    one, other = key(), DpopKey()
    named = [
        read(mine.proof("POST", TOKEN_ENDPOINT, NOON, jti=name))
        for mine in (one, other)
        for name in ("a", "b")
    ]
    assert len({found.name for found in named if isinstance(found, Proof)}) == 4
