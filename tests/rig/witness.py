"""A real witness: a process of its own with a folder of its own, on loopback."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from gateway.audit.cosignature import WitnessKey
from gateway.audit.note import Verifier
from gateway.demo.slapd import free_port
from gateway.witness import kept

PROJECT = Path(__file__).parents[2]


@dataclass
class WitnessProcess:
    folder: Path
    port: int = field(default_factory=free_port)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def key(self) -> WitnessKey:
        return kept.key_of(self.folder).key

    @contextmanager
    def serving(self, *further: str) -> Iterator["subprocess.Popen[str]"]:
        words = ("-m", "gateway", "witness", "serve", "--folder", str(self.folder))
        process = subprocess.Popen(
            [sys.executable, *words, "--listen", f"127.0.0.1:{self.port}", *further],
            cwd=PROJECT, stderr=subprocess.PIPE, text=True, env={**os.environ, "PYTHONPATH": str(PROJECT)},
        )  # fmt: skip
        try:
            assert process.stderr is not None
            first = process.stderr.readline()
            assert json.loads(first)["event"] == "ready", first
            yield process
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(10)
            assert process.stderr is not None
            process.stderr.close()


def a_witness(folder: Path, *trusted: Verifier, name: str = "witness.example") -> WitnessProcess:
    kept.found(folder, name)
    for one in trusted:
        kept.trust(folder, one)
    return WitnessProcess(folder)
