"""The files of a real Active Directory domain (Samba's), made once for all tests and copied for each server."""

import fcntl
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

REALM = "AD.OBEC.TEST"
DOMAIN = "OBEC"
HOST = "dc1"
BASE = "DC=ad,DC=obec,DC=test"
ADMINISTRATOR_PASSWORD = "Spravce-domeny-1"
ADDRESSES = [f"127.0.7.{last}" for last in range(1, 65)]
"""A controller's ports are fixed: each has an address of loopback to itself."""
SYSTEM = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LANG": "C.UTF-8"}
"""samba-tool is written in Python: it wants Debian's own, and none of ours."""


@pytest.fixture(scope="session")
def domain_tree(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A provisioned domain that nobody runs; several pytest processes of one run share it."""
    return made_once(tmp_path_factory, "domain", provision)


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """A folder for all tests of one run, whichever of its processes comes first."""
    root = factory.getbasetemp()
    if "PYTEST_XDIST_WORKER" in os.environ:
        root = root.parent
    with (root / f"{name}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = root / name
        if not made.exists():
            making = root / f"{name}.new"
            shutil.rmtree(making, ignore_errors=True)
            making.mkdir(mode=0o700)
            make(making)
            making.rename(made)
    return made


def provision(folder: Path) -> None:
    """About five seconds."""
    (folder / "empty.conf").write_text("[global]\n")
    options = {
        "configfile": folder / "empty.conf",
        "targetdir": folder,
        "realm": REALM,
        "domain": DOMAIN,
        "host-name": HOST,
        "host-ip": "127.0.0.1",
        "server-role": "dc",
        "dns-backend": "NONE",
        "adminpass": ADMINISTRATOR_PASSWORD,
    }
    command = [
        "samba-tool",
        "domain",
        "provision",
        "--use-rfc2307",
        "--option=interfaces=lo",
        "--option=ldb:nosync=yes",
    ]
    command += [f"--{name}={value}" for name, value in options.items()]
    done = subprocess.run(command, env=SYSTEM, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def copied(tree: Path, folder: Path) -> Path:
    shutil.copytree(tree, folder, symlinks=True, ignore=shutil.ignore_patterns("*.sock", "ldapi", "sysvol"))
    return folder
