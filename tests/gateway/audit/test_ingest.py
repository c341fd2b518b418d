import asyncio
import json
import os
import random
import select
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Collection
from pathlib import Path

import pytest

from config.vocabulary import SessionId
from gateway.audit.access import Holder
from gateway.audit.canonical import parse
from gateway.audit.entry import Code, Entry
from gateway.audit.ingest import BATCH, Ingest, IngestHalted, PlaceLost, SpoolUnreadable
from gateway.audit.spool import Place
from gateway.storage.audit_evidence import rows, verify_log
from gateway.storage.audit_requests import with_entry
from gateway.storage.audit_spool import SpoolPlaces, places
from gateway.storage.database import DatabaseUnusable
from tests.gateway.audit.making import KEYS, SIGNER, Log, open_log, until
from tests.rig.session_store import ACTIVITY

KNOWN = {SessionId("known"): Holder("subject-1", "novak", "588296")}


class Spool:
    """A spool folder, and an Envoy that reopens its log when it is told to."""

    def __init__(self, log: Log, rotate_above: int = 10**9) -> None:
        self.log = log
        self.folder = log.folder / "spool"
        self.folder.mkdir(exist_ok=True)
        self.reopened = 0
        self.envoy_is_there = True
        self.troubles: list[Exception | None] = []
        self.ingest = Ingest(
            self.folder,
            SpoolPlaces(log.database, lambda: ACTIVITY),
            self.holders,
            recorded=lambda ids: log.database.read(lambda c: with_entry(c, ids, KEYS.known)),
            reopen=self.reopen,
            rotate_above=rotate_above,
            now=log.clock,
            trouble=self.troubles.append,
        )

    async def holders(self, sessions: Collection[SessionId]) -> dict[SessionId, Holder]:
        return {session: KNOWN[session] for session in sessions if session in KNOWN}

    async def reopen(self) -> None:
        if not self.envoy_is_there:
            raise ConnectionRefusedError
        self.reopened += 1

    def write(self, name: str, *numbers: int, end: bytes = b"") -> Path:
        path = self.folder / name
        with path.open("ab") as file:
            file.write(b"".join(line(number) for number in numbers) + end)
        return path

    async def drain(self) -> None:
        while await self.ingest.step():
            pass

    def entries(self) -> list[Entry]:
        return self.log.database.read_now(lambda c: [parse(row.canonical).entry for row in rows(c)])

    def numbers(self) -> list[int]:
        return [int(entry.request_id) for entry in self.entries() if entry.code is Code.ACCESS]

    def damages(self) -> list[Entry]:
        return [entry for entry in self.entries() if entry.code is Code.ACCESS_SPOOL_DAMAGED]

    def places(self) -> dict[str, Place]:
        return self.log.database.read_now(places)


def line(number: int) -> bytes:
    facts = {
        "time": "2026-05-04T12:00:00.000Z",
        "request_id": str(number),
        "route": "spis 588491 read",
        "fresh": "known.1 588491",
        "status": 200,
    }
    return json.dumps(facts).encode() + b"\n"


@pytest.fixture
def spool(log: Log) -> Spool:
    return Spool(log)


async def test_lines_are_taken_over_once_and_in_order(spool: Spool) -> None:
    spool.write("access-1.log", *range(600))
    await spool.drain()
    spool.write("access-1.log", 600)
    await spool.drain()
    assert spool.numbers() == list(range(601))
    assert {entry.person for entry in spool.entries()} == {"novak"}


async def test_a_restart_goes_on_from_the_place(spool: Spool) -> None:
    spool.write("access-1.log", *range(300))
    await spool.ingest.step()
    again = Spool(spool.log)
    await again.drain()
    assert again.numbers() == list(range(300))


async def test_a_torn_line_waits_for_its_rest(spool: Spool) -> None:
    whole = line(1)
    spool.write("access-1.log", 0, end=whole[:20])
    await spool.drain()
    assert spool.numbers() == [0]
    spool.write("access-1.log", end=whole[20:])
    await spool.drain()
    assert spool.numbers() == [0, 1]
    assert spool.damages() == []


