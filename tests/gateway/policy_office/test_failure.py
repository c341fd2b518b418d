"""The history says in both languages why a proposal could not come into force, also what an older version kept."""

from hypothesis import given
from hypothesis import strategies as st

from config.vocabulary import Language
from gateway.policy_office.failure import LONGEST, Failure, kept, read
from gateway.policy_office.proposal import LONGEST_TEXT

CS, EN = Language.CZECH, Language.ENGLISH
WORDS = st.text(max_size=80)


@given(st.lists(st.builds(lambda cs, en: {CS: cs, EN: en}, WORDS, WORDS), max_size=3))
def test_what_was_kept_is_read_as_it_was(said: list[dict[Language, str]]) -> None:
    assert read(kept("checks_failed", said, 100_000)) == Failure("checks_failed", tuple(said))


@given(st.lists(st.builds(lambda cs, en: {CS: cs, EN: en}, WORDS, WORDS)), st.integers(20, 2_000))
def test_what_does_not_fit_is_left_out_whole(said: list[dict[Language, str]], most: int) -> None:
    text = kept("checks_failed", said, most)
    assert len(text) <= most
    assert list(read(text).said) == said[: len(read(text).said)]


def test_a_long_problem_is_kept_as_far_as_it_fits() -> None:
    (found,) = read(kept("checks_failed", [{CS: "č" * 5_000, EN: "e" * 5_000}], LONGEST_TEXT)).said
    assert found == {CS: "č" * LONGEST, EN: "e" * LONGEST}


def test_the_text_of_an_older_version_is_told_as_it_stands() -> None:
    older = "checks_failed\nmunicipalities/588491.cedar:4:1: not a Cedar policy\n    correct the syntax"
    words = older.partition("\n")[2]
    assert read(older) == Failure("checks_failed", ({CS: words, EN: words},))
    assert read("approver_not_entitled") == Failure("approver_not_entitled", ())
