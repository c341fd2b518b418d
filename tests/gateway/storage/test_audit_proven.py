"""Many entries are proven together by few questions, and each as by itself."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import event, text

from gateway.storage.audit_proven import Proving
from tests.gateway.audit.making import EITHER, KEYS, Log, entry, open_log_of_either

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
