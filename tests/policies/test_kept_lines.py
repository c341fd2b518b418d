"""The lines that stayed: as many as can, and never for longer than the texts are long."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from policies.changed import lines_between
from policies.kept_lines import kept_lines

LINES = st.lists(st.sampled_from("abc"), max_size=12)


def longest_common(old: list[str], new: list[str]) -> int:
    row = [0] * (len(new) + 1)
    for one in old:
        before = row[:]
        for at, other in enumerate(new, 1):
            row[at] = before[at - 1] + 1 if one == other else max(before[at], row[at - 1])
    return row[-1]


@given(LINES, LINES)
def test_both_texts_are_read_from_the_lines_and_as_many_stay_as_can(old: list[str], new: list[str]) -> None:
    lines = list(lines_between("\n".join(old), "\n".join(new)))
    assert [one.text for one in lines if one.sign != "+"] == old
    assert [one.text for one in lines if one.sign != "-"] == new
    assert len(kept_lines(old, new)) == longest_common(old, new)
    signs = "".join(one.sign for one in lines)
    assert "+-" not in signs, "what is gone stands before what has come"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("x\ny\n" * 5_000, "y\nx\nx\n" * 3_400),
        ("x\n" * 10_000, "y\n" * 10_000),
        ("\n".join(map(str, range(10_000))), "\n".join(map(str, range(10_000, 0, -1)))),
    ],
    ids=["two lines in turn", "nothing in common", "the other way round"],
)
def test_texts_made_to_be_slow_are_compared_as_quickly_as_two_that_are_the_same(old: str, new: str) -> None:
    """Generous: a third of a second against some hundredths."""
    begun = time.perf_counter()
    assert {one.sign for one in lines_between(old, new)} >= {"+", "-"}
    slow, begun = time.perf_counter() - begun, time.perf_counter()
    for _ in range(10):
        assert {one.sign for one in lines_between(old, old)} == {" "}
    assert slow < 20 * (time.perf_counter() - begun)


def test_a_line_changed_in_the_midst_of_thousands_is_the_only_one() -> None:
    old = [str(number) for number in range(20_000)]
    new = [*old[:9_000], "other", *old[9_001:]]
    changed = [one for one in lines_between("\n".join(old), "\n".join(new)) if one.sign != " "]
    assert [(one.sign, one.text) for one in changed] == [("-", "9000"), ("+", "other")]
