"""Old months go as a whole, on both databases, wherever it is broken off; and what is found when somebody helps."""

import asyncio
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import Connection, select

from gateway.audit import checkpoint_file
from gateway.audit.anchors import Fault
from gateway.audit.entry import Code
from gateway.audit.facts import microseconds
from gateway.audit.places import BLOCK
from gateway.audit.shard import Shard
from gateway.storage.audit import LogInconsistent
from gateway.storage.audit_dropping import ShardNotDropped, Why
from gateway.storage.audit_evidence import rows
from gateway.storage.audit_retention import Retention, ShardIsRead, remove_some
from gateway.storage.audit_shards import is_server
from gateway.storage.tables.audit import audit_checkpoint, audit_person
from gateway.storage.tables.audit_index import audit_block, audit_run, audit_run_term, audit_term
from tests.gateway.audit.making import KEYS, NOON, SIGNER, Log, entry
from tests.gateway.audit.sharding import broken, by_hand, check, months, shards, verified
from tests.gateway.audit.test_append import written
from tests.gateway.storage.test_audit_export_months import LAST, Key, hand_out, notes, read
from tests.gateway.storage.test_audit_export_months import broken as refused

__all__ = ["Key", "LogInconsistent", "months"]

JUNE_IS_OLD = NOON.replace(year=2027, month=12, day=20)
MAY_IS_OLD = NOON.replace(year=2027, month=11, day=10)
BY = "cli:root"


def retention(log: Log) -> Retention:
    return Retention(log.database, log.ledger.append)


def drop(log: Log, now: datetime) -> list[int]:
    log.clock.now = now
    return [one.number for one in asyncio.run(retention(log).drop_due(18, now, KEYS, partial(verified, log)))]


def numbers(log: Log) -> list[int]:
    return [row.sequence for row in log.database.read_now(lambda c: list(rows(c)))]


def seal(log: Log) -> None:
    asyncio.run(log.checkpointer().seal())


def test_an_old_month_goes_and_the_log_says_so(months: Log) -> None:
    may = shards(months)[0]
    file = months.file.read_text()
    assert drop(months, MAY_IS_OLD - timedelta(days=7)) == []
    assert drop(months, MAY_IS_OLD) == [0]
    assert numbers(months)[0] == 7
    told = next(one for one in written(months) if one.entry.code is Code.LOG_SHARD_DROPPED)
    assert str(told.entry.details["signed"]).startswith(f"['— {SIGNER.name} ")
    assert {**told.entry.details, "signed": ""} == {
        "signed": "",
        "kept_months": 18,
        "written": 25,
        "month": "",
        "first": 0,
        "entries": 7,
        "root": may.root.hex(),
        "since": "2026-05-04T12:00:00.000000Z",
        "until": "2026-05-04T12:00:06.000000Z",
        "dropped": [may.told],
    }
    report = check(months)
    assert (report.broken, [one.number for one in report.dropped], report.leaving) == (None, [0], 0)
    assert report.recomputed == report.entries - 7
    query = select(audit_checkpoint.c.size).order_by(audit_checkpoint.c.size).limit(2)
    assert months.database.read_now(lambda c: list(c.scalars(query))) == [7, 9], "its last checkpoint stays"
    assert months.file.read_text() == file, "and what is outside the database is not touched"
    seal(months)
    assert check(months, *notes(months)).broken is None


def test_a_second_month_goes_later_and_nothing_is_told_twice(months: Log) -> None:
    drop(months, MAY_IS_OLD)
    assert drop(months, MAY_IS_OLD) == []
    assert drop(months, JUNE_IS_OLD) == [1]
    seal(months)
    report = check(months)
    assert (report.broken, [one.number for one in report.dropped]) == (None, [0, 1])
    assert numbers(months)[0] == 15


def test_what_told_of_a_dropped_month_goes_with_its_own_month_and_is_told_again(months: Log) -> None:
    drop(months, MAY_IS_OLD)  # told in November 2027
    seal(months)
    months.clock.now = MAY_IS_OLD + timedelta(days=40)
    months.append([entry(1)])
    seal(months)
    drop(months, NOON.replace(year=2029, month=6, day=10))
    seal(months)
    report = check(months)
    assert report.broken is None
    assert [one.number for one in report.dropped] == [0, 1, 2, 3]
    told = [one for one in written(months) if one.entry.code is Code.LOG_SHARD_DROPPED]
    assert shards(months)[0].told in told[-1].entry.details["dropped"]


