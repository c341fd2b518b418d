"""A real file share for tests: Samba's smbd by itself, with one share that everybody may read. Takes root."""

import contextlib
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from tests.rig.namespaces import Machine

PORT = 445


@contextlib.contextmanager
def file_share(machine: Machine, address: str) -> Iterator[None]:
    """At an address of the machine; a guest reads `smlouva.txt` of the share `spisy`."""
    with tempfile.TemporaryDirectory(prefix="brana-smb-") as name, _serving(machine, address, Path(name)):
        yield


@contextlib.contextmanager
def _serving(machine: Machine, address: str, folder: Path) -> Iterator[None]:
    share = folder / "spisy"
    share.mkdir()
    (share / "smlouva.txt").write_text("Hulín koupí lavičky\n")
    for one in (folder, share, share / "smlouva.txt"):  # of pytest's own folders nobody else reads anything
        one.chmod(0o755)
    own = {
        f"{name} directory": folder / name for name in ("lock", "state", "cache", "pid", "private", "ncalrpc")
    }
    for one in own.values():
        one.mkdir(mode=0o700)
    lines = [
        *("[global]", "server role = standalone server", "map to guest = Bad User", "log file = /dev/null"),
        *(
            "disable netbios = yes",
            "smb ports = 445",
            f"interfaces = {address}/32",
            "bind interfaces only = yes",
        ),
        *(f"{name} = {place}" for name, place in own.items()),
        *("[spisy]", f"path = {share}", "guest ok = yes", "read only = yes"),
    ]
    settings = folder / "smb.conf"
    settings.write_text("\n".join(lines) + "\n")
    command = ["setpriv", "--pdeathsig", "KILL", "smbd", "-F", "--no-process-group", "-s", str(settings)]
    with subprocess.Popen([*machine.within, *command], start_new_session=True) as child:
        try:
            until = time.monotonic() + 20
            while True:
                with machine.entered(), socket.socket() as probe:
                    if probe.connect_ex((address, PORT)) == 0:
                        break
                assert time.monotonic() < until
                time.sleep(0.02)
            yield
        finally:
            child.terminate()
