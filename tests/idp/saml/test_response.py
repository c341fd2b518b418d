"""Answers: built of typed values, signed, readable by whoever knows the standard."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from config.vocabulary import AuthenticationLevel
from idp.saml import level
from idp.saml.errors import STATUSES, Denial, Unsafe
from idp.saml.response import Envelope, Statement, denied, fit, granted
from idp.saml.signature import signed_by
from tests.rig.service_provider import ACS, ENTITY, ISSUER, NOON, SPACES, key

OURS = (key(1).private.public_key(),)
ENVELOPE = Envelope(id="_a", issuer=ISSUER, address=ACS, in_response_to="_request-1", at=NOON)


def statement(**changes: object) -> Statement:
    usual = {
        "id": "_b",
        "audience": ENTITY,
        "name_format": "urn:f",
        "name": "novakova.jana",
        "context": level.PASSWORD,
        "auth_time": NOON - timedelta(minutes=1),
        "session": "_s",
        "session_ends": NOON + timedelta(hours=1),
        "attributes": {},
    }
    return Statement(**{**usual, **changes})


@given(st.text(), st.dictionaries(st.text(min_size=1), st.lists(st.text(), max_size=3), max_size=3))
def test_whatever_a_directory_holds_is_said_as_text(name: str, attributes: dict[str, list[str]]) -> None:
    named = {fit(called): values for called, values in attributes.items()}
    said = granted(ENVELOPE, statement(name=name, attributes=named), key(1), signed=False)
    assertion = etree.fromstring(said).find("a:Assertion", SPACES)
    believed = signed_by(assertion, OURS)
    assert (believed.find(".//a:NameID", SPACES).text or "") == fit(name)
    told = {
        one.get("Name"): [value.text or "" for value in one]
        for one in believed.iterfind(".//a:Attribute", SPACES)
    }
    if not any(called.strip() != called or "\n" in called or "\t" in called for called in named):
        assert told == {called: [fit(value) for value in values] for called, values in named.items()}


def test_markup_in_a_name_is_text() -> None:
    evil = '</saml:NameID><saml:NameID>admin<!-- "'
    said = granted(ENVELOPE, statement(name=evil), key(1), signed=False)
    (name,) = etree.fromstring(said).iterfind(".//a:NameID", SPACES)
    assert (name.text, len(name)) == (evil, 0)


@pytest.mark.parametrize("why", Denial)
def test_a_refusal_has_a_status_and_no_assertion(why: Denial) -> None:
    root = signed_by(etree.fromstring(denied(ENVELOPE, why, key(1))), OURS)
    codes = [one.get("Value") for one in root.iterfind(".//p:StatusCode", SPACES)]
    assert codes == ["urn:oasis:names:tc:SAML:2.0:status:Responder", STATUSES[why]]
    assert root.find("a:Assertion", SPACES) is None


def test_every_reason_is_told_in_one_way() -> None:
    assert set(STATUSES) == set(Denial)
    assert not {one.value for one in Denial} & {one.value for one in Unsafe}


def test_levels_are_answered_by_what_was_asked_for() -> None:
    two = AuthenticationLevel.TWO_FACTORS
    strong = AuthenticationLevel.PHISHING_RESISTANT
    assert level.demanded((strong.value, level.PASSWORD)) is AuthenticationLevel.PASSWORD
    assert level.demanded(("urn:unknown",)) is None
    assert level.said((strong.value, two.value), two) == two.value
    assert level.said((), two) == level.said((), strong) == level.MULTI_FACTOR
    assert level.said((), AuthenticationLevel.PASSWORD) == level.PASSWORD
