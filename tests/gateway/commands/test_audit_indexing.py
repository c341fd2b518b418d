"""The running product has its log indexed by a process of its own, on one node of a fleet."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from structlog.testing import capture_logs

from gateway.audit.own_process import Progress
from gateway.audit.places import BLOCK
from gateway.commands.audit_indexing import keep_index
from gateway.commands.indexing_process import Indexed, command, index
from gateway.storage.audit_index import index_next, not_indexed
from tests.gateway.audit.making import EITHER, Log, entry, open_log, open_log_of_either, until

KILLED = [sys.executable, "-S", "-c", "import os, signal; os.kill(os.getpid(), signal.SIGKILL)"]
TELLS_FOR_EVER = """
import time
while True:
    print('{"type":"progress","done":1,"total":1}', flush=True)
    time.sleep(0.01)
"""


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Log]:
    with open_log(tmp_path) as made:
        yield made


@pytest.fixture(params=EITHER)
def log_of_either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Log]:
    with open_log_of_either(request, tmp_path) as made:
        yield made


def fill(log: Log, blocks: int) -> None:
    for begin in range(0, blocks * BLOCK, 1024):
        log.append([entry(begin + number) for number in range(1024)])


def left(log: Log) -> int:
    return log.database.read_now(not_indexed)


def plane_of(log: Log, *, leads: bool) -> Any:
    return SimpleNamespace(nodes=SimpleNamespace(leads=leads), state=SimpleNamespace(database=log.database))


@contextlib.asynccontextmanager
async def indexing(plane: Any, start: Callable[..., Sequence[str]]) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(keep_index(plane, start, pause=0.0))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait({task})


async def test_whole_blocks_are_indexed_and_whoever_did_it_goes(log: Log) -> None:
    fill(log, 2)
    log.append([entry()])
    told: list[Progress] = []
    assert await index(log.database, 0.0, told.append) == Indexed(2)
    assert left(log) == 0
    assert told == [Progress(1, 1), Progress(2, 2)]


async def test_what_is_not_indexed_is_counted_by_blocks(log: Log) -> None:
    log.append([entry()])
    assert left(log) == 0
    fill(log, 2)
    assert left(log) == 2
    await index_next(log.database)
    assert left(log) == 1


async def test_a_node_that_does_not_lead_indexes_nothing(log: Log) -> None:
    fill(log, 1)
    started: list[object] = []
    async with indexing(plane_of(log, leads=False), lambda *_: started.append(1) or KILLED):
        await asyncio.sleep(0)
    assert not started
    assert left(log) == 1


async def test_one_that_dies_is_told_and_another_one_goes_on(log_of_either: Log) -> None:
    log = log_of_either
    fill(log, 1)
    commands = [KILLED, KILLED]

    def start(*about: Any) -> Sequence[str]:
        return commands.pop() if commands else command(*about, lingers=0.0)

    with capture_logs() as told:
        async with indexing(plane_of(log, leads=True), start):
            await until(lambda: left(log) == 0 and "over" in told[-1], seconds=20)
    assert [one["event"] for one in told] == [
        "audit.trouble"
    ] * 2  # lasting trouble once, and that it is over
    assert told[0]["of"] == "index"
    assert "status -9" in told[0]["cause"]
    assert "nothing is lost" in told[0]["cause"]


async def test_it_ends_with_the_lead(log: Log) -> None:
    fill(log, 1)
    plane, started = plane_of(log, leads=True), asyncio.Event()

    def start(*_: object) -> Sequence[str]:
        started.set()
        return [sys.executable, "-S", "-c", TELLS_FOR_EVER]

    with capture_logs() as told:
        async with indexing(plane, start):
            await started.wait()
            plane.nodes.leads = False
            await until(lambda: not _children())
    assert told == []


def _children() -> list[str]:
    import psutil  # noqa: PLC0415

    return [one.name() for one in psutil.Process().children() if TELLS_FOR_EVER in one.cmdline()]
