from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.audit.canonical import TEXTS, Recorded
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.folding import folded
from gateway.audit.reading_acts import searched
from gateway.audit.search import Counted, Hour, Page, Position, PositionRefused, Query, TooManyPeople
from gateway.storage.audit_conditions import choices, conditions
from gateway.storage.audit_search import LogSearch
from gateway.storage.tables.audit import audit_entry
from tests.gateway.audit.making import EITHER, NOON, Log, entry, open_log_of_either

NOVAK, DVORAK = "11111111-0000-0000-0000-000000000001", "11111111-0000-0000-0000-000000000002"


@pytest.fixture(params=EITHER)
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Log]:
    with open_log_of_either(request, tmp_path) as made:
        yield made


def who(number: int, subject: str, login: str, **facts: object) -> Entry:
    return entry(number, subject=subject, person=login, **facts)


def opened(number: int, subject: str, login: str, name: str) -> Entry:
    return who(number, subject, login, code=Code.SESSION_OPENED, details={"name": name})


@pytest.fixture
def search(log: Log) -> LogSearch:
    log.append([opened(0, NOVAK, "novak", "Jan Novák"), opened(1, DVORAK, "dvorakova", "Eva Dvořáková")])
    log.append(
        [
            who(2, NOVAK, "novak", municipality="588296", own_municipality="588296", application="spis"),
            who(3, DVORAK, "dvorakova", municipality="588300", own_municipality="588296", application="spis"),
            who(
                4, NOVAK, "novak", code=Code.DECISION_REFUSE, outcome=Outcome.REFUSED, reason="not_your_role"
            ),
            entry(
                5, code=Code.SIGN_IN_PASSWORD_REFUSED, outcome=Outcome.REFUSED, person="novak", address="::1"
            ),
            who(6, DVORAK, "dvorakova", session="s-1", action="read", rule="r1", policy_version="p1"),
        ]
    )
    return LogSearch(log.database)


def numbers(page: Page) -> list[int]:
    return [item.sequence for item in page.entries]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        (Query(), [6, 5, 4, 3, 2, 1, 0]),
        (Query(person="novak"), [5, 4, 2, 0]),
        (Query(person=NOVAK), [4, 2, 0]),
        (Query(person=f"={NOVAK}"), [4, 2, 0]),
        (Query(person="=nova"), []),
        (Query(person="="), []),
        (Query(person="Dvořák"), [6, 3, 1]),
        (Query(person="EVA"), [6, 3, 1]),
        (Query(person="nobody"), []),
        (Query(person="%"), []),
        (Query(person="´"), []),
        (Query(person="\0"), []),
        (Query(person="\0novak"), []),
        (Query(municipality="588296"), [2]),
        (Query(own_municipality="588296"), [3, 2]),
        (Query(application="spis"), [3, 2]),
        (Query(application="spis", municipality="588300"), [3]),
        (Query(action="read"), [6]),
        (Query(without_reading_of=DVORAK), [6, 5, 4, 3, 2, 1, 0]),
        (Query(outcome=Outcome.REFUSED), [5, 4]),
        (Query(outcome=Outcome.SUCCESS), [6, 3, 2, 1, 0]),
        (Query(person="novak", outcome=Outcome.REFUSED), [5, 4]),
        (Query(codes=frozenset({Code.SESSION_OPENED, Code.DECISION_REFUSE})), [4, 1, 0]),
        (Query(codes=frozenset(Code)), [6, 5, 4, 3, 2, 1, 0]),
        (Query(codes=frozenset({Code.SESSION_OPENED}), person="novak"), [0]),
        (Query(codes=frozenset({Code.DECISION_REFUSE}), outcome=Outcome.REFUSED), [4]),
        (Query(session="s-1"), [6]),
        (Query(session="s-1", person="novak"), []),
        (Query(request_id="request-3"), [3]),
        (Query(reason="not_your_role"), [4]),
        (Query(rule="r1"), [6]),
        (Query(policy_version="p1"), [6]),
        (Query(address="::1"), [5]),
        (Query(crossing=True), [3]),
        (Query(since=NOON + timedelta(milliseconds=5)), [6, 5]),
        (Query(until=NOON + timedelta(milliseconds=2)), [1, 0]),
        (Query(municipality=""), [6, 5, 4, 1, 0]),
    ],
)
async def test_each_condition_finds_its_entries_newest_first(
    search: LogSearch, query: Query, found: list[int]
) -> None:
    assert numbers(await search.page(query)) == found
    counted = await search.count(query)
    assert (counted.number, counted.at_least) == (len(found), False)


