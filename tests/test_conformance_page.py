"""`docs/conformance.md` names tests that are there."""

import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "docs/conformance.md").read_text(encoding="utf-8")
ROW = re.compile(r"^\| (?!module |section |---)(.+?) \| (.+) \|$", re.MULTILINE)
NAME = re.compile(r"`(test_\w+)`")


def there() -> set[str]:
    texts = (file.read_text(encoding="utf-8") for file in sorted((ROOT / "tests").rglob("test_*.py")))
    return {name for text in texts for name in re.findall(r"^(?:async )?def (test_\w+)", text, re.MULTILINE)}


def test_every_test_that_the_page_names_is_there() -> None:
    named = NAME.findall(PAGE)
    assert len(named) > 70
    assert set(named) - there() == set()


def test_every_row_names_a_test_or_says_why_none() -> None:
    rows = ROW.findall(PAGE)
    assert len(rows) > 60
    excused = "the same", "is skipped"
    assert [
        row for row, said in rows if not NAME.search(said) and not any(one in said for one in excused)
    ] == []
