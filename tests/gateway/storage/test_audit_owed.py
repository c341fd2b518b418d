"""Whoever writes to the database changes what it says of a month that is over, before its end is sealed: the log's key
signs what the log has, or nothing.
"""

import pytest
from sqlalchemy import text

from gateway.audit.anchors import Fault
from gateway.audit.checkpoint import unseal
from gateway.audit.entry import Code
from tests.gateway.audit.making import SIGNER, Log, entry
from tests.gateway.audit.sharding import broken, by_hand, check, shards
from tests.gateway.storage.test_checkpoints_altered import log, sealing, told

__all__ = ["log"]


def signed(log: Log) -> list[tuple[int, int, bytes]]:
    """First entry, size and root of the trees that the log's key signed."""
    notes = log.database.read_now(
        lambda c: list(c.scalars(text("SELECT note FROM audit_checkpoint ORDER BY size")))
    )
    found = (unseal(one, [SIGNER.verifier]) for one in notes)
    return [(one.first, one.size, one.root) for one in found]


async def june(log: Log) -> None:
    """May has an entry that no checkpoint seals, and June has begun."""
    await sealing(log).seal()
    log.append([entry(15)])
    log.clock.advance(days=31)
    log.append([entry(20)])


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE audit_shard SET root = (SELECT leaf FROM audit_entry WHERE sequence = 0)",
        "UPDATE audit_shard SET month = '2031-01', first = 2",
        "UPDATE audit_shard SET size = 1000",
        "DELETE FROM audit_shard",
    ],
)
async def test_of_a_month_that_is_over_the_key_signs_what_the_log_has(log: Log, change: str) -> None:
    await june(log)
    [may] = shards(log)
    kept = log.database.read_now(lambda c: dict(c.execute(text("SELECT * FROM audit_shard")).one()._mapping))
    by_hand(log, change)
    await sealing(log).seal()
    assert [one[:2] for one in signed(log)] == [(0, 3), (0, 4), (4, 2)]
    assert signed(log)[1] == (may.first, may.size, may.root)

    def put_back(connection) -> None:  # type: ignore[no-untyped-def]
        connection.execute(text("DELETE FROM audit_shard"))
        names = ", ".join(kept)
        values = ", ".join(f":{one}" for one in kept)
        connection.execute(text(f"INSERT INTO audit_shard ({names}) VALUES ({values})"), kept)

    log.database.write_soon(put_back).result()
    assert (check(log).broken, told(log)) == (None, [])


async def test_a_month_that_nothing_proves_is_not_signed_for_and_the_next_one_is(log: Log) -> None:
    await june(log)
    by_hand(
        log,
        "UPDATE audit_entry SET leaf = (SELECT leaf FROM audit_entry WHERE sequence = 0) WHERE sequence = 4",
    )
    running = sealing(log)
    await running.seal()
    assert [one[:2] for one in signed(log)] == [(0, 3), (4, 3)]
    assert told(log) == [Code.LOG_CHECKPOINT_ALTERED]
    assert len(log.troubles) == 1
    log.append([entry(30)])
    await running.seal()
    assert (len(signed(log)), len(told(log))) == (3, 1)
    assert broken(log).fault is Fault.EDITED


async def test_two_months_that_wait_are_sealed_one_after_the_other(log: Log) -> None:
    await june(log)
    log.clock.advance(days=31)
    log.append([entry(30)])
    await sealing(log).seal()
    assert [one[:2] for one in signed(log)] == [(0, 3), (0, 4), (4, 2), (6, 2)]
    assert check(log).broken is None