async def pages_of(search: LogSearch, query: Query, limit: int) -> Sequence[int]:
    found: list[int] = []
    after = None
    while True:
        page = await search.page(query, after, limit)
        found += numbers(page)
        if page.following is None:
            return found
        after = page.following


@pytest.mark.parametrize("limit", [1, 2, 3, 7, 8])
@pytest.mark.parametrize(
    "query", [Query(), Query(person="novak"), Query(codes=frozenset({Code.ACCESS, Code.SESSION_OPENED}))]
)
async def test_pages_of_any_size_give_everything_once(search: LogSearch, query: Query, limit: int) -> None:
    assert await pages_of(search, query, limit) == numbers(await search.page(query))


async def test_pages_are_stable_while_entries_arrive_and_hold_for_equal_times(log: Log) -> None:
    log.append([entry(0, at=NOON) for _ in range(6)])
    search = LogSearch(log.database)
    first = await search.page(Query(), None, 2)
    log.append([entry(9), entry(0, at=NOON)])
    second = await search.page(Query(), first.following, 10)
    assert numbers(first) + numbers(second) == [5, 4, 3, 2, 1, 0]


async def test_an_act_that_was_taken_over_late_stands_at_its_own_time(log: Log) -> None:
    log.append([entry(5), entry(1)])
    assert numbers(await LogSearch(log.database).page(Query())) == [0, 1]


async def test_one_entry_and_its_position_are_found_by_its_number(search: LogSearch) -> None:
    stored = await search.entry(3)
    assert stored is not None
    found = stored.found
    assert isinstance(found, Recorded)
    assert found.entry.person == "dvorakova"
    assert await search.position(3) == Position.of(found)
    assert await search.entry(99) is None
    assert await search.position(99) is None


@pytest.mark.parametrize("text", ["cli:brana (jana)", "jana", "cli:brana"])
async def test_who_ran_a_command_is_found_by_account_and_by_person(log: Log, text: str) -> None:
    log.append([entry(0, subject="cli:brana (jana)", code=Code.LOG_VERIFIED), entry(1, subject="cli:root")])
    assert numbers(await LogSearch(log.database).page(Query(person=text))) == [0]


async def test_a_count_beyond_the_limit_says_so(log: Log) -> None:
    log.append([entry(number) for number in range(1_001)])
    counted = await LogSearch(log.database).count(Query())
    assert (counted.number, counted.at_least) == (1_000, True)


async def test_a_part_of_a_name_that_fits_too_many_people_is_refused(log: Log) -> None:
    log.append([opened(number, f"subject-{number}", f"novak{number}", "Novák") for number in range(25)])
    with pytest.raises(TooManyPeople, match="write more of the name"):
        await LogSearch(log.database).page(Query(person="novak"))
    whole = await LogSearch(log.database).page(Query(person="=novak2"))
    assert [one.sequence for one in whole.entries] == [2]


def through(number: int = 0, **facts: object) -> Entry:
    return entry(number, **{"session": "s-1", "application": "spis", "municipality": "588296", **facts})


def refused(number: int, code: Code = Code.DECISION_REFUSE, **facts: object) -> Entry:
    return entry(number, code=code, outcome=Outcome.REFUSED, **{"municipality": "588300", **facts})


async def test_hours_tell_requests_and_refusals(log: Log) -> None:
    later = NOON + timedelta(hours=2)
    log.append(
        [through(0), through(1), refused(2), through(at=later), through(at=later, municipality="588300")]
    )
    search = LogSearch(log.database)
    hours = await search.hours(NOON - timedelta(days=30), NOON + timedelta(days=1))
    assert hours == (Hour(NOON, 2, 1), Hour(later, 2, 0))
    assert await search.within("588296").hours(NOON, NOON + timedelta(days=1)) == (
        Hour(NOON, 2, 0),
        Hour(later, 1, 0),
    )
    assert await search.hours(NOON + timedelta(days=20), NOON + timedelta(days=30)) == ()


