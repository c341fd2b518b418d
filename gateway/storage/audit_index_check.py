"""Whether the index beside the log still says what the entries say: whoever hides an entry from it is found.

A block is made again out of its entries and compared, and a run of blocks out of these. What differs is forgotten,
which has it made again, and told.
"""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy import Connection, select

from gateway.audit.altered_acts import index_altered
from gateway.audit.entry import Entry
from gateway.audit.places import BLOCK
from gateway.storage.audit_index import Block, forget, made_anew
from gateway.storage.audit_proofs import bytes_of
from gateway.storage.audit_runs import differing_blocks, forget_runs
from gateway.storage.database import Database
from gateway.storage.tables.audit_index import audit_block, audit_term

Append = Callable[[Connection, Sequence[Entry]], object]


async def next_block(database: Database, before: int | None) -> int | None:
    """The newest that is indexed, of those before `before`."""
    query = select(audit_block.c.block).order_by(audit_block.c.block.desc()).limit(1)
    if before is not None:
        query = query.where(audit_block.c.block < before)
    return await database.read(lambda connection: connection.scalar(query))


async def mended(database: Database, append: Append, number: int, now: datetime) -> bool:
    """Whether that block differed; then it is told of, and will be made again. Raises DatabaseUnusable."""
    if not await database.read(lambda connection: differs(connection, number)):
        return False
    return await database.write(lambda connection: _mend(connection, append, number, now))


async def run_mended(database: Database, append: Append, run: int, now: datetime) -> list[int]:
    """Blocks of which that run said otherwise than they do; then it is told of, and will be made again.

    Raises DatabaseUnusable.
    """
    blocks = await database.read(lambda connection: differing_blocks(connection, run))
    if not blocks:
        return []
    told = await database.write(lambda connection: _mend_run(connection, append, blocks, now))
    return blocks if told else []


def _mend_run(connection: Connection, append: Append, blocks: Sequence[int], now: datetime) -> bool:
    """Unless it was forgotten meanwhile. It is not looked at again: that takes seconds, and nobody could write."""
    if not forget_runs(connection, blocks[0], blocks[0] + 1):
        return False
    append(connection, [index_altered(now, blocks[0] * BLOCK, (blocks[-1] + 1) * BLOCK - 1)])
    return True


def differs(connection: Connection, number: int) -> bool:
    """False for one that is not there, as it will be made."""
    kept = connection.execute(select(audit_block).where(audit_block.c.block == number)).first()
    if kept is None:
        return False
    made = made_anew(connection, number)
    if made.block != Block(kept.highest_at, kept.lowest_at, kept.block):
        return True
    terms = select(audit_term.c.term, audit_term.c.places).where(audit_term.c.block == number)
    stored = {(bytes_of(row.term), bytes_of(row.places)) for row in connection.execute(terms)}
    return stored != {(term, places) for _, term, places in made.rows}


def _mend(connection: Connection, append: Append, number: int, now: datetime) -> bool:
    """Looked at once more: it may have been made again, or deleted, meanwhile."""
    if not differs(connection, number):
        return False
    forget(connection, number, number + 1)
    append(connection, [index_altered(now, number * BLOCK, (number + 1) * BLOCK - 1)])
    return True
