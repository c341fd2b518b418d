"""The Merkle tree of RFC 9162 §2.1 over SHA-256: hashes, the growing frontier, and both kinds of proof.

Pure. A leaf is the 32-byte leaf hash of an entry; a proof is a tuple of 32-byte hashes, as in the RFC.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from hashlib import sha256

HASH = 32  # bytes
EMPTY_ROOT = sha256(b"").digest()  # RFC 9162 §2.1.1: the hash of an empty list

Subtree = Callable[[int, int], bytes]
"""Hash of the leaves from the first number up to, not including, the second."""


def leaf_hash(data: bytes) -> bytes:
    return sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    return sha256(b"\x01" + left + right).digest()


@dataclass(frozen=True, slots=True)
class Frontier:
    """A tree of `size` leaves, kept as the roots of its perfect subtrees, largest first.

    There is one hash for each bit set in `size`: all that is needed to add leaves and to tell the root.
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.hashes) != self.size.bit_count():
            raise ValueError(f"{len(self.hashes)} hashes cannot be the frontier of {self.size} leaves")

    def extend(self, leaves: Iterable[bytes]) -> "Frontier":
        """The frontier after these leaf hashes were added; about two hashes of work for each."""
        size, hashes = self.size, list(self.hashes)
        for leaf in leaves:
            node, carry = leaf, size
            while carry & 1:
                node = node_hash(hashes.pop(), node)
                carry >>= 1
            hashes.append(node)
            size += 1
        return Frontier(size, tuple(hashes))

    def root(self) -> bytes:
        """Merkle tree hash of everything added."""
        if not self.hashes:
            return EMPTY_ROOT
        root = self.hashes[-1]
        for larger in reversed(self.hashes[:-1]):
            root = node_hash(larger, root)
        return root

    def pack(self) -> bytes:
        return b"".join(self.hashes)

    @staticmethod
    def unpack(size: int, packed: bytes) -> "Frontier":
        """Inverse of `pack`. Raises ValueError when `packed` cannot belong to `size` leaves."""
        if len(packed) != HASH * size.bit_count():
            raise ValueError(f"{len(packed)} bytes cannot be the frontier of {size} leaves")
        return Frontier(size, tuple(packed[at : at + HASH] for at in range(0, len(packed), HASH)))


def subtrees(leaves: Sequence[bytes]) -> Subtree:
    """Subtree hashes of leaf hashes held in memory."""
    return lambda start, end: Frontier().extend(leaves[start:end]).root()


def _split(size: int) -> int:
    """The largest power of two smaller than `size` (at least 2): `k` of RFC 9162 §2.1.1."""
    return 1 << ((size - 1).bit_length() - 1)


def inclusion_proof(index: int, size: int, subtree: Subtree) -> tuple[bytes, ...]:
    """PATH(index, D_size) of RFC 9162 §2.1.3.1. Raises ValueError when there is no such leaf."""
    if not 0 <= index < size:
        raise ValueError(f"leaf {index} is not in a tree of {size}")
    path: list[bytes] = []
    start, end = 0, size
    while end - start > 1:
        middle = start + _split(end - start)
        if index < middle:
            path.append(subtree(middle, end))
            end = middle
        else:
            path.append(subtree(start, middle))
            start = middle
    return tuple(reversed(path))


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> bool:
    """Whether `leaf` is number `index` of the tree of `size` leaves with this root (RFC 9162 §2.1.3.2)."""
    if not 0 <= index < size:
        return False
    node, last, hashed = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return False
        if node & 1 or node == last:
            hashed = node_hash(step, hashed)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            hashed = node_hash(hashed, step)
        node, last = node >> 1, last >> 1
    return last == 0 and hashed == root


def consistency_proof(old: int, size: int, subtree: Subtree) -> tuple[bytes, ...]:
    """PROOF(old, D_size) of RFC 9162 §2.1.4.1; empty when `old` is 0 or `size`. Raises ValueError."""
    if not 0 <= old <= size:
        raise ValueError(f"a tree of {size} has no earlier tree of {old}")
    if old in (0, size):
        return ()
    path: list[bytes] = []
    start, end, known = 0, size, True  # known: the old tree is exactly the part looked at, its hash is given
    while old < end:
        middle = start + _split(end - start)
        if old <= middle:
            path.append(subtree(middle, end))
            end = middle
        else:
            path.append(subtree(start, middle))
            start, known = middle, False
    if not known:
        path.append(subtree(start, end))
    return tuple(reversed(path))


def verify_consistency(old: int, old_root: bytes, size: int, root: bytes, proof: Sequence[bytes]) -> bool:
    """Whether the tree of `size` leaves began as the tree of `old` leaves (RFC 9162 §2.1.4.2)."""
    if old in (0, size):
        return not proof and old_root == (root if old else EMPTY_ROOT)
    if not 0 < old < size:
        return False
    steps = list(proof)
    if old.bit_count() == 1:
        steps.insert(0, old_root)
    if not steps:
        return False
    node, last = old - 1, size - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    was = now = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if node & 1 or node == last:
            was, now = node_hash(step, was), node_hash(step, now)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            now = node_hash(now, step)
        node, last = node >> 1, last >> 1
    return last == 0 and was == old_root and now == root
