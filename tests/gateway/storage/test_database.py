import asyncio
import sqlite3
import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, text
from sqlalchemy.exc import IntegrityError, OperationalError

from gateway.storage.database import Database, DatabaseUnusable
from gateway.storage.embedded import GROUP
from gateway.storage.engine import driver_of

PATIENCE = 20  # seconds: nothing here takes one, and a caller that hangs must not hang the tests


@pytest.fixture
def notes(tmp_path: Path) -> Any:
    database = Database(tmp_path / "notes.db")
    database.write_soon(lambda c: c.execute(text("CREATE TABLE note (n INTEGER PRIMARY KEY)"))).result(
        PATIENCE
    )
    yield database
    database.close()


def put(n: int) -> Callable[[Connection], int]:
    def work(connection: Connection) -> int:
        connection.execute(text("INSERT INTO note VALUES (:n)"), {"n": n})
        return n

    return work


def on_disk(database: Database) -> list[int]:
    """As another process sees it."""
    other = sqlite3.connect(database.where)
    try:
        return [n for (n,) in other.execute("SELECT n FROM note ORDER BY n")]
    finally:
        other.close()


class Gate:
    """A write that holds the writer until it is opened, so that what follows becomes one group.

    From then on `at_commit` is called before each commit.
    """

    def __init__(self, database: Database, at_commit: Callable[[], object] = lambda: None) -> None:
        self._begun, self._open = threading.Event(), threading.Event()
        self._at_commit = at_commit
        self.future = database.write_soon(self._wait)
        assert self._begun.wait(PATIENCE)

    def _wait(self, connection: Connection) -> None:
        driver_of(connection.connection).set_trace_callback(
            lambda statement: self._at_commit() if statement == "COMMIT" else None
        )
        self._begun.set()
        assert self._open.wait(PATIENCE)

    def open(self) -> None:
        self._open.set()


async def test_what_was_answered_can_be_seen_by_another_process(notes: Database) -> None:
    for n in range(3):
        assert await notes.write(put(n)) == n
        assert on_disk(notes) == list(range(n + 1))


async def test_many_writers_at_once_share_commits(notes: Database) -> None:
    commits: list[int] = []
    gate = Gate(notes, lambda: commits.append(1))
    waiting = [notes.write_soon(put(n)) for n in range(2 * GROUP)]
    gate.open()
    assert [future.result(PATIENCE) for future in waiting] == list(range(2 * GROUP))
    assert len(commits) == 3  # the gate's and two full groups
    assert on_disk(notes) == list(range(2 * GROUP))


def test_an_exception_rolls_back_its_own_function_and_no_other(notes: Database) -> None:
    def fails(connection: Connection) -> None:
        put(50)(connection)
        raise LookupError("mine")

    gate = Gate(notes)
    before, failing, twice, after = (notes.write_soon(work) for work in (put(1), fails, put(1), put(2)))
    gate.open()
    assert before.result(PATIENCE) == 1
    with pytest.raises(LookupError, match="mine"):
        failing.result(PATIENCE)
    with pytest.raises(IntegrityError):
        twice.result(PATIENCE)
    assert after.result(PATIENCE) == 2
    assert on_disk(notes) == [1, 2]


def test_a_mistaken_statement_is_the_fault_of_its_own_function(notes: Database) -> None:
    """SQLite calls both a missing table and a full disk an operational error."""
    gate = Gate(notes)
    mistaken = notes.write_soon(lambda c: c.execute(text("INSERT INTO nowhere VALUES (1)")))
    good = notes.write_soon(put(1))
    gate.open()
    with pytest.raises(OperationalError, match="no such table"):
        mistaken.result(PATIENCE)
    assert good.result(PATIENCE) == 1


def test_nobody_is_answered_before_the_commit(notes: Database) -> None:
    answered: list[bool] = []
    futures: list[Future[int]] = []
    gate = Gate(notes, lambda: answered.extend(future.done() for future in futures))
    futures += [notes.write_soon(put(n)) for n in range(5)]
    gate.open()
    assert [future.result(PATIENCE) for future in futures] == [0, 1, 2, 3, 4]
    assert answered == [False] * 10  # once for the gate's group, once for theirs


def test_a_work_that_ends_the_program_does_not_end_the_writer(notes: Database) -> None:
    def leaves(_: Connection) -> None:
        raise SystemExit

    with pytest.raises(DatabaseUnusable, match="SystemExit"):
        notes.write_soon(leaves).result(PATIENCE)
    assert notes.write_soon(put(1)).result(PATIENCE) == 1


