"""A receiver's place is taken away, and the entry that tells of it hidden or forged: no entry is passed over. Nor does
a row keep from the log that it is down.
"""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from gateway.audit.canonical import canonical, parse
from gateway.audit.entry import Code
from gateway.audit.tree import leaf_hash
from gateway.forwarding.forwarder import NotTaken
from gateway.storage.audit_since import size_of
from gateway.storage.forwarding import StoredReceivers
from gateway.storage.tables.audit import audit_entry
from tests.gateway.audit.making import EITHER, KEYS, Log, entry, open_log_of_either
from tests.gateway.audit.test_append import written
from tests.gateway.storage.test_alerts import SEAL

_e = audit_entry.c


@pytest.fixture(params=EITHER)
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Log]:
    with open_log_of_either(request, tmp_path) as made:
        yield made


def by_hand(log: Log, *changes: str) -> None:
    with log.database.engine.begin() as connection:
        for one in changes:
            connection.execute(text(one))


async def begun(log: Log) -> tuple[StoredReceivers, int]:
    """With entries before it and behind it, all of them sealed, so that nothing is believed as it stands."""
    receivers = StoredReceivers(log.database, log.ledger.append, SEAL, KEYS.known)
    log.append([entry(number) for number in range(20)])
    place = await receivers.begin("siem", log.clock(), from_beginning=False)
    log.append([entry(number) for number in range(20, 60)])
    await log.checkpointer().seal()
    return receivers, place


HIDDEN = (
    f"UPDATE audit_entry SET code = 'x' WHERE code IN ('{Code.RECEIVER_BEGUN}', '{Code.LOG_PLACE_MOVED}')"
)
AWAY = "DELETE FROM audit_receiver"


async def test_a_place_whose_entry_is_hidden_by_its_column_is_found_by_its_bytes(
    log: Log, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gateway.storage.forwarding.READ_AT_ONCE", 7)
    receivers, place = await begun(log)
    by_hand(log, HIDDEN, AWAY)
    assert await receivers.begin("siem", log.clock(), from_beginning=False) == place


async def test_a_place_that_a_rewritten_entry_tells_of_is_not_believed(log: Log) -> None:
    receivers, place = await begun(log)
    with log.database.engine.begin() as connection:
        told = connection.execute(
            select(_e.sequence, _e.canonical).where(_e.code == Code.RECEIVER_BEGUN.value)
        ).one()
        genuine = parse(told.canonical)
        genuine.entry.details["first"] = 55
        forged = canonical(genuine)
        changed = {"canonical": forged, "leaf": leaf_hash(forged)}
        connection.execute(update(audit_entry).where(_e.sequence == told.sequence).values(changed))
    by_hand(log, "UPDATE audit_receiver SET following = 55")
    assert await receivers.begin("siem", log.clock(), from_beginning=False) <= place


async def test_a_receiver_that_never_began_begins_at_the_end(log: Log) -> None:
    receivers, _ = await begun(log)
    size = log.database.read_now(size_of)
    assert await receivers.begin("other", log.clock(), from_beginning=False) == size


TROUBLE = NotTaken("receiver_unreachable")
FOR_LONG = timedelta(minutes=5)
HUSHED = [
    "UPDATE audit_receiver SET told = true",
    f"UPDATE audit_receiver SET failing_since = {2**52}",
    "UPDATE audit_receiver SET failing_since = NULL",
]


@pytest.mark.parametrize("change", HUSHED)
@pytest.mark.parametrize("restarts", [False, True])
async def test_a_row_that_says_that_it_was_told_or_fails_since_later_hushes_no_receiver_that_is_down(
    log: Log, change: str, *, restarts: bool
) -> None:
    receivers, _ = await begun(log)
    await receivers.failed("siem", TROUBLE, log.clock(), FOR_LONG)
    if restarts:
        receivers = StoredReceivers(log.database, log.ledger.append, SEAL, KEYS.known)
        by_hand(log, change)
        await receivers.failed("siem", TROUBLE, log.clock(), FOR_LONG)
    for _ in range(3):
        by_hand(log, change)
        log.clock.advance(minutes=3)
        await receivers.failed("siem", TROUBLE, log.clock(), FOR_LONG)
    assert [one.entry.code for one in written(log)].count(Code.RECEIVER_DOWN) == 1
    await receivers.taken("siem", 30, log.clock())
    await receivers.taken("siem", 40, log.clock())
    assert [one.entry.code for one in written(log)].count(Code.RECEIVER_BACK) == 1
    await receivers.failed("siem", TROUBLE, log.clock(), FOR_LONG)
    assert [one.entry.code for one in written(log)].count(Code.RECEIVER_DOWN) == 1
