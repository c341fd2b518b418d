"""Entries that are read one behind the other are held against the end of the log, over months, by few questions."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Connection, event, text

from gateway.audit.proof import covering
from gateway.audit.tree import Frontier, leaf_hash
from gateway.storage.audit_in_tree import Left, Row, _root, goes_on_in_tree, in_tree
from tests.gateway.audit.attacking import put_in
from tests.gateway.audit.making import EITHER, Log, entry, open_log_of_either
from tests.gateway.audit.sharding import by_hand
from tests.gateway.storage.test_end_marks import by_somebody, marked

__all__ = ["marked"]

MAY, JUNE = 700, 300  # more than one block of the tree, and the last one is not whole
FEW = 12  # statements


@pytest.fixture(params=EITHER)
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Log]:
    with open_log_of_either(request, tmp_path) as made:
        made.append([entry(number) for number in range(MAY)])
        made.clock.advance(days=31)
        made.append([entry(number) for number in range(JUNE)])
        yield made


def read(connection: Connection, first: int, behind: int) -> list[Row]:
    query = text(
        "SELECT sequence, canonical FROM audit_entry WHERE sequence >= :a AND sequence < :b ORDER BY 1"
    )
    return [
        (row.sequence, row.canonical) for row in connection.execute(query, {"a": first, "b": behind}).all()
    ]


def proven(log: Log, first: int, behind: int) -> bool:
    return log.database.read_now(lambda connection: in_tree(connection, read(connection, first, behind)))


@pytest.mark.parametrize(
    "span",
    [
        (0, 1),
        (0, 200),
        (256, 512),
        (300, 500),
        (650, MAY),
        (MAY, MAY + 1),
        (600, 800),
        (900, 1001),
        (0, 1001),
    ],
)
def test_what_nobody_touched_is_proven(log: Log, span: tuple[int, int]) -> None:
    assert proven(log, *span)


@pytest.mark.parametrize("altered", [600, MAY - 1, MAY, MAY + 1, 799])
def test_another_entry_among_them_is_not(log: Log, altered: int) -> None:
    put_in(log, altered, entry(9, person="svoboda"))
    assert not proven(log, 600, 800)


def test_a_row_that_is_missing_or_behind_the_end_is_not(log: Log) -> None:
    put_in(log, 1001, entry(9))
    assert not proven(log, 900, 1002)
    by_hand(log, "DELETE FROM audit_entry WHERE sequence = 950")
    assert not proven(log, 900, 1001)


def test_under_an_end_without_the_logs_mark_nothing_is(marked: Log) -> None:
    assert proven(marked, 0, 3)
    by_somebody(marked)
    assert not proven(marked, 0, 3)


def test_it_takes_few_questions(log: Log) -> None:
    asked: list[str] = []
    event.listen(log.database.engine, "before_cursor_execute", lambda *about: asked.append(about[2]))
    assert proven(log, 800, 1000)
    assert len(asked) < FEW


@given(st.integers(0, 300), st.integers(1, 40), st.integers(0, 300))
def test_the_root_is_of_what_stands_left_of_entries_they_and_what_is_right(
    left: int, read: int, right: int
) -> None:
    leaves = [leaf_hash(bytes([number % 251, number // 251])) for number in range(left + read + right)]
    perfect = [
        (level, position, Frontier().extend(leaves[position << level : (position + 1) << level]).root())
        for level, position in covering(left + read, len(leaves))
    ]
    built = Frontier().extend(leaves[:left]).extend(leaves[left : left + read])
    assert _root(built, perfect) == Frontier().extend(leaves).root()


def test_who_goes_on_proves_entries_whatever_becomes_of_the_roots_that_are_kept(log: Log) -> None:
    def go_on(first: int, behind: int, known: Left | None) -> Left | None:
        return log.database.read_now(lambda c: goes_on_in_tree(c, read(c, first, behind), known))

    known = go_on(0, 300, None)
    assert known is not None
    by_hand(log, "UPDATE audit_node SET root = leaf FROM audit_entry WHERE sequence = 5")
    assert go_on(299, 500, None) is None, "nothing else is known"
    for first in range(299, MAY + JUNE, 200):  # over the turn of the month
        known = go_on(first, min(first + 201, MAY + JUNE + 1), known)
        assert known is not None, first
    put_in(log, MAY + JUNE, entry(9))
    assert go_on(MAY + JUNE - 1, MAY + JUNE + 1, known) is None