def test_memory_that_runs_out_is_trouble_of_the_whole_group(notes: Database) -> None:
    def greedy(_: Connection) -> None:
        raise MemoryError

    gate = Gate(notes)
    waiting = [notes.write_soon(put(1)), notes.write_soon(greedy), notes.write_soon(put(2))]
    gate.open()
    refusals = []
    for future in waiting:
        with pytest.raises(DatabaseUnusable, match="rolled back: MemoryError") as refused:
            future.result(PATIENCE)
        assert isinstance(refused.value.__cause__, MemoryError)
        refusals.append(refused.value)
    assert len(set(map(id, refusals))) == 3  # a raised exception collects its own trace
    assert on_disk(notes) == []
    assert notes.write_soon(put(7)).result(PATIENCE) == 7


async def test_a_caller_that_gave_up_before_its_turn_changes_nothing_and_harms_nobody(
    notes: Database,
) -> None:
    gate = Gate(notes)
    gone = asyncio.create_task(notes.write(put(1)))
    stays = asyncio.create_task(notes.write(put(2)))
    await asyncio.sleep(0)
    gone.cancel()
    with pytest.raises(asyncio.CancelledError):
        await gone
    gate.open()
    assert await asyncio.wait_for(stays, PATIENCE) == 2
    assert await asyncio.wait_for(notes.write(put(3)), PATIENCE) == 3
    assert on_disk(notes) == [2, 3]


async def test_a_write_whose_caller_gives_up_in_the_middle_is_finished(notes: Database) -> None:
    begun, go = threading.Event(), threading.Event()

    def slow(connection: Connection) -> None:
        begun.set()
        assert go.wait(PATIENCE)
        put(1)(connection)

    caller = asyncio.create_task(notes.write(slow))
    assert await asyncio.to_thread(begun.wait, PATIENCE)
    caller.cancel()
    with pytest.raises(asyncio.CancelledError):
        await caller
    go.set()
    assert await asyncio.wait_for(notes.write(put(2)), PATIENCE) == 2
    assert on_disk(notes) == [1, 2]


def test_a_group_of_callers_who_all_gave_up_is_no_commit(notes: Database) -> None:
    commits: list[int] = []
    gate = Gate(notes, lambda: commits.append(1))
    waiting = [notes.write_soon(put(n)) for n in range(3)]
    assert all(future.cancel() for future in waiting)
    gate.open()
    gate.future.result(PATIENCE)
    assert notes.write_soon(put(9)).result(PATIENCE) == 9
    assert commits == [1, 1]  # the gate's and the last one's
    assert on_disk(notes) == [9]


def test_close_finishes_what_is_waiting_and_then_refuses(tmp_path: Path) -> None:
    database = Database(tmp_path / "notes.db")
    database.write_soon(lambda c: c.execute(text("CREATE TABLE note (n INTEGER)"))).result(PATIENCE)
    waiting = [database.write_soon(put(n)) for n in range(GROUP + 50)]
    database.close()
    assert all(future.done() and future.exception() is None for future in waiting)
    assert len(on_disk(database)) == GROUP + 50
    with pytest.raises(DatabaseUnusable, match="closed"):
        database.write_soon(put(1))
    with pytest.raises(DatabaseUnusable, match="closed"):
        database.read_now(lambda connection: connection)
    database.close()


async def test_reads_are_refused_after_close(tmp_path: Path) -> None:
    database = Database(tmp_path / "notes.db")
    database.close()
    for call in (database.read, database.look_up, database.write):
        with pytest.raises(DatabaseUnusable, match="closed"):
            await call(put(1))


def test_callers_racing_with_close_are_all_answered(tmp_path: Path) -> None:
    database = Database(tmp_path / "notes.db")
    database.write_soon(lambda c: c.execute(text("CREATE TABLE note (n INTEGER)"))).result(PATIENCE)
    answers: list[Future[int]] = []

    def hurry() -> None:
        try:
            answers.extend(database.write_soon(put(n)) for n in range(10_000))
        except DatabaseUnusable:
            return

    threads = [threading.Thread(target=hurry) for _ in range(3)]
    for thread in threads:
        thread.start()
    database.close()
    for thread in threads:
        thread.join(PATIENCE)
    assert all(future.result(PATIENCE) >= 0 for future in answers)
    assert len(on_disk(database)) == len(answers)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_whatever_ends_the_writer_nobody_waits_for_it(notes: Database) -> None:
    class Trap(Future[Any]):
        def set_result(self, result: Any) -> None:
            raise SystemExit  # a fault of ours that no code path has today

    gate = Gate(notes)
    notes._writer._waiting.put((put(1), Trap()))
    left = [notes.write_soon(put(n)) for n in range(100, 100 + 2 * GROUP)]  # beside it and behind it
    gate.open()
    notes._writer._thread.join(PATIENCE)
    assert {type(future.exception(PATIENCE)) for future in left} == {DatabaseUnusable}
    with pytest.raises(DatabaseUnusable, match="closed"):
        notes.write_soon(put(5))


