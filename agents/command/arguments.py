"""The words of `brana-agent`, and where it keeps what it keeps on each system."""

import argparse
import os
import socket
import sys
from collections.abc import Mapping
from pathlib import Path

from agents.command.words import CS, EN
from agents.keys.tpm import DEVICE
from agents.version import VERSION

_PROGRAM_DATA = Path(os.environ.get("PROGRAMDATA", r"C:\ProgramData"), "Brana Agent")
PLACES: Mapping[str, tuple[Path, Path]] = {
    "win32": (_PROGRAM_DATA / "state", _PROGRAM_DATA / "open"),
    "darwin": (Path("/var/db/brana-agent"), Path("/var/run/brana-agent")),
}
STATE, OPEN = PLACES.get(sys.platform, (Path("/var/lib/brana-agent"), Path("/run/brana-agent")))
SYSTEM = {"win32": "windows", "darwin": "macos"}.get(sys.platform, "linux")


INTERFACE = "brana0"
ROOT = Path(Path.cwd().anchor)


def parser() -> argparse.ArgumentParser:
    words = argparse.ArgumentParser(
        prog="brana-agent", description="Brána: agent zařízení / agent of a device"
    )
    words.add_argument("--version", action="version", version=VERSION)
    words.add_argument("--lang", choices=[CS.value, EN.value])
    words.add_argument("--state", type=Path, default=STATE, help=f"keys and state ({STATE})")
    words.add_argument("--open", type=Path, default=OPEN, help=f"what everybody may read ({OPEN})")
    words.add_argument("--tpm", default=DEVICE, help=f"the TPM 2.0, as tpm2-tss names it ({DEVICE})")
    words.add_argument("--tunnel", default=INTERFACE, help=f"the tunnel's interface ({INTERFACE})")
    words.add_argument(
        "--tunnel-file",
        action="store_true",
        default=SYSTEM != "linux",
        help="keep the tunnel as a file for another WireGuard, instead of making the interface",
    )
    words.add_argument("--no-browsers", action="store_true", help="leave people's browsers alone")
    commands = words.add_subparsers(dest="command", required=True)
    enrolling = commands.add_parser("enrol", help="zaregistruje zařízení / enrol this device")
    enrolling.add_argument("url", metavar="URL")
    enrolling.add_argument("code", metavar="CODE")
    enrolling.add_argument("--trust", type=Path, help="authorities in PEM, believed alone")
    enrolling.add_argument(
        "--software-key", action="store_true", help="a key in a file, also where there is a TPM"
    )
    enrolling.add_argument("--name", default=socket.gethostname()[:80] or "?")
    commands.add_parser("run", help="služba / the service")
    commands.add_parser("status", help="stav / how it stands")
    commands.add_parser("doctor", help="co nevyhovuje a jak to napravit / what fails, and how to mend it")
    commands.add_parser("up", help="otevře tunel do úřadu / open the tunnel into the office")
    commands.add_parser("down", help="zavře tunel / close the tunnel")
    commands.add_parser("forget", help="vyřadí zařízení a smaže klíče / retire this device, delete its keys")
    for name, what in (
        ("install", "zařídí, aby agent běžel stále / have this system run the agent"),
        ("uninstall", "odstraní agenta beze zbytku / take the agent away, nothing is left"),
    ):
        commands.add_parser(name, help=what).add_argument(
            "--root", type=Path, default=ROOT, help="of another system, which does not run"
        )
    return words
