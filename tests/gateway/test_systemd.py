"""What is said on the socket that systemd names."""

import os
import socket
from pathlib import Path

import pytest

from gateway.systemd import LIVES, STARTED, Systemd


def test_systemd_is_told_what_it_asks_to_hear(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(str(tmp_path / "notify"))
        environment = {"NOTIFY_SOCKET": str(tmp_path / "notify"), "WATCHDOG_USEC": "60000000", "HOME": "/"}
        told = Systemd(environment, process=7)
        assert told.every == 30
        told.tell(STARTED)
        told.tell(LIVES)
        assert [systemd.recv(100), systemd.recv(100)] == [b"READY=1", b"WATCHDOG=1"]
        assert environment == {"HOME": "/"}, "no child may speak for us"


def test_an_abstract_socket_is_found_too() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as systemd:
        systemd.bind(f"\0brana-test-{os.getpid()}")
        Systemd({"NOTIFY_SOCKET": f"@brana-test-{os.getpid()}"}, process=7).tell(STARTED)
        assert systemd.recv(100) == b"READY=1"


@pytest.mark.parametrize(
    "environment",
    [
        {},
        {"NOTIFY_SOCKET": "/nowhere/notify"},
        {"NOTIFY_SOCKET": "vsock:2:1"},
        {"WATCHDOG_USEC": "60000000", "WATCHDOG_PID": "8"},
        {"WATCHDOG_USEC": "soon"},
        {"WATCHDOG_USEC": "0"},
    ],
    ids=str,
)
def test_whatever_else_stands_there_nobody_is_told_and_nothing_breaks(environment: dict[str, str]) -> None:
    told = Systemd(environment, process=7)
    told.tell(LIVES)
    assert told.every is None
