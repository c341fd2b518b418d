"""Runs of the index: what neighbouring blocks say of a term, in one row.

A search for what is rare would look into every block; so it looks into every run, and only then into what the run has.
A run is made out of its blocks when all of them are indexed, and says nothing that they do not. Blocks stay: the newest
are in no run yet, and whoever wants few of them asks them alone.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from collections.abc import Set as AbstractSet
from functools import partial
from typing import Protocol

from sqlalchemy import Connection, delete, insert, select

from gateway.audit.places import RUN, WHOLE, part, parts_of
from gateway.storage.audit_proofs import bytes_of
from gateway.storage.database import Database
from gateway.storage.engine import driver_of
from gateway.storage.rows import add_rows
from gateway.storage.tables.audit_index import audit_block, audit_run, audit_run_term, audit_term

TERMS_AT_ONCE = 50  # of one block: of a run some thousand rows, which are some milliseconds to write
ENOUGH = 8  # blocks of a run: fewer are found sooner one by one
DELETED = 2_000  # rows of one transaction
_r = audit_run_term.c


class Block(Protocol):
    @property
    def number(self) -> int: ...


_Piece = tuple[bytes, bytes | None]
"""Terms from the first on and before the last; None: to the end."""


def blocks_of(run: int) -> range:
    return range(run * RUN, (run + 1) * RUN)


def run_begun_by(block: int) -> int | None:
    """None: the block is not the first of its run."""
    return None if block % RUN else block // RUN


def split(blocks: Sequence[int], runs: AbstractSet[int]) -> tuple[Sequence[int], Sequence[int]]:
    """Runs to be asked, and the blocks that are better asked alone."""
    wanted = Counter(number // RUN for number in blocks)
    asked = {run for run, number in wanted.items() if number >= ENOUGH and run in runs}
    return sorted(asked), [number for number in blocks if number // RUN not in asked] if asked else blocks


def end_of_part(blocks: Sequence[Block], begin: int, size: int) -> int:
    """So many blocks from `begin` on, and the rest of the last one's run where they are many: it is read once."""
    end = min(begin + size, len(blocks))
    while size >= RUN and end < len(blocks) and blocks[end].number // RUN == blocks[end - 1].number // RUN:
        end += 1
    return end


def apart(run: int, places: bytes) -> list[tuple[int, bytes]]:
    """Of a row of a run: blocks and their places."""
    begin = run * RUN
    return [(begin + one, kept) for one, kept in parts_of(places)]


def whole_runs(connection: Connection, indexed: Iterable[int]) -> frozenset[int]:
    """Runs that are made, and whose blocks are all among these."""
    made = frozenset(connection.scalars(select(audit_run.c.run)))
    return made & _complete(indexed) if made else made