def test_it_may_be_broken_off_anywhere_and_is_gone_on_with(months: Log) -> None:
    """As by kill -9: between any two transactions the log is whole, and the rest goes later."""
    months.clock.now = JUNE_IS_OLD
    keeping, whole = retention(months), check(months)
    for number in (0, 1):
        mark = partial(
            keeping._drop, one=shards(months)[number], months=18, now=JUNE_IS_OLD, keys=KEYS, whole=whole
        )
        assert months.database.write_soon(mark).result()
        steps = 0
        while True:
            report = check(months)
            assert report.broken is None, steps
            one = shards(months)[number]
            if months.database.write_soon(partial(remove_some, one=one, step=3)).result():
                break
            steps += 1
        assert steps >= 1
        assert check(months).leaving == 0
    asyncio.run(Retention(months.database).remove_marked(KEYS))
    assert [one.gone for one in shards(months)[:2]] == [True, True]
    assert numbers(months)[0] == 15
    seal(months)
    assert check(months).broken is None


def test_a_drop_that_is_rolled_back_leaves_everything(months: Log) -> None:
    months.clock.now = MAY_IS_OLD
    may, whole = shards(months)[0], check(months)

    def failing(connection: Connection) -> None:
        assert retention(months)._drop(connection, may, 18, MAY_IS_OLD, KEYS, whole)
        raise LookupError

    with pytest.raises(LookupError):
        months.database.write_soon(failing).result()
    assert numbers(months)[0] == 0
    assert check(months).broken is None


@pytest.mark.parametrize(
    ("attack", "fault", "at"),
    [
        ("DELETE FROM audit_entry WHERE sequence BETWEEN 7 AND 14", Fault.REMOVED, 7),
        ("DELETE FROM audit_checkpoint WHERE size = 7", Fault.CHECKPOINT_REMOVED, 0),
        ("UPDATE audit_checkpoint SET at = at + 1 WHERE size = 7", Fault.SHARD_ALTERED, 0),
        ("UPDATE audit_checkpoint SET note = 'x' WHERE size = 7", Fault.CHECKPOINT_ALTERED, 0),
        ("UPDATE audit_shard SET size = 8 WHERE number = 0", Fault.SHARD_NOT_GONE, 7),
        ("UPDATE audit_shard SET began = began + 1 WHERE number = 0", Fault.SHARD_NOT_TOLD, 0),
        ("UPDATE audit_shard SET dropped_by = NULL WHERE number = 0", Fault.REMOVED, 0),
        ("DELETE FROM audit_shard WHERE number = 0", Fault.SHARD_ALTERED, 0),
        ("UPDATE audit_entry SET sequence = 3 WHERE sequence = 12", Fault.SHARD_NOT_GONE, 3),
        ("UPDATE audit_entry SET sequence = 6 WHERE sequence = 12", Fault.SHARD_NOT_GONE, 6),
        ("UPDATE audit_entry SET sequence = -1 WHERE sequence = 12", Fault.REORDERED, 0),
    ],
)
def test_what_somebody_does_beside_a_dropped_month_is_found(
    months: Log, attack: str, fault: Fault, at: int
) -> None:
    drop(months, MAY_IS_OLD)
    if "sequence = 3" in attack or "sequence = 6" in attack or "sequence = -1" in attack:
        by_hand(months, *_without_its_check(months))
    by_hand(months, attack)
    found = broken(months)
    assert (found.fault, found.sequence) == (fault, at), str(found)


def _without_its_check(log: Log) -> list[str]:
    """What a server's owner can do as well."""
    if not log.database.read_now(is_server):
        return []
    return ["ALTER TABLE audit_entry_1 DROP CONSTRAINT audit_entry_1_sequence_check"]


def test_the_entry_that_tells_of_it_cannot_be_taken_away_either(months: Log) -> None:
    drop(months, MAY_IS_OLD)
    seal(months)
    told = next(one.sequence for one in written(months) if one.entry.code is Code.LOG_SHARD_DROPPED)
    by_hand(months, f"DELETE FROM audit_entry WHERE sequence = {told}")
    assert broken(months).fault in (Fault.REMOVED, Fault.TRUNCATED)


def test_a_month_whose_end_is_not_sealed_is_kept(months: Log) -> None:
    by_hand(months, "DELETE FROM audit_checkpoint WHERE size = 7")
    with pytest.raises(ShardNotDropped, match="entries 0 to 6"):
        drop(months, MAY_IS_OLD)
    assert numbers(months)[0] == 0


