"""A policy is called in words, and its identifier is made of them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.identifiers import identifier_of
from policies.review import IDENTIFIER


@pytest.mark.parametrize(
    ("words", "identifier"),
    [
        ("Účetní hodiny", "ucetni-hodiny"),
        ("  Rozpočet: čtení (2027) ", "rozpocet-cteni-2027"),
        ("Žluťoučký kůň", "zlutoucky-kun"),
        ("budget-accountants", "budget-accountants"),
        ("…", ""),
        ("a" * 80, "a" * 80),
        (" a--b ", "a--b"),
        ("nightly-", "nightly-"),
        ("A" * 80, "a" * 60),
        ("Ž" * 59 + " cut after the blank", "z" * 59),
        ("a b" + "-" * 90 + "c", "a-b-c"),
        ("Łódź", "lodz"),
        ("Øre: Æsir", "ore-aesir"),
        ("№ 5", "no-5"),
        ("od 7—18", "od-7-18"),
        ("Úče\u00adtní", "ucetni"),
        ("Účеtní", ""),  # a Cyrillic е
        ("часы", ""),
    ],
)
def test_words_become_an_identifier(words: str, identifier: str) -> None:
    assert identifier_of(words) == identifier


@given(st.text(max_size=100))
def test_whatever_is_written_it_is_an_identifier_or_nothing_and_is_made_of_itself_again(words: str) -> None:
    made = identifier_of(words)
    assert made == "" or IDENTIFIER.fullmatch(made)
    assert identifier_of(made) == made


@given(st.from_regex(IDENTIFIER, fullmatch=True))
def test_an_identifier_stays_as_it_is(name: str) -> None:
    assert identifier_of(name) == name
