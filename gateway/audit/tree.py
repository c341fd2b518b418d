"""The Merkle tree of RFC 9162 §2.1 over SHA-256: hashes and the growing frontier.

Pure. A leaf is the 32-byte leaf hash of an entry.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256

HASH = 32  # bytes
KEPT = 8
"""Of every so many levels the roots of perfect subtrees are kept, so a proof needs no more than 256 hashes of each:
the height of a tile (C2SP tlog-tiles)."""
EMPTY_ROOT = sha256(b"").digest()  # RFC 9162 §2.1.1: the hash of an empty list


_leaf, _node = sha256(b"\x00"), sha256(b"\x01")  # RFC 9162 §2.1.1; a copy is made sooner than one anew


def leaf_hash(data: bytes) -> bytes:
    hashing = _leaf.copy()
    hashing.update(data)
    return hashing.digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    hashing = _node.copy()
    hashing.update(left)
    hashing.update(right)
    return hashing.digest()


@dataclass(frozen=True, slots=True)
class Node:
    """The root of the perfect subtree of `2 ** level` leaves that is the `position`th of its level, from 0."""

    level: int
    position: int
    root: bytes


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
        return self.grown(leaves)[0]

    def grown(self, leaves: Iterable[bytes]) -> tuple["Frontier", list[Node]]:
        """The same, and the subtrees that became whole, of each `KEPT`th level."""
        size, hashes, whole = self.size, list(self.hashes), []
        for leaf in leaves:
            node, carry, level = leaf, size, 0
            while carry & 1:
                node = node_hash(hashes.pop(), node)
                carry >>= 1
                level += 1
                if level % KEPT == 0:
                    whole.append(Node(level, carry, node))
            hashes.append(node)
            size += 1
        return Frontier(size, tuple(hashes)), whole

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
