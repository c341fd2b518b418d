"""`brana-agent` as a process of its own, on a machine that finds names below `localhost` (RFC 6761 §6.3)."""

import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).parents[2]
find = socket.getaddrinfo


def here(host, *more, **further):
    return find("127.0.0.1" if str(host).endswith(".localhost") else host, *more, **further)


class AgentProgram:
    """Its folders are below `folder`; `trust`: the authority of the gateway's certificate."""

    def __init__(self, folder: Path, trust: Path) -> None:
        self.folder, self.trust = folder, trust
        self.places = ("--no-browsers", "--state", str(folder / "state"), "--open", str(folder / "open"))

    def say(self, *words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            self._command(*words), cwd=ROOT, env=self._environment(), capture_output=True, text=True,
            timeout=90, check=False,
        )  # fmt: skip

    def enrol(self, url: str, code: str) -> subprocess.CompletedProcess[str]:
        return self.say("enrol", url, code, "--trust", str(self.trust))

    @contextmanager
    def running(self) -> Iterator["subprocess.Popen[bytes]"]:
        child = subprocess.Popen(self._command("run"), cwd=ROOT, env=self._environment())
        try:
            yield child
        finally:
            if child.poll() is None:
                child.send_signal(signal.SIGTERM)
            child.wait(20)

    def _command(self, *words: str) -> list[str]:
        return [sys.executable, "-m", "tests.rig.agent_program", "--lang", "en", *self.places, *words]

    @staticmethod
    def _environment() -> dict[str, str]:
        return os.environ | {"PYTHONPATH": str(ROOT)}


if __name__ == "__main__":
    socket.getaddrinfo = here
    from agents.command.__main__ import main

    sys.exit(main(sys.argv[1:]))
