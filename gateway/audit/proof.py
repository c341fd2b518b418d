"""Proofs about the tree: that an entry is in it, and that it grew out of a smaller one (RFC 9162 §2.1.3, §2.1.4).

Pure. A proof is a list of hashes. Whoever makes one looks at roots of perfect subtrees alone; whoever checks one needs
nothing but the proof.
"""

from collections.abc import Callable, Sequence

from gateway.audit.tree import EMPTY_ROOT, HASH, node_hash

Perfect = Callable[[int, int], bytes]
"""`(level, position)` → root of that perfect subtree of `2 ** level` leaves, the `position`th of its level."""


class ProofRefused(Exception):
    """A proof proves nothing: it is for another tree, or was altered."""

    def __init__(self, why: str) -> None:
        super().__init__(f"proof refused: {why}")
        self.why = why


def inclusion(index: int, size: int, perfect: Perfect) -> list[bytes]:
    """That the leaf `index` is in the tree of `size` leaves. From the leaf upwards."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is in no tree of {size} leaves")
    path: list[bytes] = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            path.append(root_of(middle, end, perfect))
            end = middle
        else:
            path.append(root_of(begin, middle, perfect))
            begin = middle
    return path[::-1]


def consistency(first: int, second: int, perfect: Perfect) -> list[bytes]:
    """That the tree of `second` leaves begins with that of `first`. Empty where one of them says nothing new."""
    if not 0 <= first <= second:
        raise ValueError(f"a tree of {second} leaves did not grow out of one of {first}")
    if first in (0, second):
        return []
    path: list[bytes] = []
    begin, end, known = 0, second, True
    while first != end:
        middle = begin + _split(end - begin)
        if first <= middle:
            path.append(root_of(middle, end, perfect))
            end = middle
        else:
            path.append(root_of(begin, middle, perfect))
            begin, known = middle, False
    if not known:
        path.append(root_of(begin, end, perfect))
    return path[::-1]


def root_of(begin: int, end: int, perfect: Perfect) -> bytes:
    """Merkle tree hash of the leaves from `begin` to before `end`, where that range is a subtree."""
    if begin == end:
        return EMPTY_ROOT
    found = [perfect(level, position) for level, position in covering(begin, end)]
    root = found.pop()
    while found:
        root = node_hash(found.pop(), root)
    return root


def covering(begin: int, end: int) -> list[tuple[int, int]]:
    """The fewest perfect subtrees, as level and position, of which the range consists; from the left."""
    found: list[tuple[int, int]] = []
    while begin < end:
        level = (end - begin).bit_length() - 1
        if begin:
            level = min(level, (begin & -begin).bit_length() - 1)
        found.append((level, begin >> level))
        begin += 1 << level
    return found


def root_by_inclusion(leaf: bytes, index: int, size: int, path: Sequence[bytes]) -> bytes:
    """The root of the tree of `size` leaves, if `leaf` is its `index`th. Raises ProofRefused (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size:
        raise ProofRefused(f"entry {index} is in no tree of {size} entries")
    _check(path)
    at, last, root = index, size - 1, leaf
    for one in path:
        if last == 0:
            raise ProofRefused("it is longer than a path in that tree")
        if at & 1 or at == last:
            root = node_hash(one, root)
            while at and not at & 1:
                at, last = at >> 1, last >> 1
        else:
            root = node_hash(root, one)
        at, last = at >> 1, last >> 1
    if last:
        raise ProofRefused("it is shorter than a path in that tree")
    return root


def _split(count: int) -> int:
    """The largest power of two below `count`, which is at least 2."""
    return 1 << ((count - 1).bit_length() - 1)


def _check(path: Sequence[bytes]) -> None:
    if any(len(one) != HASH for one in path):
        raise ProofRefused(f"a hash of it has not {HASH} bytes")
