"""Names by which people are found are what entries make them: whoever takes one out, changes or adds one is found."""

import asyncio
from collections.abc import Iterator
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import select

from gateway.audit.canonical import Recorded
from gateway.audit.entry import Code
from gateway.audit.search import Query
from gateway.storage.audit_names_check import names_altered_anywhere, names_put_back
from gateway.storage.audit_retention import Retention
from gateway.storage.audit_search import LogSearch
from gateway.storage.tables.audit import audit_person
from tests.gateway.audit.making import EITHER, KEYS, NOON, Log, entry, open_log_of_either
from tests.gateway.audit.sharding import by_hand, verified

JANA, OPERATOR = ("d:1", "novakova", "novakova jana novakova"), ("cli:root", "", "cli:root")


@pytest.fixture(params=EITHER)
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Log]:
    with open_log_of_either(request, tmp_path) as made:
        jana = {"subject": "d:1", "person": "novakova"}
        made.append(
            [
                entry(0, code=Code.SIGN_IN_COMPLETED, **jana, details={"name": "Jana Nováková"}),
                entry(1, **jana),
                entry(2, code=Code.LOG_SEARCHED, subject="cli:root"),
                entry(3, code=Code.SIGN_IN_PASSWORD_REFUSED, person="dvorak"),
            ]
        )
        yield made


def altered(log: Log) -> int:
    return asyncio.run(names_altered_anywhere(log.database, log.ledger.append, log.clock))


def names(log: Log) -> set[tuple[str, ...]]:
    return log.database.read_now(lambda c: {tuple(row) for row in c.execute(select(audit_person))})


def found(log: Log, text: str) -> list[int]:
    page = asyncio.run(LogSearch(log.database).page(Query(person=text)))
    return sorted(one.sequence for one in page.entries)


def told(log: Log) -> list[dict[str, object]]:
    page = asyncio.run(LogSearch(log.database).page(Query(codes=frozenset({Code.LOG_NAMES_ALTERED}))))
    return [{**one.entry.details} for one in page.entries if isinstance(one, Recorded)]


def test_names_that_nobody_touched_are_right(log: Log) -> None:
    assert names(log) == {JANA, OPERATOR, ("", "dvorak", "dvorak")}
    assert (altered(log), told(log)) == (0, [])


def test_who_was_hidden_from_searches_by_name_is_found_again_and_it_is_told(log: Log) -> None:
    by_hand(log, "DELETE FROM audit_person")
    assert found(log, "Jana") == []
    assert altered(log) == 3
    assert found(log, "Jana") == [0, 1]
    assert told(log) == [{"put_back": 3, "taken_out": 0}]
    assert altered(log) == 0


@pytest.mark.parametrize(
    "change",
    ["UPDATE audit_person SET folded = 'novakova petr dvorak' WHERE subject = 'd:1'"]
    + ["UPDATE audit_person SET subject = 'd:2' WHERE subject = 'd:1'"],
)
def test_a_name_that_was_changed_is_what_it_was(log: Log, change: str) -> None:
    before = names(log)
    by_hand(log, change)
    assert altered(log) == 2
    assert names(log) == before
    assert told(log) == [{"put_back": 0, "taken_out": 1}, {"put_back": 1, "taken_out": 0}]


def test_a_name_that_somebody_put_in_is_taken_out_and_a_new_one_stays(log: Log) -> None:
    by_hand(log, "INSERT INTO audit_person VALUES ('d:1', 'novakova', 'dvorak petr')")
    assert found(log, "dvorak") == [0, 1, 3]
    assert altered(log) == 1
    assert found(log, "dvorak") == [3]
    log.append([entry(9, code=Code.SESSION_OPENED, subject="d:9", person="nova", details={"name": "Nová"})])
    assert altered(log) == 0


def test_of_a_deleted_month_names_stay_that_its_entries_can_have_made_known(log: Log) -> None:
    log.clock.now = NOON.replace(month=6)
    log.append([entry(5, subject="d:1", person="novakova")])
    asyncio.run(log.checkpointer().seal())
    log.clock.now = NOON.replace(year=NOON.year + 2)
    gone = Retention(log.database, log.ledger.append).drop_due(
        18, NOON.replace(year=NOON.year + 1, month=11, day=10), KEYS, partial(verified, log)
    )
    assert [one.number for one in asyncio.run(gone)] == [0]
    assert JANA in names(log)
    assert altered(log) == 0
    by_hand(log, "INSERT INTO audit_person VALUES ('d:1', 'novakova', 'dvorak petr')")
    assert altered(log) == 1
    assert JANA in names(log)


def test_what_is_right_writes_nothing(log: Log) -> None:
    def refused(*_: object) -> None:
        raise AssertionError

    assert asyncio.run(names_put_back(log.database, refused, range(4), NOON)) == 0
