"""The round that indexes the log, so that any search of it is quick. One node does it for all."""

import asyncio
import time

from gateway.commands.control_plane import ControlPlane
from gateway.storage.audit_index import index_next

LOOK_EVERY = 2.0  # seconds
REST = 4  # times as long as a block took: a fifth of one processor is the most of it


async def keep_index(plane: ControlPlane) -> None:
    while True:
        began = time.monotonic()
        indexed = plane.nodes.leads and await index_next(plane.state.database)
        took = time.monotonic() - began
        await asyncio.sleep(max(REST * took, 0.2) if indexed else LOOK_EVERY)
