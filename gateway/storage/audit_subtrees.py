"""A tree of the log for many proofs at once: of what it keeps, 256 roots are read together, and all above them that
they give is remembered. Entries that lie near each other have most of their proofs in common.
"""

from collections import OrderedDict
from collections.abc import Sequence
from functools import partial

from sqlalchemy import Connection

from gateway.audit.checkpoint import Checkpoint
from gateway.audit.for_auditors.brana_verify import root_by
from gateway.audit.proof import inclusion
from gateway.audit.tree import KEPT, leaf_hash, node_hash
from gateway.storage.audit_proofs import NotInLog, ProofRefused, StoredTree

BLOCKS = 64  # remembered, of some 30 KB each
WIDTH = 1 << KEPT
Rows = Sequence[Sequence[bytes]]
"""Of a block: its roots, those of their pairs, and so on, as far as they are whole."""


class Subtrees:
    """Of what a checkpoint sealed."""

    def __init__(self, sealed: Checkpoint) -> None:
        self.sealed = sealed
        self._blocks: OrderedDict[tuple[bool, int, int], Rows] = OrderedDict()

    def root(self, connection: Connection, level: int, position: int, *, by_entries: bool = False) -> bytes:
        """Of a perfect subtree (`gateway.audit.proof.Perfect`). Raises NotInLog.

        `by_entries`: nothing else is believed.
        """
        kept, above = level // KEPT * KEPT, level % KEPT
        block, index = position >> (KEPT - above), position & ((1 << (KEPT - above)) - 1)
        return self._rows(connection, kept, block, by_entries=by_entries)[above][index]

    def _rows(self, connection: Connection, kept: int, block: int, *, by_entries: bool) -> Rows:
        place = (by_entries, kept, block)
        if (rows := self._blocks.get(place)) is None:
            tree = StoredTree(connection, self.sealed.first, by_entries)
            begin = block << KEPT
            count = min(WIDTH, (self.sealed.size >> kept) - begin)
            rows = self._blocks[place] = _above(list(tree.roots(kept, begin, count)))
            if len(self._blocks) > BLOCKS:
                self._blocks.popitem(last=False)
        self._blocks.move_to_end(place)
        return rows


def path_of(
    connection: Connection, tree: Subtrees, sequence: int, canonical: bytes, leaf: bytes
) -> Sequence[bytes]:
    """Raises ProofRefused where the log does not give what it sealed."""
    if leaf_hash(canonical) != leaf:
        raise ProofRefused("its bytes do not give its leaf hash")
    sealed, index = tree.sealed, sequence - tree.sealed.first
    missing: NotInLog | None = None
    for by_entries in (
        False,
        True,
    ):  # each time: damage elsewhere is not in roots that are kept
        root = partial(tree.root, connection, by_entries=by_entries)
        try:
            path = inclusion(index, sealed.size, root)
        except NotInLog as found:
            missing = found
            continue
        if root_by(leaf, index, sealed.size, path) == sealed.root:
            return path
    if missing is not None:
        raise ProofRefused(f"entry {missing.sequence} beside it is missing") from missing
    raise ProofRefused("the entries do not give the root that was sealed")


def _above(roots: Sequence[bytes]) -> Rows:
    rows = [roots]
    while len(rows[-1]) > 1:
        row = rows[-1]
        rows.append([node_hash(left, right) for left, right in zip(row[::2], row[1::2], strict=False)])
    return rows
