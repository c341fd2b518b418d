"""Indexes the log in a process of its own, started when there is something to index; see `audit_indexing`.

It steps back behind whoever decides, is gone a while after the last block, and ends with the process that started it.
What it has not finished when it dies is not in the index, and made again by the next. Before it goes it holds so many
blocks of the index against their entries as it was told to.
"""

import sys
from typing import TYPE_CHECKING

if __name__ == "__main__":
    from gateway.commands.heap import import_quickly

    import_quickly()
    sys.modules["ssl"] = None  # type: ignore[assignment]  # 4 MiB, and nothing here speaks TLS by itself

import asyncio
import os
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import msgspec

from gateway.audit.own_process import Failure, Progress, encode
from gateway.beginning import die_with
from gateway.commands.heap import settle
from gateway.storage.audit_index import index_next
from gateway.storage.database import Database, DatabaseUnusable
from gateway.storage.end_marks import key_under, mark_ends
from gateway.storage.place import Place, place_from, place_text

if TYPE_CHECKING:
    from gateway.commands.index_checks import IndexChecks

NICENESS = 15  # of 19
REST = 4  # times as long as a block took: a fifth of one processor is the most of it
LOOK_EVERY = 2.0  # seconds
LINGERS = 30.0  # seconds without a block: a start costs as much processor time as several blocks
LASTS = 300.0  # seconds: so one that hangs is told from one that has much to do


class Indexed(msgspec.Struct, frozen=True, tag="indexed"):
    """`checked`: the block that was checked last, none behind the oldest; `altered`: those that did not say what their
    entries say; `names`: of people, that had been taken out.
    """

    blocks: int
    checked: int | None = None
    altered: tuple[int, ...] = ()
    names: int = 0


Said = Progress | Indexed | Failure
"""What it may say in a line."""


def command(
    database: Place, keys: Path, parent: int, *, before: int | None, checks: int, lingers: float = LINGERS
) -> list[str]:
    """What starts this module; `parent` is the process that will wait for it, `checks`: how many blocks of the index it
    checks behind `before`. `keys`: the folder of the master key, by which the end of the log is marked, beside
    `checkpoints.log`.
    """
    module, behind = "gateway.commands.indexing_process", "" if before is None else str(before)
    given = (str(parent), place_text(database), str(keys), str(lingers), behind, str(checks))
    return [sys.executable, "-m", module, *given]


def main(parent: str, place: str, keys: str, lingers: str, before: str, checks: str) -> int:
    from gateway.commands.index_checks import IndexChecks  # noqa: PLC0415 - nothing for whoever waits

    die_with(int(parent))()
    os.nice(NICENESS)
    settle()
    try:
        database = Database(place_from(place))
        mark_ends(database.engine, key_under(Path(keys)), Path(keys).parent / "checkpoints.log")
        try:
            behind = int(before) if before else None
            checked = IndexChecks(database, lambda: datetime.now(UTC), behind, int(checks))
            said = asyncio.run(index(database, float(lingers), _say, checked))
        finally:
            database.close()
    except (DatabaseUnusable, OSError) as error:
        _say(Failure(str(error)))
        return 1
    _say(said)
    return 0


async def index(
    database: Database, lingers: float, told: Callable[[Progress], None], checks: "IndexChecks"
) -> Indexed:
    """Until there was nothing to do for so long, or it has lasted. What is told is a sign of life too."""
    began = last = time.monotonic()
    blocks = 0
    while True:
        begun = time.monotonic()
        if await index_next(database):
            blocks, last = blocks + 1, time.monotonic()
            pause = max(REST * (last - begun), 0.2)
        elif await checks.next():
            pause = max(REST * (time.monotonic() - begun), 0.2)
        elif begun - last >= lingers:
            return Indexed(blocks, checks.before, tuple(checks.altered), checks.names)
        else:
            pause = LOOK_EVERY
        told(Progress(blocks, blocks))
        if begun - began >= LASTS:
            return Indexed(blocks, checks.before, tuple(checks.altered), checks.names)
        await asyncio.sleep(min(pause, max(lingers, 0.2)))


def _say(said: Said) -> None:
    sys.stdout.buffer.write(encode(said) + b"\n")
    sys.stdout.buffer.flush()


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
