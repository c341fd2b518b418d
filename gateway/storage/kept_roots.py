"""Roots of whole subtrees that the database keeps of the log's tree, held against the end of the log, and put right.

They are a shortcut, and nobody is made to believe a false entry by them. But whoever begins to follow the log has
nothing else to prove it by: while one is wrong all is passed as it stands, and so is what somebody changes just then.
What decides is the end of the open month, which bears a mark, and what each month names as the one before.
"""

import asyncio
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from sqlalchemy import Connection, delete, insert, select

from gateway.audit.altered_acts import roots_restored
from gateway.audit.checkpoint import Checkpoint
from gateway.audit.entry import Entry
from gateway.audit.tree import HASH, KEPT, Frontier
from gateway.storage.audit_in_tree import tree_before, trees
from gateway.storage.audit_proofs import NotInLog, StoredTree, bytes_of
from gateway.storage.database import Database
from gateway.storage.tables.audit import audit_entry, audit_node

Append = Callable[[Connection, Sequence[Entry]], object]
WIDTH = 1 << KEPT
BLOCK = WIDTH * WIDTH  # entries below one root of the second kept level: a tenth of a second to read
AGAIN = timedelta(seconds=10)  # between two looks; less than anybody waits for what is not proven
PER_SECOND = 10_000  # entries asked: whoever keeps a log damaged makes nobody read it all day
LEVELS = range(KEPT, 64, KEPT)
AT_ONCE = 500  # rows of a transaction
Place = tuple[int, int]
"""Level and position."""
_n = audit_node.c


@dataclass(frozen=True, slots=True)
class Right:
    """What is to be kept of a tree. `asked`: entries that were read for it; `altered`: what stood there otherwise."""

    roots: Mapping[Place, bytes]
    altered: int
    asked: int


class KeptRoots:
    """Of one reader of the log, who asks when it begins, and when something is not proven."""

    def __init__(self) -> None:
        self._not_before: datetime | None = None

    async def put_right(self, database: Database, append: Append, now: datetime) -> bool:
        """Whether something was missing or wrong, and is right now. Milliseconds for a million entries where all is
        well, and at most one look in ten seconds. Raises DatabaseUnusable.
        """
        if self._not_before is not None and now < self._not_before:
            return False
        self._not_before, asked, mended = now + AGAIN, 0, False
        tree = await database.read(lambda connection: next(trees(connection), None))
        while tree is not None:
            found = await _right(database, tree)
            asked += found.asked
            rows = list(found.roots.items())
            for first in range(0, len(rows), AT_ONCE):
                await database.write(partial(_keep, tree=tree, rows=rows[first : first + AT_ONCE]))
                mended = True
            if found.altered:
                entry = roots_restored(now, found.altered, tree.first, tree.reach - 1)
                await database.write(partial(_tell, append=append, entry=entry))
            tree = await database.read(partial(tree_before, tree=tree))
        self._not_before = now + max(AGAIN, timedelta(seconds=asked / PER_SECOND))
        return mended


async def _right(database: Database, tree: Checkpoint) -> Right:
    """What is wrong of a tree, as it has to be; nothing where the entries do not give it either: a verification says
    where.
    """
    stored = await database.read(partial(_stored, tree=tree))
    lowest = [stored.get((KEPT, position), b"") for position in range(tree.size >> KEPT)]
    asked, rest = 0, await database.read(partial(_rest, tree=tree))
    for doubtful in _doubtful(lowest, stored):
        for block in doubtful:
            asked += await _from_entries(database, tree, lowest, block)
        given = await asyncio.to_thread(_given, tree, lowest, rest)
        if given is not None:
            wrong = {place: root for place, root in given.items() if stored.get(place) != root}
            return Right(wrong, sum(place in stored for place in wrong), asked)
    return Right({}, 0, asked)


def _stored(connection: Connection, tree: Checkpoint) -> dict[Place, bytes]:
    last = tree.first + (tree.size >> KEPT)
    rows = connection.execute(
        select(_n.level, _n.position, _n.root).where(_n.position.between(tree.first, last))
    )
    return {
        (row.level, row.position - tree.first): bytes_of(row.root)
        for row in rows
        if row.level in LEVELS and row.position - tree.first < tree.size >> row.level
    }


def _rest(connection: Connection, tree: Checkpoint) -> Sequence[bytes] | None:
    """Of the entries behind the last kept root; None where one is missing."""
    begin = tree.size >> KEPT << KEPT
    try:
        return list(StoredTree(connection, tree.first).roots(0, begin, tree.size - begin))
    except NotInLog:
        return None


def _doubtful(lowest: Sequence[bytes], stored: Mapping[Place, bytes]) -> Iterator[Collection[int]]:
    """Blocks whose lowest roots are to be made of entries: first those that lack one, then those that the root above
    them contradicts, then all.
    """
    blocks = range(-(-len(lowest) // WIDTH))
    parts = {block: lowest[block << KEPT : (block + 1) << KEPT] for block in blocks}
    lacking = {block for block, part in parts.items() if any(len(root) != HASH for root in part)}
    yield lacking
    told = {block: Frontier().extend(part).root() for block, part in parts.items() if len(part) == WIDTH}
    other = {block for block in blocks if stored.get((2 * KEPT, block)) != told.get(block)} - lacking
    yield other
    yield set(blocks) - lacking - other


async def _from_entries(database: Database, tree: Checkpoint, lowest: list[bytes], block: int) -> int:
    """How many were read; where one is missing all stays as it was."""
    begin, end = block << KEPT, min(len(lowest), (block + 1) << KEPT)

    def read(connection: Connection) -> list[bytes]:
        by_entries = StoredTree(connection, tree.first, by_entries=True)
        return list(by_entries.roots(KEPT, begin, end - begin))

    try:
        lowest[begin:end] = await database.read(read)
    except NotInLog:
        return 0
    return (end - begin) << KEPT


def _given(
    tree: Checkpoint, lowest: Sequence[bytes], rest: Sequence[bytes] | None
) -> dict[Place, bytes] | None:
    """All kept roots, where the lowest of them, with the entries behind these, give the tree."""
    if rest is None or any(len(root) != HASH for root in lowest):
        return None
    above, nodes = Frontier().grown(lowest)
    if Frontier(tree.size, above.hashes + Frontier().extend(rest).hashes).root() != tree.root:
        return None
    roots = {(KEPT, position): root for position, root in enumerate(lowest)}
    return roots | {(one.level + KEPT, one.position): one.root for one in nodes}


def _keep(connection: Connection, tree: Checkpoint, rows: Sequence[tuple[Place, bytes]]) -> None:
    """Unless the month went meanwhile."""
    first = select(audit_entry.c.sequence).where(audit_entry.c.sequence == tree.first)
    if connection.execute(first).first() is None:
        return
    for (level, position), root in rows:
        there = (_n.level == level) & (_n.position == tree.first + position)
        connection.execute(delete(audit_node).where(there))
        connection.execute(insert(audit_node).values(level=level, position=tree.first + position, root=root))


def _tell(connection: Connection, append: Append, entry: Entry) -> None:
    append(connection, [entry])