async def test_a_torn_line_of_an_envoy_that_died_is_recorded_as_damage(spool: Spool) -> None:
    old = spool.write("access-1.log", 0, end=line(1)[:20])
    spool.write("access-2.log", 2)
    await spool.drain()
    assert spool.numbers() == [0, 2]
    [damage] = spool.damages()
    assert (damage.details["bytes"], damage.details["offset"]) == (20, len(line(0)))
    assert len(str(damage.details["sha256"])) == 64
    assert damage.details["file"] == "access-1.log"
    assert not old.exists()


async def test_a_malformed_line_is_recorded_and_the_next_is_read(spool: Spool) -> None:
    spool.write("access-1.log", 0, end=b"not json\x1b\n" + line(1))
    await spool.drain()
    assert spool.numbers() == [0, 1]
    assert spool.damages()[0].details["head"] == r"not json\u{1b}"


async def test_a_line_without_end_does_not_stop_the_ingest(spool: Spool) -> None:
    spool.write("access-1.log", end=b"x" * (3 * 1024 * 1024) + b"\n" + line(1))
    await spool.drain()
    assert spool.numbers() == [1]
    assert sum(int(str(entry.details["bytes"])) for entry in spool.damages()) == 3 * 1024 * 1024


async def test_old_files_are_deleted_and_forgotten_after_all_of_them_is_in_the_log(spool: Spool) -> None:
    for start in range(1, 4):
        spool.write(f"access-{start}.log", start)
    await spool.drain()
    assert [path.name for path in spool.folder.iterdir()] == ["access-3.log"]
    assert list(spool.places()) == ["access-3.log"]
    assert spool.numbers() == [1, 2, 3]


async def test_a_file_removed_by_somebody_else_is_recorded_as_a_loss(spool: Spool) -> None:
    path = spool.write("access-1.log", 1)
    await spool.drain()
    path.unlink()
    await spool.drain()
    assert spool.damages()[0].details["why"] == "the file is gone"
    assert spool.places() == {}


async def test_a_file_cut_by_somebody_else_is_recorded_and_read_again(spool: Spool) -> None:
    path = spool.write("access-1.log", 1, 2)
    await spool.drain()
    path.write_bytes(line(3))
    await spool.drain()
    assert spool.numbers() == [1, 2, 3]
    assert "cut to" in str(spool.damages()[0].details["why"])


async def test_a_large_file_is_rotated_and_envoy_told_to_reopen(log: Log) -> None:
    spool = Spool(log, rotate_above=500)
    spool.write("access-1.log", *range(10))
    await spool.drain()
    assert spool.reopened == 1
    assert [path.name for path in spool.folder.iterdir()] == ["access-1.1.log"]
    spool.write("access-1.1.log", 10)  # Envoy has not opened the new file yet
    spool.write("access-1.log", 11)
    await spool.drain()
    assert spool.numbers() == list(range(12))
    assert [path.name for path in spool.folder.iterdir()] == ["access-1.log"]


@pytest.mark.parametrize("renamed", [True, False])
async def test_a_crash_around_the_rename_is_gone_through_again(spool: Spool, *, renamed: bool) -> None:
    path = spool.write("access-1.log", *range(3))
    store = SpoolPlaces(spool.log.database, lambda: ACTIVITY)
    await spool.ingest.step()
    before = spool.places()["access-1.log"]
    await store.move(before, Place("access-1.log", before.offset, renaming_to="access-1.1.log"), (), {})
    if renamed:
        path.rename(spool.folder / "access-1.1.log")
        spool.write("access-1.log", 3)
    await spool.drain()
    spool.write("access-1.log", 4)
    await spool.drain()
    assert spool.numbers() == [0, 1, 2, 3, 4] if renamed else [0, 1, 2, 4]
    assert spool.damages() == []


async def test_an_envoy_that_cannot_be_told_to_reopen_is_reported(log: Log) -> None:
    spool = Spool(log, rotate_above=10)

    spool.envoy_is_there = False
    spool.write("access-1.log", 1)
    await spool.drain()
    assert isinstance(spool.troubles[0], ConnectionRefusedError)
    assert spool.numbers() == [1]


