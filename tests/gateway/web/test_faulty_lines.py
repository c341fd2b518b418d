"""The lines of a text at which a problem stands."""

from pathlib import Path

import pytest

from config.problem import Problem
from config.vocabulary import Language
from gateway.web.policies.faulty_lines import Line, faulty_lines

TEXTS = {"region/a.cedar": 'permit (\n  principal, whoever\n);\n\n@id("x")\n'}


def told(line: int, column: int = 0, file: str = "region/a.cedar") -> dict[Language, str]:
    return Problem(Path(file), line, "what", "remedy", column=column).in_languages()


def test_a_fault_is_marked_between_its_neighbours():
    faulty = faulty_lines(told(2, 14), TEXTS)
    assert faulty is not None
    assert faulty.file == "region/a.cedar"
    assert faulty.lines == (Line(1, "permit ("), Line(2, "  principal, ", "whoever"), Line(3, ");"))


def test_without_a_column_the_line_is_marked_but_for_its_indentation():
    faulty = faulty_lines(told(2), TEXTS)
    assert faulty is not None
    assert faulty.lines[1] == Line(2, "  ", "principal, whoever")


@pytest.mark.parametrize("column", [4, 8, 9, 10_000])
def test_a_column_at_any_place_loses_nothing_of_the_line(column):
    faulty = faulty_lines(told(5, column), TEXTS)
    assert faulty is not None
    (line,) = (one for one in faulty.lines if one.number == 5)
    assert line.before + line.marked + line.after == '@id("x")'


@pytest.mark.parametrize("problem", [told(0), told(99, 1), told(1, 1, "region/other.cedar")])
def test_what_stands_in_no_line_of_the_texts_is_not_shown(problem):
    assert faulty_lines(problem, TEXTS) is None
