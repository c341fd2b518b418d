"""Whether entries that are read one behind the other are those that the end of the log proves.

Whoever follows the log reads each entry once: bytes that somebody changes for that second, and puts back, would never
be seen as they are. No key of the log is needed: its end bears a mark, and each month names the one before.

Roots that the database keeps of the tree are a shortcut. Whoever goes on remembers what stood left of the last entry
read, as it was proven: a root that somebody changes later keeps nothing from being proven.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from operator import itemgetter

from sqlalchemy import Connection

from gateway.audit.checkpoint import Checkpoint, of_tree
from gateway.audit.proof import covering
from gateway.audit.tree import Frontier, leaf_hash, node_hash
from gateway.storage.audit_owed import named_before
from gateway.storage.audit_proofs import NotInLog
from gateway.storage.audit_subtrees import Subtrees
from gateway.storage.audit_tail import LogInconsistent, read_tail
from gateway.storage.end_marks import added_by_hand

Row = tuple[int, object]
"""Number and bytes, or whatever somebody has put there."""


RIGHT = 1 << 16  # entries behind those that are read whose own hashes are asked, rather than roots above them


@dataclass(frozen=True, slots=True)
class Left:
    """What stands left of an entry in the tree of its month. `first`: number of the month's first entry."""

    first: int
    tree: Frontier


def in_tree(connection: Connection, rows: Sequence[Row]) -> bool:
    """`rows`: in their order, and none missing. Some milliseconds for hundreds."""
    return not rows or goes_on_in_tree(connection, rows, None) is not None


def goes_on_in_tree(connection: Connection, rows: Sequence[Row], known: Left | None) -> Left | None:
    """What stands left of the last of `rows`; None: they are not proven. `known`: left of the first, where that is
    remembered. At least one row.
    """
    rest = list(rows)
    while rest:
        tree = _tree_of(connection, rest[0][0])
        if tree is None:
            return None
        beyond = bisect_left(rest, tree.reach, key=itemgetter(0))
        if (found := _gives(connection, tree, rest[:beyond], known)) is None:
            return None
        known, rest = found, rest[beyond:]
    return known


def _tree_of(connection: Connection, sequence: int) -> Checkpoint | None:
    return next((one for one in trees(connection) if one.first <= sequence < one.reach), None)


def trees(connection: Connection) -> Iterator[Checkpoint]:
    """From the open month backwards; none while somebody may have put entries behind the end, which is told soon."""
    try:
        tail = read_tail(connection)
    except LogInconsistent:
        return
    if tail is None or added_by_hand(connection, tail):
        return
    tree: Checkpoint | None = of_tree(tail.first, tail.frontier.size, tail.frontier.root())
    while tree is not None:
        yield tree
        tree = tree_before(connection, tree)


def tree_before(connection: Connection, tree: Checkpoint) -> Checkpoint | None:
    """Of the month before, as the first entry of this one names it. `tree`: what is believed of it."""
    before = named_before(connection, tree) if tree.first else None
    return None if before is None else of_tree(before.first, before.size, before.root)


def _gives(connection: Connection, tree: Checkpoint, rows: Sequence[Row], known: Left | None) -> Left | None:
    """Whether the tree has its root with them in their places: then what stands left of the last."""
    leaves = []
    for number, (sequence, data) in enumerate(rows, rows[0][0]):
        if sequence != number or not isinstance(data, bytes):
            return None
        leaves.append(leaf_hash(data))
    begin = rows[0][0] - tree.first
    end = begin + len(rows)
    subtrees = Subtrees(tree)
    stored = partial(subtrees.root, connection)
    try:
        left = Frontier(begin, tuple(stored(*one) for one in covering(0, begin)))
        if (
            _root(left.extend(leaves), [(*one, stored(*one)) for one in covering(end, tree.size)])
            == tree.root
        ):
            return Left(tree.first, left.extend(leaves[:-1]))
    except NotInLog:
        pass
    if known is None or (known.first, known.tree.size) != (tree.first, begin) or tree.size - end > RIGHT:
        return None
    try:
        right = [(*one, stored(*one, by_entries=True)) for one in covering(end, tree.size)]
    except NotInLog:
        return None
    fits = _root(known.tree.extend(leaves), right) == tree.root
    return Left(tree.first, known.tree.extend(leaves[:-1])) if fits else None


def _root(left: Frontier, right: Sequence[tuple[int, int, bytes]]) -> bytes:
    """Of `left` with perfect subtrees behind it: level, position and root of each, from the left."""
    size, hashes = left.size, list(left.hashes)
    for level, _, root in right:
        node, carry = root, size >> level
        while carry & 1:
            node, carry = node_hash(hashes.pop(), node), carry >> 1
        hashes.append(node)
        size += 1 << level
    return Frontier(size, tuple(hashes)).root()
