from itertools import permutations
from pathlib import Path

import pytest

from config.problem import ConfigurationRefused, Problem, together
from config.vocabulary import Language

FILE = Path("/etc/brana/brana.toml")


@pytest.mark.parametrize(
    ("problem", "place"),
    [
        (Problem(FILE, 0, "what", "remedy"), "/etc/brana/brana.toml"),
        (Problem(FILE, 7, "what", "remedy"), "/etc/brana/brana.toml:7"),
        (Problem(FILE, 7, "what", "remedy", column=3), "/etc/brana/brana.toml:7:3"),
    ],
)
def test_a_problem_names_its_place_as_exactly_as_it_is_known(problem: Problem, place: str) -> None:
    assert str(problem) == f"{place}: what\n    remedy"


def test_problems_are_ordered_by_place_before_words() -> None:
    in_order = [
        Problem(Path("a"), 2, "z", ""),
        Problem(Path("a"), 10, "y", "", column=2),
        Problem(Path("a"), 10, "x", "", column=11),
        Problem(Path("b"), 1, "a", ""),
    ]
    assert all(sorted(mixed) == in_order for mixed in permutations(in_order))


def test_what_is_refused_tells_every_problem() -> None:
    problems = [Problem(FILE, 1, "one", "mend it"), Problem(FILE, 2, "two", "mend it too")]
    refused = ConfigurationRefused(problems)
    assert refused.problems == tuple(problems)
    assert str(refused) == "\n".join(str(problem) for problem in problems)


def test_what_is_mended_at_one_place_is_told_once_at_its_first_place_with_how_often() -> None:
    a, b = Path("a"), Path("b")
    often = [Problem(file, line, "map", "mend", told_once=True) for file, line in ((b, 1), (a, 7), (a, 3))]
    single = Problem(a, 5, "budget", "mend", told_once=True)
    everywhere = [Problem(a, 4, "typo", "mend"), Problem(b, 4, "typo", "mend")]
    assert [str(one) for one in together([*often, single, *everywhere])] == [
        "a:3: map (3 places; this is the first)\n    mend",
        "a:4: typo\n    mend",
        "a:5: budget\n    mend",
        "b:4: typo\n    mend",
    ]


def test_a_problem_is_told_in_czech_where_it_has_czech_words_and_else_as_it_is() -> None:
    both = Problem(FILE, 7, "what", "mend", column=3, czech=("co", "oprav"))
    assert both.in_languages() == {
        Language.CZECH: f"{FILE}:7:3: co\n    oprav",
        Language.ENGLISH: f"{FILE}:7:3: what\n    mend",
    }
    assert set(Problem(FILE, 7, "what", "mend").in_languages().values()) == {f"{FILE}:7: what\n    mend"}


def test_how_often_it_was_found_is_told_in_both_languages() -> None:
    often = [Problem(FILE, line, "what", "mend", told_once=True, czech=("co", "oprav")) for line in (3, 7)]
    [told] = together(often)
    assert (told.what, told.czech) == (
        "what (2 places; this is the first)",
        ("co (na 2 místech; toto je první)", "oprav"),
    )
