"""A log over several months, and hands that change it past everything the product does."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from gateway.audit.checkpoint import unseal
from gateway.audit.shard import Shard
from gateway.audit.verify_report import Broken, Report
from gateway.storage.audit_evidence import verify_log
from gateway.storage.audit_shards import closed_shards
from tests.gateway.audit.each_way import verified_each_way
from tests.gateway.audit.making import EITHER, SIGNER, Log, entry, open_log_of_either

EACH, MONTHS = 7, 3
"""Entries of a month beside the one that opens it, and months; the clock begins in May."""


@pytest.fixture(params=EITHER)
def months(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Log]:
    """May: 0 to 6, June: 7 to 14, July: 15 to 22, sealed; and two entries of July that are not."""
    with open_log_of_either(request, tmp_path) as made:
        asyncio.run(through(made))
        yield made


async def through(log: Log, months: int = MONTHS) -> None:
    checkpointer = log.checkpointer()
    assert await checkpointer.begin() is None
    for month in range(months):
        for number in range(EACH):
            log.append([entry(number, person=f"person-{month}", subject=f"s-{month}")])
            if number % 3 == 0:
                await checkpointer.seal()
            log.clock.advance(seconds=1)
        if month < months - 1:
            log.clock.advance(days=31)
    await checkpointer.seal()
    log.append([entry(1), entry(2)])


def by_hand(log: Log, *statements: str) -> None:
    for one in statements:
        log.database.write_soon(lambda c, one=one: c.execute(text(one))).result()


def shards(log: Log) -> list[Shard]:
    return list(log.database.read_now(closed_shards))


def check(log: Log, *kept: str) -> Report:
    checkpoints = [unseal(note, [SIGNER.verifier]) for note in kept]
    return verified_each_way(log, checkpoints)


async def verified(log: Log) -> Report:
    """As the product asks before it deletes."""
    return verify_log(log.database, log.file, [SIGNER.verifier])


def broken(log: Log, *kept: str) -> Broken:
    found = check(log, *kept).broken
    assert found is not None
    return found