async def test_a_refused_request_is_one_refusal_however_many_entries_tell_of_it(log: Log) -> None:
    end = NOON + timedelta(hours=1)
    log.append(
        [
            refused(1, request_id="r-1"),
            refused(2, Code.ACCESS, request_id="r-1", session="s-1", application="spis"),
            refused(0, Code.ACCESS, request_id="r-2", at=end - timedelta(milliseconds=1)),
            refused(0, request_id="r-2", at=end),  # decided in another hour than it was asked in
            refused(5, Code.SIGN_IN_PASSWORD_REFUSED, request_id=""),
            refused(6, Code.SIGN_IN_PASSWORD_REFUSED, request_id=""),
        ]
    )
    search = LogSearch(log.database)
    hours = await search.hours(NOON - timedelta(hours=1), NOON + timedelta(hours=2))
    assert hours == (Hour(NOON, 0, 4),)
    listed = await search.page(Query(counted=Counted.REFUSED, since=NOON - timedelta(hours=1)))
    assert sorted(numbers(listed)) == [0, 2, 4, 5]  # the same four, each by the first entry that tells of it
    begun_before = await search.page(Query(counted=Counted.REFUSED, since=end))
    assert numbers(begun_before) == [3]
    assert await search.hours(end, end + timedelta(hours=1)) == (Hour(end, 0, 1),)


async def test_pages_of_ours_and_ways_to_the_sign_in_are_neither_let_through_nor_refused(log: Log) -> None:
    log.append(
        [
            entry(1),  # the sign-in page, a file of ours
            entry(2, application="spis"),
            entry(3, session="s-1"),
            refused(4, Code.ACCESS, application="spis", reason="sign_in_needed"),
        ]
    )
    search = LogSearch(log.database)
    assert await search.hours(NOON - timedelta(hours=1), NOON + timedelta(hours=1)) == ()
    for counted in Counted:
        assert (await search.page(Query(counted=counted))).entries == ()


async def test_what_is_counted_as_let_through_is_listed_without_the_refused(log: Log) -> None:
    refused_access = refused(2, Code.ACCESS, session="s-1", application="spis")
    log.append([through(0), through(1), refused_access, refused(3)])
    search = LogSearch(log.database)
    assert numbers(await search.page(Query(counted=Counted.LET_THROUGH))) == [1, 0]
    assert await search.hours(NOON, NOON + timedelta(hours=1)) == (Hour(NOON, 2, 2),)
    assert (await search.count(Query(counted=Counted.REFUSED))).number == 2


async def test_who_never_got_in_is_found_by_a_part_of_the_login_that_was_typed(log: Log) -> None:
    refusal = {"code": Code.SIGN_IN_PASSWORD_REFUSED, "outcome": Outcome.REFUSED}
    log.append(
        [
            opened(0, NOVAK, "novak", "Jan Novák"),
            entry(1, person="urban.karel", **refusal),
            entry(2, person="Urbánek", **refusal),
            who(3, DVORAK, "urbanova", code=Code.SIGN_IN_FAILED, outcome=Outcome.REFUSED),
            entry(4, person="novak", **refusal),
        ]
    )
    search = LogSearch(log.database)
    assert numbers(await search.page(Query(person="urban"))) == [3, 2, 1]
    assert numbers(await search.page(Query(person="KAREL"))) == [1]
    assert numbers(await search.page(Query(person="nov"))) == [4, 3, 0]
    assert numbers(await search.page(Query(person="Jan"))) == [0]
    assert (await search.count(Query(person="urban"))).number == 3


async def test_however_many_logins_were_tried_a_whole_one_is_found(log: Log) -> None:
    log.append([opened(0, NOVAK, "novak", "Jan Novák")])
    log.append(
        [entry(n, code=Code.SIGN_IN_PASSWORD_REFUSED, person=f"novak{n}") for n in range(1, 30)]
        + [entry(30, code=Code.SIGN_IN_PASSWORD_REFUSED, person="novak")]
    )
    search = LogSearch(log.database)
    assert numbers(await search.page(Query(person="novak"))) == [30, 0]
    assert numbers(await search.page(Query(person="novak7"))) == [7]
    with pytest.raises(TooManyPeople):
        await search.page(Query(person="nova"))


