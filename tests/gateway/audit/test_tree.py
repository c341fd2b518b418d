import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.tree import (
    EMPTY_ROOT,
    Frontier,
    consistency_proof,
    inclusion_proof,
    leaf_hash,
    node_hash,
    subtrees,
    verify_consistency,
    verify_inclusion,
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


@pytest.mark.parametrize("case", VECTORS["inclusion"])
def test_inclusion_proofs_are_those_of_the_known_vectors(case: dict) -> None:
    index, size = case["index"], case["size"]
    proof = inclusion_proof(index, size, subtrees(LEAVES))
    assert [step.hex() for step in proof] == case["proof"]
    assert verify_inclusion(LEAVES[index], index, size, proof, bytes.fromhex(VECTORS["roots"][size]))


@pytest.mark.parametrize("case", VECTORS["consistency"])
def test_consistency_proofs_are_those_of_the_known_vectors(case: dict) -> None:
    old, size = case["old"], case["size"]
    proof = consistency_proof(old, size, subtrees(LEAVES))
    assert [step.hex() for step in proof] == case["proof"]
    roots = [bytes.fromhex(root) for root in VECTORS["roots"]]
    assert verify_consistency(old, roots[old], size, roots[size], proof)


@given(st.lists(sizes, max_size=6))
def test_a_frontier_grown_in_parts_has_the_root_of_the_definition(parts: list[int]) -> None:
    frontier, hashes = Frontier(), leaves(sum(parts))
    done = 0
    for part in parts:
        frontier = frontier.extend(hashes[done : done + part])
        done += part
        assert frontier.root() == by_definition(hashes[:done])
        assert Frontier.unpack(frontier.size, frontier.pack()) == frontier


@given(sizes, st.data())
def test_every_leaf_can_be_proved_and_nothing_else_with_its_proof(size: int, data: st.DataObject) -> None:
    hashes = leaves(size)
    index = data.draw(st.integers(0, size - 1))
    root = by_definition(hashes)
    proof = inclusion_proof(index, size, subtrees(hashes))
    assert verify_inclusion(hashes[index], index, size, proof, root)
    assert not verify_inclusion(OTHER, index, size, proof, root)
    assert not verify_inclusion(hashes[index], index, size, proof, OTHER)
    assert not verify_inclusion(hashes[index], index, size, (*proof, OTHER), root)
    for wrong in {data.draw(st.integers(-1, size + 1)), index + 1} - {index}:
        assert not verify_inclusion(hashes[index], wrong, size, proof, root)
    for at in range(len(proof)):
        assert not verify_inclusion(hashes[index], index, size, (*proof[:at], OTHER, *proof[at + 1 :]), root)
        assert not verify_inclusion(hashes[index], index, size, proof[:at] + proof[at + 1 :], root)


@given(sizes, st.data())
def test_every_earlier_tree_can_be_proved_and_no_other(size: int, data: st.DataObject) -> None:
    hashes = leaves(size)
    old = data.draw(st.integers(0, size))
    root, old_root = by_definition(hashes), by_definition(hashes[:old])
    proof = consistency_proof(old, size, subtrees(hashes))
    assert verify_consistency(old, old_root, size, root, proof)
    assert not verify_consistency(old, OTHER, size, root, proof)
    assert not verify_consistency(old, old_root, size, root, (*proof, OTHER))
    if old:
        assert not verify_consistency(old, old_root, size, OTHER, proof)
    for at in range(len(proof)):
        assert not verify_consistency(old, old_root, size, root, (*proof[:at], OTHER, *proof[at + 1 :]))
        assert not verify_consistency(old, old_root, size, root, proof[:at] + proof[at + 1 :])


def test_no_proof_is_accepted_for_trees_that_cannot_be() -> None:
    assert not verify_consistency(3, OTHER, 2, OTHER, ())
    assert not verify_consistency(-1, OTHER, 2, OTHER, ())
    assert not verify_consistency(3, OTHER, 5, OTHER, ())
    assert not verify_inclusion(OTHER, 0, 0, (), OTHER)
    assert not verify_consistency(1, OTHER, 2, node_hash(OTHER, OTHER), (OTHER, OTHER, OTHER))


@pytest.mark.parametrize(("index", "size"), [(-1, 3), (3, 3), (0, 0)])
def test_a_leaf_that_is_not_there_has_no_proof(index: int, size: int) -> None:
    with pytest.raises(ValueError, match="is not in a tree"):
        inclusion_proof(index, size, subtrees(leaves(size)))


@pytest.mark.parametrize(("old", "size"), [(-1, 3), (4, 3)])
def test_a_tree_that_never_was_has_no_proof(old: int, size: int) -> None:
    with pytest.raises(ValueError, match="no earlier tree"):
        consistency_proof(old, size, subtrees(leaves(size)))


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
