"""Somebody writes to the tables of incidents: no hold goes by that, as the log proves neither closing nor hold."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.audit.entry import Code
from gateway.audit.facts import microseconds
from gateway.incidents.holding import keep, release_due
from gateway.incidents.incident import Incident, conclusion_digest
from gateway.incidents.items import EntryEvidence
from gateway.storage.incidents import IncidentBooks, StoredBook
from tests.gateway.audit.attacking import put_in
from tests.gateway.audit.making import EITHER, KEYS, Log, entry, open_log_of_either
from tests.gateway.audit.sharding import by_hand, check
from tests.gateway.storage.test_audit_retention import JUNE_IS_OLD, drop, numbers, retention, seal
from tests.rig.incidents import OFFICER, SAID

MONTHS = 18
CLOSED = "closed_at = {}, closed_by = 'x', closed_by_subject = 'x'"


@pytest.fixture(params=EITHER)
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Log]:
    """An open incident of which the evidence lies in May, and the hold is told of in June."""
    with open_log_of_either(request, tmp_path) as made:
        made.append([entry(number) for number in range(4)])
        seal(made)
        made.clock.advance(days=31)
        made.append([entry(9)])
        seal(made)
        seal(made)
        opened = Incident(number=1, described=SAID, opened_at=made.clock.now, opened_by=OFFICER.actor)

        def begin(book: StoredBook) -> None:
            book.keep(opened)
            book.record(OFFICER.entry(Code.SECURITY_INCIDENT_OPENED, made.clock.now, {"incident": 1}))
            keep(book, opened, EntryEvidence(0, "aa"), OFFICER, made.clock.now)

        asyncio.run(books(made).transact(begin))
        seal(made)
        yield made


def books(log: Log) -> IncidentBooks:
    return IncidentBooks(log.database, log.ledger.append, KEYS.known)


def released(log: Log) -> list[int]:
    log.clock.now = JUNE_IS_OLD
    gone = asyncio.run(books(log).transact(lambda book: release_due(book, MONTHS, JUNE_IS_OLD)))
    return [one.number for one in gone]


def close(log: Log) -> None:
    """As an officer does."""

    def work(book: StoredBook) -> None:
        found, at = book.incident(1), log.clock.now
        assert found is not None
        told = {"incident": 1, "sha256": conclusion_digest("over")}
        book.record(OFFICER.entry(Code.SECURITY_INCIDENT_CLOSED, at, told))
        book.keep(replace(found, closed_at=at, closed_by=OFFICER.actor, conclusion="over"))

    asyncio.run(books(log).transact(work))
    seal(log)


@pytest.mark.parametrize(
    "statement",
    [
        f"UPDATE security_incident SET {CLOSED.format(1)}",
        "DELETE FROM security_incident",
        "DELETE FROM security_incident_item",
    ],
)
def test_a_hold_of_an_open_incident_stays_whatever_its_table_says(log: Log, statement: str) -> None:
    assert released(log) == []
    by_hand(log, statement)
    assert released(log) == []
    assert drop(log, JUNE_IS_OLD) == []
    assert numbers(log)[0] == 0
    assert check(log).broken is None


def test_a_hold_of_a_closed_incident_goes_by_the_time_that_the_log_proves(log: Log) -> None:
    log.clock.advance(days=60)
    close(log)
    by_hand(log, "UPDATE security_incident SET closed_at = 1")
    assert released(log) == []


@pytest.mark.parametrize("place", [10**9, -1])
def test_a_closing_that_somebody_put_into_the_log_for_a_moment_lets_no_hold_go(log: Log, place: int) -> None:
    """Behind the end, or in the place of an entry that no checkpoint seals yet."""
    log.clock.advance(days=1)
    log.append([entry(10)])
    sequence = numbers(log)[-1] if place < 0 else place
    at = log.clock.now - timedelta(hours=1)
    put_in(log, sequence, OFFICER.entry(Code.SECURITY_INCIDENT_CLOSED, at, {"incident": 1}))
    by_hand(log, f"UPDATE security_incident SET {CLOSED.format(microseconds(at))}")
    assert released(log) == []


def test_a_hold_that_is_none_of_the_incident_does_not_go_with_it(log: Log) -> None:
    held = asyncio.run(retention(log).place(0, None, "by a court", "s-officer", log.clock.now))
    close(log)
    by_hand(
        log,
        rf"""UPDATE security_incident_item SET body = replace(body, '"hold"\:1', '"hold"\:{held.number}')""",
    )
    assert released(log) == []
    by_hand(
        log,
        rf"""UPDATE security_incident_item SET body = replace(body, '"hold"\:{held.number}', '"hold"\:1')""",
    )
    assert released(log) == [1]