@pytest.mark.parametrize(
    ("query", "index"),
    [
        (Query(), "at"),
        (Query(request_id="r", application="spis", person="novak"), "request_id_at"),
        (Query(session="s", codes=frozenset({Code.ACCESS})), "session_at"),
        (Query(codes=frozenset({Code.ACCESS, Code.SIGN_OUT})), "code_at"),
        (Query(outcome=Outcome.REFUSED), "outcome_at"),
        (Query(reason="x", address="::1"), "reason_at"),
        (Query(crossing=True, since=NOON), "at"),
    ],
)
@pytest.mark.parametrize("log", ["embedded"], indirect=True)
def test_an_index_answers_in_order_and_nothing_is_sorted(
    search: LogSearch, log: Log, query: Query, index: str
) -> None:
    def explained(connection: object) -> list[str]:
        plans = []
        for choice in choices(connection, query)[:1]:
            order = (audit_entry.c.at.desc(), audit_entry.c.sequence.desc())
            statement = audit_entry.select().where(*conditions(query), *choice).order_by(*order).limit(51)
            text = statement.compile(connection, compile_kwargs={"literal_binds": True})
            plans += [row[3] for row in connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {text}")]
        return plans

    plan = log.database.read_now(explained)
    assert f"ix_audit_entry_{index} " in f"{plan[0]} "
    assert len(plan) == 1


def test_every_text_of_an_entry_is_a_column() -> None:
    assert set(TEXTS) <= set(audit_entry.c.keys())


@given(st.integers(-(2**61), 2**61), st.integers(0, 2**63))
def test_a_position_is_read_back_from_its_text(at: int, sequence: int) -> None:
    assert Position.parse(str(Position(at, sequence))) == Position(at, sequence)


@given(st.text(max_size=20) | st.from_regex(r"[-+_0-9. ]{1,12}", fullmatch=True))
def test_any_other_text_is_no_position(text: str) -> None:
    try:
        assert str(Position.parse(text)) == text
    except PositionRefused:
        return


@given(st.text(max_size=30))
def test_folding_a_name_again_changes_nothing_that_is_found(text: str) -> None:
    assert folded(folded(text)) == folded(folded(folded(text)))


def test_names_are_found_without_accents_and_case() -> None:
    assert folded("dvorakova", "Eva DVOŘÁKOVÁ", "") == "dvorakova eva dvorakova"


def test_what_was_asked_is_told_for_the_record() -> None:
    query = Query(
        person="Novák\x1b",
        codes=frozenset({Code.SIGN_OUT, Code.ACCESS}),
        since=datetime(2026, 1, 1, tzinfo=UTC),
        crossing=True,
        municipality="588296",
    )
    told = searched(NOON, subject="s", person="auditor", query=query.described(), found=3)
    assert told.municipality == "588296"
    assert told.details["query"] == (
        r"person=Novák\u{1b}, municipality=588296, codes=access.request sign_in.signed_out, "
        "since=2026-01-01T00:00:00+00:00, crossing=yes"
    )


async def test_ones_own_reading_of_the_officers_pages_is_left_out_and_nothing_else(log: Log) -> None:
    page = {"application": "audit", "action": "read", "session": "s-1"}
    log.append(
        [
            who(0, DVORAK, "dvorakova", **page),
            who(1, DVORAK, "dvorakova", code=Code.LOG_SEARCHED),
            who(2, DVORAK, "dvorakova", code=Code.DECISION_PERMIT, **page),
            who(3, DVORAK, "dvorakova", **(page | {"action": "administer"})),
            who(4, DVORAK, "dvorakova", **(page | {"application": "spis"})),
            who(5, DVORAK, "dvorakova", outcome=Outcome.REFUSED, **page),
            who(6, NOVAK, "novak", **page),
            who(7, NOVAK, "novak", code=Code.LOG_SEARCHED),
        ]
    )
    search = LogSearch(log.database)
    assert numbers(await search.page(Query(without_reading_of=DVORAK))) == [7, 6, 5, 4, 3]
    assert numbers(await search.page(Query(person=DVORAK, without_reading_of=DVORAK))) == [5, 4, 3]


async def test_a_bound_reader_finds_nothing_of_others_whatever_is_asked(search: LogSearch) -> None:
    hulin = search.within("588300")
    for asked in (
        Query(),
        Query(municipality="588296"),
        Query(within="588296"),
        Query(person="novak"),
        Query(request_id="request-2"),
        Query(text="request-2"),
        Query(text="spis"),
        Query(codes=frozenset(Code)),
        Query(session="s-1"),
    ):
        assert set(numbers(await hulin.page(asked))) <= {3}
        assert (await hulin.count(asked)).number <= 1
    assert numbers(await hulin.page(Query())) == [3]
    assert await hulin.entry(2) is None
    assert await hulin.position(2) is None
    assert await hulin.entry(99) is None
    assert await hulin.entry(3) is not None


async def test_a_reader_of_a_municipality_sees_its_data_and_its_people(search: LogSearch) -> None:
    assert numbers(await search.within("588296").page(Query())) == [3, 2]
    hours = await search.within("588300").hours(NOON - timedelta(hours=1), NOON + timedelta(hours=1))
    assert hours == ()
