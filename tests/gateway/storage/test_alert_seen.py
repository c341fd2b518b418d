"""Where people were is what the log tells: no hand in the table beside it keeps a new country from being told."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from gateway.alerts.delivered import in_force
from gateway.audit.canonical import parse
from gateway.audit.entry import Code, Entry
from gateway.commands.alerting import Looking
from gateway.storage.alerts import StoredAlerts
from tests.gateway.audit.making import EITHER, Log, entry, open_log, open_log_of_either
from tests.gateway.audit.rotating import SEAL
from tests.gateway.audit.sharding import by_hand

RULES = in_force([])


@pytest.fixture(params=EITHER)
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Log]:
    with open_log_of_either(request, tmp_path) as made:
        yield made


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[Log]:
    with open_log(tmp_path) as made:
        yield made


def let_in(country: str, person: str = "novak") -> Entry:
    facts = {"facts": f'{{"country":"{country}"}}'}
    return entry(code=Code.DECISION_PERMIT, person=person, subject=f"office:{person}", details=facts)


async def look(log: Log, one: Looking | None = None) -> None:
    one = one or await Looking.begun(StoredAlerts(log.database, log.ledger.append, SEAL), RULES, log.clock())
    while await one.step(log.clock()):
        pass


async def raised(log: Log) -> list[tuple[str, str]]:
    found = await StoredAlerts(log.database, log.ledger.append, SEAL).standing()
    return sorted((one.rule, one.group) for one in found)


def told(log: Log) -> list[list[str]]:
    def entries(connection: object) -> list[object]:
        query = "SELECT canonical FROM audit_entry WHERE code = 'audit.seen_restored' ORDER BY sequence"
        return [parse(bytes(row[0])).entry.details for row in connection.exec_driver_sql(query)]

    return [one["rows"] for one in log.database.read_now(entries)]


@pytest.fixture
async def known(log: Log) -> Log:
    """A person who came from Czechia, two days ago and today."""
    await look(log)
    log.append([let_in("CZ"), entry(person="novak")])
    await look(log)
    log.clock.advance(days=2)
    log.append([entry(1), let_in("CZ"), entry(2)])
    await look(log)
    assert await raised(log) == []
    log.clock.advance(hours=1)
    return log


def row(log: Log, value: str, ago: int = 0) -> str:
    at = int(log.clock().timestamp() - ago) * 1_000_000
    return f"INSERT INTO alert_seen VALUES ('new_country', 'novak', '{value}', {at})"


async def test_a_country_that_was_written_in_is_new_all_the_same_and_who_wrote_it_is_told(known: Log):
    by_hand(known, row(known, "US", 3600))
    known.append([let_in("US")])
    await look(known)
    await look(known)
    assert await raised(known) == [("log_damaged", "audit.seen_restored"), ("new_country", "novak")]
    assert told(known) == [["new_country novak US"]]


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE alert_seen SET value = 'US'",
        "UPDATE alert_seen SET at = at - 15552000000001",
        "UPDATE alert_seen SET at = at + 1",
        "UPDATE alert_seen SET at = 9000000000000000000",
    ],
)
async def test_a_country_that_was_changed_hides_no_new_one(known: Log, change: str):
    by_hand(known, change)
    known.append([let_in("US")])
    await look(known)
    assert ("new_country", "novak") in await raised(known)


async def test_a_country_that_was_taken_out_is_known_from_the_log(known: Log):
    by_hand(known, "DELETE FROM alert_seen")
    known.append([let_in("CZ", "svoboda"), let_in("US")])
    await look(known)
    assert await raised(known) == [("new_country", "novak")]
    assert told(known) == []


async def test_what_another_was_seen_with_vouches_for_nobody_else(known: Log):
    """The moment is one at which an entry came from there: of somebody else, and of the one that is new."""
    known.append([let_in("US", "svoboda")])
    await look(known)
    by_hand(
        known,
        "INSERT INTO alert_seen SELECT rule, 'novak', value, at FROM alert_seen WHERE value = 'US'",
    )
    known.append([let_in("US")])
    await look(known)
    assert ("new_country", "novak") in await raised(known)


async def test_what_nobody_touched_is_believed_and_nothing_is_told(known: Log):
    known.append([let_in("DE")])
    await look(known)
    known.append([let_in("DE"), let_in("CZ")])
    await look(known)
    assert await raised(known) == [("new_country", "novak")]
    assert told(known) == []


async def test_of_whom_the_log_knows_nothing_nothing_is_new(known: Log):
    known.append([let_in("US", "jina")])
    await look(known)
    assert await raised(known) == []


async def test_a_row_that_is_no_time_keeps_nobody_from_watching(embedded: Log):
    """A server keeps no text where a number stands."""
    log = embedded
    await look(log)
    log.append([let_in("CZ")])
    await look(log)
    by_hand(log, "UPDATE alert_seen SET at = 'never'")
    log.append([let_in("US")])
    await look(log)
    assert await raised(log) == [("new_country", "novak")]
    await look(log)
    assert told(log) == [["new_country novak CZ"]]