def test_what_is_held_stays_until_the_hold_is_lifted(months: Log) -> None:
    keeping = retention(months)
    months.clock.now = MAY_IS_OLD - timedelta(days=20)
    day = timedelta(days=1)
    one = asyncio.run(
        keeping.place(microseconds(NOON - day), microseconds(NOON + day), "spis 5", BY, months.clock.now)
    )
    assert (one.number, [two.number for two in asyncio.run(keeping.holds())]) == (1, [1])
    assert drop(months, JUNE_IS_OLD) == [1], "June goes before May, which is held"
    seal(months)
    report = check(months)
    assert (report.broken, [two.number for two in report.dropped]) == (None, [1])
    assert asyncio.run(keeping.lift(1, "skončeno", BY, JUNE_IS_OLD)) == one
    assert asyncio.run(keeping.lift(1, "again", BY, JUNE_IS_OLD)) is None
    assert asyncio.run(keeping.lift(7, "none", BY, JUNE_IS_OLD)) is None
    assert drop(months, JUNE_IS_OLD) == [0]
    seal(months)
    assert check(months).broken is None
    codes = [two.entry.code for two in written(months)]
    assert (codes.count(Code.LOG_HOLD_PLACED), codes.count(Code.LOG_HOLD_LIFTED)) == (1, 1)


@pytest.mark.parametrize(
    "change",
    [
        "DELETE FROM audit_hold",
        "UPDATE audit_hold SET lifted_at = 1",
        "UPDATE audit_hold SET since = 0, until = 1",
        "UPDATE audit_hold SET why = 'nothing'",
    ],
)
def test_a_hold_that_was_changed_by_hand_is_found_and_stands_as_it_was_recorded(
    months: Log, change: str
) -> None:
    keeping, day = retention(months), timedelta(days=1)
    months.clock.now = MAY_IS_OLD - timedelta(days=20)
    span = (microseconds(NOON - day), microseconds(NOON + day))
    asyncio.run(keeping.place(*span, "spis 5\u202e \\u{5}", BY, months.clock.now))
    seal(months)
    assert check(months).broken is None, "marks that the log makes in a text are no change"
    placed = next(one.sequence for one in written(months) if one.entry.code is Code.LOG_HOLD_PLACED)
    by_hand(months, change)
    assert (broken(months).fault, broken(months).sequence) == (Fault.HOLD_ALTERED, placed)
    assert drop(months, MAY_IS_OLD) == [], "nothing goes that the log says is held"
    seal(months)
    assert check(months).broken is None
    assert written(months)[-1].entry.code is Code.LOG_HOLD_RESTORED
    assert drop(months, MAY_IS_OLD) == []
    asyncio.run(keeping.lift(1, "skončeno", BY, MAY_IS_OLD))
    assert drop(months, MAY_IS_OLD) == [0]


def test_names_of_people_of_whom_nothing_is_left_go_too(months: Log) -> None:
    by_hand(
        months,
        "INSERT INTO audit_person VALUES ('s-0', 'person-0', 'x'), ('s-1', 'person-1', 'y'), "
        "('', 'person-0', 'z'), ('', 'person-2', 'w')",
    )
    drop(months, MAY_IS_OLD)
    found = months.database.read_now(lambda c: set(c.scalars(select(audit_person.c.folded))))
    assert found == {"y", "w"}


def test_an_export_over_a_dropped_month_says_so_and_holds_its_checkpoint(months: Log, tmp_path: Path) -> None:
    before = notes(months)
    drop(months, MAY_IS_OLD)
    data = hand_out(months, 0, LAST)
    told = read(data, tmp_path)
    assert told[0] == ("dropped", {"begin": 0, "last": 6})
    assert [(what, facts["begin"]) for what, facts in told[1:]] == [("whole", 7), ("whole", 15)]
    told = read(hand_out(months, 0, LAST, *before), tmp_path, *before)
    assert [what for what, _ in told].count("kept") == 6
    lines = data.splitlines(keepends=True)
    assert refused(b"".join([lines[0], lines[0], *lines[1:]]), tmp_path)[0] == "format"
    another = checkpoint_file.read(months.file)
    shorter = next(iter(another)).note  # of one entry
    wrong = lines[0].replace(b"\\n7\\n", b"\\n6\\n")
    assert refused(b"".join([wrong, *lines[1:]]), tmp_path)[0] == "signature"
    assert shorter != before[2]


def test_a_month_that_is_being_read_goes_later(months: Log) -> None:
    if not months.database.read_now(is_server):
        return  # a file gives every reader its snapshot
    months.clock.now = JUNE_IS_OLD

    def during(connection: Connection) -> None:
        list(rows(connection))
        with pytest.raises(ShardIsRead, match="somebody reads them still"):
            asyncio.run(retention(months).drop_due(18, JUNE_IS_OLD, KEYS, partial(verified, months)))

    months.database.read_now(during)
    assert check(months).broken is None
    assert drop(months, JUNE_IS_OLD) == []
    assert [one.gone for one in shards(months)[:2]] == [True, True]


