"""The round that has the log indexed, so that any search of it is quick. One node does it for all.

The work is that of a process of its own (`indexing_process`), which is there while there is something to index: neither
its memory nor its time is that of whoever decides. One that dies is told, and started again after a pause.
"""

import asyncio
import os
from collections.abc import Callable, Sequence
from datetime import timedelta

import msgspec

from gateway.audit.own_process import Failure, Progress, asked
from gateway.commands.control_plane import ControlPlane
from gateway.commands.indexing_process import LASTS, Indexed, Said, command
from gateway.commands.troubles import LastingTrouble
from gateway.storage.audit_index import not_indexed
from gateway.storage.place import Place

LOOK_EVERY = 2.0  # seconds
LIMIT = timedelta(seconds=2 * LASTS)
FIRST_PAUSE, LONGEST_PAUSE = 2.0, 60.0  # seconds after a failure, doubled each time

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
    plane: ControlPlane, start: Callable[[Place, int], Sequence[str]] = command, pause: float = FIRST_PAUSE
) -> None:
    """`start`: the command for a database, and for the process that waits."""
    trouble, failures = LastingTrouble("audit.trouble", {"of": "index"}), 0
    while True:
        if not plane.nodes.leads or not await plane.state.database.read(not_indexed):
            await asyncio.sleep(LOOK_EVERY)
            continue
        try:
            said = await _indexed(plane, start)
        except _LeadsNoMore:
            continue
        except (TimeoutError, OSError, msgspec.DecodeError) as error:
            said = Failure(str(error) or "it took too long")
        if isinstance(said, Indexed):
            failures = 0
            trouble.over()
            continue
        failures += 1
        trouble.tell(NotIndexed(said.cause))
        await asyncio.sleep(min(LONGEST_PAUSE, pause * 2.0 ** min(failures - 1, 10)))


async def _indexed(plane: ControlPlane, start: Callable[[Place, int], Sequence[str]]) -> Failure | Indexed:
    def told(_: Progress) -> None:
        if not plane.nodes.leads:
            raise _LeadsNoMore

    return await asked(start(plane.state.database.place, os.getpid()), _decoder.decode, told, LIMIT)
