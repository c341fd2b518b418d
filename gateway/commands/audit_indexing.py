"""The round that has the log indexed, so that any search of it is quick. One node does it for all.

The work is that of a process of its own (`indexing_process`), which is there while there is something to index: neither
its memory nor its time is that of whoever decides. One that dies is told, and started again after a pause. Now and then
it holds some blocks of the index against their entries, too: whoever hides an entry from searches is found.
"""

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path

import msgspec
import structlog

from gateway.audit.own_process import Failure, Progress, asked
from gateway.audit.places import BLOCK
from gateway.commands.control_plane import ControlPlane
from gateway.commands.indexing_process import LASTS, Indexed, Said, command
from gateway.commands.troubles import LastingTrouble
from gateway.storage.audit_index import is_indexed, not_indexed
from gateway.storage.place import Place

LOOK_EVERY = 2.0  # seconds
LIMIT = timedelta(seconds=2 * LASTS)
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 60.0  # seconds after a failure, doubled each time
CHECK_EVERY = 900.0  # seconds: a start costs as much as some blocks
CHECKED = 60  # blocks at once: a million entries in an hour

log = structlog.get_logger("audit")
_decoder: msgspec.json.Decoder[Said] = msgspec.json.Decoder(Said)


class NotIndexed(Exception):
    """The process that indexes the log came to nothing."""

    def __init__(self, cause: str) -> None:
        super().__init__(
            f"the log is not indexed at the moment: {cause}; nothing is lost, searches say what they have not looked "
            "through, and it is tried again"
        )


class _LeadsNoMore(Exception):
    """Another node indexes from now on."""


async def keep_index(
    plane: ControlPlane,
    start: Callable[..., Sequence[str]] = command,
    pause: float = FIRST_PAUSE,
    every: float = CHECK_EVERY,
) -> None:
    """`start`: the command for a database, the process that waits, the block that was checked last, and how many are to
    be; `every`: seconds between two checks.
    """
    trouble, failures = LastingTrouble("audit.trouble", {"of": "index"}), 0
    checked, block = time.monotonic(), None
    while True:
        wanted = await _wanted(plane, due=time.monotonic() - checked >= every)
        if wanted is None:
            await asyncio.sleep(min(LOOK_EVERY, every))
            continue
        begun = time.monotonic()
        try:
            said = await _indexed(plane, partial(start, before=block, checks=wanted))
        except _LeadsNoMore:
            continue
        except (TimeoutError, OSError, msgspec.DecodeError) as error:
            said = Failure(str(error) or "it took too long")
        if isinstance(said, Indexed):
            failures, block = 0, said.checked if wanted else block
            checked = begun if wanted else checked
            for number in said.altered:
                log.error("audit.index_altered", first=number * BLOCK, last=(number + 1) * BLOCK - 1)
            if said.names:
                log.error("audit.names_altered", put_back=said.names)
            trouble.over()
            continue
        failures += 1
        trouble.tell(NotIndexed(said.cause))
        await asyncio.sleep(min(LONGEST_PAUSE, pause * 2.0 ** min(failures - 1, 10)))


async def _wanted(plane: ControlPlane, *, due: bool) -> int | None:
    """How many blocks are to be checked by a process that is started now; None: there is nothing for it to do."""
    if not plane.nodes.leads:
        return None
    if due and await plane.state.database.read(is_indexed):
        return CHECKED
    return 0 if await plane.state.database.read(not_indexed) else None


async def _indexed(
    plane: ControlPlane, start: Callable[[Place, Path, int], Sequence[str]]
) -> Failure | Indexed:
    def told(_: Progress) -> None:
        if not plane.nodes.leads:
            raise _LeadsNoMore

    return await asked(
        start(plane.state.database.place, plane.state.keys_folder, os.getpid()), _decoder.decode, told, LIMIT
    )
