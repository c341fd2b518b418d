"""The supervisor with real children: a small control plane of the test's, and a real Envoy where it matters."""

import asyncio
import contextlib
import fcntl
import json
import os
import signal
import socket
import sys
import termios
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from functools import partial
from pathlib import Path
from types import MappingProxyType

import pytest

from gateway.envoy.notices import FOLDER, waiting
from gateway.envoy.process import command
from gateway.supervise import Plan
from tests.rig.envoy import Plane, data_plane

pytestmark = pytest.mark.real
PYTHON = sys.executable
LIVES = (
    "import time, os, pathlib, sys; pathlib.Path(sys.argv[1]).write_text(str(os.getpid())); time.sleep(60)"
)


async def started(
    folder: Path,
    control: list[str],
    envoy: list[str],
    run: Path | None = None,
    streams: list[str] | None = None,
    terminal: int | None = None,
    node: Sequence[str] = (),
    silence: float = 30.0,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> asyncio.subprocess.Process:
    run = run or folder / "run"
    run.mkdir(exist_ok=True)
    (folder / "spool").mkdir(exist_ok=True)
    (folder / "begun").mkdir(exist_ok=True)
    Plan(
        control=control,
        streams=streams or lives(folder / "streams"),
        envoy=envoy,
        run=str(run),
        spool=str(folder / "spool"),
        begun=str(folder / "begun"),
        node=list(node),
        silence=silence,
    ).write(folder / "plan.json")
    return await asyncio.create_subprocess_exec(
        PYTHON,
        "-m",
        "gateway.supervise",
        str(folder / "plan.json"),
        stderr=asyncio.subprocess.PIPE,
        start_new_session=True,
        env=os.environ | environment,
        preexec_fn=None if terminal is None else partial(at_terminal, terminal),
    )


def at_terminal(number: int) -> None:
    signal.signal(signal.SIGHUP, signal.SIG_DFL)  # nohup(1) around the tests has it ignored
    fcntl.ioctl(number, termios.TIOCSCTTY, 0)


@contextlib.asynccontextmanager
async def supervisor(
    folder: Path,
    control: list[str],
    envoy: list[str],
    run: Path | None = None,
    terminal: int | None = None,
    node: Sequence[str] = (),
    silence: float = 30.0,
    environment: Mapping[str, str] = MappingProxyType({}),
) -> AsyncIterator[asyncio.subprocess.Process]:
    process = await started(
        folder, control, envoy, run, terminal=terminal, node=node, silence=silence, environment=environment
    )
    try:
        yield process
    finally:
        if process.returncode is None:
            process.kill()
        await process.communicate()


def lives(file: Path) -> list[str]:
    return [PYTHON, "-c", LIVES, str(file)]


async def pid_in(file: Path, other_than: int = 0) -> int:
    for _ in range(500):
        if file.exists() and (text := file.read_text()) and int(text) != other_than:
            return int(text)
        await asyncio.sleep(0.01)
    raise AssertionError(f"nobody wrote {file.name}")


async def is_gone(pid: int, seconds: float = 3) -> bool:
    for _ in range(int(100 * seconds)):
        state = Path(f"/proc/{pid}/stat")
        if not state.exists() or ") Z " in state.read_text():
            return True
        await asyncio.sleep(0.01)
    return False


async def test_whichever_dies_is_started_again_and_the_other_is_left_alone(tmp_path: Path) -> None:
    control, envoy = tmp_path / "control", tmp_path / "envoy"
    async with supervisor(tmp_path, lives(control), lives(envoy)):
        first = await pid_in(control), await pid_in(envoy)
        os.kill(first[0], signal.SIGKILL)
        again = await pid_in(control, other_than=first[0])
        assert int(envoy.read_text()) == first[1]
        os.kill(first[1], signal.SIGKILL)
        await pid_in(envoy, other_than=first[1])
        assert int(control.read_text()) == again
        for _ in range(500):  # told just after the process runs
            said = [(one.what, one.status) for _, one in waiting(tmp_path / "run" / FOLDER) if one]
            if len(said) >= 3:
                break
            await asyncio.sleep(0.01)
        assert said == [("started", 0), ("died", -9), ("started", 0)]


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_ends_everything(tmp_path: Path, number: signal.Signals) -> None:
    control, envoy = tmp_path / "control", tmp_path / "envoy"
    async with supervisor(tmp_path, lives(control), lives(envoy)) as process:
        pids = await pid_in(control), await pid_in(envoy)
        process.send_signal(number)
        _, said = await asyncio.wait_for(process.communicate(), 10)
        assert (process.returncode, said) == (0, b"")
        assert [await is_gone(pid) for pid in pids] == [True, True]


HEARS = (
    "import pathlib, signal, sys, time, os\n"
    "signal.signal(signal.SIGHUP, lambda *_: pathlib.Path(sys.argv[1] + '.hup').touch())\n"
    "pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))\n"
    "time.sleep(60)"
)


async def test_a_hangup_without_a_terminal_is_handed_to_the_control_plane(tmp_path: Path) -> None:
    control, envoy = tmp_path / "control", tmp_path / "envoy"
    async with supervisor(tmp_path, [PYTHON, "-c", HEARS, str(control)], lives(envoy)) as process:
        await pid_in(control)
        process.send_signal(signal.SIGHUP)
        async with asyncio.timeout(10):
            while not (tmp_path / "control.hup").exists():
                await asyncio.sleep(0.01)
        assert process.returncode is None


async def test_where_none_runs_it_is_handed_to_the_process_of_the_node(tmp_path: Path) -> None:
    node, envoy = tmp_path / "node", tmp_path / "envoy"
    hears = [PYTHON, "-c", HEARS, str(node)]
    async with supervisor(tmp_path, [], lives(envoy), node=hears) as process:
        await pid_in(node)
        process.send_signal(signal.SIGHUP)
        async with asyncio.timeout(10):
            while not (tmp_path / "node.hup").exists():
                await asyncio.sleep(0.01)
        assert process.returncode is None


async def test_a_terminal_that_is_closed_ends_everything(tmp_path: Path) -> None:
    control, envoy = tmp_path / "control", tmp_path / "envoy"
    near, far = os.openpty()
    async with supervisor(tmp_path, lives(control), lives(envoy), terminal=far) as process:
        pids = await pid_in(control), await pid_in(envoy)
        os.close(far)
        os.close(near)
        assert await asyncio.wait_for(process.wait(), 10) == 0
        assert [await is_gone(pid) for pid in pids] == [True, True]


async def test_a_killed_supervisor_leaves_no_orphan(tmp_path: Path) -> None:
    control, envoy = tmp_path / "control", tmp_path / "envoy"
    async with supervisor(tmp_path, lives(control), lives(envoy)) as process:
        pids = await pid_in(control), await pid_in(envoy)
        process.kill()
        assert [await is_gone(pid) for pid in pids] == [True, True]


async def test_a_child_that_cannot_live_ends_everything_with_a_message(tmp_path: Path) -> None:
    envoy = tmp_path / "envoy"
    async with supervisor(tmp_path, [PYTHON, "-c", "raise SystemExit(3)"], lives(envoy)) as process:
        _, said = await asyncio.wait_for(process.communicate(), 60)
        assert process.returncode == 1
        assert (
            "control plane cannot be kept running: it ended (exit status 3) 8 times in a row" in said.decode()
        )
        assert await is_gone(await pid_in(envoy))


async def test_a_wrong_configuration_is_not_tried_twice(tmp_path: Path) -> None:
    async with supervisor(
        tmp_path, [PYTHON, "-c", "raise SystemExit(78)"], lives(tmp_path / "envoy")
    ) as process:
        begun = time.monotonic()
        _, said = await asyncio.wait_for(process.communicate(), 20)
        assert process.returncode == 1
        assert b"starting it again" not in said
        assert time.monotonic() - begun < 15


async def test_each_start_of_envoy_has_a_log_file_of_its_own(tmp_path: Path) -> None:
    envoy = tmp_path / "envoy"
    link = tmp_path / "spool" / "current.log"
    async with supervisor(tmp_path, lives(tmp_path / "control"), lives(envoy)):
        first = await pid_in(envoy)
        before = link.readlink()
        os.kill(first, signal.SIGKILL)
        await pid_in(envoy, other_than=first)
        assert link.readlink() != before
        assert str(link.readlink()) > str(before)


async def test_the_supervisor_is_small(tmp_path: Path) -> None:
    control = tmp_path / "control"
    async with supervisor(tmp_path, lives(control), lives(tmp_path / "envoy")) as process:
        await pid_in(control)
        status = Path(f"/proc/{process.pid}/status").read_text()
        resident = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmRSS"))
        assert resident < 20 * 1024


async def test_a_killed_envoy_comes_back_and_serves_without_the_control_planes_help(tmp_path: Path) -> None:
    async with data_plane(tmp_path) as plane:
        await plane.stop_envoy()
        cookie = plane.cookie()
        envoy = command(tmp_path / "envoy.json", concurrency=1)
        async with supervisor(
            tmp_path, lives(tmp_path / "control"), envoy, plane.surroundings.run
        ) as process:
            await _serves(plane, cookie)
            killed = _envoy_of(process.pid)
            os.kill(killed, signal.SIGKILL)
            begun = time.monotonic()
            await is_gone(killed)
            await _serves(plane, cookie)
            assert time.monotonic() - begun < 5
            assert plane.rejections == []
            process.send_signal(signal.SIGTERM)
            assert await asyncio.wait_for(process.wait(), 15) == 0
        assert plane.decision.requests == []


TELLS = "import os, pathlib, sys, time; pathlib.Path(sys.argv[1]).write_text(str(dict(os.environ))); time.sleep(60)"


async def test_systemd_hears_that_all_was_started_that_the_supervisor_lives_and_that_it_ends(
    tmp_path: Path,
) -> None:
    told = tmp_path / "control"
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        systemd.setblocking(False)
        asks = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "400000"}
        control = [PYTHON, "-c", TELLS, str(told)]
        async with supervisor(tmp_path, control, lives(tmp_path / "envoy"), environment=asks) as process:
            heard = [await _heard(systemd) for _ in range(3)]
            assert heard == ["READY=1", "WATCHDOG=1", "WATCHDOG=1"]
            async with asyncio.timeout(10):
                while not (told.exists() and "PATH" in told.read_text()):
                    await asyncio.sleep(0.01)
            assert "NOTIFY_SOCKET" not in told.read_text(), "nobody else speaks to it"
            process.send_signal(signal.SIGTERM)
            while await _heard(systemd) != "STOPPING=1":
                continue
            assert await asyncio.wait_for(process.wait(), 10) == 0


