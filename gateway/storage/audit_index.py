"""The index beside the log: which blocks of entries it knows, making one, forgetting some.

Blocks are made once, when their last entry is in the log, the newest first; behind the log, so that no append pays for
it. What the index says is a hint: an entry is shown by its own bytes. It can be emptied and is made again.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from functools import partial
from itertools import islice

from sqlalchemy import Connection, delete, func, insert, select

from gateway.audit.places import BLOCK, packed
from gateway.audit.terms import UNREADABLE, quick, sets_of
from gateway.storage.audit_runs import forget_runs, join_next, whole_runs
from gateway.storage.database import Database
from gateway.storage.engine import driver_of
from gateway.storage.rows import add_rows
from gateway.storage.tables.audit import audit_entry, audit_tail
from gateway.storage.tables.audit_index import audit_block, audit_term

AT_ONCE = 512  # entries that are read in one go
WRITTEN = 2_000  # rows of one transaction: a few milliseconds in which nobody else writes
_e = audit_entry.c


@dataclass(frozen=True, slots=True, order=True)
class Block:
    highest_at: int
    """The latest time among its entries."""
    lowest_at: int
    number: int


@dataclass(frozen=True, slots=True)
class Cover:
    """What of the log is indexed."""

    blocks: Sequence[Block]
    missing: Sequence[int]
    """Whole blocks that are not indexed yet, the newest first."""
    size: int
    """Entries of the log."""
    runs: AbstractSet[int] = frozenset()
    """Of those blocks that are joined."""

    @property
    def rest(self) -> range:
        """Numbers behind the last whole block."""
        return range(self.size // BLOCK * BLOCK, self.size)


def cover(connection: Connection) -> Cover:
    size = connection.scalar(select(audit_tail.c.size)) or 0
    rows = connection.execute(select(audit_block)).all()
    blocks = [Block(row.highest_at, row.lowest_at, row.block) for row in rows]
    oldest = connection.scalar(select(func.min(_e.sequence))) or 0
    missing = set(range(oldest // BLOCK, size // BLOCK)) - {one.number for one in blocks}
    return Cover(
        blocks, sorted(missing, reverse=True), size, whole_runs(connection, [one.number for one in blocks])
    )


def not_indexed(connection: Connection) -> int:
    """How many whole blocks are not indexed yet."""
    size = connection.scalar(select(audit_tail.c.size)) or 0
    oldest = connection.scalar(select(func.min(_e.sequence))) or 0
    first, behind = int(oldest // BLOCK), int(size // BLOCK)
    known = select(func.count()).where(audit_block.c.block >= first, audit_block.c.block < behind)
    return max(0, behind - first - (connection.scalar(known) or 0))


def is_indexed(connection: Connection) -> bool:
    """Whether the index knows anything at all."""
    return connection.scalar(select(audit_block.c.block).limit(1)) is not None


async def index_next(database: Database) -> bool:
    """Index the newest block that is not yet, or join some that are; whether there was one. Raises DatabaseUnusable."""
    known = await database.read(cover)
    if not known.missing:
        return await join_next(database)
    number = known.missing[0]
    made = await database.read(lambda connection: made_anew(connection, number))
    await database.write(
        lambda connection: forget(connection, number, number + 1)
    )  # of one that was broken off
    while some := list(islice(made.rows, WRITTEN)):
        await database.write(partial(_write, rows=some))
    await database.write(lambda connection: _finish(connection, made.block))
    return True


def forget(connection: Connection, begin: int, end: int) -> None:
    """The blocks from `begin` on and before `end`: their entries are no more, or they are made again."""
    forget_runs(connection, begin, end)
    for table in (audit_block, audit_term):
        connection.execute(delete(table).where(table.c.block >= begin, table.c.block < end))


def forget_entries(connection: Connection, begin: int, end: int) -> None:
    """Every block with an entry from the number `begin` on and before `end`; what is left of it is indexed again."""
    forget(connection, begin // BLOCK, -(-end // BLOCK))


@dataclass(frozen=True, slots=True)
class Made:
    block: Block
    rows: Iterator[tuple[int, bytes, bytes]]
    """Made as they are written."""


def made_anew(connection: Connection, number: int) -> Made:
    """What the index has to say of a block, out of its entries."""
    held: defaultdict[frozenset[str], list[int]] = defaultdict(list)
    times = []
    for sequence, at, data in _entries(connection, number):
        times.append(at)
        try:
            sets = sets_of(quick(data), at)
        except UNREADABLE:
            continue  # damaged: verification tells of it, and no search finds it by what it may have said
        place = sequence % BLOCK
        for one in sets:
            held[one].append(place)
    places: defaultdict[str, list[list[int]]] = defaultdict(list)
    for terms, having in held.items():
        for term in terms:
            places[term].append(having)
    ordered = sorted((term.encode("utf-8", "surrogatepass"), term) for term in places)
    rows = ((number, kept, packed(_together(places[term]))) for kept, term in ordered)
    return Made(Block(max(times, default=0), min(times, default=0), number), rows)


def _together(some: Sequence[Sequence[int]]) -> Sequence[int]:
    """Rising, each once."""
    if len(some) == 1 and len(some[0]) == 1:
        return some[0]  # most terms are one entry's
    return sorted({place for one in some for place in one})


def _entries(connection: Connection, number: int) -> Iterator[tuple[int, int, bytes]]:
    for begin in range(number * BLOCK, (number + 1) * BLOCK, AT_ONCE):
        query = select(_e.sequence, _e.at, _e.canonical).where(
            _e.sequence >= begin, _e.sequence < begin + AT_ONCE
        )
        for sequence, at, data in connection.execute(query):
            if type(at) is int and isinstance(data, bytes):  # SQLite keeps whatever somebody wrote by hand
                yield sequence, at, data


def _write(connection: Connection, rows: Sequence[tuple[int, bytes, bytes]]) -> None:
    add_rows(driver_of(connection.connection), audit_term.name, ("block", "term", "places"), rows)


def _finish(connection: Connection, block: Block) -> None:
    connection.execute(
        insert(audit_block).values(block=block.number, lowest_at=block.lowest_at, highest_at=block.highest_at)
    )
