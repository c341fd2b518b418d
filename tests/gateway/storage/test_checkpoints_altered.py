"""Whoever writes to the database writes checkpoints too: none is believed that the log's keys did not sign, sealing
never stops for it, and what was done is told. In a process that runs, and at its start.
"""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from sqlalchemy import Row, text

from gateway.audit import checkpoint, checkpoint_file, log_keys
from gateway.audit.anchors import Fault
from gateway.audit.checkpointer import Checkpointer
from gateway.audit.entry import Code
from gateway.audit.log_keys import Introduced, Why
from gateway.audit.note import Signer
from gateway.audit.tree import Frontier
from gateway.storage.audit import Ledger, read_tail
from gateway.storage.audit_believed import at_size, look
from gateway.storage.audit_checkpoints import Checkpoints
from gateway.storage.end_marks import key_under, mark_ends
from gateway.storage.log_gaps import LogGaps
from tests.gateway.audit.making import EITHER, SIGNER, Log, entry, open_log_of_either
from tests.gateway.audit.rotating import SEAL
from tests.gateway.audit.sharding import broken, by_hand, check
from tests.gateway.audit.test_append import written
from tests.gateway.storage.test_end_marks import MASTER, by_somebody, marked

__all__ = ["marked"]

TABLES = ("audit_entry", "audit_tail", "audit_node", "audit_checkpoint")
THIEF = Signer(SIGNER.name, Ed25519PrivateKey.from_private_bytes(bytes(32)))
Kept = dict[str, list[Row[tuple[object, ...]]]]


@pytest.fixture(params=EITHER)
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Log]:
    with open_log_of_either(request, tmp_path) as made:
        (tmp_path / "master.key").write_bytes(MASTER)
        mark_ends(made.database.engine, key_under(tmp_path), made.file)
        made.append([entry(number) for number in range(3)])
        yield made


def sealing(log: Log, *, shared: bool = False) -> Checkpointer:
    store = Checkpoints(
        log.database, all_sign=lambda _c, _n: log.signs_drops, append=log.ledger.append, now=log.clock
    )
    return Checkpointer(store, log.file, SIGNER, timedelta(seconds=1), log.troubles.append, shared=shared)


def put_in(log: Log, size: int, note: str) -> None:
    def work(connection) -> None:
        by = {"size": size, "root": b"\0" * 32, "at": 1, "note": note}
        connection.execute(text("DELETE FROM audit_checkpoint WHERE size = :size"), {"size": size})
        connection.execute(text("INSERT INTO audit_checkpoint VALUES (:size, :root, :at, :note)"), by)

    log.database.write_soon(work).result()


def kept(log: Log, *tables: str) -> Kept:
    def query(connection) -> Kept:
        return {one: list(connection.execute(text(f"SELECT * FROM {one}"))) for one in tables or TABLES}

    return log.database.read_now(query)


def put_back(log: Log, rows: Kept) -> None:
    def work(connection) -> None:
        for table, found in rows.items():
            connection.execute(text(f"DELETE FROM {table}"))
            for row in found:
                names = row._mapping.keys()
                columns, values = (
                    ", ".join(f'"{one}"' for one in names),
                    ", ".join(f":{one}" for one in names),
                )
                statement = text(f"INSERT INTO {table} ({columns}) VALUES ({values})")
                connection.execute(statement, dict(row._mapping))

    log.database.write_soon(work).result()


def told(log: Log) -> list[Code]:
    of = (Code.LOG_CHECKPOINT_ALTERED, Code.LOG_ROLLED_BACK, Code.LOG_END_ALTERED)
    return [one.entry.code for one in written(log) if one.entry.code in of]


def in_file(log: Log) -> list[int]:
    return [checkpoint.unseal(one.note, [SIGNER.verifier]).reach for one in checkpoint_file.read(log.file)]


def forged(size: int) -> str:
    return checkpoint.seal(size, b"\0" * 32, THIEF, drops_signed=True)


async def test_a_log_that_ends_where_it_was_sealed_with_other_entries_is_not_the_one_that_was_sealed(
    log: Log,
) -> None:
    """Whoever puts the very last entries back another way leaves sizes, checkpoints and their rows as they were."""
    await sealing(log).seal()
    tail = log.database.read_now(read_tail)
    last = log.database.read_now(lambda c: at_size(c, tail.size))
    other = replace(tail, frontier=Frontier().extend([bytes(32)] * tail.size))
    keys = [SIGNER.verifier]
    ends = [log.database.read_now(lambda c, end=end: look(c, keys, end, last)) for end in (tail, other)]
    assert [one.ahead for one in ends] == [None, last]
    at_start = log.database.read_now(lambda c: look(c, keys, other, None))
    assert at_start.ahead == last


