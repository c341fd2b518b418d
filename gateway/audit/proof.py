"""Proofs about the tree: that an entry is in it, and that it grew out of a smaller one (RFC 9162 §2.1.3, §2.1.4).

Pure. A proof is a list of hashes, made out of roots of perfect subtrees alone. What checks them is what auditors get
(`for_auditors/brana_verify.py`), here as there.
"""

from collections.abc import Callable

from gateway.audit.tree import EMPTY_ROOT, node_hash

Perfect = Callable[[int, int], bytes]
"""`(level, position)` → root of that perfect subtree of `2 ** level` leaves, the `position`th of its level."""


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


def _split(count: int) -> int:
    """The largest power of two below `count`, which is at least 2."""
    return 1 << ((count - 1).bit_length() - 1)