async def _heard(systemd: socket.socket) -> str:
    async with asyncio.timeout(10):
        return (await asyncio.get_running_loop().sock_recv(systemd, 100)).decode()


SPEAKS = """
import asyncio, os, pathlib, signal, sys, time
from gateway.life import giving_signs

def hangs_here(*_):
    time.sleep(60)

async def serve():
    loop = asyncio.get_running_loop()
    loop.add_signal_handler(signal.SIGUSR1, time.sleep, 1.2)
    loop.add_signal_handler(signal.SIGUSR2, hangs_here)
    pathlib.Path(sys.argv[1]).write_text(str(os.getpid()))
    await asyncio.sleep(60)

asyncio.run(giving_signs(serve()))
"""


def speaks(file: Path) -> list[str]:
    return [PYTHON, "-c", SPEAKS, str(file)]


async def test_what_hangs_is_ended_tells_where_and_is_started_again_and_what_is_busy_is_not(
    tmp_path: Path,
) -> None:
    control, envoy = tmp_path / "control", tmp_path / "envoy"
    async with supervisor(tmp_path, speaks(control), lives(envoy), silence=3) as process:
        first, other = await pid_in(control), await pid_in(envoy)
        os.kill(first, signal.SIGUSR1)  # busy, for less than the bound
        await asyncio.sleep(2.5)
        assert int(control.read_text()) == first
        os.kill(first, signal.SIGUSR2)
        await pid_in(control, other_than=first)
        assert int(envoy.read_text()) == other, "nobody is ended who never said that he lives"
        said = [one for _, one in waiting(tmp_path / "run" / FOLDER) if one and one.what == "hung"]
        assert [(one.part, one.process, one.silent) for one in said] == [("control plane", first, 3)]
        process.terminate()
        _, told = await asyncio.wait_for(process.communicate(), 10)
    lines = told.decode()
    assert f"control plane has given no sign of life for 3 s; it is ended (process {first})" in lines
    assert "control plane ended (signal SIGABRT); starting it again" in lines
    assert "in hangs_here" in lines


