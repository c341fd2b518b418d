"""What a process has committed to the log is there: who takes entries of the last second back is told of."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import text

from gateway.audit.entry import Code
from gateway.storage.audit import Ledger
from gateway.storage.database import Database
from gateway.storage.end_marks import key_under, mark_ends
from tests.gateway.audit.making import EITHER, Log, entry, open_log_of_either
from tests.gateway.audit.sharding import by_hand, check
from tests.gateway.audit.test_append import written
from tests.gateway.storage.test_checkpoints_altered import kept, log, put_back, sealing

__all__ = ["log"]

PUT_BACK = "DELETE FROM audit_tail; INSERT INTO audit_tail SELECT * FROM stash;"
TAKEN_OUT = "DELETE FROM audit_entry WHERE sequence = NEW.sequence;"
STASH = "DELETE FROM stash; INSERT INTO stash SELECT * FROM audit_tail;"
SQLITE = f"""
CREATE TABLE stash AS SELECT * FROM audit_tail
CREATE TRIGGER a BEFORE UPDATE ON audit_tail BEGIN {STASH} END
CREATE TRIGGER b AFTER INSERT ON audit_entry WHEN NEW.subject = 's-spy' BEGIN {TAKEN_OUT} {PUT_BACK} END
"""
SERVER = f"""
CREATE TABLE stash AS SELECT * FROM audit_tail
CREATE FUNCTION fa() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {STASH} RETURN NEW; END $$
CREATE FUNCTION fb() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN {PUT_BACK} RETURN NULL; END $$
CREATE TRIGGER a BEFORE UPDATE ON audit_tail FOR EACH ROW EXECUTE FUNCTION fa()
CREATE TRIGGER b BEFORE INSERT ON audit_entry FOR EACH ROW WHEN (NEW.subject = 's-spy') EXECUTE FUNCTION fb()
"""
AFTERWARDS = """
DROP TRIGGER a ON audit_tail
DROP TRIGGER b ON audit_entry
DROP FUNCTION fa
DROP FUNCTION fb
DROP TABLE stash
"""


class Undone(Exception):
    pass


def run(log: Log, statements: str) -> None:
    for one in statements.strip().splitlines():
        log.database.write_soon(lambda c, one=one: c.exec_driver_sql(one).close()).result()


@pytest.fixture(params=EITHER)
def bare(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Log]:
    with open_log_of_either(request, tmp_path) as made:
        yield made


def back(log: Log) -> list[tuple[object, object]]:
    found = (one.entry.details for one in written(log) if one.entry.code is Code.LOG_ROLLED_BACK)
    return [(one["written"], one["left"]) for one in found]


def spied(log: Log) -> None:
    """An act whose entry is taken out, with its end put back: that bears its own mark."""
    before = kept(log, "audit_tail")
    log.append([entry(7, Code.DECISION_PERMIT, subject="s-spy")])
    by_hand(log, f"DELETE FROM audit_entry WHERE sequence >= {before['audit_tail'][0].size}")
    put_back(log, before)


async def test_an_entry_that_is_taken_back_is_told_by_the_next_one(log: Log) -> None:
    await sealing(log).seal()
    spied(log)
    log.append([entry(8)])
    assert back(log) == [(4, 3)]
    log.append([entry(9)])
    await sealing(log).seal()
    assert (back(log), check(log).broken) == ([(4, 3)], None)


async def test_it_is_told_of_an_idle_log_too(log: Log) -> None:
    running = sealing(log)
    await running.seal()
    spied(log)
    await running.seal()
    assert back(log) == [(4, 3)]
    assert "were written" in str(log.troubles[-1])
    await running.seal()
    assert (back(log), check(log).broken) == ([(4, 3)], None)


def test_it_is_told_where_others_have_written_behind_it_since(log: Log) -> None:
    """Another node's entry stands at its number now."""
    size = kept(log, "audit_tail")["audit_tail"][0].size
    spied(log)
    with closing(Database(log.database.place)) as other:
        mark_ends(other.engine, key_under(log.folder), log.file)
        other.write_soon(lambda c: Ledger(log.clock).append(c, [entry(20), entry(21)])).result()
    log.append([entry(8)])
    assert back(log) == [(size + 1, size + 2)]


async def test_triggers_that_take_the_entries_of_somebody_out_are_told_by_each(log: Log) -> None:
    await sealing(log).seal()
    server = log.database.read_now(lambda connection: connection.dialect.name) == "postgresql"
    run(log, SERVER if server else SQLITE)
    try:
        for number in range(3):
            log.append([entry(20 + number, subject="s-office")])
            log.append([entry(30 + number, Code.DECISION_PERMIT, subject="s-spy")])
        log.append([entry(9)])
        assert [one.sequence for one in written(log) if one.entry.subject == "s-spy"] == []
        assert len(back(log)) == 3
    finally:
        if server:  # the next test has the same database
            run(log, AFTERWARDS)


@pytest.mark.parametrize("group", [1, 2])
def test_what_was_undone_is_nothing_that_was_reached(bare: Log, group: int) -> None:
    bare.append([entry(1)])

    def fails(connection) -> None:
        bare.ledger.append(connection, [entry(2)])
        raise Undone

    def slow(connection) -> None:
        connection.execute(text("SELECT 1"))

    waiting = [bare.database.write_soon(slow) for _ in range(group - 1)]
    failed = bare.database.write_soon(fails)
    waiting += [
        bare.database.write_soon(lambda c: bare.ledger.append(c, [entry(3)])) for _ in range(group - 1)
    ]
    with pytest.raises(Undone):
        failed.result()
    for one in waiting:
        one.result()
    bare.append([entry(4)])
    bare.database.write_soon(lambda c: Ledger(bare.clock).append(c, [entry(5)])).result()
    assert back(bare) == []
    assert [one.sequence for one in written(bare)] == list(range(2 + group))
