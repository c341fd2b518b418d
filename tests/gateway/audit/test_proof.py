"""Proofs that RFC 9162 describes, held against a tree that is hashed as its definition says."""

from collections.abc import Sequence
from functools import cache

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.for_auditors.brana_verify import consistent, root_by
from gateway.audit.proof import (
    consistency,
    covering,
    inclusion,
    root_of,
)
from gateway.audit.tree import EMPTY_ROOT, Frontier, Node, leaf_hash, node_hash

MOST = 700
LEAVES = [leaf_hash(str(number).encode()) for number in range(MOST)]
sizes = st.integers(1, MOST)


def defined(leaves: Sequence[bytes]) -> bytes:
    """RFC 9162 §2.1.1, word by word."""
    if len(leaves) < 2:
        return leaves[0] if leaves else EMPTY_ROOT
    split = 1
    while split * 2 < len(leaves):
        split *= 2
    return node_hash(defined(leaves[:split]), defined(leaves[split:]))


@cache
def perfect(level: int, position: int) -> bytes:
    leaves = LEAVES[position << level : (position + 1) << level]
    assert len(leaves) == 1 << level, "only whole subtrees are asked for"
    return defined(leaves)


@cache
def root(size: int) -> bytes:
    return defined(LEAVES[:size])


def spoilt(path: Sequence[bytes]) -> list[list[bytes]]:
    """The same with one thing wrong, in all ways."""
    changed = [[*path[:at], bytes(32), *path[at + 1 :]] for at in range(len(path))]
    swapped = [[*path[:at], path[at + 1], path[at], *path[at + 2 :]] for at in range(len(path) - 1)]
    return [*changed, *swapped, [*path, bytes(32)], list(path[:-1]), [one[:-1] for one in path]]


@given(st.data(), sizes)
def test_a_leaf_is_proven_to_be_where_it_is_and_nowhere_else(data: st.DataObject, size: int) -> None:
    index = data.draw(st.integers(0, size - 1))
    path = inclusion(index, size, perfect)
    assert len(path) <= (size - 1).bit_length()
    assert root_by(LEAVES[index], index, size, path) == root(size)
    elsewhere = data.draw(st.integers(0, size - 1))
    assert elsewhere == index or root_by(LEAVES[index], elsewhere, size, path) != root(size)
    for wrong in spoilt(path):
        assert wrong == path or root_by(LEAVES[index], index, size, wrong) != root(size)
    assert root_by(leaf_hash(b"another"), index, size, path) != root(size)


@given(st.data(), sizes)
def test_a_tree_is_proven_to_begin_with_each_smaller_one(data: st.DataObject, size: int) -> None:
    first = data.draw(st.integers(0, size))
    path = consistency(first, size, perfect)
    assert consistent(first, root(first), size, root(size), path)
    for wrong in spoilt(path):
        assert wrong == path or not consistent(first, root(first), size, root(size), wrong)
    other = bytes(32)
    assert not consistent(first, other, size, root(size), path)
    assert first == 0 or not consistent(first, root(first), size, other, path)


@pytest.mark.parametrize(("index", "size"), [(-1, 5), (5, 5), (0, 0)])
def test_there_is_no_proof_of_a_leaf_that_is_not_there(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="is in no tree"):
        inclusion(index, size, perfect)
    assert root_by(LEAVES[0], index, size, []) is None


def test_no_tree_grows_out_of_a_larger_one() -> None:
    with pytest.raises(ValueError, match="did not grow"):
        consistency(3, 2, perfect)
    assert not consistent(3, root(3), 2, root(2), [])


@given(st.integers(0, 2**40), st.integers(0, 2**20))
def test_a_range_is_covered_by_whole_subtrees_from_left_to_right(begin: int, count: int) -> None:
    at, end = begin, begin + count
    for level, position in covering(begin, end):
        assert position << level == at
        at = (position + 1) << level
    assert at == end
    assert len(covering(begin, end)) <= 2 * max(1, count.bit_length())


@given(sizes)
def test_the_root_of_a_range_from_the_beginning_is_that_of_the_tree(size: int) -> None:
    assert root_of(0, size, perfect) == root(size)


@given(st.lists(st.integers(0, 300), max_size=4))
def test_the_frontier_tells_each_subtree_once_that_became_whole(steps: list[int]) -> None:
    frontier, nodes = Frontier(), list[Node]()
    leaves = iter(LEAVES)
    for step in steps:
        frontier, whole = frontier.grown([one for _, one in zip(range(step), leaves, strict=False)])
        nodes += whole
    expected = [Node(8, position, perfect(8, position)) for position in range(frontier.size >> 8)]
    assert nodes == expected