async def test_what_was_stopped_is_ended_too(tmp_path: Path) -> None:
    control = tmp_path / "control"
    async with supervisor(tmp_path, speaks(control), lives(tmp_path / "envoy"), silence=2):
        first = await pid_in(control)
        os.kill(first, signal.SIGSTOP)
        await pid_in(control, other_than=first)
        assert await is_gone(first)


async def test_when_all_were_stopped_together_nobody_is_ended(tmp_path: Path) -> None:
    """As on a machine that was suspended."""
    control = tmp_path / "control"
    async with supervisor(tmp_path, speaks(control), lives(tmp_path / "envoy"), silence=2) as process:
        first = await pid_in(control)
        for one in (process.pid, first):
            os.kill(one, signal.SIGSTOP)
        await asyncio.sleep(3)
        os.kill(process.pid, signal.SIGCONT)
        await asyncio.sleep(0.3)
        os.kill(first, signal.SIGCONT)
        await asyncio.sleep(1.5)
        assert int(control.read_text()) == first
        assert waiting(tmp_path / "run" / FOLDER)
        assert not [one for _, one in waiting(tmp_path / "run" / FOLDER) if one and one.what == "hung"]


async def test_an_envoy_that_answers_nothing_is_ended_and_comes_back(tmp_path: Path) -> None:
    async with data_plane(tmp_path) as plane:
        await plane.stop_envoy()
        envoy, run = command(tmp_path / "envoy.json", concurrency=1), plane.surroundings.run
        async with supervisor(tmp_path, lives(tmp_path / "control"), envoy, run, silence=2) as process:
            await _serves(plane, plane.cookie())
            await asyncio.sleep(2)  # it has answered the supervisor too
            hung = _envoy_of(process.pid)
            os.kill(hung, signal.SIGSTOP)
            assert await is_gone(hung, seconds=10)
            await _serves(plane, plane.cookie())
            said = [(one.what, one.part, one.status) for _, one in waiting(run / FOLDER) if one]
            assert said[:3] == [("started", "Envoy", 0), ("hung", "Envoy", 0), ("died", "Envoy", -6)]


async def _serves(plane: Plane, cookie: str) -> None:
    for _ in range(300):
        with contextlib.suppress(OSError, AssertionError):
            if (await plane.ask(cookie=cookie)).status == 200:
                return
        await asyncio.sleep(0.02)
    raise AssertionError("Envoy does not serve")


def _envoy_of(parent: int) -> int:
    for entry in Path("/proc").glob("[0-9]*/stat"):
        with contextlib.suppress(OSError):
            fields = entry.read_text().rpartition(")")[2].split()
            if int(fields[1]) == parent and b"config-path" in (entry.parent / "cmdline").read_bytes():
                return int(entry.parent.name)
    raise AssertionError("no Envoy")


def test_a_plan_reads_as_it_was_written(tmp_path: Path) -> None:
    plan = Plan(control=["a"], streams=["d"], envoy=["b", "c"], run="r", spool="s", begun="m")
    plan.write(tmp_path / "plan.json")
    assert Plan.read(tmp_path / "plan.json") == plan
    assert json.loads((tmp_path / "plan.json").read_text())["envoy"] == ["b", "c"]
