"""Problems of one cause are told in one paragraph, with what each is called and where it stands."""

from pathlib import Path

from config.problem import ConfigurationRefused, Problem, Shared, by_cause, told
from config.vocabulary import Language

FILE = Path("a.cases.toml")


def problem(line: int, cause: str = "", name: str = "") -> Problem:
    shared = Shared((cause, f"cs {cause}"), (name, f"cs {name}")) if cause else None
    return Problem(FILE, line, f"what {name}", "mend it", czech=(f"co {name}", "opravte"), shared=shared)


def test_several_of_one_cause_are_one_paragraph_and_the_others_stand_by_themselves() -> None:
    found = [
        problem(1, "opened", "x"),
        problem(2, name="alone"),
        problem(3, "opened", "y"),
        problem(4, "shut", "z"),
    ]
    assert [[one.line for one in group] for group in by_cause(found)] == [[1, 3], [2], [4]]
    first, second, third = told(found, Language.ENGLISH)
    assert first == "opened: 2\na.cases.toml:1: x\na.cases.toml:3: y\n    mend it"
    assert second == "a.cases.toml:2: what alone\n    mend it"
    assert third == "a.cases.toml:4: what z\n    mend it"


def test_it_is_told_in_czech_as_well() -> None:
    found = [problem(1, "opened", "x"), problem(3, "opened", "y")]
    (only,) = told(found, Language.CZECH)
    assert only == "cs opened: 2\na.cases.toml:1: cs x\na.cases.toml:3: cs y\n    opravte"
    assert str(ConfigurationRefused(found, Language.CZECH)) == only
