"""Files of the gate on a real disk, held against a real log."""

import os
import time
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from config.vocabulary import SessionId
from gateway.audit import begun
from gateway.audit.access import Holder
from gateway.audit.canonical import parse
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.reconciliation import BATCH, FolderNotOurs, Reconciliation
from gateway.storage.audit_evidence import rows
from gateway.storage.audit_requests import with_entry
from tests.gateway.audit.making import KEYS, Log

FIRST, SECOND = "20260504T120000Z", "20260504T130000Z"


class Gate:
    """The folders as the supervisor leaves them, and what a gate has written."""

    def __init__(self, log: Log, rotate_above: int = 10**9) -> None:
        self.log = log
        self.folder, self.spool = log.folder / "memory", log.folder / "spool"
        self.folder.mkdir(mode=0o700)
        self.spool.mkdir()
        self.fails: Exception | None = None
        self.reconciliation = Reconciliation(
            self.folder,
            self.spool,
            self.recorded,
            self.holders,
            self.record,
            lambda: datetime.now(UTC),
            rotate_above,
        )

    def envoy_starts(self, start: str) -> None:
        (self.spool / f"access-{start}.log").touch()
        for folder, name in ((self.spool, f"access-{start}.log"), (self.folder, begun.current(start))):
            (folder / "current.log").unlink(missing_ok=True)
            (folder / "current.log").symlink_to(name)

    def taken_over(self, start: str) -> None:
        """The ingest is through with that start's access log."""
        (self.spool / f"access-{start}.log").unlink()

    def lets_in(self, *numbers: int) -> None:
        with (self.folder / "current.log").open("a") as file:
            for number in numbers:
                file.write(f"\n+ 1777896000 r{number} known.1 588296 records - read GET /{number} $\n")

    def buffers(self, start: str, *numbers: int) -> None:
        """The same, not written out yet; behind it stands what it held before."""
        texts = (
            f"\n+ 1777896000 r{number} known.1 588296 records - read GET /{number} $\n" for number in numbers
        )
        older = "- read GET /older $\n\n+ 1777896000 r0 known.1 588296 records - re"
        (self.folder / f"begun-{start}.41f0a8c0.map").write_bytes(
            ("".join(texts) + older).encode() + bytes(99)
        )

    async def ends(self, *numbers: int) -> None:
        """Envoy's own lines about these are in the log."""
        await self.record(
            [
                Entry(code=Code.ACCESS, outcome=Outcome.SUCCESS, at=self.log.clock(), request_id=f"r{number}")
                for number in numbers
            ]
        )

    async def recorded(self, ids: Collection[str]) -> set[str]:
        return await self.log.database.read(lambda connection: with_entry(connection, ids, KEYS.known))

    async def holders(self, sessions: Collection[SessionId]) -> dict[SessionId, Holder]:
        assert sessions <= {"known"}
        return {SessionId("known"): Holder("subject-1", "novak", "588296")}

    async def record(self, entries: Sequence[Entry]) -> None:
        if self.fails:
            raise self.fails
        self.log.append(entries)

    def cut_off(self) -> list[str]:
        found = self.log.database.read_now(lambda c: [parse(row.canonical).entry for row in rows(c)])
        return [entry.request_id for entry in found if entry.code is Code.ACCESS_CUT_OFF]

    def files(self) -> set[str]:
        return {path.name for path in self.folder.iterdir()} - {"current.log"}


async def test_what_waited_in_a_buffer_of_a_killed_envoy_is_recorded_as_well(log: Log) -> None:
    gate = Gate(log)
    gate.envoy_starts(FIRST)
    gate.lets_in(1)
    gate.buffers(FIRST, 1, 2, 3)
    await gate.ends(3)
    gate.envoy_starts(SECOND)
    gate.taken_over(FIRST)
    await gate.reconciliation.step()
    assert gate.cut_off() == ["r1", "r2"]
    assert gate.files() == set()


async def test_what_waits_in_a_buffer_outlives_the_file_that_it_would_be_written_out_to(log: Log) -> None:
    gate = Gate(log, rotate_above=10)
    gate.envoy_starts(FIRST)
    gate.lets_in(1)
    gate.buffers(FIRST, 2)
    await gate.reconciliation.step()
    settled(gate.folder / f"begun-{FIRST}.1.log")
    await gate.reconciliation.step()
    assert list(begun.lines((gate.folder / begun.kept(FIRST)).read_bytes())) == ["r2", "r1"]
    assert f"begun-{FIRST}.41f0a8c0.map" in gate.files()


async def test_a_file_is_not_settled_before_whoever_had_it_open_has_written_to_it(log: Log) -> None:
    gate = Gate(log, rotate_above=10)
    gate.envoy_starts(FIRST)
    gate.lets_in(1)
    settled(gate.folder / begun.current(FIRST))
    await gate.reconciliation.step()
    await gate.reconciliation.step()
    assert gate.files() == {f"begun-{FIRST}.1.log"}


def settled(path: Path) -> None:
    past = time.time() - 60
    os.utime(path, (past, past))


