"""Searches that cost what their author likes: they end where they can say how far they came, and stop nobody else."""

import asyncio
import time
from datetime import timedelta
from statistics import median

import pytest

from config.vocabulary import MunicipalityCode
from gateway.audit.entry import Code
from gateway.audit.places import BLOCK
from gateway.audit.search import Having, Query, SearchTooLong, TooManyPeople
from gateway.storage import audit_counted, audit_search
from gateway.storage.allowance import Allowance, unbounded
from gateway.storage.audit_index import index_next
from gateway.storage.audit_search import LogSearch
from gateway.storage.database import SEARCHERS
from gateway.storage.sessions import _BY_HANDLE
from tests.gateway.audit.making import EITHER, NOON, entry, open_log_of_either

BLOCKS = 5
ENTRIES = BLOCKS * BLOCK + 100
NEVER = Query(text="linux;x11")
"""Both words stand in each entry, and never so: every entry is read."""
OPENED = Code.SESSION_OPENED
EVERY = 2_000  # one of so many entries is sought
SOUGHT = Query(having=(Having("agenda", frozenset({"A4"})),), text="linux")


@pytest.fixture(params=EITHER, scope="module")
def log(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("log")
    with open_log_of_either(request, folder) as made:
        for begin in range(0, ENTRIES, 1_000):
            made.append([one(number) for number in range(begin, min(begin + 1_000, ENTRIES))])
        asyncio.run(indexed(made.database))
        yield made


def one(number):
    agent = "Mozilla/5.0 (X11; Linux x86_64)"
    told = {"user_agent": agent} | ({"agenda": "A4"} if number % EVERY == 0 else {})
    at = NOON + timedelta(seconds=number)
    return entry(number, Code.ACCESS, at=at, person="novak", reason="r", details=told)


async def indexed(database) -> None:
    while await index_next(database):
        pass


async def pages_of(search, query, limit=50):
    """All pages until the last."""
    found, after = [], None
    while True:
        page = await search.page(query, after, limit)
        found.append(page)
        if page.following is None:
            return found
        assert after is None or page.following < after
        after = page.following


def searching(log, **allowed):
    return LogSearch(log.database, allowed=lambda: Allowance(**allowed))


async def test_a_search_that_reads_every_entry_ends_early_says_how_far_it_came_and_goes_on(log):
    whole = [each.sequence for each in (await searching(log, entries=10**9).page(SOUGHT)).entries]
    assert whole == list(range(0, ENTRIES, EVERY))[::-1]
    pages = await pages_of(searching(log, entries=1), SOUGHT)
    assert [each.sequence for page in pages for each in page.entries] == whole
    assert len(pages) > 2
    for page in pages[:-1]:
        assert page.reached is not None
        assert all(each.entry.at >= page.reached for each in page.entries)
    assert pages[-1].reached is None
    nothing = await pages_of(searching(log, entries=10_000), NEVER)
    assert len(nothing) > 1
    assert not any(page.entries for page in nothing)


async def test_no_page_ends_within_a_minute_so_that_blocks_of_others_are_not_told(log):
    for page in (await pages_of(searching(log, entries=1), SOUGHT))[:-1]:
        assert (page.reached.second, page.reached.microsecond) == (0, 0)


async def test_a_statement_of_the_log_s_own_indexes_that_takes_too_long_goes_on_block_by_block(
    log, monkeypatch
):
    monkeypatch.setattr(audit_search, "PLAINLY", timedelta(0))
    asked = Query(reason="r", without_reading_of="d:nobody")
    pages = await pages_of(searching(log, longest=timedelta(seconds=60)), asked, 1_000)
    assert sum(len(page.entries) for page in pages) == ENTRIES
    count = await searching(log, longest=timedelta(seconds=60)).count(asked)
    assert (count.number, count.at_least) == (1_000, True)


async def test_a_statement_is_broken_off_at_its_time_and_the_connection_serves_on(log):
    allowance = Allowance(timedelta(0))

    def endless(connection):
        allowance._stops = time.monotonic() + 0.05
        with allowance.step(connection):
            connection.exec_driver_sql(
                "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT max(i) FROM n"
            ).all()

    began = time.monotonic()
    with pytest.raises(SearchTooLong):
        await log.database.search(endless, allowance)
    assert time.monotonic() - began < 30
    assert await log.database.search(lambda c: c.exec_driver_sql("SELECT 1").scalar(), Allowance()) == 1


async def test_what_is_given_up_ends_and_what_waited_for_it_begins(log):
    def endless(connection):
        while True:
            with allowance.step(connection):
                connection.exec_driver_sql("SELECT 1").all()
            if allowance.over:
                raise SearchTooLong

    for _ in range(2 * SEARCHERS):
        allowance = Allowance(timedelta(hours=1))
        task = asyncio.create_task(log.database.search(endless, allowance))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        assert allowance.given_up
    assert await log.database.search(lambda _: "next", Allowance()) == "next"


async def test_counts_that_take_too_long_say_since_when_they_counted(log, monkeypatch):
    whole = await searching(log).by_value(Query(), "person", 5)
    assert [(each.value, each.entries) for each in whole.rows] == [("novak", ENTRIES)]
    assert whole.counted.whole
    monkeypatch.setattr(audit_counted, "AT_ONCE", 1)  # block
    short = searching(log, longest=timedelta(0))
    values, bars = await short.by_value(Query(), "person", 5), await short.over_time(Query())
    assert values.rows[0].entries == BLOCK + ENTRIES % BLOCK
    since = NOON + timedelta(seconds=(BLOCKS - 1) * BLOCK - 1, microseconds=1)
    assert values.counted.since == bars.counted.since == since


async def test_what_the_product_asks_itself_has_no_bound():
    allowance = unbounded()
    allowance.took(10**9)
    assert not allowance.over
    assert not allowance.stopped


async def test_decisions_and_sign_ins_go_on_while_eight_searches_read_every_entry(log):
    """What a decision and a sign-in ask, alone and while others search; in the same run, as machines differ."""
    database, search = log.database, searching(log, entries=10**9)

    async def asked(rounds: int) -> list[float]:
        took = []
        for _ in range(rounds):
            began = time.perf_counter()
            await database.row(_BY_HANDLE, b"x" * 32, "host")
            await database.read(lambda connection: connection.exec_driver_sql("SELECT 1").scalar())
            await database.write(lambda _: None)
            took.append(time.perf_counter() - began)
        return took

    alone = await asked(30)
    others = [asyncio.create_task(search.page(Query(text="linux;x11" + " x11" * k))) for k in range(8)]
    await asyncio.sleep(0)
    beside = await asked(30)
    still = sum(not one.done() for one in others)
    assert still > SEARCHERS, "the searches ended before anything was measured"
    # the interpreter's lock is shared with the searchers: some milliseconds each time, and never the length of a search
    assert median(beside) < 50 * median(alone) + 0.1
    assert max(beside) < 3
    for each in others:
        each.cancel()
    ended = await asyncio.gather(*others, return_exceptions=True)
    assert all(isinstance(each, asyncio.CancelledError) or each.entries == () for each in ended)


@pytest.fixture(params=EITHER)
def two(request, tmp_path):
    """A log of two municipalities."""
    with open_log_of_either(request, tmp_path) as made:
        made.append(
            [
                entry(n, OPENED, person=f"novak{n}", subject=f"s{n}", municipality="1", own_municipality="1")
                for n in range(25)
            ]
        )
        noted = {"note": "s7 request-3 psal"}
        made.append(
            [
                entry(
                    200,
                    OPENED,
                    person="dvorak",
                    subject="d",
                    municipality="2",
                    own_municipality="2",
                    details=noted,
                )
            ]
        )
        yield made


async def test_a_reader_cannot_tell_whether_others_have_people_of_a_name(two):
    mine = LogSearch(two.database).within(MunicipalityCode("2"))
    assert (await mine.page(Query(person="novak"))).entries == ()
    assert (await mine.page(Query(person="xyzxyz"))).entries == ()
    assert [one.sequence for one in (await mine.page(Query(person="dvo"))).entries] == [25]
    assert (await mine.over_time(Query(person="novak"))).entries == 0
    with pytest.raises(TooManyPeople):  # whoever sees all is asked to write more
        await LogSearch(two.database).page(Query(person="novak"))


@pytest.mark.parametrize(("text", "other"), [("s7", 7), ("request-3", 3)])
async def test_what_a_text_means_to_others_hides_nothing_of_one_s_own(two, text, other):
    mine, everybody = LogSearch(two.database).within(MunicipalityCode("2")), LogSearch(two.database)
    asked = Query(text=text)
    assert [one.sequence for one in (await mine.page(asked)).entries] == [25]
    assert (await mine.over_time(asked)).entries == 1
    assert (await mine.count(asked)).number == 1
    assert len((await mine.behind(asked, 0)).entries) == 1
    both = {one.sequence for one in (await everybody.page(asked)).entries}
    assert both == {25, other}
    assert (await everybody.over_time(asked)).entries == 2
    assert {one.sequence for one in (await everybody.behind(asked, 0)).entries} == both


@pytest.mark.parametrize("name", ["text", "person", "session", "reason", "municipality"])
async def test_bytes_that_are_no_text_find_nothing_and_are_no_error(two, name):
    odd = Query(**{name: "x\udcff"})
    search = LogSearch(two.database)
    assert (await search.page(odd)).entries == ()
    assert (await search.count(odd)).number == 0
    assert (await search.behind(odd, 0)).entries == ()
    having = Query(having=(Having("host", frozenset({"\udcff"})),))
    assert (await search.page(having)).entries == ()
