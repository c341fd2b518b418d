"""Many entries are proven together by few questions, and each as by itself."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, event, text

from gateway.audit.canonical import Recorded
from gateway.audit.entry import Code
from gateway.audit.facts import microseconds
from gateway.commands.checkpoint_mail import EVERY, is_due
from gateway.storage.audit_proven import Proving, newest_told
from tests.gateway.audit.attacking import by_hand, put_in
from tests.gateway.audit.making import EITHER, KEYS, Log, entry, open_log_of_either
from tests.gateway.audit.sharding import check, shards
from tests.gateway.storage.test_end_marks import by_somebody, marked

__all__ = ["marked"]

ENTRIES, UNSEALED = 1_500, 5
FEW = 30  # statements: the keys, the months, the checkpoint, rows by the hundred, and blocks of the tree


@pytest.fixture(params=EITHER)
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Log]:
    with open_log_of_either(request, tmp_path) as made:
        made.append([entry(number) for number in range(ENTRIES)])
        asyncio.run(made.checkpointer().seal())
        made.append([entry(number) for number in range(ENTRIES, ENTRIES + UNSEALED)])
        yield made


def proven(log: Log, numbers: list[int]) -> list[int]:
    return log.database.read_now(
        lambda connection: [one.sequence for one in Proving(connection, KEYS.known).all_proven(numbers)]
    )


def test_hundreds_of_entries_are_proven_by_few_questions(log: Log) -> None:
    asked: list[str] = []
    event.listen(log.database.engine, "before_cursor_execute", lambda *about: asked.append(about[2]))
    numbers = list(range(0, ENTRIES + UNSEALED, 2))
    assert proven(log, numbers) == numbers
    assert len(asked) < FEW


@pytest.mark.parametrize(
    ("change", "lost"),
    [
        (("UPDATE audit_entry SET canonical = (SELECT canonical FROM audit_entry WHERE sequence = 7), "
         "leaf = (SELECT leaf FROM audit_entry WHERE sequence = 7) WHERE sequence = 300"), [299, 300, 301]),
        (("UPDATE audit_entry SET leaf = (SELECT leaf FROM audit_entry WHERE sequence = 7) "
         "WHERE sequence = 1502"), [1502]),
        ("DELETE FROM audit_entry WHERE sequence = 300", [299, 300, 301]),
        ("UPDATE audit_checkpoint SET note = 'x'", [0, 299, 300, 301, 700]),
    ],
    ids=["another's bytes and leaf", "another's leaf behind the checkpoint", "gone", "a note that nobody signed"],
)  # fmt: skip
def test_what_is_not_proven_is_left_out_alone_or_among_many(log: Log, change: str, lost: list[int]) -> None:
    with log.database.engine.begin() as connection:
        connection.execute(text(change))
    numbers = [0, 299, 300, 301, 700, ENTRIES + 2]  # those that lie beside it have it in their proofs
    assert proven(log, numbers) == [one for one in numbers if one not in lost]
    for number in lost:
        assert proven(log, [number]) == []


@pytest.mark.parametrize("sequence", [ENTRIES + 1, ENTRIES + UNSEALED, 10**9])
def test_a_row_that_the_log_never_wrote_is_not_proven_behind_the_newest_checkpoint_either(
    log: Log, sequence: int
) -> None:
    put_in(log, sequence, entry(7, Code.SECURITY_INCIDENT_CLOSED))
    assert proven(log, [sequence]) == []


def test_what_lies_behind_checkpoints_that_somebody_took_away_is_proven_all_the_same(log: Log) -> None:
    by_hand(log, "DELETE FROM audit_checkpoint")
    assert proven(log, [3, ENTRIES + 1]) == [3, ENTRIES + 1]
    put_in(log, 3, entry(7))
    assert proven(log, [3]) == []


def test_an_end_without_the_logs_mark_proves_nothing_behind_the_newest_checkpoint(marked: Log) -> None:
    asyncio.run(marked.checkpointer().seal())
    [ours] = marked.append([entry(8)])
    assert proven(marked, [0, ours]) == [0, ours]
    by_somebody(marked)
    assert proven(marked, [0, ours, ours + 1]) == [0]


def test_a_month_that_is_over_and_not_sealed_yet_is_proven_as_the_next_one_names_it(log: Log) -> None:
    log.clock.advance(days=31)
    log.append([entry(1)])
    [may] = shards(log)
    last, opening = may.end - 1, may.end
    assert proven(log, [0, last, opening]) == [0, last, opening]
    put_in(log, last, entry(7))
    assert proven(log, [last]) == []


def test_a_month_that_somebody_made_up_proves_nothing(log: Log) -> None:
    log.clock.advance(days=31)
    log.append([entry(1)])
    put_in(log, ENTRIES + 2, made := entry(7))
    data = log.database.read_now(
        lambda c: c.execute(text(f"SELECT leaf FROM audit_entry WHERE sequence = {ENTRIES + 2}")).scalar_one()
    )
    by_hand(log, "DELETE FROM audit_shard")
    with log.database.engine.begin() as connection:
        row = {"first": ENTRIES + 2, "root": data, "at": microseconds(made.at)}
        connection.execute(
            text(
                "INSERT INTO audit_shard (number, month, first, size, root, began, ended) "
                "VALUES (0, '2026-05', :first, 1, :root, :at, :at)"
            ),
            row,
        )
    assert proven(log, [ENTRIES + 2]) == []
    assert check(log).broken is not None


@pytest.mark.parametrize("number", [10**9, 700])
def test_that_a_checkpoint_was_mailed_is_told_by_no_entry_that_somebody_wrote(log: Log, number: int) -> None:
    """Behind the end of the log, in the place of another, or of the true one."""

    def newest(connection: Connection) -> Recorded | None:
        return newest_told(connection, Code.CHECKPOINT_MAILED, KEYS.known)

    (true,) = log.append([entry(1, Code.CHECKPOINT_MAILED, at=log.clock())])
    forged = entry(1, Code.CHECKPOINT_MAILED, at=log.clock() + 4_000 * EVERY)
    if number < true:
        put_in(log, number, forged)
        found = log.database.read_now(newest)
        assert found is not None
        assert found.sequence == true
    put_in(log, max(number, true), forged)
    left = log.database.read_now(newest)
    assert (left is None) == (number < true)
    assert is_due(left, log.clock() + EVERY)
