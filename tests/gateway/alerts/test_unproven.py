"""What nothing proved is forgotten only once it is proven or read anyway, however much it is."""

from hypothesis import given
from hypothesis import strategies as st

from gateway.alerts.unproven import MOST, PIECES, Range, Unproven, from_text, to_text
from gateway.audit.canonical import Recorded
from tests.gateway.audit.making import NOON, entry

spans = st.tuples(st.integers(0, 5_000), st.integers(1, 300)).map(lambda one: (one[0], one[0] + one[1]))


def recorded(number: int) -> Recorded:
    return Recorded(number, NOON, entry(number))


def numbers(ranges: list[Range]) -> set[int]:
    return {number for first, behind in ranges for number in range(first, behind)}


@given(st.lists(spans, max_size=300), st.lists(spans, max_size=20))
def test_nothing_leaves_but_what_is_proven(passed: list[Range], proven: list[Range]) -> None:
    one = Unproven()
    for first, behind in passed:
        one.passed(first, behind, ())
    for piece in proven:
        one.proven(piece)
    assert numbers(passed) - numbers(proven) <= numbers(one.ranges)
    assert len(one.ranges) <= MOST
    assert all(a < b <= c < d for (a, b), (c, d) in zip(one.ranges, one.ranges[1:], strict=False))
    assert from_text(to_text(one.ranges)) == one.ranges


@given(st.lists(spans, min_size=1, max_size=MOST // 2))
def test_few_are_kept_as_they_were(passed: list[Range]) -> None:
    one = Unproven(passed)
    assert numbers(one.ranges) == numbers(passed)
    one.read_from(2_000)
    assert numbers(one.ranges) == {number for number in numbers(passed) if number < 2_000}


def test_each_piece_has_its_turn_whatever_becomes_of_those_before() -> None:
    one, seen = Unproven([(0, 3 * PIECES * 10)]), set[int]()
    for _ in range(3):
        found = one.pieces(10)
        assert len(found) == PIECES
        seen |= numbers(list(found))
    assert seen == set(range(3 * PIECES * 10))
    assert one.pieces(10)[0] == (0, 10)
    assert not Unproven().pieces(10)


def test_what_was_heard_is_not_heard_again_and_what_others_heard_is() -> None:
    one = Unproven([(10, 12)])
    one.passed(0, 3, (recorded(1),))
    assert one.unheard([recorded(0), recorded(1), recorded(3)], (0, 3)) == [recorded(0)]
    assert one.unheard([recorded(10)], (10, 12)) == [recorded(10)]
    one.proven((0, 3))
    assert one.ranges == [(10, 12)]
    one.proven((11, 12))
    assert one.ranges == [(10, 11)]
