"""Signed requests by themselves: whatever a client signs has an answer, and only parameters come of it."""

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from idp.oidc.assertion import ALGORITHMS
from idp.oidc.client import Client, ClientId
from idp.oidc.errors import RequestFault
from idp.oidc.request_object import PARAMETERS, Signed, read
from tests.rig.people import NOON

US = "https://login.obec.test"
KEY = ECKey.generate_key("P-256")
CLIENT = Client(id=ClientId("gis"), redirect_uris=frozenset(), keys=KeySet([KEY]))
RIGHT = {"iss": "gis", "client_id": "gis", "aud": US, "exp": int(NOON.timestamp()) + 60, "scope": "openid"}


def signed(key: ECKey = KEY, **changes: Any) -> str:
    said = {name: value for name, value in (RIGHT | changes).items() if value is not None}
    return jwt.encode({"alg": "ES256"}, said, key, algorithms=["ES256"])


def test_the_parameters_of_a_query_come_of_it_and_nothing_else() -> None:
    text = signed(
        max_age=0, claims={"id_token": {"name": None}}, odd={"x": 1}, registration="{}", nbf=1, aud=[US]
    )
    found = read(text, CLIENT, US, NOON)
    assert isinstance(found, Signed)
    assert found.parameters == {
        "client_id": "gis",
        "scope": "openid",
        "max_age": "0",
        "claims": '{"id_token":{"name":null}}',
        "registration": "{}",
    }
    assert found.until >= NOON + timedelta(minutes=5)


def test_a_client_without_keys_signed_nothing() -> None:
    bare = Client(id=ClientId("gis"), redirect_uris=frozenset())
    assert read(signed(), bare, US, NOON) is RequestFault.OBJECT_WRONG
    assert "none" not in ALGORITHMS


@pytest.mark.parametrize(("lapse", "good"), [(-270, True), (-271, False), (89, True), (90, False)])
def test_its_time_is_bounded_on_both_sides(lapse: int, good: bool) -> None:
    found = read(signed(exp=RIGHT["exp"] + 30), CLIENT, US, NOON + timedelta(seconds=lapse + 30))
    assert isinstance(found, Signed) is good
    assert good or found is RequestFault.OBJECT_OUT_OF_TIME


@pytest.mark.parametrize("name", ["exp", "nbf"])
def test_what_is_no_number_is_no_time(name: str) -> None:
    assert read(signed(**{name: float("nan")}), CLIENT, US, NOON) is RequestFault.OBJECT_OUT_OF_TIME


def test_another_signature_of_the_same_words_is_no_other_request() -> None:
    """ECDSA draws anew each time, and anybody may mirror a signature."""
    one, other = read(signed(), CLIENT, US, NOON), read(signed(), CLIENT, US, NOON)
    assert isinstance(one, Signed)
    assert isinstance(other, Signed)
    assert one.mark == other.mark
    named = read(signed(jti="a"), CLIENT, US, NOON)
    assert isinstance(named, Signed)
    assert named.mark != one.mark


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=3), inner, max_size=2),
    max_leaves=5,
)
names = st.sampled_from([*RIGHT, "sub", "nbf", "jti", "max_age", "claims", "request", "state", "odd"])


@given(st.dictionaries(names, values, max_size=4))
def test_whatever_is_signed_has_an_answer_and_only_texts_come_of_it(changes: dict[str, Any]) -> None:
    found = read(signed(**changes), CLIENT, US, NOON)
    if isinstance(found, Signed):
        assert found.parameters.keys() <= PARAMETERS
        assert all(isinstance(value, str) for value in found.parameters.values())
        assert found.parameters["client_id"] == "gis"


@given(st.text(max_size=60))
def test_what_nobody_signed_is_wrong(text: str) -> None:
    assert read(text, CLIENT, US, NOON) is RequestFault.OBJECT_WRONG
