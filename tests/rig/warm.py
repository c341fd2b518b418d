"""`brana` commands in processes of their own that need not import the product: copies of one that already has.

To import it takes the better part of a second of a processor, more than most commands do afterwards. The first of each
kind is started as an operator's, so that it is seen to import what it needs by itself.
"""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO

import pytest

PROJECT = Path(__file__).parents[2]
PROGRAM = (sys.executable, "-m", "gateway")
SHORT = (
    "app",
    "audit",
    "config",
    "directory",
    "fleet",
    "keys",
    "policy",
    "recovery-admin",
    "reload",
    "sessions",
    "technical",
    "user",
)
"""Commands that do one thing and end."""
LONG = ("serve",)
"""It imports in a way of its own, so the process that is copied does. It sees whether it can start and then becomes the
supervisor, which imports everything anew."""


class Warm:
    """The process that is copied; it ends when our end of the socket is closed, so with this one at the latest."""

    def __init__(self, kinds: Sequence[str]) -> None:
        self._kinds = kinds
        self._seen: set[str] = set()
        self._asking = threading.Lock()
        self._line: socket.socket | None = None
        self._process: subprocess.Popen[bytes] | None = None

    def brana(
        self, arguments: Sequence[str], environment: Mapping[str, str], typed: str, within: float
    ) -> "subprocess.CompletedProcess[str]":
        kind = arguments[0]
        with self._asking:
            known = kind in self._seen
            self._seen.add(kind)
        if kind not in self._kinds or not known:
            return subprocess.run(
                [*PROGRAM, *arguments],
                cwd=PROJECT, env=environment, input=typed, capture_output=True, text=True, timeout=within, check=False,
            )  # fmt: skip
        with TemporaryFile() as given, TemporaryFile() as said, TemporaryFile() as complained:
            given.write(typed.encode())
            given.seek(0)
            code = self._copy(arguments, environment, (given, said, complained), within)
            return subprocess.CompletedProcess([*PROGRAM, *arguments], code, _read(said), _read(complained))

    def _copy(
        self,
        arguments: Sequence[str],
        environment: Mapping[str, str],
        files: Sequence[IO[bytes]],
        within: float,
    ) -> int:
        told, tells = os.pipe()
        with os.fdopen(told, "rb", buffering=0) as answers:
            asked = json.dumps({"arguments": list(arguments), "environment": dict(environment)}).encode()
            with self._asking:
                line = self._started()
                socket.send_fds(line, [len(asked).to_bytes(4)], [*(one.fileno() for one in files), tells])
                line.sendall(asked)
                os.close(tells)
                process = int(answers.readline() or b"0")
                assert process, "the process that is copied has ended; what it said stands above"
            late = threading.Timer(within, os.kill, (process, signal.SIGKILL))
            late.start()
            code = int(answers.readline())
            late.cancel()
        if code == -signal.SIGKILL:
            raise subprocess.TimeoutExpired([*PROGRAM, *arguments], within)
        return code

    def _started(self) -> socket.socket:
        if self._line is None:
            self._line, theirs = socket.socketpair()
            with theirs:
                self._process = subprocess.Popen(
                    [sys.executable, "-m", "tests.rig.warm_start", str(theirs.fileno()), *self._kinds],
                    cwd=PROJECT, stdin=subprocess.DEVNULL, pass_fds=[theirs.fileno()],
                )  # fmt: skip
        return self._line

    def end(self) -> None:
        if self._line is not None and self._process is not None:
            self._line.close()
            self._process.wait(10)
            self._line = self._process = None


def _read(file: IO[bytes]) -> str:
    file.seek(0)
    return file.read().decode()


SHORT_ONES, LONG_ONES = Warm(SHORT), Warm(LONG)


def brana(
    arguments: Sequence[str], environment: Mapping[str, str], *, typed: str = "", within: float = 60.0
) -> "subprocess.CompletedProcess[str]":
    """Run a command to its end, in the folder of the project."""
    warm = LONG_ONES if arguments[0] in LONG else SHORT_ONES
    return warm.brana(arguments, environment, typed, within)


@pytest.fixture(scope="session", autouse=True)
def warm_processes_end() -> Iterator[None]:
    yield
    SHORT_ONES.end()
    LONG_ONES.end()
