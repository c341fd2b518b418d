"""A real OpenSSH server for tests: sshd by itself, with keys and a configuration of its own. Takes root.

What it needs below `/run` is in a mount namespace of its own; the system's service, its keys and its configuration are
never touched.
"""

import contextlib
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.rig.namespaces import Machine

SSHD = Path("/usr/sbin/sshd")
NAME = "shell-server"
"""By which the client knows its key."""
APART = 'mount -t tmpfs tmpfs /run && mkdir -m 0755 /run/sshd && exec setpriv --pdeathsig KILL "$@"'
"""The folder that privilege separation wants is compiled into it."""


@contextlib.contextmanager
def shell_server(machine: Machine, address: str, port: int) -> Iterator[Path]:
    """At an address of the machine; the folder has `client`, the key that signs in as root, and `known_hosts`."""
    with tempfile.TemporaryDirectory(prefix="brana-ssh-") as name:
        folder = Path(name)
        for key in ("host", "client"):
            command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(folder / key)]
            subprocess.run(command, check=True)
        folder.joinpath("authorized").write_text((folder / "client.pub").read_text())
        server = (folder / "host.pub").read_text()
        folder.joinpath("known_hosts").write_text(f"{NAME} {server}")
        with _serving(machine, address, port, folder):
            yield folder


def signing_in(folder: Path, address: str, port: int) -> list[str]:
    """The command of whoever has the key; what they want to run follows."""
    options = {
        "UserKnownHostsFile": folder / "known_hosts",
        "GlobalKnownHostsFile": "/dev/null",
        "HostKeyAlias": NAME,
        "IdentitiesOnly": "yes",
        "BatchMode": "yes",
        "ConnectTimeout": 2,
    }
    said = [word for name, value in options.items() for word in ("-o", f"{name}={value}")]
    return ["ssh", "-F", "none", "-i", str(folder / "client"), *said, "-p", str(port), f"root@{address}"]


@contextlib.contextmanager
def _serving(machine: Machine, address: str, port: int, folder: Path) -> Iterator[None]:
    settings = {
        "ListenAddress": f"{address}:{port}",
        "HostKey": folder / "host",
        "AuthorizedKeysFile": folder / "authorized",
        "AuthenticationMethods": "publickey",
        "PermitRootLogin": "prohibit-password",
        "StrictModes": "no",  # pytest's own folders
        "UsePAM": "no",
        "PidFile": "none",
        "Subsystem": "sftp internal-sftp",
    }
    written = folder / "sshd_config"
    written.write_text("".join(f"{name} {value}\n" for name, value in settings.items()))
    command = ["unshare", "--mount", "sh", "-c", APART, "sh", str(SSHD), "-D", "-e", "-f", str(written)]
    with (
        (folder / "log").open("wb") as log,
        subprocess.Popen([*machine.within, *command], stderr=log) as child,
    ):
        try:
            until = time.monotonic() + 20
            while not _listens(machine, address, port):
                assert child.poll() is None, (folder / "log").read_text()
                assert time.monotonic() < until
                time.sleep(0.02)
            yield
        finally:
            child.terminate()


def _listens(machine: Machine, address: str, port: int) -> bool:
    with machine.entered(), socket.socket() as probe:
        return probe.connect_ex((address, port)) == 0
