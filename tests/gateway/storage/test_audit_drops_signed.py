"""Deletions are signed by whoever signs the log then, also where one key follows another or was stolen."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Connection

from gateway.audit.checkpoint import unseal
from gateway.audit.drop_notes import shard_told
from gateway.audit.entry import Code
from gateway.audit.verify_report import Report
from gateway.storage.audit_dropping import Keys
from gateway.storage.audit_evidence import verify_log
from gateway.storage.audit_export import Span, handed_out, parts
from gateway.storage.audit_retention import Retention
from gateway.storage.log_keys import known, vouching
from tests.gateway.audit.making import NOON, SIGNER, open_log
from tests.gateway.audit.rotating import SEAL, Rotating
from tests.gateway.audit.sharding import shards
from tests.gateway.audit.test_append import written
from tests.gateway.storage.test_audit_export_keys import newest, read

LATER = NOON.replace(year=2028)


@pytest.fixture
def log(tmp_path: Path) -> Iterator[Rotating]:
    with open_log(tmp_path) as made:
        yield Rotating(made)


async def month(log: Rotating) -> None:
    await log.grow()
    log.log.clock.advance(days=31)


async def drop(log: Rotating, now: datetime) -> int:
    log.log.clock.now = max(now, log.log.clock.now)
    keys = Keys(
        lambda c: known(c, [log.held[-1].verifier]), lambda c, reach: vouching(c, SEAL, SIGNER.name, reach)
    )

    async def verified() -> Report:
        return verify_log(log.log.database, log.log.file, [log.held[-1].verifier])

    found = await Retention(log.log.database, log.log.ledger.append).drop_due(18, now, keys, verified)
    await log.checkpointer.seal()
    return len(found)


def signers(log: Rotating) -> list[int]:
    told = [one.entry for one in written(log.log) if one.entry.code is Code.LOG_SHARD_DROPPED]
    return [len(list(one.details["signed"])) for one in told]  # type: ignore[arg-type]


def export(log: Rotating) -> bytes:
    last, keys = newest(log), log.keys

    def made(connection: Connection) -> bytes:
        span = Span(0, last.checkpoint.reach)
        given = parts(connection, span, last, lambda note: unseal(note, keys))
        return b"".join(handed_out(connection, given))

    return log.log.database.read_now(made)


async def test_whoever_signs_the_log_signs_what_it_deletes(log: Rotating, tmp_path: Path) -> None:
    for _ in range(3):
        await month(log)
    first = log.rotate()
    await month(log)
    assert await drop(log, NOON + timedelta(days=31 * 19)) >= 1
    assert set(signers(log)) == {2}, "while two keys stand both sign"
    log.retire()
    await month(log)
    assert await drop(log, LATER) >= 1
    assert signers(log)[-1] == 1
    assert log.check().broken is None
    assert [what for what, _ in read(export(log), tmp_path, first)].count("dropped") == len(signers(log))
    log.rotate(compromised=True)
    await month(log)
    assert log.check().broken is None
    told = [what for what, _ in read(export(log), tmp_path, log.held[-1].verifier)]
    assert told.count("doubted") == len(signers(log)), (
        "a stolen key alone says of them that they were deleted"
    )
    assert "dropped" not in told


def test_what_is_told_of_a_month_is_read_back_or_is_nothing(log: Rotating) -> None:
    asyncio.run(month(log))
    asyncio.run(month(log))
    [one] = shards(log.log)
    assert shard_told(one.told) == one
    for wrong in ("", "0", one.told + " ", one.told.replace(" ", "  "), f"0{one.told}", one.told.upper()):
        assert shard_told(wrong) is None
