"""`docs/conformance.md` names tests that there are."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/conformance.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (?!module |section |---).*$", re.MULTILINE)
NAME = re.compile(r"`(test_\w+)`")
DEFINED = re.compile(r"^(?:async )?def (test_\w+)\(", re.MULTILINE)


def test_whatever_a_plan_looks_at_is_shown_by_tests_that_are_there() -> None:
    rows = ROW.findall(PAGE)
    assert len(rows) > 20
    there = {
        name
        for folder in ("idp", "gateway")
        for file in (ROOT / "tests" / folder).rglob("test_*.py")
        for name in DEFINED.findall(file.read_text(encoding="utf-8"))
    }
    for row in rows:
        named = NAME.findall(row)
        assert named, row
        assert set(named) <= there, row