async def test_what_a_killed_envoy_let_in_and_never_ended_is_recorded_once(log: Log) -> None:
    gate = Gate(log)
    gate.envoy_starts(FIRST)
    gate.lets_in(1, 2, 3)
    await gate.ends(1)
    gate.envoy_starts(SECOND)
    gate.taken_over(FIRST)
    for _ in range(2):
        await gate.reconciliation.step()
    assert gate.cut_off() == ["r2", "r3"]
    assert gate.files() == set()


async def test_nothing_is_concluded_before_the_access_log_of_that_start_is_taken_over(log: Log) -> None:
    gate = Gate(log)
    gate.envoy_starts(FIRST)
    gate.lets_in(1)
    gate.envoy_starts(SECOND)
    await gate.reconciliation.step()
    assert gate.cut_off() == []
    await gate.ends(1)
    gate.taken_over(FIRST)
    await gate.reconciliation.step()
    assert gate.cut_off() == []
    assert gate.files() == set()


async def test_a_request_under_way_in_a_living_envoy_is_left_alone(log: Log) -> None:
    gate = Gate(log)
    gate.envoy_starts(FIRST)
    gate.lets_in(1)
    await gate.reconciliation.step()
    assert gate.cut_off() == []
    assert gate.files() == {begun.current(FIRST)}


async def test_a_file_that_grows_is_cut_to_what_is_under_way(log: Log) -> None:
    gate = Gate(log, rotate_above=100)
    gate.envoy_starts(FIRST)
    gate.lets_in(1, 2, 3)
    await gate.ends(1, 3)
    await gate.reconciliation.step()
    assert gate.files() == {f"begun-{FIRST}.1.log"}, "the gate may still hold it open"
    settled(gate.folder / f"begun-{FIRST}.1.log")
    gate.lets_in(4)
    await gate.reconciliation.step()
    assert list(begun.lines((gate.folder / begun.kept(FIRST)).read_bytes())) == ["r2"]
    gate.lets_in(5, 6)
    await gate.ends(2, 5)
    await gate.reconciliation.step()
    settled(gate.folder / f"begun-{FIRST}.1.log")
    await gate.reconciliation.step()
    assert list(begun.lines((gate.folder / begun.kept(FIRST)).read_bytes())) == ["r4", "r6"]
    gate.envoy_starts(SECOND)
    gate.taken_over(FIRST)
    await gate.reconciliation.step()
    assert gate.cut_off() == ["r4", "r6"]
    assert gate.files() == set()


async def test_a_log_that_cannot_be_written_loses_nothing(log: Log) -> None:
    gate = Gate(log)
    gate.envoy_starts(FIRST)
    gate.lets_in(*range(BATCH + 5))
    gate.envoy_starts(SECOND)
    gate.taken_over(FIRST)
    gate.fails = OSError("no space left")
    with pytest.raises(OSError, match="space"):
        await gate.reconciliation.step()
    gate.fails = None
    await gate.reconciliation.step()
    assert sorted(gate.cut_off()) == sorted(f"r{number}" for number in range(BATCH + 5))


async def test_a_step_that_was_cut_short_after_some_entries_records_the_rest(log: Log) -> None:
    gate = Gate(log)
    gate.envoy_starts(FIRST)
    gate.lets_in(*range(2 * BATCH))
    gate.envoy_starts(SECOND)
    gate.taken_over(FIRST)

    async def once(entries: Sequence[Entry]) -> None:
        await gate.record(entries)
        gate.fails = ConnectionError("killed")

    with pytest.raises(ConnectionError):
        await replace(gate.reconciliation, record=once).step()
    gate.fails = None
    await gate.reconciliation.step()
    assert sorted(gate.cut_off()) == sorted(f"r{number}" for number in range(2 * BATCH))


async def test_a_folder_that_somebody_tidied_away_is_made_again(log: Log) -> None:
    gate = Gate(log)
    gate.envoy_starts(FIRST)
    (gate.folder / "current.log").unlink()
    gate.folder.rmdir()
    await gate.reconciliation.step()
    assert (gate.folder / "current.log").readlink().name == begun.current(FIRST)
    assert gate.folder.stat().st_mode & 0o777 == 0o700


async def test_a_folder_that_somebody_else_made_meanwhile_is_not_believed(log: Log) -> None:
    gate = Gate(log)
    gate.envoy_starts(FIRST)
    (gate.folder / "current.log").unlink()
    gate.folder.rmdir()
    gate.folder.mkdir()
    gate.folder.chmod(0o777)
    forged = gate.folder / begun.current(SECOND)
    forged.write_text("\n+ 1777896000 r1 known.1 588296 records - sign POST /sign $\n")
    with pytest.raises(FolderNotOurs, match="find out who made it"):
        await gate.reconciliation.step()
    assert gate.cut_off() == []
    assert list(gate.folder.iterdir()) == [forged], "and nothing of ours is put into it"


async def test_before_envoy_ever_started_there_is_nothing_to_do(log: Log) -> None:
    gate = Gate(log)
    await gate.reconciliation.step()
    assert gate.files() == set()
