"""A receiver's place is taken away, and the entry that tells of it hidden or forged: no entry is passed over."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, text, update

from gateway.audit.canonical import canonical, parse
from gateway.audit.entry import Code
from gateway.audit.tree import leaf_hash
from gateway.storage.audit_since import size_of
from gateway.storage.forwarding import StoredReceivers
from gateway.storage.tables.audit import audit_entry
from tests.gateway.audit.making import EITHER, KEYS, Log, entry, open_log_of_either
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
