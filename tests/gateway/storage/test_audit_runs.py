"""Blocks of the index that are joined answer as they do one by one, and are no less checked."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Connection, Executable, delete, func, insert, select, update

from gateway.audit.entry import Code
from gateway.audit.search import Query
from gateway.commands.index_checks import ALL, IndexChecks
from gateway.storage import audit_runs
from gateway.storage.audit_index import cover, forget, index_next
from gateway.storage.audit_index_check import run_mended
from gateway.storage.audit_runs import differing_blocks, join_next
from gateway.storage.audit_search import LogSearch, page
from gateway.storage.engine import driver_of
from gateway.storage.tables.audit_index import audit_block, audit_run, audit_run_term
from tests.gateway.audit.making import EITHER, Log, open_log_of_either
from tests.gateway.storage.test_audit_index import (
    BLOCK,
    ENTRIES,
    QUERIES,
    FullAfter,
    all_pages,
    made,
    one_by_one,
)

OF_SK = audit_run_term.c.term == b"country=SK"


@pytest.fixture(params=EITHER, scope="module")
def log(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Log]:
    """Two blocks, which are one run."""
    folder: Path = tmp_path_factory.mktemp("joined")
    with pytest.MonkeyPatch.context() as patched, open_log_of_either(request, folder) as opened:
        patched.setattr(audit_runs, "RUN", 2)
        patched.setattr(audit_runs, "ENOUGH", 1)
        patched.setattr(audit_runs, "TERMS_AT_ONCE", 20)
        whole = list(made())
        for begin in range(0, ENTRIES, 1000):
            opened.append(whole[begin : begin + 1000])
        made_whole(opened)
        yield opened


def made_whole(log: Log) -> None:
    async def index() -> None:
        while await index_next(log.database):
            pass

    asyncio.run(index())


@pytest.fixture
def mended(log: Log) -> Iterator[Log]:
    """For whoever spoils it."""
    yield log
    log.database.write_soon(lambda c: forget(c, 0, 2)).result()
    made_whole(log)


def rows_of_runs(log: Log) -> int:
    return log.database.read_now(lambda c: c.scalar(select(func.count()).select_from(audit_run_term)) or 0)


def joined(log: Log) -> list[int]:
    return sorted(log.database.read_now(cover).runs)


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: " ".join(query.described()))
def test_a_search_by_runs_finds_all_that_fits_newest_first(log: Log, query: Query):
    assert joined(log) == [0]
    assert asyncio.run(all_pages(LogSearch(log.database), query, 40)) == one_by_one(log, query)


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: " ".join(query.described()))
def test_counts_by_runs_are_those_of_the_blocks(log: Log, query: Query, monkeypatch: pytest.MonkeyPatch):
    search = LogSearch(log.database)

    def counted() -> object:
        over_time = asyncio.run(search.over_time(query))
        return over_time, [asyncio.run(search.by_value(query, field, 5)) for field in ("person", "hour")]

    by_runs = counted()
    monkeypatch.setattr(audit_runs, "ENOUGH", 3)  # of two blocks none are so many
    assert counted() == by_runs


def test_what_a_run_does_not_have_is_looked_for_in_none_of_its_blocks(log: Log) -> None:
    """Else a search for what is rare would take the longer the larger the log is."""
    if not isinstance(log.database.place, Path):
        pytest.skip("a server's driver tells of no statements")
    asked: list[str] = []

    def traced(connection: Connection) -> None:
        driver = driver_of(connection.connection)
        driver.set_trace_callback(asked.append)
        try:
            assert not page(connection, Query(text="nothing of this"), None, 20).entries
        finally:
            driver.set_trace_callback(None)

    log.database.read_now(traced)
    assert any("FROM audit_run_term" in one for one in asked)
    assert not [one for one in asked if "FROM audit_term" in one]


@pytest.mark.parametrize(
    "change",
    [
        update(audit_run_term).where(OF_SK).values(places=b""),
        update(audit_run_term).where(OF_SK).values(places=b"\0"),
        delete(audit_run_term).where(OF_SK),
        insert(audit_run_term).values(run=0, term=b"country=XX", places=b"\1\2\0\0\0"),
    ],
    ids=["places", "no places", "a term gone", "a term more"],
)
def test_a_run_that_was_changed_is_found_told_and_made_again(mended: Log, change: Executable):
    log = mended
    log.database.write_soon(lambda c: c.execute(change)).result()
    differing = log.database.read_now(lambda c: differing_blocks(c, 0))
    assert differing[-1] == 1, "4711 is in the second block"
    checks = IndexChecks(log.database, log.clock, None, ALL)

    async def check() -> None:
        while await checks.next():
            pass

    asyncio.run(check())
    assert checks.altered == differing
    told = asyncio.run(LogSearch(log.database).page(Query(codes=frozenset({Code.LOG_INDEX_ALTERED}))))
    assert told.entries[0].entry.details == {"first": differing[0] * BLOCK, "last": 2 * BLOCK - 1}
    assert joined(log) == [], "nobody asks it any more"
    made_whole(log)
    assert joined(log) == [0]
    assert asyncio.run(run_mended(log.database, log.ledger.append, 0, log.clock())) == []


@pytest.mark.parametrize("writes", [0, 1, 5, 12])
async def test_a_run_that_was_broken_off_anywhere_is_not_asked_and_is_made_whole(
    log: Log, monkeypatch: pytest.MonkeyPatch, writes: int
):
    log.database.write_soon(lambda c: audit_runs.forget_runs(c, 1, 2)).result()
    monkeypatch.setattr(audit_runs, "DELETED", 500)
    with pytest.raises(OSError, match="space"):
        await join_next(FullAfter(log.database, writes))
    assert joined(log) == []
    assert await all_pages(LogSearch(log.database), QUERIES[2], 40) == [4711]
    assert await join_next(log.database)
    assert joined(log) == [0]
    assert log.database.read_now(lambda c: differing_blocks(c, 0)) == []
    assert not await join_next(log.database)


def test_a_run_goes_with_any_of_its_blocks_and_its_words_after_it(mended: Log) -> None:
    """They are personal, and nothing is left of which they could be made again."""
    log = mended
    assert rows_of_runs(log) > 0
    log.database.write_soon(lambda c: forget(c, 0, 1)).result()
    assert joined(log) == []
    assert asyncio.run(join_next(log.database))
    assert rows_of_runs(log) == 0
    assert not asyncio.run(join_next(log.database))


def test_a_run_whose_blocks_an_older_version_forgot_is_not_asked(mended: Log) -> None:
    log = mended
    log.database.write_soon(lambda c: c.execute(delete(audit_block).where(audit_block.c.block == 0))).result()
    assert log.database.read_now(lambda c: c.scalar(select(audit_run.c.run))) == 0
    assert joined(log) == []
    assert log.database.read_now(lambda c: differing_blocks(c, 0)) == []


def test_a_run_is_not_finished_of_a_block_that_went_meanwhile(
    mended: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, write = mended, audit_runs._write
    log.database.write_soon(lambda c: audit_runs.forget_runs(c, 1, 2)).result()

    def forgetting(connection: Connection, rows: object) -> None:
        write(connection, rows)
        forget(connection, 1, 2)

    monkeypatch.setattr(audit_runs, "_write", forgetting)
    asyncio.run(join_next(log.database))
    assert joined(log) == []
