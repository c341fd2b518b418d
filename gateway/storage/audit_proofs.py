"""The log's tree as the database keeps it, for proofs: some hundred rows of ten million.

What is kept of whole subtrees is a shortcut. Where it is missing, as of entries from before it was kept, or does not
give the root that was sealed, the entries themselves are asked.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import Connection, select

from gateway.audit.checkpoint import Checkpoint
from gateway.audit.for_auditors.brana_verify import root_by
from gateway.audit.proof import inclusion
from gateway.audit.tree import HASH, KEPT, leaf_hash, node_hash
from gateway.storage.tables.audit import audit_entry, audit_node

_e = audit_entry.c


class NotInLog(Exception):
    """There is no such entry, or nothing that could be its hash."""

    def __init__(self, sequence: int) -> None:
        super().__init__(f"audit log: entry {sequence} is not there")
        self.sequence = sequence


class ProofRefused(Exception):
    """The log does not give what it sealed."""

    def __init__(self, why: str) -> None:
        super().__init__(f"no proof: {why}")
        self.why = why


@dataclass(frozen=True, slots=True)
class Proof:
    """That an entry is the one of its number in the log that a checkpoint sealed."""

    sequence: int
    canonical: bytes
    path: tuple[bytes, ...]
    """From the leaf upwards."""


def prove(connection: Connection, sequence: int, sealed: Checkpoint) -> Proof:
    """Raises NotInLog, and ProofRefused where the log does not give the root that was sealed."""
    row = connection.execute(
        select(audit_entry.c.canonical, audit_entry.c.leaf).where(audit_entry.c.sequence == sequence)
    ).first()
    if row is None or not sealed.first <= sequence < sealed.reach:
        raise NotInLog(sequence)
    canonical, leaf = bytes_of(row.canonical), bytes_of(row.leaf)
    if leaf_hash(canonical) != leaf:
        raise ProofRefused("its bytes do not give its leaf hash; run `brana audit verify`")
    first, index = sealed.first, sequence - sealed.first
    for perfect in (StoredTree(connection, first).root, StoredTree(connection, first, by_entries=True).root):
        path = inclusion(index, sealed.size, perfect)
        if root_by(leaf, index, sealed.size, path) == sealed.root:
            return Proof(sequence, canonical, tuple(path))
    raise ProofRefused("the entries do not give the root that was sealed; run `brana audit verify`")


@dataclass(frozen=True, slots=True)
class StoredTree:
    """Of one shard. What is kept of it lies at its places and the number of its first entry, so that no two shards
    meet.
    """

    connection: Connection
    first: int = 0
    """Number of its first entry."""
    by_entries: bool = False
    """Nothing but the entries is believed."""

    def root(self, level: int, position: int) -> bytes:
        """Of a perfect subtree (`gateway.audit.proof.Perfect`). Raises NotInLog."""
        kept = level // KEPT * KEPT
        return _folded(self.roots(kept, position << (level - kept), 1 << (level - kept)))

    def roots(self, level: int, first: int, count: int) -> Iterator[bytes]:
        """So many of a level that is kept, in order; what is missing is computed from what is below it."""
        known = {} if level and self.by_entries else self._stored(level, first, count)
        for position in range(first, first + count):
            if (root := known.get(position)) is not None:
                yield root
            elif level:
                yield _folded(self.roots(level - KEPT, position << KEPT, 1 << KEPT))
            else:
                raise NotInLog(self.first + position)

    def _stored(self, level: int, first: int, count: int) -> dict[int, bytes]:
        number, root = (audit_node.c.position, audit_node.c.root) if level else (_e.sequence, _e.leaf)
        begin = self.first + first
        query = select(number, root).where(number.between(begin, begin + count - 1))
        if level:
            query = query.where(audit_node.c.level == level)
        found = self.connection.execute(query)
        return {row[0] - self.first: one for row in found if len(one := bytes_of(row[1])) == HASH}


def bytes_of(value: object) -> bytes:
    """SQLite keeps any type in any column: what somebody wrote by hand must end as a finding, not as a crash."""
    return value if isinstance(value, bytes) else str(value).encode("utf-8", "replace")


def _folded(roots: Iterable[bytes]) -> bytes:
    """The root above a power of two of them."""
    row = list(roots)
    while len(row) > 1:
        row = [node_hash(left, right) for left, right in zip(row[::2], row[1::2], strict=True)]
    return row[0]
