"""Where a fault of a policy stands is found by going once through its words, however it is written."""

import re
from collections.abc import Iterator

import pytest

from policies.brought import in_vain
from policies.near import Near, offsets
from policies.statements import TOKEN, WORD, placed_words

TEXT = (
    'permit (p, a, r) when { a has "b" } // c has d\nwhen { c has b } when { p == q && c has d && e has f };'
)


@pytest.mark.parametrize(
    ("near", "begins"),
    [
        (Near("has", "b"), 'has "b"'),
        (Near("has", "d"), "has d &&"),
        (Near("has", "f"), "has f"),
        (Near("==", "q"), "== q"),
        (Near("when"), 'when { a has "b"'),
    ],
)
def test_the_last_sign_before_the_word_is_the_one_and_remarks_are_none(near: Near, begins: str) -> None:
    assert TEXT[offsets(placed_words(TEXT), {near})[near] :].startswith(begins)


def test_what_stands_nowhere_has_no_place() -> None:
    assert offsets(placed_words(TEXT), {Near("in", "b"), Near("has", "x"), Near("unless")}) == {}


def test_the_words_go_by_once_however_much_is_sought() -> None:
    gone_by = 0

    def counted() -> Iterator[tuple[int, str]]:
        nonlocal gone_by
        for one in placed_words(TEXT * 100):
            gone_by += 1
            yield one

    sought = {Near("has", f"name{number}") for number in range(1_000)} | {Near("==", "Municipality")}
    assert offsets(counted(), sought) == {}
    assert gone_by == 100 * sum(1 for _ in placed_words(TEXT))


def test_of_a_remark_full_of_signs_nothing_is_looked_at() -> None:
    rule = "permit (principal, action, resource) when { resource == principal.municipality }"
    text = f"{rule} // {'== ' * 21_000}\n;"
    assert "//" not in "".join(word for _, word in placed_words(text))
    (told,) = [one for one in in_vain({}, {"region/10-a.cedar": text}) if "always comes out" in one.what]
    assert (told.line, told.column) == (1, 1)


@pytest.mark.parametrize("pattern", [TOKEN, WORD])
def test_a_text_in_quotes_that_nobody_ends_is_one_piece(pattern: re.Pattern[str]) -> None:
    """Else each further quote in it would be looked for an end again."""
    text = '"' + '\\"' * 30_000
    assert [one.group() for one in pattern.finditer(text)] == [text]
