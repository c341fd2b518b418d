import asyncio
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from gateway.audit import checkpoint_file
from gateway.audit.checkpoint import unseal
from gateway.audit.checkpoint_file import CheckpointFileUnwritable
from gateway.storage.audit_checkpoints import newest
from gateway.storage.audit_evidence import verify_log
from tests.gateway.audit.making import EITHER, SIGNER, Log, entry, open_log_of_either, until


@pytest.fixture(params=EITHER)
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Log]:
    with open_log_of_either(request, tmp_path) as made:
        yield made


def sizes(log: Log) -> list[int]:
    return [unseal(written.note, [SIGNER.verifier]).size for written in checkpoint_file.read(log.file)]


async def test_activity_is_sealed_each_interval_and_once_more_at_a_clean_stop(log: Log) -> None:
    checkpointer, stop = log.checkpointer(timedelta(milliseconds=30)), asyncio.Event()
    assert await checkpointer.begin() is None
    running = asyncio.create_task(checkpointer.run(stop))
    log.append([entry(1)])
    await until(lambda: sizes(log) == [1])
    log.append([entry(2), entry(3)])
    stop.set()
    await asyncio.wait_for(running, 5)
    assert sizes(log) == [1, 3]
    assert log.troubles == []
    assert verify_log(log.database, log.file, [SIGNER.verifier]).not_yet_sealed == 0


async def test_an_idle_log_is_not_sealed_again(log: Log) -> None:
    checkpointer = log.checkpointer()
    assert await checkpointer.seal() is None
    log.append([entry(1)])
    assert await checkpointer.seal() is not None
    assert await checkpointer.seal() is None
    assert sizes(log) == [1]


async def test_a_file_that_cannot_be_written_is_told_and_made_up_for(log: Log) -> None:
    log.file.mkdir()
    checkpointer, stop = log.checkpointer(), asyncio.Event()
    log.append([entry(1)])
    running = asyncio.create_task(checkpointer.run(stop))
    await until(lambda: bool(log.troubles))
    assert isinstance(log.troubles[0], CheckpointFileUnwritable)
    assert "let the user who runs brana write it" in str(log.troubles[0])
    log.append([entry(2)])
    await until(lambda: (sealed := log.database.read_now(newest)) is not None and sealed.size == 2)
    log.file.rmdir()
    stop.set()
    await asyncio.wait_for(running, 5)
    assert sizes(log) == [1, 2]


async def test_the_file_is_readable_by_its_owner_only(log: Log) -> None:
    log.append([entry(1)])
    await log.checkpointer().seal()
    assert log.file.stat().st_mode & 0o777 == 0o600


async def test_a_file_ahead_of_an_empty_database_is_told(log: Log) -> None:
    log.append([entry(1)])
    await log.checkpointer().seal()
    log.database.write_soon(lambda c: c.exec_driver_sql("DELETE FROM audit_checkpoint").close()).result()
    ahead = await log.checkpointer().begin()
    assert ahead is not None
    assert (ahead.file_size, ahead.database_size) == (1, 0)


def test_a_file_of_rubbish_is_read_in_bounded_pieces(log: Log) -> None:
    log.file.write_bytes(b"x" * 300_000 + b"\n\xff\n")
    notes = list(checkpoint_file.read(log.file))
    assert all(len(written.note) < 150_000 for written in notes)
    assert sum(len(written.note) for written in notes) == 300_003
