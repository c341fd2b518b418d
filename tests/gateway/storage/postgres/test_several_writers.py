"""Several processes write to one PostgreSQL: what one writer guarantees on a file, all of them guarantee together."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, text

from config.settings import Postgres
from gateway.audit.anchors import Fault
from gateway.audit.checkpoint_file import append as append_note
from gateway.audit.checkpoint_file import read
from gateway.audit.checkpointer import Checkpointer
from gateway.storage.audit import append
from gateway.storage.audit_checkpoints import Checkpoints
from gateway.storage.audit_evidence import verify_log
from gateway.storage.database import Database, DatabaseUnusable
from gateway.storage.place import place_text
from tests.gateway.audit.making import SIGNER, entry
from tests.rig.postgres import Server

pytestmark = pytest.mark.real
ROOT = Path(__file__).parents[4]
PATIENCE = 60
WRITERS, EACH = 3, 60
BEGIN = """
import sys
from gateway.storage.audit import append
from gateway.storage.database import Database
from gateway.storage.place import place_from
from tests.gateway.audit.making import entry
database = Database(place_from(sys.argv[1]))
print('ready', flush=True)
sys.stdin.readline()
"""
APPENDING = """
done = [database.write_soon(lambda c, n=n: append(c, [entry(n)])) for n in range(int(sys.argv[2]))]
print(*[one.result().start for one in done])
database.close()
"""
SPENDING = """
from sqlalchemy import text
def spend(c):
    left = c.execute(text("SELECT size FROM audit_checkpoint WHERE size = 1")).scalar()
    if left is None:
        return 0
    c.execute(text("DELETE FROM audit_checkpoint WHERE size = 1"))
    return 1
print(sum(one.result() for one in [database.write_soon(spend) for _ in range(int(sys.argv[2]))]))
database.close()
"""
STANDING_STILL = """
import os, signal, time
stop = lambda: (os.kill(os.getpid(), signal.SIGSTOP), time.sleep(1))  # until every thread stands still
database.write_soon(lambda c: (append(c, [entry(1)]), stop())).result()
"""

Child = subprocess.Popen[str]


@pytest.fixture
def place(postgres: Server) -> Postgres:
    return postgres.database()


@pytest.fixture
def started() -> Iterator[Callable[[str, Postgres], Child]]:
    children: list[Child] = []

    def start(program: str, place: Postgres) -> Child:
        child = subprocess.Popen(
            [sys.executable, "-c", BEGIN + program, place_text(place), str(EACH)],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        children.append(child)
        return child

    yield start
    for child in children:
        child.kill()
        child.communicate()


def go(*children: Child) -> list[str]:
    """All at the same moment; what each says."""
    for child in children:
        assert child.stdout is not None
        assert child.stdout.readline() == "ready\n"
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    return [child.communicate(timeout=PATIENCE)[0] for child in children]


async def test_the_log_of_several_nodes_has_no_gap_and_is_sealed_once(
    place: Postgres, started: Callable[[str, Postgres], Child], tmp_path: Path
) -> None:
    said = go(*(started(APPENDING, place) for _ in range(WRITERS)))
    places = sorted(int(word) for words in said for word in words.split())
    assert places == list(range(WRITERS * EACH))
    with closing(Database(place)) as one, closing(Database(place)) as other:
        files = [tmp_path / "one.log", tmp_path / "other.log"]
        for database, file in zip((one, other), files, strict=True):
            node = Checkpointer(Checkpoints(database), file, SIGNER, timedelta(seconds=1), print, shared=True)
            await node.begin()
            await node.seal()
        for file in files:
            report = verify_log(one, file, [SIGNER.verifier])
            assert (report.broken, report.sealed, report.checkpoints) == (None, WRITERS * EACH, 1)


async def test_the_file_of_a_node_that_stood_still_may_lack_what_others_sealed_but_nothing_in_between(
    place: Postgres, tmp_path: Path
) -> None:
    file, behind = tmp_path / "whole.log", tmp_path / "behind.log"
    with closing(Database(place)) as database:
        node = Checkpointer(Checkpoints(database), file, SIGNER, timedelta(seconds=1), print, shared=True)
        for number in range(4):
            await database.write(lambda c, number=number: append(c, [entry(number)]))
            await node.seal()
        notes = [written.note for written in read(file)]
        for kept, fault in ((notes[:1], None), ((), None), (notes[1:], Fault.CHECKPOINT_REMOVED)):
            behind.unlink(missing_ok=True)
            for note in kept:
                append_note(behind, note)
            broken = verify_log(database, behind, [SIGNER.verifier]).broken
            assert (broken and broken.fault) == fault


def test_what_is_there_once_is_taken_once(
    place: Postgres, started: Callable[[str, Postgres], Child], postgres: Server
) -> None:
    postgres.run("INSERT INTO audit_checkpoint VALUES (1, '', 0, '')", place.name)
    assert sum(int(said) for said in go(*(started(SPENDING, place) for _ in range(WRITERS)))) == 1


def test_a_node_that_stands_still_within_a_transaction_gives_the_lock_back_before_others_give_up(
    place: Postgres, started: Callable[[str, Postgres], Child]
) -> None:
    still = started(STANDING_STILL, place)
    assert still.stdout is not None
    assert still.stdin is not None
    still.stdout.readline()
    still.stdin.write("go\n")
    still.stdin.flush()
    assert os.WIFSTOPPED(os.waitpid(still.pid, os.WUNTRACED)[1])
    try:
        with closing(Database(place)) as database:
            assert database.write_soon(lambda c: append(c, [entry(2)])).result().start == 0
    finally:
        still.send_signal(signal.SIGCONT)


def test_a_write_that_fails_leaves_the_others_of_its_group(place: Postgres) -> None:
    def refused(connection: Connection) -> None:
        append(connection, [entry(1)])
        connection.execute(text("SELECT nothing FROM nowhere"))

    with closing(Database(place)) as database:
        futures = [
            database.write_soon(refused if n % 3 == 0 else lambda c: append(c, [entry(2)])) for n in range(30)
        ]
        failed = [future for future in futures if future.exception(PATIENCE) is not None]
        assert len(failed) == 10
        assert not any(isinstance(one.exception(), DatabaseUnusable) for one in failed)
        kept = [future.result().start for future in futures if future not in failed]
    assert kept == list(range(20))


def test_a_server_that_was_restarted_is_used_again_without_a_failed_question(postgres: Server) -> None:
    place = postgres.database()
    with closing(Database(place)) as database:
        database.write_soon(lambda c: append(c, [entry(1)])).result()
        postgres.stop()
        with pytest.raises(DatabaseUnusable, match="see that the server runs"):
            database.read_now(lambda c: c.execute(text("SELECT 1")).all())
        with pytest.raises(DatabaseUnusable):
            database.write_soon(lambda c: append(c, [entry(2)])).result()
        assert not database.works()
        postgres.start()
        assert database.write_soon(lambda c: append(c, [entry(3)])).result().start == 1
        assert database.works()
        postgres.stop()
        postgres.start()
        assert database.write_soon(lambda c: append(c, [entry(4)])).result().start == 2


async def test_a_nul_that_a_stranger_types_is_kept_as_what_is_no_character(place: Postgres) -> None:
    with closing(Database(place)) as database:
        statement = "INSERT INTO known_login (login, subject, seen_at) VALUES (?, ?, ?)"
        await database.write(lambda c: c.exec_driver_sql(statement, ("a\0b", "urad:1", 1)))
        assert await database.row("SELECT login FROM known_login WHERE login = ?", "a\0b") == ("a\ufffdb",)
