"""Whether entries that are read one behind the other are those that the end of the log proves.

Whoever follows the log reads each entry once: bytes that somebody changes for that second, and puts back, would never
be seen as they are. No key of the log is needed: its end bears a mark, and each month names the one before.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from functools import partial
from operator import itemgetter

from sqlalchemy import Connection

from gateway.audit.checkpoint import Checkpoint, of_tree
from gateway.audit.for_auditors.brana_verify import Tree
from gateway.audit.proof import covering
from gateway.audit.tree import leaf_hash
from gateway.storage.audit_owed import named_before
from gateway.storage.audit_proofs import NotInLog
from gateway.storage.audit_subtrees import Subtrees
from gateway.storage.audit_tail import LogInconsistent, read_tail
from gateway.storage.end_marks import added_by_hand

Row = tuple[int, object]
"""Number and bytes, or whatever somebody has put there."""


def in_tree(connection: Connection, rows: Sequence[Row]) -> bool:
    """`rows`: in their order, and none missing. Some milliseconds for hundreds."""
    left = list(rows)
    while left:
        tree = _tree_of(connection, left[0][0])
        if tree is None:
            return False
        beyond = bisect_left(left, tree.reach, key=itemgetter(0))
        if not _gives(connection, tree, left[:beyond]):
            return False
        left = left[beyond:]
    return True


def _tree_of(connection: Connection, sequence: int) -> Checkpoint | None:
    return next((one for one in _trees(connection) if one.first <= sequence < one.reach), None)


def _trees(connection: Connection) -> Iterator[Checkpoint]:
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
        before = named_before(connection, tree) if tree.first else None
        tree = None if before is None else of_tree(before.first, before.size, before.root)


def _gives(connection: Connection, tree: Checkpoint, rows: Sequence[Row]) -> bool:
    """Whether the tree has its root with them in their places."""
    stored, built = partial(Subtrees(tree).root, connection), Tree()
    begin = rows[0][0] - tree.first
    end = begin + len(rows)
    try:
        built.add_range(0, begin, [stored(*one) for one in covering(0, begin)])
        for number, (sequence, data) in enumerate(rows, rows[0][0]):
            if sequence != number or not isinstance(data, bytes):
                return False
            built.add(0, leaf_hash(data))
        built.add_range(end, tree.size, [stored(*one) for one in covering(end, tree.size)])
    except NotInLog:
        return False
    return built.root() == tree.root
