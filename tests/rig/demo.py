"""The whole product, as a visitor starts it: `brana demo` in a child process, on free ports."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pyotp

from gateway.demo.slapd import free_port
from tests.rig.warm import PROJECT, brana

READY_WITHIN = 90.0  # seconds, on a loaded machine
ENDS_WITHIN = 30.0


@dataclass(frozen=True)
class Account:
    login: str
    name: str
    password: str
    totp_secret: str | None
    enrolment_code: str | None
    subject: str
    database: Path
    """Of the product that runs."""

    def code(self, at: float | None = None) -> str:
        assert self.totp_secret is not None
        return pyotp.TOTP(self.totp_secret).at(int(time.time() if at is None else at))


@dataclass
class Demo:
    """A running demo."""

    folder: Path
    process: subprocess.Popen[str]
    port: int
    metrics_port: int
    world: dict[str, Any]

    def account(self, login: str) -> Account:
        found = next(one for one in self.world["accounts"] if one["login"] == login)
        told = {name: found[name] for name in Account.__dataclass_fields__ if name != "database"}
        return Account(**told, database=self.folder / "state" / "brana.db")

    def url(self, host: str, path: str = "/") -> str:
        return f"https://{host}.brana.localhost:{self.port}{path}"

    @property
    def configuration(self) -> Path:
        return self.folder / "brana.toml"

    def brana(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """A `brana` command against the demo's configuration."""
        environment = os.environ | {"BRANA_CONFIG": str(self.configuration), "COLUMNS": "200"}
        return brana(arguments, environment)

    def entries(self, *filters: str) -> list[dict[str, Any]]:
        """What `brana audit search --json` finds, newest first."""
        found = self.brana("audit", "search", "--json", "--limit", "1000", *filters)
        assert found.returncode == 0, found.stderr
        return [json.loads(line) for line in found.stdout.splitlines()]

    def child(self, *words: str) -> psutil.Process:
        """The descendant process whose command line holds all words."""
        for process in psutil.Process(self.process.pid).children(recursive=True):
            line = " ".join(process.cmdline())
            if all(word in line for word in words):
                return process
        raise AssertionError(f"no process with {words}")

    def control_plane(self) -> psutil.Process:
        return self.child("gateway.commands.control_plane_process")

    def envoy(self) -> psutil.Process:
        return self.child("--config-path", "envoy.json")

    def ready(self) -> bool:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.metrics_port}/readyz", timeout=2):
                return True
        except (urllib.error.URLError, OSError):
            return False


@contextmanager
def demo(folder: Path) -> Iterator[Demo]:
    """Started and ready; Ctrl-C at the end, as a person would, and nothing may be left running."""
    port, metrics_port = free_port(), free_port()
    process = subprocess.Popen(
        [sys.executable, "-m", "gateway", "demo", "--directory", str(folder),
         "--port", str(port), "--metrics-port", str(metrics_port)],
        cwd=PROJECT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        _wait_until_ready(process)
        world = json.loads((folder / "world.json").read_text("utf-8"))
        yield Demo(folder, process, port, metrics_port, world)
    finally:
        family = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
        process.send_signal(signal.SIGINT)
        try:
            process.communicate(timeout=ENDS_WITHIN)
        finally:
            _, left = psutil.wait_procs(family, timeout=5)
            for one in left:
                one.kill()
    assert not left, f"left running: {left}"


def _wait_until_ready(process: subprocess.Popen[str]) -> None:
    until = time.monotonic() + READY_WITHIN
    said: list[str] = []
    assert process.stdout is not None
    for line in process.stdout:
        said.append(line)
        if line.startswith("ready:"):
            return
        if time.monotonic() > until:
            break
    raise AssertionError("the demo did not become ready:\n" + "".join(said[-40:]))
