import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gateway.audit.canonical import parse
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.facts import differing, facts
from gateway.storage.audit import append
from gateway.storage.audit_evidence import rows as stored
from gateway.storage.database import Database
from gateway.storage.rows import COPIED, SIZES, run_rows


@pytest.fixture
def driver() -> Iterator[sqlite3.Connection]:
    with closing(sqlite3.connect(":memory:")) as connection:
        connection.execute("CREATE TABLE kept (number INTEGER, word TEXT)")
        yield connection


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.tuples(st.integers(-(2**63), 2**63 - 1), st.text(st.characters(codec="utf-8"))), max_size=200)
)
def test_all_rows_arrive_in_order(driver: sqlite3.Connection, rows: list[tuple[int, str]]) -> None:
    driver.execute("DELETE FROM kept")
    run_rows(driver, lambda number: "INSERT INTO kept VALUES " + ", ".join(["(?, ?)"] * number), rows)
    assert driver.execute("SELECT number, word FROM kept ORDER BY rowid").fetchall() == rows


def test_few_texts_serve_any_number_of_rows(driver: sqlite3.Connection) -> None:
    texts: list[int] = []

    def statement(number: int) -> str:
        texts.append(number)
        return "INSERT INTO kept VALUES " + ", ".join(["(?, ?)"] * number)

    run_rows(driver, statement, [(number, "") for number in range(87)])
    assert set(texts) <= set(SIZES)
    assert sum(texts) == 87
    assert len(texts) < 12


def test_a_fault_is_the_drivers_own(driver: sqlite3.Connection) -> None:
    with pytest.raises(sqlite3.OperationalError):
        run_rows(driver, lambda _: "INSERT INTO nowhere VALUES (?)", [(1,)])


@pytest.mark.parametrize("number", [1, COPIED - 1, COPIED, 5 * COPIED])
async def test_entries_are_stored_as_they_are_however_many_come_at_once(
    database: Database, now: datetime, number: int
) -> None:
    strange = "Ře\\tiřicha\\N 'quoted' \\. %s ? \U0001f512"
    entries = [
        Entry(code=Code.ACCESS, outcome=Outcome.SUCCESS, at=now, person=strange, details={"n": one})
        for one in range(number)
    ]
    await database.write(lambda connection: append(connection, entries))
    rows = await database.read(lambda connection: list(stored(connection)))
    assert [parse(row.canonical).entry for row in rows] == entries
    assert all(differing(row.facts, facts(parse(row.canonical))) == () for row in rows)