@pytest.mark.parametrize("shared", [False, True])
@pytest.mark.parametrize("note", ["", "x", forged(2**62)])
async def test_a_false_checkpoint_of_any_size_keeps_nothing_from_being_sealed(
    log: Log, note: str, *, shared: bool
) -> None:
    running = sealing(log, shared=shared)
    assert await running.begin() is None
    await running.seal()
    put_in(log, 2**62, note)
    log.append([entry(5, subject="s-culprit")])
    await running.seal()
    assert told(log) == [Code.LOG_CHECKPOINT_ALTERED]
    assert "was changed by hand" in str(log.troubles[-1])
    log.append([entry(6)])
    await running.seal()
    assert in_file(log) == [3, 5, 6], "nothing of what somebody wrote comes to the file"
    report = check(log)
    assert (report.broken, report.not_yet_sealed, len(told(log))) == (None, 0, 1)


@pytest.mark.parametrize("shared", [False, True])
async def test_a_start_believes_no_false_checkpoint_either(log: Log, *, shared: bool) -> None:
    await sealing(log, shared=shared).seal()
    put_in(log, 2**62, "")
    log.append([entry(5)])
    again = sealing(log, shared=shared)
    assert await again.begin() is None
    await again.seal()
    assert (told(log), in_file(log), check(log).broken) == ([Code.LOG_CHECKPOINT_ALTERED], [3, 5], None)


async def test_a_false_checkpoint_of_exactly_what_there_is_hides_no_gap_and_is_written_over(log: Log) -> None:
    gaps = LogGaps(log.database, SEAL, lambda _: [SIGNER.verifier])
    running = sealing(log)
    await running.seal()
    log.append([entry(5)])
    for size in (4, 2**62):
        put_in(log, size, forged(size))
    assert (await gaps.seen(0, None)).sealed == 3
    await running.seal()
    assert told(log) == [Code.LOG_CHECKPOINT_ALTERED]
    assert (await gaps.seen(0, None)).sealed == 5


async def test_more_false_checkpoints_than_are_looked_at_stop_nothing(log: Log) -> None:
    running = sealing(log)
    await running.seal()

    def work(connection) -> None:
        rows = [{"size": 2**62 + number, "root": b"", "at": 1, "note": "x"} for number in range(2_500)]
        connection.execute(text("INSERT INTO audit_checkpoint VALUES (:size, :root, :at, :note)"), rows)

    log.database.write_soon(work).result()
    for number in range(4):
        log.append([entry(10 + number)])
        await running.seal()
    assert (check(log).broken, check(log).not_yet_sealed) == (None, 0)


@pytest.mark.parametrize("change", ["note = replace(note, 'drops', 'other')", "root = '0'", "note = ''"])
async def test_a_checkpoint_that_is_changed_is_told_of_an_idle_log_too_and_stands_as_it_was_sealed(
    log: Log, change: str
) -> None:
    running = sealing(log)
    await running.seal()
    before = kept(log, "audit_checkpoint")
    by_hand(log, f"UPDATE audit_checkpoint SET {change}")
    await running.seal()
    assert told(log) == [Code.LOG_CHECKPOINT_ALTERED]
    assert kept(log, "audit_checkpoint")["audit_checkpoint"][0] == before["audit_checkpoint"][0]
    await running.seal()
    assert (len(told(log)), check(log).broken) == (1, None)


async def test_a_checkpoint_that_is_taken_away_is_put_back_also_at_a_start(log: Log) -> None:
    await sealing(log).seal()
    by_hand(log, "DELETE FROM audit_checkpoint")
    again = sealing(log)
    assert await again.begin() is not None, "the file has it"
    await again.seal()
    assert (told(log), check(log).broken, in_file(log)) == ([Code.LOG_CHECKPOINT_ALTERED], None, [3, 4])


async def test_keys_that_somebody_writes_into_the_database_make_no_checkpoint(log: Log) -> None:
    """The notes of `audit_key` say what they like, down to the chain."""
    await sealing(log).seal()
    thief = Signer(SIGNER.name, Ed25519PrivateKey.from_private_bytes(b"\1" * 32))
    change = Introduced(THIEF.verifier, thief.verifier, 0, Why.PLANNED)
    note = log_keys.introduce(change, (thief, THIEF))

    def work(connection) -> None:
        connection.execute(text("INSERT INTO audit_key VALUES (1, :note)"), {"note": note})

    log.database.write_soon(work).result()
    put_in(log, 2**62, checkpoint.seal(2**62, b"\0" * 32, (thief, THIEF), drops_signed=True))
    log.append([entry(5)])
    await sealing(log).seal()
    assert told(log) == [Code.LOG_CHECKPOINT_ALTERED]
    by_hand(log, "DELETE FROM audit_key")
    assert (check(log).broken, in_file(log)) == (None, [3, 5])


HIDDEN = {
    "the line taken out": "UPDATE audit_checkpoint SET note = replace(note, 'drops signed\n', '')",
    "no checkpoint left": "DELETE FROM audit_checkpoint",
    "another note": "UPDATE audit_checkpoint SET note = ''",
}