def test_a_log_goes_on_in_its_month_while_somebody_is_at_the_table_of_before(months: Log) -> None:
    if not months.database.read_now(is_server):
        return
    months.clock.advance(days=31)

    def during(connection: Connection) -> None:
        connection.exec_driver_sql("COMMIT")
        connection.exec_driver_sql("BEGIN")
        connection.exec_driver_sql("LOCK TABLE audit_entry IN SHARE UPDATE EXCLUSIVE MODE")
        months.append([entry(1)])
        assert len(shards(months)) == 2

    months.database.read_now(during)
    months.clock.advance(minutes=2)
    months.append([entry(2)])
    assert len(shards(months)) == 3
    seal(months)
    assert check(months).broken is None


def test_words_of_a_deleted_month_leave_the_index_too(months: Log) -> None:
    by_hand(months, "INSERT INTO audit_block VALUES (0, 1, 2)", "DELETE FROM audit_term")
    word = {"block": 0, "term": b"person:person-0", "places": bytes(2)}
    months.database.write_soon(lambda c: c.execute(audit_term.insert().values(word))).result()
    run = {"run": 0, "term": b"person:person-0", "places": bytes(5)}
    months.database.write_soon(lambda c: c.execute(audit_run_term.insert().values(run))).result()
    by_hand(months, "INSERT INTO audit_run VALUES (0)")
    drop(months, MAY_IS_OLD)
    tables = (audit_term, audit_block, audit_run, audit_run_term)
    left = months.database.read_now(lambda c: [row for one in tables for row in c.execute(select(one))])
    assert left == [], "it is made again of what is left"


def test_blocks_of_the_index_that_lie_in_a_deleted_month_go_one_by_one(months: Log) -> None:
    big = Shard(9, "2020-01", 100, 3 * BLOCK, bytes(32), 0, 0, dropped_by=1)
    words = [{"block": block, "term": b"x", "places": bytes(2)} for block in range(5)]
    months.database.write_soon(lambda c: c.execute(audit_term.insert(), words)).result()
    by_hand(months, "DELETE FROM audit_entry WHERE sequence >= 0")

    def blocks() -> set[int]:
        return months.database.read_now(lambda c: set(c.scalars(select(audit_term.c.block))))

    def step() -> bool:
        return months.database.write_soon(partial(remove_some, one=big)).result()

    by_hand(months, "DELETE FROM audit_checkpoint WHERE size >= 0")
    found = []
    while not step():
        found.append(blocks())
    assert found == [{0, 2, 3, 4}, {0, 3, 4}]
    assert blocks() == {4}


def slowly(log: Log) -> list[int]:
    found = asyncio.run(retention(log).drop_due(18, log.clock.now, KEYS, partial(verified, log), slowly=True))
    return [one.number for one in found]


def lived(log: Log, hours: int) -> None:
    for _ in range(hours):
        log.clock.advance(hours=1)
        log.append([entry(1, at=log.clock.now)])


def test_a_clock_that_is_set_forward_lets_nothing_go_for_a_day_and_then_a_month_in_a_day(months: Log) -> None:
    months.clock.now = JUNE_IS_OLD.replace(year=2031)
    lived(months, 2)  # also where the product was started anew since
    for _ in range(2):
        with pytest.raises(ShardNotDropped) as refused:
            slowly(months)
        assert refused.value.reason is Why.CLOCK
        assert "the clock may have been set" in str(refused.value)
    lived(months, 20)
    with pytest.raises(ShardNotDropped):
        slowly(months)
    lived(months, 4)
    seal(months)
    assert slowly(months) == [0]
    lived(months, 20)
    assert slowly(months) == []
    lived(months, 5)
    assert slowly(months) == [1]
    seal(months)
    assert check(months).broken is None


def test_after_a_clock_that_went_back_again_what_is_due_by_the_right_one_goes(months: Log) -> None:
    months.clock.now = MAY_IS_OLD.replace(year=2031)
    lived(months, 1)
    months.clock.now = MAY_IS_OLD - timedelta(hours=26)
    lived(months, 26)
    seal(months)
    assert slowly(months) == [0]


def test_a_log_in_which_nothing_happened_waits_a_day_after_it_said_so(months: Log) -> None:
    months.clock.now = MAY_IS_OLD
    with pytest.raises(ShardNotDropped) as refused:
        slowly(months)
    asyncio.run(retention(months).kept_back(refused.value, months.clock.now))
    months.clock.advance(hours=25)
    seal(months)
    assert slowly(months) == [0]
