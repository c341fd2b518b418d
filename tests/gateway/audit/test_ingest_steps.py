"""The ingest killed at each line of its code, and on a disk that is full at each of its steps. Both databases."""

import asyncio
import json
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import psycopg
import pytest
from sqlalchemy.exc import OperationalError

from gateway.audit import spool as plan
from gateway.audit.entry import Code
from gateway.audit.ingest import BATCH, IngestHalted
from gateway.storage.activity import Activity
from gateway.storage.audit_evidence import verify_log
from gateway.storage.audit_spool import SpoolPlaces
from gateway.storage.database import DatabaseUnusable
from gateway.storage.place import is_shared, place_text
from tests.gateway.audit.killing import JOURNAL, STORIES, WITHIN, Dying, Point, lines
from tests.gateway.audit.making import EITHER, SIGNER, Log, open_log, open_log_of_either, until
from tests.gateway.audit.test_ingest import Spool
from tests.rig.session_store import ACTIVITY

pytestmark = pytest.mark.real
APART = 100  # between the numbers of the lines of two lives
AFTER_IT = {("_do", "return True")}
WITHOUT_EFFECT = {("_read", "return False")}
"""Lines that no story reaches, by how they begin: there was nothing, and nothing is done."""


@pytest.fixture(params=EITHER)
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Log]:
    with open_log_of_either(request, tmp_path) as made:
        yield made


class Lives:
    """One ingest after the other on the same log."""

    def __init__(self, folder: Path, place: str) -> None:
        words = [sys.executable, "-m", "tests.gateway.audit.killing", str(folder), place]
        self._parent = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE, bufsize=0)
        self.lived = 0

    def live(self, story: str, dies_at: Point | None) -> list[Point]:
        """Points that were reached; none where it died, and it has to die where it is told to."""
        assert self._parent.stdin is not None
        assert self._parent.stdout is not None
        self.lived += 1
        said = json.dumps([story, self.lived * APART, dies_at])
        self._parent.stdin.write(said.encode() + b"\n")
        answer = json.loads(self._parent.stdout.readline())
        if dies_at is not None:
            assert answer == -signal.SIGKILL, f"{story}: {dies_at} was never reached"
            return []
        assert json.loads(self._parent.stdout.readline()) == 0
        return [(step, name, line) for step, name, line in answer]

    def end(self) -> None:
        with self._parent:  # it ends with its input
            assert self._parent.stdin is not None
            self._parent.stdin.close()


def test_an_ingest_that_is_killed_at_any_line_of_any_step_takes_each_line_once_and_in_order(
    log: Log,
) -> None:
    """Lines and steps are those of the code: one that no story comes by fails."""
    server = is_shared(log.database.place)
    log.database.close()
    lives = Lives(log.folder, place_text(log.database.place) if server else "")
    died: dict[tuple[str, ...], Point] = {}
    losses = dict.fromkeys((one.loses for one in STORIES.values() if one.loses), 0)
    for name, story in STORIES.items():
        steps = {one.__name__ for one in story.steps}
        points = [one for one in lives.live(name, None) if one[0] in steps]
        assert {one[0] for one in points} == steps, name
        if server:  # what is done before and after the database is asked is the same there
            points = [one for one in points if one[1] in {WITHIN, "_move"} or _text({one[1:]}) == AFTER_IT]
        for point in points:
            if (key := _key(point)) not in died:
                died[key] = point
                lives.live(name, point)
                if story.loses:
                    losses[story.loses] += 1
        if story.loses:
            losses[story.loses] += 1
    lives.end()
    if not server:
        assert {one[0] for one in died.values()} == {one.__name__ for one in get_args(plan.Step)}
        reached = {(name, line) for _, name, line in died.values() if name != WITHIN}
        assert _text(reached ^ lines()) == WITHOUT_EFFECT
    with open_log(log.folder, place=log.database.place if server else None) as opened:
        after = Spool(opened)
        asyncio.run(after.drain())
        written = [int(one) for one in (log.folder / JOURNAL).read_text().split()]
        assert after.numbers() == written
        whys = [str(one.details["why"]) for one in after.damages()]
        assert {loss: sum(why.startswith(loss) for why in whys) for loss in losses} == losses
        assert len(whys) == sum(losses.values())
        assert verify_log(opened.database, opened.file, [SIGNER.verifier]).broken is None


@pytest.mark.parametrize("name", STORIES)
async def test_a_disk_that_is_full_at_any_writing_step_costs_no_line_and_doubles_none(
    log: Log, name: str
) -> None:
    """As the database says it at the end of a transaction, when all of the step but its commit is done."""
    refused, first = 0, APART
    while True:
        dying = Dying(log, None)
        dying.name = f"access-{first:08}.log"
        left = refused + 1  # the transaction of this story that is refused

        def within(dying: Dying = dying) -> Activity:
            nonlocal left
            left -= dying.armed
            if dying.armed and left == 0:
                raise full(server=is_shared(log.database.place))
            return ACTIVITY

        dying.ingest._store = SpoolPlaces(log.database, within)
        await dying.drain()
        before = len(dying.damages())
        try:
            await STORIES[name].begin(dying, first)
        except DatabaseUnusable:
            refused, first = refused + 1, first + APART
        else:
            break
        await dying.drain()
        assert dying.numbers() == [int(one) for one in (log.folder / JOURNAL).read_text().split()]
        assert len(dying.damages()) - before == bool(STORIES[name].loses)
    assert refused >= len(STORIES[name].steps & WRITING)


WRITING = frozenset(get_args(plan.Step)) - {plan.Delete, plan.Reopen}


def full(*, server: bool) -> Exception:
    if server:
        return OperationalError("", None, psycopg.errors.DiskFull("could not extend file"))
    cause = sqlite3.OperationalError("database or disk is full")
    cause.sqlite_errorcode = sqlite3.SQLITE_FULL
    return OperationalError("", None, cause)


def _key(point: Point) -> tuple[str, ...]:
    """A line that several steps share is died at in each of them, where it writes."""
    step, name, line = point
    return (name, str(line), step) if name in {WITHIN, "_move"} else (name, str(line))


def _text(found: set[tuple[str, int]]) -> set[tuple[str, str]]:
    text = Path(plan.__file__).with_name("ingest.py").read_text("utf-8").split("\n")
    return {(name, text[line - 1].strip()) for name, line in found}


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
