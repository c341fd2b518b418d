"""A throw-away certificate authority for a test."""

import socket
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from gateway.demo.authority import Authority, KeyPair, authority

LOOPBACK = ("localhost", socket.gethostname(), "127.0.0.1")


def make_authority(folder: Path, title: str = "Test authority") -> Authority:
    return authority(folder, datetime.now(UTC), title)


def server_pair(made: Authority, name: str = "server", names: Sequence[str] = LOOPBACK) -> KeyPair:
    return made.issue(name, names, datetime.now(UTC))
