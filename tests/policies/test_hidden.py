"""What an approver would not see, or see otherwise than it is read, is in no policy."""

from pathlib import Path

import cedarpy
import pytest

from config.vocabulary import MunicipalityCode
from policies.examine import SCHEMA_FILE
from policies.hidden import hidden
from policies.review import Bounds, review
from tests.policies.world import HULIN

SCHEMA = cedarpy.Schema.from_str(SCHEMA_FILE.read_text("utf-8"))
BOUNDS = Bounds(SCHEMA, frozenset({MunicipalityCode(HULIN)}), None, MunicipalityCode(HULIN))
POLICY = f"""@id("a")
permit (principal, action, resource in Municipality::"{HULIN}")
when {{ true }}; // Žluťoučký kůň – „čte“
"""


@pytest.mark.parametrize(
    "mark", list("\u202e\u2066\u200b\u2028\u2029\ufeff\x00\x1b\x85\xad\U000e0041\u3164\u2800\u034f\U000e0100")
)
@pytest.mark.parametrize("place", ["true", "čte"], ids=["in code", "in a remark"])
def test_a_mark_that_nobody_sees_is_a_problem_with_its_place(mark: str, place: str) -> None:
    found = review(Path("x.cedar"), POLICY.replace(place, f"{place}{mark}"), BOUNDS)
    assert found.policies == ()
    (problem,) = found.problems
    assert (problem.line, f"U+{ord(mark):04X}" in problem.what) == (3, True)


def test_a_remark_that_looks_like_the_end_of_a_condition_is_found() -> None:
    turned = POLICY.replace("true", "true /*\u202e } ;resource when\u2066 */")
    assert review(Path("x.cedar"), turned, BOUNDS).problems[0].line == 3


def test_a_carriage_return_alone_which_ends_a_remark_for_cedar_is_found() -> None:
    found = review(
        Path("x.cedar"), POLICY.replace("čte“", "čte“\rpermit (principal, action, resource);"), BOUNDS
    )
    assert (found.problems[0].line, "U+000D" in found.problems[0].what) == (3, True)
    assert review(Path("x.cedar"), POLICY.replace("\n", "\r\n"), BOUNDS).problems == ()


def test_what_people_write_in_czech_is_seen() -> None:
    assert hidden(POLICY + "\tpříliš\r\n😀⚠\ufe0f") is None
    assert review(Path("x.cedar"), POLICY, BOUNDS).problems == ()


def test_the_first_of_them_is_told_with_its_line_and_column() -> None:
    found = hidden("a\n\ufe0fb")
    assert found is not None
    assert found[:2] == (2, 1), "what chooses the look of a sign has none on the line before"
    found = hidden("ab\u3164\u200b")
    assert found is not None
    assert found[:2] == (1, 3)
