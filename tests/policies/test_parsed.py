"""Texts that would end the process, or keep it busy for minutes, are told apart before Cedar or Python reads them."""

import time
from pathlib import Path

import cedarpy
import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.toml_lines import lines_of
from config.vocabulary import MunicipalityCode
from policies.bound import MOST_OWN
from policies.case_files import LONGEST_LINE, MOST_TABLES, read_cases
from policies.difference import difference
from policies.examine import SCHEMA_FILE
from policies.forms import read
from policies.parsed import DEEPEST, DEEPEST_JSON, LONGEST, TOO_DEEP, TooDeep, parsed
from policies.review import Bounds, review
from tests.policies.world import HULIN

HEAD = f'@id("x")\npermit (principal, action, resource in Municipality::"{HULIN}")\nwhen {{ '
SCHEMA = cedarpy.Schema.from_str(SCHEMA_FILE.read_text("utf-8"))
BOUNDS = Bounds(SCHEMA, frozenset({MunicipalityCode(HULIN)}), None, MunicipalityCode(HULIN))
FILE = Path(f"municipalities/{HULIN}.cedar")
BOMBS = {
    "brackets": "(" * 700 + "true" + ")" * 700,
    "brackets that nobody closes": "(" * 5_000,
    "sets": "[" * 5_000 + "1" + "]" * 5_000 + " == [1]",
    "records": '{"a": ' * 600 + "1" + "}" * 600 + " == 1",
    "calls": "ip(" * 600 + '"1"' + ")" * 600 + " == 1",
    "choices": "if true then " * 1_000 + "true" + " else false" * 1_000,
    "a chain of conditions": " && ".join(["true"] * 5_000),
    "a chain of sums": "1 == " + " + ".join(["1"] * 5_000),
    "a chain of attributes": "context" + ".a" * 5_000 + " == 1",
    "a chain of questions": "context has " + ".".join(["a"] * 1_000),
    "a chain on a chain": " && ".join(["context" + ".a" * 200, *["true"] * 190]),
    "many members": "[" + ", ".join(["1"] * 30_000) + "].contains(1)",
    "a remark before": 'true //"\n' + "(" * 3_000,
    "a remark before, ended otherwise": 'true //"\r' + "(" * 3_000,
    "length": f'"{"a" * LONGEST}" == "b"',
}


@pytest.mark.parametrize("bomb", BOMBS.values(), ids=BOMBS)
def test_a_policy_that_would_end_the_process_is_a_problem_with_its_place(bomb: str) -> None:
    text = f"{HEAD}{bomb} }};"
    found = review(FILE, text, BOUNDS)
    assert (found.text, found.policies) == ("", ())
    line = 3 if "\r" in bomb else 1  # a carriage return alone is told before anything is read
    assert {(one.file, one.line) for one in found.problems} == {(FILE, line)}
    told = (TOO_DEEP, "not a Cedar policy", "U+000D")
    assert all(any(each in one.what for each in told) for one in found.problems)
    assert read(text, MunicipalityCode(HULIN)) is None
    assert difference({}, {str(FILE): text}) is not None


def test_what_people_write_is_far_from_the_bounds() -> None:
    usual = " || ".join(
        f'(principal.roles.contains(Role::"clerk") && context.time.hour == {n})' for n in range(20)
    )
    assert review(FILE, f"{HEAD}{usual} }};", BOUNDS).problems == ()
    nested = "(" * (DEEPEST - 1) + "true" + ")" * (DEEPEST - 1)
    assert review(FILE, f"{HEAD}{nested} }};", BOUNDS).problems == ()
    assert review(FILE, f'{HEAD}"{"(" * 1_000}" == "" }};', BOUNDS).problems == (), (
        "in quotes they nest nothing"
    )


@given(
    st.lists(st.sampled_from(['"', "\\", "//", "\n", "\r", "(", "[", "{", "if ", "a", "\u2028"]), max_size=12)
)
def test_no_quote_or_remark_hides_brackets_from_the_count(begin: list[str]) -> None:
    """As Cedar says `invalid` or `unexpected` of it, or as too deep; the process goes on."""
    with pytest.raises(ValueError):  # noqa: PT011 - either of the two kinds
        parsed(f"{HEAD}{''.join(begin)}{'(' * 1_000}")


def test_a_document_that_is_deep_in_cedar_s_own_words_is_refused_too() -> None:
    with pytest.raises(TooDeep):
        parsed(f"{HEAD}context{'.a' * (DEEPEST_JSON // 2)} == 1 }};")


def test_a_municipality_has_a_bounded_number_of_policies() -> None:
    policy = f'@id("p{{}}") permit (principal, action, resource in Municipality::"{HULIN}");'
    many = "\n".join(policy.format(number) for number in range(MOST_OWN + 1))
    (problem,) = review(FILE, many, BOUNDS).problems
    assert f"more than {MOST_OWN}" in problem.what


def test_parameters_in_an_annotation_that_are_too_deep_are_those_of_no_form() -> None:
    text = f'@id("x") @template("never") @parameters("{"[" * 5_000}") permit (principal, action, resource);'
    assert read(text, MunicipalityCode(HULIN)) is None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("x = " + ("[" * 400 + "\n") * 10, "too deep"),
        ("[" + " " * 100_000, f"a line has more than {LONGEST_LINE}"),
        (".".join(["a"] * 20_000) + " = 1", f"a line has more than {LONGEST_LINE}"),
        ("".join(f"[[a{number}]]\n" for number in range(MOST_TABLES + 1)), f"more than {MOST_TABLES} cases"),
        ("# \n" * 60_000, "characters"),
        ('[[never]]\nname = "a\u202eb"\n', "U+202E"),
    ],
    ids=["nested", "blanks", "dotted", "tables", "length", "direction"],
)
def test_a_file_of_cases_that_would_take_minutes_to_read_is_a_problem(text: str, words: str) -> None:
    begun = time.process_time()
    (problem,) = read_cases(Path("x.cases.toml"), text, {MunicipalityCode(HULIN)}).problems
    assert words in problem.what
    assert time.process_time() - begun < 2


def test_a_line_of_blanks_behind_a_bracket_is_looked_at_once() -> None:
    begun = time.process_time()
    assert lines_of("[" + " " * 20_000 + "!") == {}
    assert time.process_time() - begun < 1, "with several ways to read it, it would take hours"
