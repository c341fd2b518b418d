"""Counts by the index are those of the entries that a search finds, over time and by what a field says."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import time, timedelta
from itertools import pairwise
from pathlib import Path

import pytest

from gateway.audit.canonical import Recorded
from gateway.audit.counts import HOUR_OF_DAY, Counted
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.fields import values_of
from gateway.audit.places import BLOCK
from gateway.audit.search import Counted as AsCounted
from gateway.audit.search import Having, Hours, Query
from gateway.audit.slices import Width
from gateway.audit.terms import LOCAL
from gateway.storage import audit_by_terms, audit_counted, audit_counts
from gateway.storage.audit_index import forget_entries, index_next
from gateway.storage.audit_search import LogSearch
from tests.gateway.audit.making import EITHER, NOON, Log, entry, open_log_of_either

ENTRIES = 2 * BLOCK + 300
EVERY = timedelta(seconds=19)  # so a block lasts less than a day
SPAN = {"since": NOON + timedelta(hours=5, minutes=20), "until": NOON + timedelta(hours=31)}
QUERIES = [
    Query(),
    Query(**SPAN),
    Query(without_technical=True, without_reading_of="d:1"),
    Query(outcome=Outcome.REFUSED, having=(Having("reason", frozenset({"late"}), without=True),)),
    Query(counted=AsCounted.LET_THROUGH, **SPAN),
    Query(person="osoba3", application="map"),
    Query(within="588301", codes=frozenset({Code.DECISION_REFUSE, Code.LOG_SEARCHED})),
    Query(text="smlouva 17"),
    Query(text="smlouva/1"),
    Query(hours=Hours(time(14, 10), time(16, 20))),
    Query(having=(Having("country", frozenset({"SK"})),)),
    Query(request_id="request-97"),
    Query(crossing=True, bytes_from=5_000),
    Query(person="nobody"),
]


def made() -> Iterator[Entry]:
    for number in range(ENTRIES):
        refused, read = number % 97 == 0, number % 50 == 3
        yield entry(
            number,
            code=Code.DECISION_REFUSE if refused else Code.LOG_SEARCHED if read else Code.ACCESS,
            outcome=Outcome.REFUSED if refused else Outcome.SUCCESS,
            at=NOON + number * EVERY - timedelta(minutes=40 if number % 500 == 7 else 0),
            subject=f"d:{number % 7}",
            person=f"osoba{number % 7}",
            session=f"s{number % 7}" if number % 3 else "",
            municipality=str(588_296 + number % 6),
            own_municipality=str(588_296 + (number % 6 if number % 61 else 5)),
            application="" if number % 11 == 0 else "map" if number % 5 == 0 else "records",
            action="read",
            reason=("late" if number % 2 else "role_not_sufficient") if refused else "",
            details={
                "path": f"/smlouva/{number % 300}",
                "bytes_in": 0,
                "bytes_out": number % 10_000,
                "facts": f'{{"country":"{"SK" if number % 4 else "CZ"}"}}' if refused else "",
            },
        )


@pytest.fixture(params=EITHER, scope="module")
def log(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Log]:
    folder: Path = tmp_path_factory.mktemp("counted")
    with open_log_of_either(request, folder) as opened:
        whole = list(made())
        for begin in range(0, ENTRIES, 1000):
            opened.append(whole[begin : begin + 1000])
        indexed(opened)
        yield opened


def indexed(log: Log) -> None:
    async def index() -> None:
        while await index_next(log.database):
            pass

    asyncio.run(index())


def found(log: Log, query: Query) -> list[Entry]:
    """By searching, page by page."""

    async def pages() -> list[Entry]:
        entries: list[Entry] = []
        after = None
        while True:
            page = await LogSearch(log.database).page(query, after, 1000)
            entries += [one.entry for one in page.entries if isinstance(one, Recorded)]
            if page.following is None:
                return entries
            after = page.following

    return asyncio.run(pages())


def over_time(log: Log, query: Query):
    return asyncio.run(LogSearch(log.database).over_time(query))


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: " ".join(query.described()) or "all")
def test_each_slice_has_as_many_entries_as_the_search_of_its_time_finds(log: Log, query: Query):
    entries, counts = found(log, query), over_time(log, query)
    assert counts.counted == Counted()
    assert counts.entries == len(entries)
    for one in counts.slices:
        within = [each for each in entries if one.begin <= each.at < one.end]
        assert one.entries == len(within)
        assert one.refused == sum(each.outcome is Outcome.REFUSED for each in within)
    assert all(earlier.end == later.begin for earlier, later in pairwise(counts.slices))


def test_an_open_span_is_that_of_what_was_found(log: Log):
    few = over_time(log, Query(having=(Having("path", frozenset({"/smlouva/17"})),), until=SPAN["since"]))
    first = NOON + 17 * EVERY
    assert few.slices[0].begin == first
    assert over_time(log, Query(person="nobody")).slices == ()
    asked = over_time(log, Query(person="nobody", **SPAN))
    assert (asked.slices[0].begin, asked.slices[-1].end) == (SPAN["since"], SPAN["until"])
    assert asked.width is Width.HOURS


@pytest.mark.parametrize("field", ["reason", "country", "person", "address", HOUR_OF_DAY, "outcome"])
@pytest.mark.parametrize(
    "query", [Query(), Query(**SPAN), Query(outcome=Outcome.REFUSED), Query(text="smlouva 17")]
)
def test_values_are_counted_as_the_entries_say_them(log: Log, query: Query, field: str):
    expected: Counter[str] = Counter()
    for one in found(log, query):
        expected.update(
            [str(one.at.astimezone(LOCAL).hour)] if field == HOUR_OF_DAY else set(values_of(field, one))
        )
    counted = asyncio.run(LogSearch(log.database).by_value(query, field, 3))
    rows = sorted(expected.items(), key=lambda one: (-one[1], one[0]))
    assert [(one.value, one.entries) for one in counted.rows] == rows[:3]
    assert counted.more == max(0, len(rows) - 3)
    assert counted.counted == Counted()


def test_nothing_is_counted_beyond_the_municipality_of_the_reader(log: Log):
    bounded = LogSearch(log.database, "588301")
    concerned = [one for one in made() if "588301" in (one.municipality, one.own_municipality)]
    assert asyncio.run(bounded.over_time(Query())).entries == len(concerned)
    by_value = asyncio.run(bounded.by_value(Query(), "municipality", 99))
    assert sum(one.entries for one in by_value.rows) == len(concerned)
    assert asyncio.run(bounded.over_time(Query(within="588296"))).entries == len(concerned)


def test_what_takes_too_long_is_told_as_not_counted(log: Log, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(audit_counted, "INDEX_ROWS", 0)
    monkeypatch.setattr(audit_counted, "AT_ONCE", 1)
    counts = over_time(log, Query())
    assert counts.counted.since is not None
    assert not counts.counted.whole
    assert counts.entries == sum(one.at >= counts.counted.since for one in made())
    values = asyncio.run(LogSearch(log.database).by_value(Query(), "outcome", 9))
    assert values.counted.since == counts.counted.since
    assert sum(one.entries for one in values.rows) == counts.entries


def test_where_entries_cannot_be_looked_at_the_counts_are_said_to_be_near_enough(
    log: Log, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr(audit_counted, "ROWS", 0)
    monkeypatch.setattr(audit_counts, "_hours_tell", lambda block, edges: False)
    counts = over_time(log, Query())
    assert counts.counted == Counted(exactly=False)
    assert abs(counts.entries - ENTRIES) <= len(counts.slices)
    at_most = over_time(log, Query(bytes_from=5_000))
    assert at_most.counted == Counted(exactly=False)
    assert at_most.entries >= len(found(log, Query(bytes_from=5_000)))


def test_entries_that_are_not_indexed_yet_are_counted_or_told(log: Log, monkeypatch: pytest.MonkeyPatch):
    log.database.write_soon(lambda c: forget_entries(c, 0, ENTRIES)).result()
    try:
        assert over_time(log, Query()).entries == ENTRIES
        for module in (audit_by_terms, audit_counted):
            monkeypatch.setattr(module, "LOOKED_THROUGH", BLOCK)
        counts = over_time(log, Query())
        assert counts.counted.not_indexed == 2 * BLOCK
        assert counts.entries == 300
    finally:
        indexed(log)


def test_what_was_added_behind_a_number_is_told_in_its_order(log: Log):
    search = LogSearch(log.database)
    news = asyncio.run(search.behind(Query(outcome=Outcome.REFUSED), ENTRIES - 300))
    fitting = [number for number in range(ENTRIES - 300, ENTRIES) if number % 97 == 0]
    assert [one.sequence for one in news.entries] == fitting
    assert (news.not_shown, news.not_looked_at, news.end) == (0, 0, ENTRIES)
    assert asyncio.run(search.behind(Query(), ENTRIES)).entries == ()
    assert asyncio.run(search.behind(Query(text="nothing of this"), 0)).entries == ()
    many = asyncio.run(search.behind(Query(), 10))
    assert [one.sequence for one in many.entries] == list(range(ENTRIES - 20, ENTRIES))
    assert many.not_shown + many.not_looked_at + 20 == ENTRIES - 10
    theirs = asyncio.run(LogSearch(log.database, "588301").behind(Query(), ENTRIES - 300))
    assert all("588301" in (one.entry.municipality, one.entry.own_municipality) for one in theirs.entries)
