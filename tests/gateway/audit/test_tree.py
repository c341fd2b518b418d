import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.tree import (
    EMPTY_ROOT,
    Frontier,
    leaf_hash,
    node_hash,
)

VECTORS = json.loads((Path(__file__).parents[2] / "vectors" / "merkle.json").read_text())
LEAVES = [leaf_hash(bytes.fromhex(leaf)) for leaf in VECTORS["leaves"]]
OTHER = leaf_hash(b"something else")

sizes = st.integers(1, 130)


def leaves(size: int) -> list[bytes]:
    return [leaf_hash(number.to_bytes(2)) for number in range(size)]


def by_definition(hashes: list[bytes]) -> bytes:
    """MTH as RFC 9162 §2.1.1 words it."""
    if not hashes:
        return EMPTY_ROOT
    if len(hashes) == 1:
        return hashes[0]
    split = max(power for power in (1 << bit for bit in range(20)) if power < len(hashes))
    return node_hash(by_definition(hashes[:split]), by_definition(hashes[split:]))


@pytest.mark.parametrize("size", range(9))
def test_roots_are_those_of_the_known_vectors(size: int) -> None:
    assert Frontier().extend(LEAVES[:size]).root().hex() == VECTORS["roots"][size]


@given(st.lists(sizes, max_size=6))
def test_a_frontier_grown_in_parts_has_the_root_of_the_definition(parts: list[int]) -> None:
    frontier, hashes = Frontier(), leaves(sum(parts))
    done = 0
    for part in parts:
        frontier = frontier.extend(hashes[done : done + part])
        done += part
        assert frontier.root() == by_definition(hashes[:done])
        assert Frontier.unpack(frontier.size, frontier.pack()) == frontier


@given(st.integers(0, 1000), st.integers(0, 400))
def test_only_a_frontier_of_the_right_length_is_unpacked(size: int, length: int) -> None:
    if length == 32 * size.bit_count():
        assert Frontier.unpack(size, bytes(length)).size == size
    else:
        with pytest.raises(ValueError, match="cannot be the frontier"):
            Frontier.unpack(size, bytes(length))


def test_a_frontier_with_hashes_of_another_size_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="cannot be the frontier"):
        Frontier(3, (OTHER,))
