from dataclasses import replace
from urllib.parse import unquote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.identity import FACTS, PERSON_CLAIM
from gateway.grants.claims import Assertion, Grant
from gateway.grants.person import told
from tests.gateway.grants.test_claims import assertions


def test_every_fact_is_told_as_a_text(assertion: Assertion) -> None:
    assert told(assertion, FACTS, "utf-8") == {
        "login": "novakova",
        "subject": "urad:6f2c2a0e-54a1-4d7e-9a57-1f6f1d2b7c11",
        "name": "Jana Nováková",
        "municipality": "588491",
        "roles": "accountant,clerk",
    }


def test_only_facts_that_are_asked_for_and_known_are_told(assertion: Assertion) -> None:
    nobody = replace(assertion, roles=(), name=" \n ")
    assert told(nobody, ("login", "roles", "name"), "utf-8") == {"login": "novakova"}
    assert told(assertion, (), "utf-8") == {}


def test_escaped_octets_are_those_of_utf_8(assertion: Assertion) -> None:
    odd = replace(assertion, name="Ž 100%")
    assert told(odd, ("name",), "percent") == {"name": "%C5%BD 100%25"}


@given(assertions, st.sampled_from(["utf-8", "percent"]))
def test_no_text_can_end_a_header_or_begin_another(about: Assertion, encoding: str) -> None:
    for text in told(about, FACTS, encoding).values():
        assert text
        assert text == text.strip(" ")
        assert not set(text) & {chr(code) for code in (*range(32), *range(0x7F, 0xA0))}
        assert encoding == "utf-8" or text.isascii()


@given(assertions)
def test_what_was_escaped_says_the_same(about: Assertion) -> None:
    plain, escaped = (told(about, FACTS, encoding) for encoding in ("utf-8", "percent"))
    assert {fact: unquote(text) for fact, text in escaped.items()} == plain


@pytest.mark.parametrize("person", [{}, {"login": "novakova"}])
def test_a_grant_says_what_is_told_and_nothing_where_nothing_is(grant: Grant, person: dict[str, str]) -> None:
    claims = replace(grant, person=person).claims("assertion")
    assert claims.get(PERSON_CLAIM, {}) == person
    assert (PERSON_CLAIM in claims) is bool(person)
