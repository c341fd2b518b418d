"""The running product has its log indexed by a process of its own, on one node of a fleet."""

import asyncio
import contextlib
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import delete
from structlog.testing import capture_logs

from gateway.audit.entry import Code
from gateway.audit.own_process import Progress
from gateway.audit.places import BLOCK
from gateway.audit.search import Query
from gateway.commands.audit_indexing import CHECK_EVERY, CHECKED, keep_index
from gateway.commands.index_checks import IndexChecks
from gateway.commands.indexing_process import Indexed, command, index
from gateway.storage.audit_index import index_next, is_indexed, not_indexed
from gateway.storage.audit_search import LogSearch
from gateway.storage.tables.audit_index import audit_term
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


def checks(log: Log, most: int) -> IndexChecks:
    return IndexChecks(log.database, log.clock, None, most)


def left(log: Log) -> int:
    return log.database.read_now(not_indexed)


def plane_of(log: Log, *, leads: bool) -> Any:
    return SimpleNamespace(
        nodes=SimpleNamespace(leads=leads),
        state=SimpleNamespace(database=log.database, keys_folder=log.folder),
    )


@contextlib.asynccontextmanager
async def indexing(
    plane: Any, start: Callable[..., Sequence[str]], every: float = CHECK_EVERY
) -> AsyncIterator[asyncio.Task[None]]:
    task = asyncio.create_task(keep_index(plane, start, pause=0.0, every=every))
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.wait({task})


async def test_whole_blocks_are_indexed_and_whoever_did_it_goes(log: Log) -> None:
    fill(log, 2)
    log.append([entry()])
    told: list[Progress] = []
    assert await index(log.database, 0.0, told.append, checks(log, 0)) == Indexed(2)
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
    async with indexing(plane_of(log, leads=False), lambda *_, **__: started.append(1) or KILLED):
        await asyncio.sleep(0)
    assert not started
    assert left(log) == 1


async def test_one_that_dies_is_told_and_another_one_goes_on(log_of_either: Log) -> None:
    log = log_of_either
    fill(log, 1)
    commands = [KILLED, KILLED]

    def start(*about: Any, **more: Any) -> Sequence[str]:
        return commands.pop() if commands else command(*about, **more, lingers=0.0)

    with capture_logs() as told:
        async with indexing(plane_of(log, leads=True), start):
            await until(lambda: left(log) == 0 and "over" in told[-1], seconds=20)
    assert [one["event"] for one in told] == [
        "audit.trouble"
    ] * 2  # lasting trouble once, and that it is over
    assert told[0]["of"] == "index"
    assert "status -9" in told[0]["cause"]
    assert "nothing is lost" in told[0]["cause"]


async def test_a_block_that_was_changed_is_told_of_by_a_round_of_checks_and_made_again(
    log_of_either: Log,
) -> None:
    log, asked = log_of_either, list[tuple[object, object]]()
    fill(log, 2)
    while await index_next(log.database):
        pass
    hidden = delete(audit_term).where(audit_term.c.block == 1, audit_term.c.term == b"outcome=success")
    assert log.database.write_soon(lambda c: c.execute(hidden)).result().rowcount == 1

    def start(*about: Any, before: int | None, checks: int) -> Sequence[str]:
        asked.append((before, checks))
        return command(*about, before=before, checks=checks, lingers=0.0)

    with capture_logs() as told:
        async with indexing(plane_of(log, leads=True), start, every=0.0):
            await until(lambda: len(asked) > 2 and left(log) == 0, seconds=20)
    assert told == [
        {"event": "audit.index_altered", "first": BLOCK, "last": 2 * BLOCK - 1, "log_level": "error"}
    ]
    assert asked[:2] == [(None, CHECKED)] * 2, "each has looked at all there is, and begins with the newest"
    recorded = await LogSearch(log.database).page(Query(codes=frozenset({Code.LOG_INDEX_ALTERED})))
    assert len(recorded.entries) == 1


async def test_nothing_is_started_to_check_an_index_that_is_empty(log: Log) -> None:
    log.append([entry()])
    looked, started = list[object](), list[object]()

    async def read(work: Callable[[Any], Any]) -> Any:
        looked.append(work)
        return await log.database.read(work)

    plane = plane_of(log, leads=True)
    plane.state.database = SimpleNamespace(read=read, place=log.database.place)
    async with indexing(plane, lambda *_, **__: started.append(1) or KILLED, every=0.0):
        await until(lambda: len(looked) > 4)
    assert is_indexed in looked
    assert not started


async def test_it_ends_with_the_lead(log: Log) -> None:
    fill(log, 1)
    plane, started = plane_of(log, leads=True), asyncio.Event()

    def start(*_: object, **__: object) -> Sequence[str]:
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
