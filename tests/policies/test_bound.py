"""What one text of policies may hold."""

from pathlib import Path

from policies.bound import LARGEST, MOST_LINES, MOST_OWN, too_much
from policies.fault import EN

LIBRARY = Path(__file__).parents[2] / "policies" / "library"


def test_the_whole_library_is_far_from_the_bounds() -> None:
    text = "\n".join(file.read_text("utf-8") for file in sorted(LIBRARY.glob("*.cedar")))
    assert too_much(text) is None
    assert len(text) * 4 < LARGEST
    assert too_much(text * 4) is None


def test_characters_lines_and_policies_are_counted_each() -> None:
    assert too_much(" " * LARGEST) is None
    assert too_much("\n" * MOST_LINES) is None
    assert too_much(";" * MOST_OWN) is None
    told = [too_much(text) for text in (" " * (LARGEST + 1), "\n" * (MOST_LINES + 1), ";" * (MOST_OWN + 1))]
    assert [one.what[EN] for one in told if one is not None] == [
        f"the text has more than {LARGEST} characters",
        f"the text has more than {MOST_LINES} lines",
        f"there are {MOST_OWN + 1} policies, more than {MOST_OWN} of one municipality",
    ]


def test_the_bounds_are_those_that_are_documented() -> None:
    assert (LARGEST, MOST_LINES, MOST_OWN) == (131_072, 10_000, 500)
    documented = (LIBRARY.parents[1] / "docs" / "policies.md").read_text("utf-8")
    assert f"holds {LARGEST:,} characters, {MOST_LINES:,} lines and {MOST_OWN} policies at most" in documented
