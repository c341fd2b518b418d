"""`docs/attacks.md` and `tests/attacks` say the same: every attack of the page has its tests, every test its attack."""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/attacks.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (?!attack |---)(.+?) \| (.+) \|$", re.MULTILINE)
NAME = re.compile(r"`(test_\w+)`")
NOT_YET = "not built yet", "are built yet"


def performed() -> list[str]:
    return [
        node.name
        for file in sorted((ROOT / "tests/attacks").glob("test_*.py"))
        for node in ast.parse(file.read_text(encoding="utf-8")).body
        if isinstance(node, ast.AsyncFunctionDef | ast.FunctionDef) and node.name.startswith("test_")
    ]


def test_every_attack_has_a_test_that_is_there() -> None:
    rows = ROW.findall(PAGE)
    assert len(rows) > 50
    there = set(performed())
    for attack, tests in rows:
        named = NAME.findall(tests)
        assert named or tests.endswith(NOT_YET), attack
        assert set(named) <= there, attack


def test_every_test_of_an_attack_is_on_the_page_and_has_a_name_of_its_own() -> None:
    there = performed()
    assert len(there) == len(set(there))
    assert set(there) == set(NAME.findall(PAGE))
