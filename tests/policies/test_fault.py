"""What is wrong with policies is told in both languages, and nothing is told past them."""

import ast
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from typing import Any

import pytest

from config.vocabulary import Language
from policies import case_words, review_words
from policies.fault import CS, EN, QUOTES, Words, filled, quoted
from policies.model import Text

ROOM = Path(review_words.__file__).parent


def sentences_in(value: Any) -> Iterator[Text]:
    if isinstance(value, Words):
        yield from (value.what, value.remedy)
    elif isinstance(value, dict) and any(isinstance(one, Language) for one in value):
        yield value
    elif isinstance(value, dict | tuple):
        for one in value.values() if isinstance(value, dict) else value:
            yield from sentences_in(one)


SENTENCES = [
    pytest.param(sentence, id=f"{module.__name__}.{name}-{number}")
    for module in (review_words, case_words)
    for name, value in vars(module).items()
    if name.strip("_").isupper() and name not in {"CS", "EN"}
    for number, sentence in enumerate(sentences_in(value))
]


def holes(text: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_there_are_sentences_to_look_at() -> None:
    assert len(SENTENCES) > 90


@pytest.mark.parametrize("sentence", SENTENCES)
def test_every_sentence_is_there_in_both_languages_with_the_same_holes(sentence: Text) -> None:
    assert sentence.keys() == set(Language)
    assert all(text.strip() for text in sentence.values())
    assert sentence[CS] != sentence[EN]
    assert holes(sentence[CS]) == holes(sentence[EN])
    assert "" not in holes(sentence[CS])


def test_what_fills_a_hole_stands_there_as_it_is_and_in_the_language_of_its_sentence() -> None:
    sentence = {CS: "„{name}“ je {what}", EN: '"{name}" is {what}'}
    assert filled(sentence, {"name": "{x}", "what": {CS: "pryč", EN: "gone"}}) == {
        CS: "„{x}“ je pryč",
        EN: '"{x}" is gone',
    }


def test_a_hole_that_nothing_fills_is_an_error_and_no_sentence() -> None:
    with pytest.raises(KeyError):
        review_words.NOT_LIMITED.of()


def test_whatever_is_wrong_with_policies_is_told_by_these_sentences_alone() -> None:
    """A `Problem` made past them would have no Czech."""
    made_in = {
        file.name
        for file in ROOM.glob("*.py")
        for node in ast.walk(ast.parse(file.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "Problem"
    }
    assert made_in == {"fault.py"}


def test_what_others_say_in_english_stands_at_the_end_of_a_czech_sentence() -> None:
    """So it can be told apart from ours: pages say which words are English (WCAG 3.1.2)."""
    found = [one.values[0][CS] for one in SENTENCES if "hlásí" in one.values[0][CS]]
    assert len(found) > 4
    assert all(text.endswith(f"{QUOTES}{{said}}") for text in found)


def test_a_quotation_is_told_apart_from_what_is_around_it() -> None:
    problem = review_words.NOT_CEDAR.of(said="unexpected token\n    (here)").at(Path("a.cedar"), 3)
    ours, theirs, remedy = quoted(problem.in_languages()[CS])
    assert ours == "a.cedar:3: není to pravidlo jazyka Cedar. Cedar hlásí: "
    assert theirs == "unexpected token\n    (here)"
    assert remedy == "\n    opravte zápis na tomto místě; pravidlo obce může místo vás napsat formulář"
    assert quoted("a: b\n    c") == ("a: b\n    c", "", "")