def _complete(indexed: Iterable[int]) -> frozenset[int]:
    number: defaultdict[int, int] = defaultdict(int)
    for block in indexed:
        number[block // RUN] += 1
    return frozenset(run for run, blocks in number.items() if blocks == RUN)


async def join_next(database: Database) -> bool:
    """Make the newest run that can be, or take away what is left of one; whether there was any.

    Raises DatabaseUnusable.
    """
    run, left = await database.read(_next)
    if run is None:
        return left is not None and await _taken_away(database, left)
    await _taken_away(database, run)  # of one that was broken off
    for piece in await database.read(partial(_pieces, run=run)):
        rows = await database.read(partial(_joined, run=run, piece=piece))
        await database.write(partial(_write, rows=[(run, *row) for row in sorted(rows.items())]))
    await database.write(partial(_finish, run=run))
    return True


def _next(connection: Connection) -> tuple[int | None, int | None]:
    """The newest run that can be made, and one that has rows and no right to them."""
    complete = _complete(connection.scalars(select(audit_block.c.block)))
    made = set(connection.scalars(select(audit_run.c.run)))
    left = (set(_with_rows(connection)) | made) - complete
    return max(complete - made, default=None), min(left, default=None)


def _with_rows(connection: Connection) -> Iterator[int]:
    """From each to the next, without reading what they have."""
    behind = -1
    next_one = select(_r.run).order_by(_r.run).limit(1)
    while (found := connection.scalar(next_one.where(_r.run > behind))) is not None:
        yield found
        behind = found


async def _taken_away(database: Database, run: int) -> bool:
    blocks = blocks_of(run)
    while await database.write(partial(take_away, begin=blocks.start, end=blocks.stop)):
        pass
    return True


def forget_runs(connection: Connection, begin: int, end: int) -> bool:
    """Those with any of the blocks from `begin` on and before `end`; what they had stays until it is taken away.

    Whether there were any.
    """
    among = audit_run.c.run.between(begin // RUN, -(-end // RUN) - 1)
    return connection.execute(delete(audit_run).where(among)).rowcount > 0


def take_away(connection: Connection, begin: int, end: int) -> bool:
    """Some rows of the runs with any of these blocks, which are none any more; whether there were any."""
    forget_runs(connection, begin, end)
    among = _r.run.between(begin // RUN, -(-end // RUN) - 1)
    first = connection.scalar(select(_r.run).where(among).order_by(_r.run).limit(1))
    if first is None:
        return False
    behind = select(_r.term).where(_r.run == first).order_by(_r.term).offset(DELETED).limit(1)
    last = connection.scalar(behind)
    rows = delete(audit_run_term).where(_r.run == first)
    connection.execute(rows if last is None else rows.where(_r.term < last))
    return True


def _pieces(connection: Connection, run: int) -> Sequence[_Piece]:
    """As one of its blocks has terms, so will the others."""
    terms = select(audit_term.c.term).where(audit_term.c.block == blocks_of(run)[-1])
    kept = connection.scalars(terms.order_by(audit_term.c.term)).all()
    cuts = [bytes_of(term) for term in kept[TERMS_AT_ONCE::TERMS_AT_ONCE]]
    return list(zip([b"", *cuts], [*cuts, None], strict=True))


def _joined(connection: Connection, run: int, piece: _Piece) -> dict[bytes, bytes]:
    """Term → what the run's blocks say of it."""
    begin, end = piece
    marks = ", ".join("?" * RUN)
    asked = f"SELECT block, term, places FROM audit_term WHERE block IN ({marks}) AND term >= ?"  # noqa: S608 - marks
    values: tuple[int | bytes, ...] = (*blocks_of(run), begin)
    if end is not None:
        asked, values = f"{asked} AND term < ?", (*values, end)
    rows = driver_of(connection.connection).execute(asked, values).fetchall()
    found: defaultdict[bytes, list[bytes]] = defaultdict(list)
    for block, term, places in sorted(rows, key=_block):
        kept = bytes_of(places)
        if len(kept) <= WHOLE:  # others are no places: whoever checks the block tells of them
            found[bytes_of(term)].append(part(block % RUN, kept))
    return {term: b"".join(parts) for term, parts in found.items()}


def _block(row: tuple[int, bytes, bytes]) -> int:
    return row[0]


def _write(connection: Connection, rows: Sequence[tuple[int, bytes, bytes]]) -> None:
    add_rows(driver_of(connection.connection), audit_run_term.name, ("run", "term", "places"), rows)


def _finish(connection: Connection, run: int) -> None:
    """Unless one of its blocks was forgotten meanwhile: then it is made when that is there again."""
    blocks = select(audit_block.c.block).where(audit_block.c.block.in_(blocks_of(run)))
    if len(connection.scalars(blocks).all()) == RUN:
        connection.execute(insert(audit_run).values(run=run))


def differing_blocks(connection: Connection, run: int) -> list[int]:
    """Blocks of which a run that is made says otherwise than they do."""
    among = audit_block.c.block.in_(blocks_of(run))
    if not whole_runs(connection, connection.scalars(select(audit_block.c.block).where(among))) & {run}:
        return []
    found: set[int] = set()
    for piece in _pieces(connection, run):
        made, kept = _joined(connection, run, piece), _kept(connection, run, piece)
        for term in made.keys() | kept.keys():
            if made.get(term) != kept.get(term):
                found |= _differing(run, made.get(term, b""), kept.get(term, b""))
    return sorted(found)


def _kept(connection: Connection, run: int, piece: _Piece) -> dict[bytes, bytes]:
    begin, end = piece
    rows = select(_r.term, _r.places).where(_r.run == run, _r.term >= begin)
    rows = rows if end is None else rows.where(_r.term < end)
    return {bytes_of(term): bytes_of(places) for term, places in connection.execute(rows)}


def _differing(run: int, made: bytes, kept: bytes) -> set[int]:
    try:
        ours, theirs = dict(parts_of(made)), dict(parts_of(kept))
    except ValueError:
        return set(blocks_of(run))
    others = {one for one in ours.keys() | theirs.keys() if ours.get(one) != theirs.get(one)}
    return {run * RUN + one for one in others} or set(blocks_of(run))
