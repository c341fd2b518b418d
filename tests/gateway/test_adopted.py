"""A control plane that runs before its parent becomes the supervisor: heard, kept and ended as any other child."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from gateway.adopted import Adopted
from gateway.envoy.notices import FOLDER, waiting
from gateway.supervise import Plan

LIVES = (
    "import os, pathlib, sys, time\n"
    "pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))\n"
    "os.environ.get('SPEAKS') and os.write(int(os.environ['SPEAKS']), b'.')\n"
    "time.sleep(60)"
)
BECOMES = """
import os, subprocess, sys
hears, speaks = os.pipe()
for end in (hears, speaks):
    os.set_blocking(end, False)
lock = os.open(sys.argv[2], os.O_RDWR | os.O_CREAT)
first = subprocess.Popen(
    [sys.executable, "-c", *sys.argv[3:]], pass_fds=[speaks], env=os.environ | {"SPEAKS": str(speaks)}
)
os.close(speaks)
for end in (hears, lock):
    os.set_inheritable(end, True)
os.execv(
    sys.executable,
    [sys.executable, "-m", "gateway.supervise", sys.argv[1], str(lock), str(first.pid), str(hears)],
)
"""
"""As `brana serve` does."""


def child(program: str) -> int:
    """Process id of one that asyncio knows nothing of."""
    return os.posix_spawn(sys.executable, [sys.executable, "-c", program], os.environ)


async def test_it_is_waited_for_and_its_status_is_told_to_whoever_asks_also_later() -> None:
    adopted = Adopted(child("raise SystemExit(3)"))
    assert await asyncio.wait_for(adopted.wait(), 10) == 3
    assert await adopted.wait() == 3
    with pytest.raises(ProcessLookupError):
        adopted.terminate()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
async def test_a_signal_that_ended_it_is_told_as_a_negative_number(number: signal.Signals) -> None:
    adopted = Adopted(child("import time; time.sleep(60)"))
    adopted.terminate() if number is signal.SIGTERM else adopted.kill()
    assert await asyncio.wait_for(adopted.wait(), 10) == -number


async def test_who_stops_waiting_does_not_keep_others_from_hearing_of_its_end() -> None:
    adopted = Adopted(child("import time; time.sleep(60)"))
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(adopted.wait(), 0.05)
    adopted.kill()
    assert await asyncio.wait_for(adopted.wait(), 10) == -signal.SIGKILL


@contextlib.asynccontextmanager
async def supervised(folder: Path, silence: float = 30.0) -> AsyncIterator[asyncio.subprocess.Process]:
    """The first control plane writes its process id to `first`, each later one to `later`."""
    for name in ("run", "spool", "begun"):
        (folder / name).mkdir()
    Plan(
        control=[sys.executable, "-c", LIVES, str(folder / "later")],
        streams=[],
        envoy=[],
        run=str(folder / "run"),
        spool=str(folder / "spool"),
        begun=str(folder / "begun"),
        silence=silence,
    ).write(folder / "plan.json")
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", BECOMES, folder / "plan.json", folder / "lock", LIVES, folder / "first",
        stderr=asyncio.subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    try:
        yield process
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.terminate()
        await process.communicate()


async def written(file: Path) -> int:
    for _ in range(1000):
        if file.exists() and (text := file.read_text()):
            return int(text)
        await asyncio.sleep(0.01)
    raise AssertionError(f"nobody wrote {file.name}")


async def becomes_supervisor(process: asyncio.subprocess.Process) -> None:
    async with asyncio.timeout(10):
        while "gateway.supervise" not in psutil.Process(process.pid).cmdline():
            await asyncio.sleep(0.01)


async def test_nothing_is_started_beside_it_and_whoever_ends_the_supervisor_ends_it(tmp_path: Path) -> None:
    async with supervised(tmp_path) as process:
        first = await written(tmp_path / "first")
        await becomes_supervisor(process)
        async with asyncio.timeout(10):
            while signal.SIGTERM not in _caught(process.pid):
                await asyncio.sleep(0.01)
        assert [one.pid for one in psutil.Process(process.pid).children()] == [first]
        process.terminate()
        _, said = await asyncio.wait_for(process.communicate(), 10)
        assert (process.returncode, said) == (0, b"")
        assert not psutil.pid_exists(first)
    assert not (tmp_path / "later").exists()


async def test_when_it_dies_another_is_started_by_the_plan(tmp_path: Path) -> None:
    async with supervised(tmp_path) as process:
        first = await written(tmp_path / "first")
        await becomes_supervisor(process)
        os.kill(first, signal.SIGKILL)
        later = await written(tmp_path / "later")
        assert [one.pid for one in psutil.Process(process.pid).children()] == [later]
        process.terminate()
        _, said = await asyncio.wait_for(process.communicate(), 10)
    assert said == b"brana: control plane ended (signal SIGKILL); starting it again\n"


async def test_when_it_falls_silent_it_is_ended(tmp_path: Path) -> None:
    async with supervised(tmp_path, silence=1) as process:
        first = await written(tmp_path / "first")
        await written(tmp_path / "later")
        assert not psutil.pid_exists(first)
        hung = [one for _, one in waiting(tmp_path / "run" / FOLDER) if one and one.what == "hung"]
        assert [(one.part, one.process) for one in hung] == [("control plane", first)]
        process.terminate()
        _, said = await asyncio.wait_for(process.communicate(), 10)
    assert f"it is ended (process {first})" in said.decode()


def _caught(process: int) -> set[int]:
    """Signals that a process handles."""
    lines = Path(f"/proc/{process}/status").read_text().splitlines()
    mask = next(int(line.split()[1], 16) for line in lines if line.startswith("SigCgt"))
    return {number for number in range(1, 65) if mask >> (number - 1) & 1}
