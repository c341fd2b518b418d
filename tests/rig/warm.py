"""`brana` commands in processes of their own that need not import the product: copies of one that already has.

To import it takes the better part of a second of a processor, more than most commands do afterwards. The first of each
kind is started as an operator's, so that it is seen to import what it needs by itself; that is, the first in a run of
tests, however many processes share them.
"""

import asyncio
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from io import FileIO
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import pytest

PROJECT = Path(__file__).parents[2]
CONTROL_PLANE = "gateway.commands.control_plane_process"
"""Among the words of the process that is copied, where it stands in the command line of a control plane."""
PROGRAM = (sys.executable, "-m", "gateway")
SHORT = (
    "app",
    "audit",
    "config",
    "device",
    "directory",
    "drain",
    "fleet",
    "incident",
    "keys",
    "person",
    "policy",
    "recovery-admin",
    "reload",
    "review",
    "sessions",
    "state",
    "technical",
    "user",
)
"""Commands that do one thing and end."""
KEPT = "BRANA_TESTS_KEPT"
"""Of the process that is copied: where it finds what others of this run have made."""
HOME = os.open("/proc/self/ns/net", os.O_RDONLY)
"""The network on which these tests began."""
SERVE = "serve"
"""It has another process check and go on as the control plane, which imports in a way of its own: so what is copied is
that process, and `brana serve` copies itself once more in the place of starting it."""


class Warm:
    """The process that is copied; it ends when our end of the socket is closed, so with this one at the latest."""

    def __init__(self, kinds: Sequence[str]) -> None:
        self._kinds = kinds
        self._seen: set[str] = set()
        self._asking = threading.Lock()
        self._line: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def brana(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        typed: str,
        within: float,
        network: Path | None = None,
    ) -> "subprocess.CompletedProcess[str]":
        if arguments[0] not in self._kinds or self.is_first(arguments[0]):
            return subprocess.run(
                [*going_to(network), *PROGRAM, *arguments],
                cwd=PROJECT, env=environment, input=typed, capture_output=True, text=True, timeout=within, check=False,
            )  # fmt: skip
        with TemporaryFile() as given, TemporaryFile() as said, TemporaryFile() as complained:
            given.write(typed.encode())
            given.seek(0)
            code = self._copy(arguments, environment, (given, said, complained), within, network)
            return subprocess.CompletedProcess([*PROGRAM, *arguments], code, _read(said), _read(complained))

    def _copy(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        files: Sequence[IO[bytes]],
        within: float,
        network: Path | None,
    ) -> int:
        process, answers = self._begun(arguments, environment, files, network)
        with answers:
            late = threading.Timer(within, os.kill, (process, signal.SIGKILL))
            late.start()
            code = int(answers.readline())
            late.cancel()
        if code == -signal.SIGKILL:
            raise subprocess.TimeoutExpired([*PROGRAM, *arguments], within)
        return code

    def is_first(self, kind: str) -> bool:
        """Of its kind, so it is started as an operator's."""
        with self._asking:
            first = kind not in self._seen
            self._seen.add(kind)
        return first and _is_first_of_all(kind)

    def begin(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        log: IO[bytes],
        network: Path | None = None,
    ) -> "Copied":
        """A copy that goes on by itself; `log` takes what it says."""
        with Path(os.devnull).open("rb") as nothing:
            process, answers = self._begun(arguments, environment, (nothing, log, log), network)
        return Copied(process, answers)

    def _begun(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        files: Sequence[IO[bytes]],
        network: Path | None,
    ) -> tuple[int, FileIO]:
        """Process id of a copy, and where its exit status is told."""
        told, tells = os.pipe()
        answers = FileIO(told, "rb")
        asked = json.dumps(
            {
                "arguments": list(arguments),
                "environment": dict(environment),
                "network": None if network is None else str(network),
            }
        ).encode()
        with self._asking:
            line = self._started()
            socket.send_fds(line, [len(asked).to_bytes(4)], [*(one.fileno() for one in files), tells])
            line.sendall(asked)
            os.close(tells)
            process = int(answers.readline() or b"0")
        assert process, "the process that is copied has ended; what it said stands above"
        return process, answers

    def _started(self) -> socket.socket:
        if self._line is None:
            self._line, theirs = socket.socketpair()
            with theirs:
                # Whoever is the first to ask may be on a network that is gone before the next one asks.
                elsewhere = Path("/proc/thread-self/ns/net").stat().st_ino != os.fstat(HOME).st_ino
                home = going_to(Path(f"/proc/self/fd/{HOME}")) if elsewhere else ()
                kept = {KEPT: str(tested[0] / "tried")} if tested else {}
                self._process = subprocess.Popen(
                    [*home, sys.executable, "-m", "tests.rig.warm_start", str(theirs.fileno()), *self._kinds],
                    cwd=PROJECT, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno(), HOME],
                    env=os.environ | kept,
                )  # fmt: skip
        return self._line

    def end(self) -> None:
        if self._line is not None and self._process is not None:
            self._line.close()
            self._process.wait(10)
            self._line = self._process = None


