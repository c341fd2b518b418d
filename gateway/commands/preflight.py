"""What must hold before anything is started, so that nothing is ever half-started."""

import errno
import hashlib
import os
import re
import secrets
import socket
from collections.abc import Iterable
from pathlib import Path
from tempfile import TemporaryFile

from config.doubt import Finding
from config.files import Fault
from config.settings import Settings, State
from gateway.audit.reconciliation import is_private, made_private
from gateway.commands.places import nearest, place_fault

IN_MEMORY = "name a folder in memory (tmpfs) that this user may write to, usually /dev/shm"
REMEDIES = {
    errno.EADDRNOTAVAIL: "write an address of this machine (`ip -brief address` lists them), or 0.0.0.0 for all",
    errno.EACCES: "a port below 1024 needs CAP_NET_BIND_SERVICE, see docs/operators.md; or choose another port",
}
FREE_MIB = 64  # below this the log could not be kept for long


class CannotStart(Exception):
    """The machine is not ready: `what`, and how to mend it."""

    def __init__(self, what: str, remedy: str) -> None:
        super().__init__(f"{what}\n    {remedy}")


class DiskFull(CannotStart):
    """Passes by itself once there is space."""


def folder_in_memory(state: State) -> Path:
    """Each installation of a machine has its own."""
    name = hashlib.sha256(os.fsencode(state.directory.resolve())).hexdigest()[:16]
    return state.memory / f"brana-{os.getuid()}-{name}"


def name_of_folder(directory: Path) -> str:
    """A random name that stays with the state directory: no other node has it. Raises CannotStart."""
    path = directory / "node"
    try:
        if not path.exists():
            path.write_text(secrets.token_hex(4), encoding="ascii")
        name = path.read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise CannotStart(f"{path} cannot be read: {error}", "let this user read and write it") from error
    if not re.fullmatch(r"[0-9a-f]{8}", name):
        raise CannotStart(
            f"{path} does not hold 8 hexadecimal digits",
            "restore it; the place in the spool is kept under it",
        )
    return name


def prepare_state(state: State) -> None:
    """Make the state directory and its folders, mode 0700, and see that they can be written to."""
    directory = state.directory
    try:
        for folder in (directory, *(directory / name for name in ("keys", "run", "spool"))):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        directory.chmod(0o700)
        with TemporaryFile(
            dir=directory / "run"
        ) as probe:  # without a name: others may start at the same time
            probe.write(b"\0")
    except OSError as error:
        raise CannotStart(
            f"state.directory {directory} cannot be written to: {error.strerror}",
            f"give it to this user (uid {os.getuid()}), or name another in the configuration",
        ) from error
    if (full := _space_fault(directory)) is not None:
        raise DiskFull(*full)
    _prepare_memory(folder_in_memory(state))


def _space_fault(directory: Path) -> Fault | None:
    """Of the disk that the folder stands, or would stand, on."""
    space = os.statvfs(nearest(directory))
    free = space.f_bavail * space.f_frsize // 2**20
    if free >= FREE_MIB:
        return None
    return (
        f"only {free} MiB are free in {directory}",
        f"free at least {FREE_MIB} MiB: without space the audit log could not be kept",
    )


def _prepare_memory(folder: Path) -> None:
    """Everybody may make folders in /dev/shm: one that somebody else prepared for us is refused."""
    try:
        made_private(folder)
    except OSError as error:
        raise CannotStart(
            f"state.memory: {folder} cannot be made: {error.strerror}",
            IN_MEMORY,
        ) from error
    if (fault := _foreign(folder)) is not None:
        raise CannotStart(f"state.memory: {fault[0]}", fault[1])


def _memory_fault(state: State) -> Fault | None:
    folder = folder_in_memory(state)
    if os.path.lexists(folder):
        return _foreign(folder)
    if not state.memory.is_dir():  # it is made for nobody
        return f"{folder} cannot be made: {state.memory} is not a folder", IN_MEMORY
    fault = place_fault(folder)
    return None if fault is None else (fault[0], IN_MEMORY)


def _foreign(folder: Path) -> Fault | None:
    try:
        private = is_private(folder)
    except OSError as error:
        return f"{folder} cannot be looked at: {error.strerror}", IN_MEMORY
    if not private:
        return (
            f"{folder} is not a folder of this user (uid {os.getuid()}) alone",
            "find out who made it, remove it, and start again",
        )
    return None


def machine_faults(settings: Settings) -> list[Finding]:
    """What this machine would refuse at the start, found without making or holding anything."""
    public, metrics = settings.public, settings.metrics
    faults = {
        "state.directory": place_fault(settings.state.directory),
        "state.memory": _memory_fault(settings.state),
        "public.address": _refused(public.address, 0),
        "metrics.address": _refused(metrics.address, 0),
    }
    return [(at, *fault) for at, fault in faults.items() if fault is not None]


def momentary_faults(settings: Settings) -> list[Finding]:
    """What the machine would refuse just now, where the product does not run: its own ports and space are its own."""
    faults = {name: _refused(address, port, listening=True) for name, address, port in _ports(settings)}
    faults["state.directory"] = _space_fault(settings.state.directory)
    return [(at, *fault) for at, fault in faults.items() if fault is not None]


def require_free_ports(settings: Settings) -> None:
    """Raises CannotStart for an address that another program listens on, or that is not this machine's."""
    require_free(_ports(settings))


def _ports(settings: Settings) -> list[tuple[str, str, int]]:
    public, metrics, fleet = settings.public, settings.metrics, settings.fleet
    ports = [
        ("public.port", public.address, public.port),
        ("metrics.port", metrics.address, metrics.port),
        *([("public.http_port", public.address, public.http_port)] if public.http_port else []),
    ]
    if fleet is None:
        return ports
    ours = [("fleet.port", fleet.address, fleet.port)] if fleet.decides else []
    return [*ours, *(one for one in ports if fleet.lets_in or one[0] != "public.port")]


def require_free(wanted: Iterable[tuple[str, str, int]]) -> None:
    """The same for addresses (name of the setting, address, port)."""
    for name, address, port in wanted:
        if (fault := _refused(address, port, listening=True)) is not None:
            raise CannotStart(f"{name}: {fault[0]}", fault[1])


def _refused(address: str, port: int, *, listening: bool = False) -> Fault | None:
    """What keeps this user from the address; port 0: from any of its ports."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind((address, port))
            if listening:
                probe.listen(1)
    except OSError as error:
        where = f"{address}:{port}" if port else address
        busy = f"end the program that uses it (ss -ltnp 'sport = :{port}'), or choose another port"
        remedy = REMEDIES.get(error.errno or 0, busy if port else REMEDIES[errno.EADDRNOTAVAIL])
        return f"{where} cannot be listened on: {error.strerror}", remedy
    return None
