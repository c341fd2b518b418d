"""A month that is over is owed its last checkpoint. What the log's key signs then is what the first entry of the next
month names, proven under the end of the log, and never what a table says of the month.
"""

from dataclasses import replace

from sqlalchemy import Connection, select

from gateway.audit.canonical import NotCanonical, parse
from gateway.audit.checkpoint import Checkpoint, of_tree
from gateway.audit.entry import Entry
from gateway.audit.shard import Shard
from gateway.audit.shard_acts import named_by, opens_behind
from gateway.storage.audit_proofs import ProofRefused
from gateway.storage.audit_subtrees import Subtrees, path_of
from gateway.storage.audit_tail import Tail
from gateway.storage.tables.audit import audit_entry

_e = audit_entry.c


class MonthNotNamed(Exception):
    """The log does not prove what the month was like that ended with so many entries."""

    def __init__(self, size: int) -> None:
        super().__init__(f"audit log: nothing proves what the month of the entries before {size} was")
        self.size = size


def owed(connection: Connection, tail: Tail, reached: int) -> Shard | None:
    """The first month that is over and not sealed to its end; none where `reached` entries are sealed of the open one.

    Raises MonthNotNamed.
    """
    tree = of_tree(tail.first, tail.frontier.size, tail.frontier.root())
    while reached < tree.first:
        before = named_before(connection, tree)
        if before is None:
            raise MonthNotNamed(tree.first)
        if before.first <= reached:
            return replace(before, ended=_received(connection, before.end - 1))
        tree = of_tree(before.first, before.size, before.root)
    return None


def named_before(connection: Connection, tree: Checkpoint) -> Shard | None:
    """What the first entry of a tree names as the one before it. `tree`: what is believed of it."""
    opening = _first_of(connection, tree)
    before = None if opening is None else named_by(opening)
    return before if before is not None and before.end == tree.first else None


def _received(connection: Connection, sequence: int) -> int:
    at = connection.execute(select(_e.received_at).where(_e.sequence == sequence)).scalar()
    return at if isinstance(at, int) else 0


def names(connection: Connection, tree: Checkpoint, before: Shard) -> bool:
    """Whether the first entry of a tree names that one before it. `tree`: what is believed of it."""
    opening = _first_of(connection, tree)
    return opening is not None and opens_behind(opening, before)


def _first_of(connection: Connection, tree: Checkpoint) -> Entry | None:
    first = select(_e.canonical, _e.leaf).where(_e.sequence == tree.first)
    row = connection.execute(first).first()
    if row is None or not isinstance(row.canonical, bytes) or not tree.size:
        return None
    try:
        path_of(connection, Subtrees(tree), tree.first, row.canonical, row.leaf)
        return parse(row.canonical).entry
    except (ProofRefused, NotCanonical):
        return None