async def test_two_processes_cannot_take_over_the_same_lines(spool: Spool) -> None:
    spool.write("access-1.log", 1)
    await spool.drain()
    with pytest.raises(PlaceLost):
        await SpoolPlaces(spool.log.database, lambda: ACTIVITY).move(
            Place("access-1.log"), Place("access-1.log", 5), (), {}
        )


@pytest.mark.parametrize("lines", [200, 2 * BATCH + 200], ids=["one batch", "the next read ahead"])
async def test_a_full_disk_is_told_and_the_ingest_goes_on_from_its_place(spool: Spool, lines: int) -> None:
    spool.write("access-1.log", *range(lines))
    database = spool.log.database
    await database.write(lambda c: c.exec_driver_sql("PRAGMA max_page_count = 1").close())
    stop = asyncio.Event()
    running = asyncio.create_task(spool.ingest.run(stop))
    await until(lambda: bool(spool.troubles))
    trouble = spool.troubles[0]
    assert isinstance(trouble, IngestHalted)
    assert isinstance(trouble.cause, DatabaseUnusable)
    assert "nothing of it is lost" in str(trouble)
    await database.write(lambda c: c.exec_driver_sql("PRAGMA max_page_count = 1000000").close())
    stop.set()
    await asyncio.wait_for(running, 10)
    assert spool.numbers() == list(range(lines))
    assert spool.troubles[-1] is None  # and that it is over is told too


async def test_a_spool_that_is_not_there_is_named(spool: Spool) -> None:
    spool.folder.rmdir()
    with pytest.raises(SpoolUnreadable, match="spool"):
        await spool.ingest.step()


async def test_a_new_line_is_in_the_log_within_a_moment_and_a_clean_stop_leaves_none(spool: Spool) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(spool.ingest.run(stop))
    await asyncio.sleep(0.15)
    spool.write("access-1.log", 1)
    await until(lambda: bool(spool.numbers()))
    spool.write("access-1.log", 2)
    stop.set()
    await asyncio.wait_for(running, 5)
    assert spool.numbers() == [1, 2]
    assert spool.troubles == []


CHILD = """
import asyncio, os, sys
from pathlib import Path
from tests.gateway.audit.making import open_log
from tests.gateway.audit.test_ingest import Spool

async def main():
    with open_log(Path(sys.argv[1])) as log:
        spool = Spool(log, rotate_above=6000)
        print(os.getpid(), flush=True)
        await spool.ingest.run(asyncio.Event())

for _ in sys.stdin:
    ingest = os.fork()
    if ingest == 0:
        asyncio.run(main())
    print(os.waitstatus_to_exitcode(os.waitpid(ingest, 0)[1]), flush=True)
"""
"""An ingest for each line: what takes long to import is imported once."""
KILLS = 12
LINES = 120  # each round


@pytest.mark.real
def test_an_ingest_killed_at_any_moment_loses_and_doubles_nothing(tmp_path: Path) -> None:
    chance = random.Random(20260504)
    with open_log(tmp_path):
        pass
    folder = tmp_path / "spool"
    folder.mkdir()
    number = 0
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": "."}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0,
    ) as parent:  # fmt: skip
        assert parent.stdin is not None
        assert parent.stdout is not None
        for round_ in range(KILLS):
            parent.stdin.write(b"\n")
            ingest = os.pidfd_open(int(parent.stdout.readline()))
            try:
                for _ in range(4):
                    # an Envoy outlives two rounds
                    with (folder / f"access-{round_ // 3}.log").open("ab") as file:
                        file.write(b"".join(line(number + at) for at in range(LINES // 4)))
                    number += LINES // 4
                    ended, _, _ = select.select([ingest], [], [], chance.uniform(0, 0.05))
                    assert not ended
            finally:
                signal.pidfd_send_signal(ingest, signal.SIGKILL)
                os.close(ingest)
            assert int(parent.stdout.readline()) == -signal.SIGKILL
        parent.stdin.close()
    with open_log(tmp_path) as log:
        spool = Spool(log, rotate_above=6000)
        asyncio.run(spool.drain())
        counted = Counter(spool.numbers())
        assert sorted(counted) == list(range(number))
        assert set(counted.values()) == {1}
        assert spool.damages() == []
        assert verify_log(log.database, log.file, [SIGNER.verifier]).broken is None