@pytest.mark.parametrize("first", ["an entry", "a checkpoint"])
@pytest.mark.parametrize("hidden", HIDDEN)
def test_who_hides_that_ends_are_marked_is_told_all_the_same(marked: Log, hidden: str, first: str) -> None:
    before = kept(marked, "audit_checkpoint")
    by_hand(marked, HIDDEN[hidden])
    by_somebody(marked)
    if first == "an entry":
        marked.append([entry(5)])
        put_back(marked, before)
    asyncio.run(sealing(marked).seal())
    if first == "a checkpoint":
        by_hand(marked, f"DELETE FROM audit_checkpoint WHERE size = {before['audit_checkpoint'][0].size}")
        put_back_one(marked, before)
    marked.append([entry(6)])
    asyncio.run(sealing(marked).seal())
    ends = [one for one in written(marked) if one.entry.code is Code.LOG_END_ALTERED]
    assert [(one.entry.details["first"], one.entry.details["last"]) for one in ends] == [(3, 5)]


def put_back_one(log: Log, rows: Kept) -> None:
    def work(connection) -> None:
        (row,) = rows["audit_checkpoint"]
        statement = text(
            "INSERT INTO audit_checkpoint (size, root, at, note) VALUES (:size, :root, :at, :note)"
        )
        connection.execute(statement, dict(row._mapping))

    log.database.write_soon(work).result()


def test_a_process_that_has_sealed_knows_by_itself_that_ends_are_marked(marked: Log) -> None:
    asyncio.run(sealing(marked).seal())
    marked.append([entry(8)])
    by_hand(marked, HIDDEN["the line taken out"])
    by_hand(marked, "DELETE FROM schema_step")
    by_hand(marked, "UPDATE audit_tail SET mark = NULL")
    marked.file.unlink()
    marked.database.write_soon(lambda c: Ledger(marked.clock).append(c, [entry(5)])).result()
    assert Code.LOG_END_ALTERED in told(marked)


def test_a_false_checkpoint_does_not_narrow_what_may_be_somebody_elses(marked: Log) -> None:
    by_somebody(marked)
    by_somebody(marked)
    put_in(marked, 7, forged(7))
    marked.append([entry(5)])
    end = next(one.entry for one in written(marked) if one.entry.code is Code.LOG_END_ALTERED)
    assert (end.details["first"], end.details["last"]) == (3, 6)


@pytest.mark.parametrize("shared", [False, True])
async def test_a_database_that_is_put_back_beneath_a_running_product_is_told(
    log: Log, *, shared: bool
) -> None:
    running = sealing(log, shared=shared)
    assert await running.begin() is None
    await running.seal()
    yesterday = kept(log)
    for number in range(10):
        log.append([entry(40 + number, subject="s-culprit")])
        await running.seal()
    put_back(log, yesterday)
    log.append([entry(90)])
    await running.seal()
    assert Code.LOG_ROLLED_BACK in told(log)
    one = next(one.entry for one in written(log) if one.entry.code is Code.LOG_ROLLED_BACK)
    assert (one.details["written"], one.details["left"] <= 5) == (13, True)
    assert "put back" in str(log.troubles[-1])
    assert broken(log).fault is Fault.ROLLED_BACK
    for number in range(12):
        log.append([entry(100 + number)])
        await running.seal()
    back = [one.entry.details for one in written(log) if one.entry.code is Code.LOG_ROLLED_BACK]
    assert [one["written"] for one in back] == [13, 13], "what was written, and what the key had signed of it"
    assert [one for one in back if "root" in one] == back[1:]
    assert (broken(log).fault, check(log).not_yet_sealed >= 0) == (Fault.ROLLED_BACK, True)
    assert await sealing(log, shared=shared).begin() is None, "told once"


@pytest.mark.parametrize("shared", [False, True])
async def test_a_database_that_was_put_back_while_nothing_ran_is_told_at_the_start(
    log: Log, *, shared: bool
) -> None:
    await sealing(log, shared=shared).seal()
    yesterday = kept(log)
    log.append([entry(40), entry(41)])
    await sealing(log, shared=shared).seal()
    put_back(log, yesterday)
    again = sealing(log, shared=shared)
    assert await again.begin() is not None
    await again.seal()
    assert Code.LOG_ROLLED_BACK in told(log)
    assert broken(log).fault is Fault.ROLLED_BACK


async def test_what_was_put_back_and_has_outgrown_what_was_sealed_is_told(log: Log) -> None:
    """All between two looks."""
    running = sealing(log)
    await running.seal()
    yesterday = kept(log)
    log.append([entry(40)])
    await running.seal()
    put_back(log, yesterday)
    log.append([entry(50), entry(51), entry(52)])
    await running.seal()
    assert Code.LOG_ROLLED_BACK in told(log)
