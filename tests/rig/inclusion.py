"""Inclusion proofs of RFC 9162 §2.1.3, as somebody outside would make, keep and check them."""

from collections.abc import Sequence

from gateway.audit.tree import node_hash


def path_to(number: int, leaves: Sequence[bytes]) -> list[bytes]:
    """PATH(number, leaves), §2.1.3.1: from the leaf's neighbour up."""
    if len(leaves) == 1:
        return []
    split = _largest_power_below(len(leaves))
    if number < split:
        return [*path_to(number, leaves[:split]), _root(leaves[split:])]
    return [*path_to(number - split, leaves[split:]), _root(leaves[:split])]


def proves(path: Sequence[bytes], leaf: bytes, number: int, size: int, root: bytes) -> bool:
    """§2.1.3.2: whether `leaf` stands at `number` in the tree of `size` leaves that has this root."""
    if number >= size:
        return False
    first, last, reached = number, size - 1, leaf
    for node in path:
        if last == 0:
            return False
        if first & 1 or first == last:
            reached = node_hash(node, reached)
            while not first & 1 and first:
                first, last = first >> 1, last >> 1
        else:
            reached = node_hash(reached, node)
        first, last = first >> 1, last >> 1
    return last == 0 and reached == root


def _root(leaves: Sequence[bytes]) -> bytes:
    if len(leaves) == 1:
        return leaves[0]
    split = _largest_power_below(len(leaves))
    return node_hash(_root(leaves[:split]), _root(leaves[split:]))


def _largest_power_below(size: int) -> int:
    """The largest power of two that is smaller than `size`."""
    return 1 << ((size - 1).bit_length() - 1)
