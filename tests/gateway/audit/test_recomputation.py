"""The real child on a real log, and children that misbehave."""

import asyncio
import os
import sys
from datetime import timedelta
from pathlib import Path

import psutil
import pytest

from gateway.audit.anchors import Fault
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.own_process import Progress, encode
from gateway.audit.reading_acts import verifying
from gateway.audit.recomputation import (
    Finished,
    NotFinished,
    Recomputation,
    Trouble,
    UnderWay,
    verified_apart,
)
from gateway.commands.verification_process import command
from tests.gateway.audit.attacking import by_hand
from tests.gateway.audit.making import NOON, SIGNER, Log, entry, until

BY = verifying(NOON, subject="s-1", person="dvorak")
LONG = timedelta(seconds=60)


class Kept:
    def __init__(self) -> None:
        self.entries: list[Entry] = []

    async def __call__(self, entries: list[Entry]) -> None:
        self.entries += entries


def of_log(log: Log, kept: Kept) -> Recomputation:
    child = command(log.path, log.file, [SIGNER.verifier], os.getpid())
    return Recomputation(child, kept, lambda: NOON, patience=LONG)


def script(text: str, kept: Kept, **more: timedelta) -> Recomputation:
    return Recomputation([sys.executable, "-c", text], kept, lambda: NOON, **({"patience": LONG} | more))


async def test_a_whole_log_is_recomputed_by_a_process_of_its_own_and_recorded(whole: Log) -> None:
    kept = Kept()
    recomputation = of_log(whole, kept)
    await recomputation.begin(BY)
    found = recomputation.standing
    assert isinstance(found, Finished)
    assert (found.report.entries, found.report.not_yet_sealed, found.report.broken) == (23, 3, None)
    assert (found.by, found.recorded) == ("dvorak", True)
    [recorded] = kept.entries
    assert (recorded.code, recorded.outcome, recorded.subject) == (Code.LOG_VERIFIED, Outcome.SUCCESS, "s-1")
    assert recorded.details == {"entries": 23, "finding": "whole"}


async def test_a_damaged_log_is_told_with_the_place_of_the_damage(whole: Log) -> None:
    by_hand(whole, "UPDATE audit_entry SET canonical = x'00' WHERE sequence = 4")
    kept = Kept()
    recomputation = of_log(whole, kept)
    await recomputation.begin(BY)
    found = recomputation.standing
    assert isinstance(found, Finished)
    assert found.report.broken is not None
    assert (found.report.broken.fault, found.report.broken.sequence) == (Fault.EDITED, 4)
    assert kept.entries[0].outcome is Outcome.FAILURE
    assert "entry 4" in str(kept.entries[0].details["finding"])


async def test_a_database_that_is_gone_is_a_trouble_with_its_cause(log: Log, tmp_path: Path) -> None:
    (tmp_path / "other.db").write_bytes(b"no database" * 1_000)
    kept = Kept()
    child = command(tmp_path / "other.db", log.file, [SIGNER.verifier], os.getpid())
    recomputation = Recomputation(child, kept, lambda: NOON, patience=LONG)
    await recomputation.begin(BY)
    found = recomputation.standing
    assert isinstance(found, NotFinished)
    assert found.trouble is Trouble.FAILED
    assert "restore it from a backup" in found.cause
    assert (kept.entries[0].outcome, kept.entries[0].reason) == (Outcome.FAILURE, "verification_failed")


@pytest.mark.parametrize(
    "text", ["", "print('not json')", 'print(\'{"type":"verdict"}\')', "raise SystemExit(3)"]
)
async def test_a_child_that_says_nothing_of_use_is_a_trouble(text: str) -> None:
    kept = Kept()
    recomputation = script(text, kept)
    await recomputation.begin(BY)
    assert isinstance(recomputation.standing, NotFinished)
    assert recomputation.standing.cause
    assert len(kept.entries) == 1


async def test_a_program_that_is_not_there_is_a_trouble() -> None:
    recomputation = Recomputation(["/nowhere/at-all"], Kept(), lambda: NOON, patience=LONG)
    await recomputation.begin(BY)
    assert isinstance(recomputation.standing, NotFinished)
    assert "FileNotFoundError" in recomputation.standing.cause


def saying(*said: Progress, then: str) -> str:
    lines = b"".join(encode(one) + b"\n" for one in said).decode()
    return f"import sys, time; sys.stdout.write({lines!r}); sys.stdout.flush(); {then}"


async def test_one_that_takes_too_long_is_ended_and_recorded_as_no_verdict() -> None:
    kept = Kept()
    recomputation = script(saying(Progress(5, 9), then="time.sleep(600)"), kept, limit=timedelta(seconds=1))
    await recomputation.begin(BY)
    found = recomputation.standing
    assert isinstance(found, NotFinished)
    assert found.trouble is Trouble.TOO_LONG
    assert kept.entries[0].reason == "verification_too_long"
    assert not children()


def children() -> list[psutil.Process]:
    return [one for one in psutil.Process().children() if "time.sleep(600)" in " ".join(one.cmdline())]


async def test_one_at_a_time_runs_its_progress_is_seen_and_closing_ends_it() -> None:
    kept = Kept()
    recomputation = script(
        saying(Progress(5, 9), then="time.sleep(600)"), kept, patience=timedelta(milliseconds=1)
    )
    await recomputation.begin(BY)
    await recomputation.begin(BY)
    await until(lambda: isinstance(recomputation.standing, UnderWay) and recomputation.standing.done == 5)
    assert recomputation.standing == UnderWay(NOON, "dvorak", 5, 9)
    assert len(children()) == 1
    await recomputation.close()
    assert not children()
    assert kept.entries == []


async def test_the_loop_stays_free_while_the_log_is_recomputed(log: Log) -> None:
    for _ in range(20):
        log.append([entry(number) for number in range(250)])
    recomputation = of_log(log, Kept())
    turns = 0

    async def turn() -> None:
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    turning = asyncio.create_task(turn())
    await recomputation.begin(BY)
    turning.cancel()
    assert isinstance(recomputation.standing, Finished)
    assert recomputation.standing.report.entries == 5_000
    assert turns > 100


async def test_before_a_deletion_the_log_is_verified_apart_and_nobody_is_named(whole: Log) -> None:
    async def child() -> list[str]:
        return command(whole.path, whole.file, [SIGNER.verifier], os.getpid())

    found = await verified_apart(child)
    assert found is not None
    assert (found.entries, found.broken, found.held) == (23, None, ())


@pytest.mark.parametrize(
    "words", [[sys.executable, "-c", ""], [sys.executable, "-c", "print(1)"], ["/nowhere"]]
)
async def test_a_verification_that_comes_to_nothing_is_no_verdict(words: list[str]) -> None:
    async def child() -> list[str]:
        return words

    assert await verified_apart(child) is None
