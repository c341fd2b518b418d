"""The parameter `claims`: what of it is understood, and what has no form (OpenID Connect Core 1.0 §5.5)."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp.oidc import claims_request
from idp.oidc.claims_request import NOTHING_MORE, VALUES, ClaimsRequest, Wish


def read(said: Any) -> ClaimsRequest | None:
    return claims_request.read(json.dumps(said))


def test_each_way_of_wanting_a_claim_is_understood() -> None:
    wanted = read(
        {
            "userinfo": {"name": None, "email": {"essential": True}, "odd#cs": {"essential": False}},
            "id_token": {
                "acr": {"values": ["a", "b"], "essential": True},
                "sub": {"value": "x", "more": [1]},
            },
            "elsewhere": 5,
        }
    )
    assert wanted == ClaimsRequest(
        {"acr": Wish(frozenset("ab"), essential=True), "sub": Wish(frozenset("x"))},
        {"name": Wish(), "email": Wish(essential=True), "odd#cs": Wish()},
    )


@pytest.mark.parametrize(
    "said",
    [
        [],
        "id_token",
        {"id_token": []},
        {"userinfo": "name"},
        {"id_token": {"name": True}},
        {"id_token": {"name": {"essential": "yes"}}},
        {"id_token": {"acr": {"values": "a"}}},
        {"id_token": {"acr": {"value": "a", "values": ["a"]}}},
        {"id_token": {"acr": {"values": ["a"] * (VALUES + 1)}}},
    ],
)
def test_what_has_not_its_form_is_no_request(said: Any) -> None:
    assert read(said) is None


@pytest.mark.parametrize("text", ["", "{", "null", "[" * 4000, '{"id_token":' * 300])
def test_what_is_no_json_object_is_no_request(text: str) -> None:
    assert claims_request.read(text) is None


def test_a_value_that_is_no_text_is_no_claims_value() -> None:
    wanted = read({"id_token": {"name": {"value": 5}}})
    assert wanted is not None
    assert not wanted.id_token["name"].takes("5")
    assert not wanted.id_token["name"].takes(5)


wishes = st.dictionaries(
    st.text(max_size=5),
    st.builds(Wish, st.none() | st.frozensets(st.text(max_size=5), max_size=VALUES), st.booleans()),
    max_size=4,
)


@given(st.builds(ClaimsRequest, wishes, wishes))
def test_what_is_kept_reads_as_it_was_asked(asked: ClaimsRequest) -> None:
    text = claims_request.written(asked)
    assert (claims_request.read(text) if text else NOTHING_MORE) == asked


@given(
    st.recursive(
        st.none() | st.booleans() | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    )
)
def test_any_json_has_an_answer(said: Any) -> None:
    wanted = read({"id_token": said})
    assert wanted is None or wanted.userinfo == {}
