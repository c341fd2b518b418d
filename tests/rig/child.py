"""A server of somebody else's as a child process, ended by its process id."""

import contextlib
import socket
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

PATIENCE = 20.0  # seconds; a loaded machine needs more than the usual one
ROOT = Path(__file__).parents[2]


@contextlib.contextmanager
def child(arguments: Sequence[str], port: int, user: str | None = None) -> Iterator[None]:
    """It runs and takes connections at the port while the block runs."""
    started = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, cwd=ROOT, user=user, group=user)
    try:
        until = time.monotonic() + PATIENCE
        while not _listens(port):
            assert started.poll() is None, f"{arguments[0]} does not start"
            assert time.monotonic() < until, f"{arguments[0]} does not listen"
            time.sleep(0.02)
        assert started.poll() is None, f"{arguments[0]} does not stay"
        yield
    finally:
        started.terminate()
        started.wait(10)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        probe.settimeout(1)
        return probe.connect_ex(("127.0.0.1", port)) == 0
