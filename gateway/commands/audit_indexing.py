"""The round that indexes the log, so that any search of it is quick. One node does it for all."""

import asyncio
import time

import structlog

from gateway.audit.places import BLOCK
from gateway.commands.control_plane import ControlPlane
from gateway.commands.state import now
from gateway.storage.audit import append
from gateway.storage.audit_index import index_next
from gateway.storage.audit_index_check import mended, next_block
from gateway.storage.database import Database

LOOK_EVERY = 2.0  # seconds
CHECK_EVERY = (
    15.0  # seconds between two blocks that are held against their entries: a million entries in an hour
)
log = structlog.get_logger("audit")
REST = 4  # times as long as a block took: a fifth of one processor is the most of it


async def keep_index(plane: ControlPlane) -> None:
    checked, block = time.monotonic(), None
    while True:
        began = time.monotonic()
        indexed = plane.nodes.leads and await index_next(plane.state.database)
        took = time.monotonic() - began
        if plane.nodes.leads and not indexed and began - checked >= CHECK_EVERY:
            block = await check_next(plane.state.database, block)
            checked = time.monotonic()
        await asyncio.sleep(max(REST * took, 0.2) if indexed else LOOK_EVERY)


async def check_next(database: Database, before: int | None) -> int | None:
    """Hold the next older block against its entries, behind the oldest the newest again; which one it was."""
    number = await next_block(database, before)
    if number is None and before is not None:
        number = await next_block(database, None)
    if number is not None and await mended(database, append, number, now()):
        log.error("audit.index_altered", first=number * BLOCK, last=(number + 1) * BLOCK - 1)
    return number


async def altered_blocks(database: Database) -> list[int]:
    """Numbers of all blocks that differed; each is told of."""
    found, number = [], await next_block(database, None)
    while number is not None:
        if await mended(database, append, number, now()):
            found.append(number)
        number = await next_block(database, number)
    return found
