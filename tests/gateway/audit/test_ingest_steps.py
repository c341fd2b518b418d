"""The ingest at each of its steps, with the next lines read ahead: killed there, or on a full disk. Both databases."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.audit.entry import Code
from gateway.audit.ingest import BATCH, IngestHalted
from gateway.storage.audit_evidence import verify_log
from gateway.storage.place import is_shared, place_text
from tests.gateway.audit.making import EITHER, SIGNER, Log, open_log, open_log_of_either, until
from tests.gateway.audit.test_ingest import Spool

pytestmark = pytest.mark.real
SMALL = 100  # entries in a transaction of those who die: fourteen times as many lines take a minute otherwise
EACH = 2 * SMALL + 10  # lines between two deaths: two whole batches, so that the next is being read
STEPS = (
    *(("read", 1), ("read ahead", 1)),
    *(("before", 1), ("before", 2), ("within", 1), ("within", 2), ("after", 1), ("after", 2)),
)
WHILE_ROTATING = (("before", 4), ("within", 4), ("after", 4), ("before", 5), ("within", 5), ("reopen", 1))
"""Step and the how manieth time. The fourth writes down that a file is to be renamed, the fifth that it is."""
CHILD = """
import asyncio, os, signal, sys
from pathlib import Path
from gateway.audit import ingest
from gateway.storage.audit_spool import SpoolPlaces
from gateway.storage.place import place_from
from tests.gateway.audit.making import open_log
from tests.gateway.audit.test_ingest import Spool
from tests.rig.session_store import ACTIVITY

BATCH = ingest.BATCH = int(sys.argv[3])

class Dying(Spool):
    ahead = False

    def at(self, step):
        if step == self.dies_at:
            self.times -= 1
            if self.times == 0:
                os.kill(os.getpid(), signal.SIGKILL)

    async def holders(self, sessions):
        self.at("read ahead" if self.ahead else "read")
        return await super().holders(sessions)

    async def reopen(self):
        self.at("reopen")

    def within(self):
        self.at("within")
        return ACTIVITY

    async def move(self, before, after, entries, seen):
        self.ahead = len(entries) == BATCH
        self.at("before")
        await asyncio.sleep(0)  # whoever reads ahead begins
        await self.store.move(before, after, entries, seen)
        self.at("after")
        self.ahead = False

    async def places(self):
        return await self.store.places()

async def main(place, step, times, above):
    with open_log(Path(sys.argv[1]), place=place_from(place) if place else None) as log:
        spool = Dying(log, rotate_above=above)
        spool.dies_at, spool.times = step, times
        spool.store = SpoolPlaces(log.database, spool.within)
        spool.ingest._store = spool
        await spool.drain()

for said in sys.stdin:
    step, times, above = said.rstrip().split("*")
    child = os.fork()
    if child == 0:
        asyncio.run(main(sys.argv[2], step, int(times), int(above)))
        os._exit(0)
    print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
"""


@pytest.fixture(params=EITHER)
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Log]:
    with open_log_of_either(request, tmp_path) as made:
        yield made


def test_an_ingest_that_is_killed_at_any_of_its_steps_takes_each_line_once_and_in_order(
    log: Log,
) -> None:
    server = is_shared(log.database.place)
    log.database.close()
    spool = Spool(log)
    number = 0
    arguments = [str(log.folder), place_text(log.database.place) if server else "", str(SMALL)]
    with subprocess.Popen(
        [sys.executable, "-c", CHILD, *arguments],
        env={**os.environ, "PYTHONPATH": "."}, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0,
    ) as parent:  # fmt: skip
        assert parent.stdin is not None
        assert parent.stdout is not None
        for at, (step, times) in enumerate((*STEPS, *WHILE_ROTATING)):
            rotating = at >= len(STEPS)
            spool.write(f"access-{at if rotating else 0:02}.log", *range(number, number + EACH))
            number += EACH
            parent.stdin.write(f"{step}*{times}*{1 if rotating else 10**9}\n".encode())
            assert int(parent.stdout.readline()) == -signal.SIGKILL, f"{step} was never reached"
        parent.stdin.close()
    with open_log(log.folder, place=log.database.place if server else None) as opened:
        after = Spool(opened)
        asyncio.run(after.drain())
        assert after.numbers() == list(range(number))
        assert after.damages() == []
        assert verify_log(opened.database, opened.file, [SIGNER.verifier]).broken is None


async def test_a_server_whose_disk_is_full_takes_no_line_twice_when_it_has_room_again(log: Log) -> None:
    """Its own word for a full disk, said where the lines are written."""
    spool = Spool(log)
    lines = range(2 * BATCH + 100)
    spool.write("access-1.log", *lines)
    fill, empty = FULL["postgres" if is_shared(log.database.place) else "embedded"]
    await log.database.write(lambda c: [c.exec_driver_sql(one) for one in fill] and None)
    stop = asyncio.Event()
    running = asyncio.create_task(spool.ingest.run(stop))
    await until(lambda: bool(spool.troubles))
    assert isinstance(spool.troubles[0], IngestHalted)
    assert spool.numbers() == [], "nothing half"
    await log.database.write(lambda c: [c.exec_driver_sql(one) for one in empty] and None)
    stop.set()
    await asyncio.wait_for(running, 10)
    assert spool.numbers() == list(lines)
    assert spool.troubles[-1] is None
    assert Code.ACCESS_SPOOL_DAMAGED not in {one.code for one in spool.entries()}


FULL_BODY = "BEGIN IF NEW.sequence >= 300 THEN RAISE SQLSTATE '53100'; END IF; RETURN NEW; END"
FULL = {
    "postgres": (
        (
            f"CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $${FULL_BODY}$$",
            "CREATE TRIGGER full_disk BEFORE INSERT ON audit_entry FOR EACH ROW EXECUTE FUNCTION full_disk()",
        ),
        ("DROP TRIGGER full_disk ON audit_entry",),
    ),
    "embedded": (("PRAGMA max_page_count = 1",), ("PRAGMA max_page_count = 1000000",)),
}
"""At the server in the middle of a batch."""