async def test_readers_see_a_snapshot_and_leave_nothing(notes: Database) -> None:
    await notes.write(put(1))
    more = iter((2, 3))

    def count(connection: Connection) -> list[int]:
        first = connection.execute(text("SELECT count(*) FROM note")).scalar_one()
        notes.write_soon(put(next(more))).result(PATIENCE)
        second = connection.execute(text("SELECT count(*) FROM note")).scalar_one()
        return [first, second]

    assert await notes.read(count) == [1, 1]
    assert await notes.look_up(count) == [2, 2]
    assert notes.read_now(lambda c: c.execute(text("SELECT count(*) FROM note")).scalar_one()) == 3
    notes.read_now(put(4))
    await notes.look_up(put(5))
    assert on_disk(notes) == [1, 2, 3]


async def test_an_error_in_a_read_reaches_its_caller(notes: Database) -> None:
    for read in (notes.read, notes.look_up):
        with pytest.raises(OperationalError, match="no such table"):
            await read(lambda c: c.execute(text("SELECT * FROM nowhere")))
        assert await read(lambda c: c.execute(text("SELECT count(*) FROM note")).scalar_one()) == 0


async def test_a_failed_look_keeps_no_snapshot_however_long_its_exception_is_held(notes: Database) -> None:
    for n in range(5):
        await notes.write(put(n))

    def fail(connection: Connection) -> None:
        rows = connection.execute(text("SELECT n FROM note"))
        raise LookupError(next(rows))  # the trace holds the rows, and these the snapshot

    def count(connection: Connection) -> int:
        return int(connection.execute(text("SELECT count(*) FROM note")).scalar_one())

    for read in (notes.look_up, notes.read):
        with pytest.raises(LookupError) as held:
            await read(fail)
        await notes.write(put(max(on_disk(notes)) + 1))
        there = len(on_disk(notes))
        assert [await notes.look_up(count), *[await notes.read(count) for _ in range(8)]] == [there] * 9
        busy, *_ = notes.engine.connect().exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)").one()
        assert busy == 0
        assert held.value is not None


async def test_a_look_that_leaves_a_transaction_open_spoils_nothing_for_the_next(notes: Database) -> None:
    def leave_open(connection: Connection) -> None:
        driver_of(connection.connection).execute("BEGIN")

    with pytest.raises(OperationalError, match="within a transaction"):
        await notes.look_up(lambda c: c.exec_driver_sql("BEGIN"))
    with pytest.raises(sqlite3.OperationalError, match="within a transaction"):
        await notes.look_up(leave_open)
    assert await notes.look_up(lambda c: c.execute(text("SELECT count(*) FROM note")).scalar_one()) == 0


@settings(max_examples=15, deadline=None)
@given(st.lists(st.sampled_from(["good", "raises", "statement", "cancelled"]), max_size=40))
def test_of_any_mixture_exactly_the_good_ones_are_kept(
    tmp_path_factory: pytest.TempPathFactory, kinds: list[str]
) -> None:
    database = Database(tmp_path_factory.mktemp("mixture") / "notes.db")
    database.write_soon(lambda c: c.execute(text("CREATE TABLE note (n INTEGER)"))).result(PATIENCE)

    def work(kind: str, n: int) -> Callable[[Connection], int]:
        def run(connection: Connection) -> int:
            put(n)(connection)
            if kind == "raises":
                raise LookupError
            if kind == "statement":
                connection.execute(text("INSERT INTO nowhere VALUES (1)"))
            return n

        return run

    gate = Gate(database)
    futures = [database.write_soon(work(kind, n)) for n, kind in enumerate(kinds)]
    for kind, future in zip(kinds, futures, strict=True):
        assert kind != "cancelled" or future.cancel()
    gate.open()
    database.close()
    good = [n for n, kind in enumerate(kinds) if kind == "good"]
    assert on_disk(database) == good
    assert [futures[n].result(0) for n in good] == good


async def test_a_row_is_read_at_once_and_holds_no_snapshot(notes: Database) -> None:
    for n in (1, 2):
        notes.write_soon(put(n)).result(PATIENCE)
        assert await notes.row("SELECT max(n), count(*) FROM note WHERE n >= ?", 0) == (n, n)
    assert await notes.row("SELECT n FROM note WHERE n = ?", 3) is None


async def test_a_wrong_point_query_is_the_callers_fault(notes: Database) -> None:
    with pytest.raises(sqlite3.OperationalError):
        await notes.row("SELECT nothing FROM nowhere")
    notes.write_soon(put(1)).result(PATIENCE)
    assert await notes.row("SELECT n FROM note") == (1,)


async def test_a_closed_database_gives_no_row(notes: Database) -> None:
    await notes.row("SELECT 1")
    notes.close()
    with pytest.raises(DatabaseUnusable):
        await notes.row("SELECT 1")
