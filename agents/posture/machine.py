"""The machine the agent runs on: files, folders, commands. Every answer is bounded in size and in time."""

import contextlib
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from threading import Thread
from typing import IO, Self

from agents.posture.asking import FEW_SECONDS, MOST_OF_A_FILE, MOST_OF_AN_ANSWER, Answer

MOST_NAMES = 10_000

_WINDOWS = os.environ.get("SYSTEMROOT", r"C:\Windows")
PLACES: Mapping[str, tuple[str, ...]] = {
    "linux": ("/usr/sbin", "/usr/bin", "/sbin", "/bin"),
    "darwin": ("/usr/sbin", "/usr/bin", "/sbin", "/bin", "/usr/libexec/ApplicationFirewall"),
    "win32": (rf"{_WINDOWS}\System32", rf"{_WINDOWS}\System32\WindowsPowerShell\v1.0"),
}
"""Where commands are looked for, whatever the agent was started with: a command elsewhere is none."""
KEPT = (
    "HOME",
    "SYSTEMROOT",
    "SYSTEMDRIVE",
    "WINDIR",
    "PROGRAMDATA",
    "PROGRAMFILES",
    "USERPROFILE",
    "TEMP",
    "XDG_RUNTIME_DIR",
    "XDG_CONFIG_HOME",
    "DBUS_SESSION_BUS_ADDRESS",
)
"""Of the agent's own environment: Windows starts nothing without its own, and a person's settings lie by these."""


class ThisMachine:
    """Implements `asking.Machine`."""

    def __init__(self, places: tuple[str, ...] = PLACES.get(sys.platform, ())) -> None:
        self._places = places
        self._environment = {
            "LC_ALL": "C",
            "PATH": os.pathsep.join(places),
            **{name: os.environ[name] for name in KEPT if name in os.environ},
        }

    def read(self, path: str, *, end: bool = False) -> bytes | None:
        try:
            # A pipe or a device of that name must not hold the agent up.
            handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0))
        except (OSError, ValueError):
            return None
        try:
            with os.fdopen(handle, "rb") as file:
                kind = os.fstat(handle)
                if not stat.S_ISREG(kind.st_mode):
                    return None
                if end and kind.st_size > MOST_OF_A_FILE:
                    file.seek(-MOST_OF_A_FILE, os.SEEK_END)
                return file.read(MOST_OF_A_FILE)
        except OSError:
            return None

    def entries(self, path: str) -> tuple[str, ...] | None:
        try:
            names: list[str] = []
            with os.scandir(path) as folder:
                for entry in folder:
                    if len(names) == MOST_NAMES:
                        return None
                    names.append(entry.name)
        except (OSError, ValueError):
            return None
        return tuple(sorted(names))

    def run(self, *command: str, seconds: float = FEW_SECONDS) -> Answer | None:
        program = self._found(command[0])
        if program is None:
            return None
        try:
            process = subprocess.Popen(
                [program, *command[1:]],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                env=self._environment,
                cwd=self._places[0],
                start_new_session=True,
                creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
            )
        except (OSError, ValueError):
            return None
        assert process.stdout is not None
        assert process.stderr is not None
        with process, _Heard(process.stdout) as out, _Heard(process.stderr) as err:
            code = _code_of(process) if _heard_out(out, err, seconds) else None
            if code is None:
                _end(process)
        return None if code is None else Answer(code, out.said, err.said)

    def _found(self, name: str) -> str | None:
        if os.sep in name or "/" in name or "\0" in name:
            return None
        candidates = (Path(place, name) for place in self._places)
        return next((str(one) for one in candidates if one.is_file() and os.access(one, os.X_OK)), None)


class _Heard:
    """One stream of a command, read by a thread of its own: Windows waits for no two pipes at once."""

    def __init__(self, pipe: IO[bytes]) -> None:
        self.said = b""
        self._pipe = pipe
        self._thread = Thread(target=self._listen, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_error: object) -> None:
        self._thread.join()

    def wait(self, until: float) -> bool:
        """Whether it came to its end in time, and was not too long."""
        self._thread.join(max(0.0, until - time.monotonic()))
        return not self._thread.is_alive() and len(self.said) <= MOST_OF_AN_ANSWER

    def _listen(self) -> None:
        with contextlib.suppress(OSError, ValueError):
            self.said = self._pipe.read(MOST_OF_AN_ANSWER + 1)


def _heard_out(out: _Heard, err: _Heard, seconds: float) -> bool:
    until = time.monotonic() + seconds
    return out.wait(until) and err.wait(until)


def _code_of(process: subprocess.Popen[bytes]) -> int | None:
    """Of one that has said all; None where it goes on without a word."""
    try:
        return process.wait(1)
    except subprocess.TimeoutExpired:
        return None


def _end(process: subprocess.Popen[bytes]) -> None:
    """With whatever it has started: a child of it that holds the pipe would be waited for. It is not yet waited for
    itself, so its number is nobody else's.
    """
    if sys.platform == "win32":
        tree = [rf"{_WINDOWS}\System32\taskkill.exe", "/T", "/F", "/PID", str(process.pid)]
        subprocess.run(tree, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    else:
        with contextlib.suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