async def serving(
    words: Sequence[str],
    log: IO[bytes],
    environment: Mapping[str, str] | None = None,
    network: Path | None = None,
) -> "asyncio.subprocess.Process | Copied":
    """`brana serve` and what follows, until it is ended; `log` takes what it says. `network`: as `brana` has it."""
    given = dict(os.environ if environment is None else environment)
    if tested and not SERVING_ONES.is_first(SERVE):
        return await asyncio.to_thread(SERVING_ONES.begin, [SERVE, *words], given, log, network)
    return await asyncio.create_subprocess_exec(
        *going_to(network),
        *PROGRAM,
        SERVE,
        *words,
        cwd=PROJECT,
        env=given,
        stderr=log,
        stdin=asyncio.subprocess.DEVNULL,
    )


def served(
    words: Sequence[str], log: IO[bytes], environment: Mapping[str, str]
) -> "subprocess.Popen[bytes] | Served":
    """As `serving`, without a loop."""
    if tested and not SERVING_ONES.is_first(SERVE):
        return Served(SERVING_ONES.begin([SERVE, *words], environment, log))
    return subprocess.Popen(
        [*PROGRAM, SERVE, *words],
        cwd=PROJECT, env=dict(environment), stdin=subprocess.DEVNULL, stdout=log, stderr=log,
    )  # fmt: skip


class Copied:
    """What tests ask of `asyncio.subprocess.Process`, of a copy."""

    def __init__(self, process: int, answers: FileIO) -> None:
        self.pid = process
        self.returncode: int | None = None
        self._answers = answers
        self._hearing = threading.Thread(target=self._hear, daemon=True)
        self._hearing.start()

    async def wait(self) -> int:
        while self.returncode is None:
            await asyncio.sleep(0.01)
        return self.returncode

    def heard(self, within: float | None) -> int | None:
        """Its exit status, waiting in this thread; None after so many seconds."""
        self._hearing.join(within)
        return self.returncode

    def send_signal(self, number: int) -> None:
        if self.returncode is None:
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)

    def _hear(self) -> None:
        with self._answers:
            self.returncode = int(self._answers.readline() or b"1")  # nothing: who tells it has ended


class Served:
    """What tests ask of `subprocess.Popen`, of a copy."""

    def __init__(self, copied: Copied) -> None:
        self.pid, self.send_signal, self.kill = copied.pid, copied.send_signal, copied.kill
        self._copied = copied

    def poll(self) -> int | None:
        return self._copied.returncode

    def wait(self, timeout: float | None = None) -> int:
        code = self._copied.heard(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(SERVE, timeout or 0)
        return code


def going_to(network: Path | None) -> tuple[str, ...]:
    """Words before a command that is to run on that network; its process id stays the command's."""
    return () if network is None else ("nsenter", f"--net={network}", "--")


def _is_first_of_all(kind: str) -> bool:
    for folder in tested:
        try:
            (folder / kind).touch(exist_ok=False)
        except FileExistsError:
            return False
    return True


def _read(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


SHORT_ONES, SERVING_ONES = Warm(SHORT), Warm([SERVE, CONTROL_PLANE])
tested: list[Path] = []
"""While tests run the folder of what their processes have started so far; benchmarks start all as an operator does."""


def brana(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    *,
    typed: str = "",
    within: float = 60.0,
    network: Path | None = None,
) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end, in the folder of the project. `network`: namespace in which it runs, as /proc shows it,
    where that is not the tests' own.
    """
    warm = SERVING_ONES if arguments[0] == SERVE else SHORT_ONES
    return warm.brana(arguments, environment, typed, within, network)


@pytest.fixture(scope="session", autouse=True)
def warm_processes_end(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    own = tmp_path_factory.getbasetemp()
    started = (own.parent if "PYTEST_XDIST_WORKER" in os.environ else own) / "started"
    started.mkdir(exist_ok=True)
    tested.append(started)
    yield
    tested.clear()
    SHORT_ONES.end()
    SERVING_ONES.end()
