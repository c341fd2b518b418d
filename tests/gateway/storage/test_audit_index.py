"""Searching by the index beside the log finds what looking at every entry finds, in the same order."""

import asyncio
from collections.abc import Iterator
from datetime import time, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection, Executable, delete, func, insert, select, update

from gateway.audit.canonical import Recorded
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.fitting import Fitting
from gateway.audit.places import BLOCK
from gateway.audit.search import Having, Hours, Page, Query
from gateway.commands.index_checks import ALL, IndexChecks, all_checked
from gateway.storage import audit_by_terms
from gateway.storage.access_review import StoredReviews
from gateway.storage.audit_index import cover, forget, forget_entries, index_next
from gateway.storage.audit_index_check import mended
from gateway.storage.audit_names import forget_names
from gateway.storage.audit_search import LogSearch, page
from gateway.storage.database import Database
from gateway.storage.engine import driver_of
from gateway.storage.tables.audit import audit_person
from gateway.storage.tables.audit_index import audit_block, audit_term
from tests.gateway.audit.making import EITHER, NOON, Log, entry, open_log_of_either

ENTRIES = 2 * BLOCK + 100
OF_SK = audit_term.c.term == b"country=SK"
QUERIES = [
    Query(text="smlouva 17"),
    Query(text="nothing of this"),
    Query(having=(Having("country", frozenset({"*"})), Having("country", frozenset({"CZ"}), without=True))),
    Query(having=(Having("status", frozenset({"5xx"})),), municipality="588300"),
    Query(bytes_from=8_192),
    Query(hours=Hours(time(14), time(14, 1)), outcome=Outcome.REFUSED),
    Query(municipality="588297", action="sign"),
    Query(crossing=True, own_municipality="588301"),
    Query(within="588301", codes=frozenset({Code.DECISION_REFUSE})),
    Query(person="osoba3", application="map", since=NOON + timedelta(seconds=20)),
    Query(person="osoba5"),
    Query(application="map"),
    Query(municipality="588299", outcome=Outcome.REFUSED),
    Query(rule="r", until=NOON + timedelta(seconds=3)),
    Query(text="osoba1", without_technical=True, without_reading_of="d:1"),
]


def made() -> Iterator[Entry]:
    for number in range(ENTRIES):
        refused = number % 97 == 0
        yield entry(
            number,
            code=Code.DECISION_REFUSE if refused else Code.ACCESS,
            outcome=Outcome.REFUSED if refused else Outcome.SUCCESS,
            at=NOON + timedelta(milliseconds=5 * number, seconds=-120 if number % 500 == 7 else 0),
            subject=f"d:{number % 7}",
            person=f"osoba{number % 7}",
            municipality=str(588_296 + number % 6),
            own_municipality=str(588_296 + (number % 6 if number % 61 else 5)),
            application="map" if number % 5 == 0 else "records",
            action="sign" if number % 333 == 1 else "read",
            rule="r" if refused else "",
            details={
                "path": f"/smlouva/{number % 300}",
                "status": 502 if number % 801 == 4 else 200,
                "bytes_in": 0,
                "bytes_out": number % 10_000,
                "facts": '{"country":"SK"}' if number == 4711 else '{"country":"CZ"}' if refused else "",
            },
        )


@pytest.fixture(params=EITHER, scope="module")
def log(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Log]:
    folder: Path = tmp_path_factory.mktemp("indexed")
    with open_log_of_either(request, folder) as opened:
        whole = list(made())
        for begin in range(0, ENTRIES, 1000):
            opened.append(whole[begin : begin + 1000])

        async def index() -> None:
            while await index_next(opened.database):
                pass

        asyncio.run(index())
        yield opened


async def all_pages(search: LogSearch, query: Query, limit: int) -> list[int]:
    found: list[int] = []
    after = None
    while True:
        page: Page = await search.page(query, after, limit)
        found += [one.sequence for one in page.entries]
        if page.following is None:
            return found
        after = page.following


def one_by_one(log: Log, query: Query) -> list[int]:
    """By the log's own columns and the entries' bytes, without any index."""
    plain = Query(**{name: getattr(query, name) for name in ("since", "until")})
    fits = Fitting(query)
    found = asyncio.run(all_pages(LogSearch(log.database), plain, 1000))
    return [number for number in found if number < ENTRIES and _fits(ENTRY[number], query, fits)]


ENTRY = list(made())


def _fits(one: Entry, query: Query, further: Fitting) -> bool:
    columns = ("municipality", "own_municipality", "application", "action", "rule", "person", "outcome")
    return (
        all(getattr(query, name) in (None, getattr(one, name)) for name in columns)
        and (not query.codes or one.code in query.codes)
        and (not query.crossing or one.municipality != one.own_municipality)
        and (query.within in (None, one.municipality, one.own_municipality))
        and further(one, one.at)
    )


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: " ".join(query.described()))
def test_a_search_by_the_index_finds_all_that_fits_newest_first(log: Log, query: Query):
    expected = one_by_one(log, query)
    assert bool(expected) is (query.text != "nothing of this")
    assert asyncio.run(all_pages(LogSearch(log.database), query, 40)) == expected


def test_what_is_newer_than_the_index_is_found_too(log: Log):
    known = log.database.read_now(cover)
    assert ([one.number for one in sorted(known.blocks)], list(known.missing)) == ([0, 1], [])
    page = asyncio.run(LogSearch(log.database).page(Query(text="smlouva")))
    assert page.entries[0].sequence in known.rest


def test_an_index_that_lies_shows_nothing_that_does_not_fit(log: Log):
    """Whoever writes to the database may hide entries from the index, but makes none appear."""
    of_the_lie = audit_term.c.term == b"country=SK"
    before = log.database.read_now(lambda c: c.scalar(select(audit_term.c.places).where(of_the_lie)))

    def say(places: bytes) -> None:
        log.database.write_soon(
            lambda c: c.execute(update(audit_term).where(of_the_lie).values(places=places))
        ).result()

    say(b"\xff" * (BLOCK // 8))
    try:
        found = asyncio.run(
            LogSearch(log.database).page(Query(having=(Having("country", frozenset({"SK"})),)))
        )
    finally:
        say(before)
    assert [one.sequence for one in found.entries if isinstance(one, Recorded)] == [4711]


@pytest.mark.parametrize(
    "change",
    [
        update(audit_term).where(OF_SK).values(places=b"\0"),
        delete(audit_term).where(OF_SK),
        insert(audit_term).values(block=1, term=b"country=XX", places=b"\0"),
        update(audit_block).where(audit_block.c.block == 1).values(highest_at=0),
        update(audit_block).where(audit_block.c.block == 1).values(lowest_at=audit_block.c.highest_at),
    ],
    ids=["places", "a term gone", "a term more", "the latest time", "the earliest time"],
)
def test_an_index_that_was_changed_is_found_told_and_made_again(log: Log, change: Executable):
    log.database.write_soon(lambda c: c.execute(change)).result()
    at = log.clock()
    tried = [asyncio.run(mended(log.database, log.ledger.append, block, at)) for block in (0, 1, 2)]
    assert tried == [False, True, False]
    told = asyncio.run(LogSearch(log.database).page(Query(codes=frozenset({Code.LOG_INDEX_ALTERED}))))
    assert told.entries[0].entry.details == {"first": BLOCK, "last": 2 * BLOCK - 1}
    assert asyncio.run(index_next(log.database))
    assert not asyncio.run(mended(log.database, log.ledger.append, 1, at))
    found = asyncio.run(LogSearch(log.database).page(Query(having=(Having("country", frozenset({"SK"})),))))
    assert [one.sequence for one in found.entries] == [4711]


class FullAfter:
    """The disk, after so many writes."""

    def __init__(self, database: Database, writes: int) -> None:
        self.read, self._write, self._left = database.read, database.write, writes

    async def write(self, work):
        self._left -= 1
        if self._left < 0:
            raise OSError(28, "No space left on device")
        return await self._write(work)


@pytest.mark.parametrize("writes", [0, 1, 2])
async def test_a_block_that_was_broken_off_anywhere_hides_nothing_and_is_made_whole(log: Log, writes: int):
    """Whether it was killed there or found no room: each write is a transaction of its own."""
    log.database.write_soon(lambda c: forget(c, 1, 2)).result()
    with pytest.raises(OSError, match="space"):
        await index_next(FullAfter(log.database, writes))
    wanted = Query(having=(Having("country", frozenset({"SK"})),))
    assert [one.sequence for one in (await LogSearch(log.database).page(wanted)).entries] == [4711]
    assert await index_next(log.database)
    assert not await mended(log.database, log.ledger.append, 1, log.clock())


async def test_whoever_asks_at_once_hears_of_every_block_that_was_changed(log: Log):
    log.database.write_soon(
        lambda c: c.execute(delete(audit_term).where(audit_term.c.term == b"rule=r"))
    ).result()
    assert (await all_checked(log.database, log.clock)).altered == [1, 0]
    while await index_next(log.database):
        pass
    assert (await all_checked(log.database, log.clock)).altered == []


async def test_every_block_comes_to_its_turn_and_then_the_newest_again(log: Log):
    seen = []
    for before, most in ((None, 1), (1, 1), (0, 1), (None, ALL)):
        checks = IndexChecks(log.database, log.clock, before, most)
        found = [await checks.next() for _ in range(3)]
        seen.append((found, checks.before))
    assert seen == [
        ([True, False, False], 1), ([True, False, False], 0), ([False] * 3, None), ([True, True, False], None),
    ]  # fmt: skip


def test_blocks_are_forgotten_by_runs_and_made_again(log: Log):
    log.database.write_soon(lambda c: forget_entries(c, 10, BLOCK)).result()

    def kept(connection):
        return (
            list(connection.scalars(select(audit_block.c.block))),
            connection.scalar(select(func.min(audit_term.c.block))),
        )

    assert log.database.read_now(kept) == ([1], 1)
    assert asyncio.run(index_next(log.database))
    assert not asyncio.run(index_next(log.database))
    assert sorted(log.database.read_now(kept)[0]) == [0, 1]


def test_it_is_told_how_much_was_not_looked_at(log: Log, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(audit_by_terms, "LOOKED_THROUGH", BLOCK)
    log.database.write_soon(lambda c: forget_entries(c, 0, ENTRIES)).result()
    try:
        found = asyncio.run(LogSearch(log.database).page(Query(text="slovensko")))
        assert found.not_searched is not None
        assert found.not_searched.entries == 2 * BLOCK
        later = Query(text="slovensko", since=NOON + timedelta(days=1))
        assert asyncio.run(LogSearch(log.database).page(later)).not_searched is None
        alone = Query(municipality="588297", action="sign")  # no index of the log's own finds these
        assert asyncio.run(LogSearch(log.database).page(alone)).not_searched is not None
        assert asyncio.run(LogSearch(log.database).count(alone)).at_least
        by_columns = Query(outcome=Outcome.REFUSED, action="sign")
        assert asyncio.run(all_pages(LogSearch(log.database), by_columns, 40)) == one_by_one(log, by_columns)
        assert log.database.read_now(audit_by_terms.out_of_reach) == 2 * BLOCK
        assert asyncio.run(index_next(log.database))
        assert log.database.read_now(audit_by_terms.out_of_reach) == 0  # the rest is looked through
    finally:
        while asyncio.run(index_next(log.database)):
            pass


def test_names_stay_whose_entries_only_the_index_tells_of(log: Log) -> None:
    """And those that it does not know yet; others go."""
    before = ENTRY[0].subject
    named = [("d:3", "osoba3"), ("", "osoba5"), ("d:gone", "gone"), ("", "gone"), (before, "another login")]
    rows = [{"subject": one, "person": other, "folded": other} for one, other in named]
    log.database.write_soon(lambda c: c.execute(insert(audit_person), rows)).result()
    log.database.write_soon(lambda c: forget_entries(c, BLOCK, 2 * BLOCK)).result()
    try:
        asyncio.run(forget_names(log.database))
        kept = log.database.read_now(
            lambda c: c.execute(select(audit_person.c.subject, audit_person.c.person)).all()
        )
        assert sorted(map(tuple, kept)) == sorted(
            [("d:3", "osoba3"), ("", "osoba5"), (before, "another login")]
        )
    finally:
        log.database.write_soon(lambda c: c.execute(delete(audit_person))).result()
        while asyncio.run(index_next(log.database)):
            pass


def test_the_last_use_in_a_municipality_is_found_among_all_entries(log: Log) -> None:
    reviews = StoredReviews(log.database, log.ledger.append)
    one = ENTRY[4 * 7 + 2]
    assert (
        asyncio.run(reviews.last_use(one.subject, one.municipality)) is None
    )  # nothing of theirs was decided
    permit = entry(ENTRIES, code=Code.DECISION_PERMIT, at=NOON, subject="d:2", municipality=one.municipality)
    assert len(log.append([permit])) == 1
    assert asyncio.run(reviews.last_use("d:2", one.municipality)) == NOON
    assert asyncio.run(reviews.last_use("d:3", one.municipality)) is None


def test_what_has_no_index_of_its_own_reads_few_rows_of_the_log(log: Log) -> None:
    """Else nobody would notice that ten million are looked through."""
    if not isinstance(log.database.place, Path):
        pytest.skip("the plan of a server depends on what it counted")
    plans: list[str] = []

    def explained(connection: Connection) -> None:
        driver = driver_of(connection.connection)
        driver.set_trace_callback(plans.append)
        try:
            page(connection, Query(person="osoba3", municipality="588297", outcome=Outcome.REFUSED), None, 20)
        finally:
            driver.set_trace_callback(None)
        asked = [one for one in plans if "audit_entry" in one]
        plans[:] = [
            str(row[3]) for one in asked for row in driver.execute(f"EXPLAIN QUERY PLAN {one}").fetchall()
        ]

    log.database.read_now(explained)
    assert plans
    assert not [one for one in plans if one.startswith("SCAN audit_entry") and "INDEX" not in one]
