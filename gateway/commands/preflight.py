"""What must hold before anything is started, so that nothing is ever half-started."""

import hashlib
import os
import socket
from collections.abc import Iterable
from pathlib import Path

from config.settings import Settings, State
from gateway.audit.reconciliation import made_private

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


def prepare_state(state: State) -> None:
    """Make the state directory and its folders, mode 0700, and see that they can be written to."""
    directory = state.directory
    try:
        for folder in (directory, *(directory / name for name in ("keys", "run", "spool"))):
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        directory.chmod(0o700)
        probe = directory / "run" / ".probe"
        probe.write_bytes(b"\0")
        probe.unlink()
    except OSError as error:
        raise CannotStart(
            f"state.directory {directory} cannot be written to: {error.strerror}",
            f"give it to this user (uid {os.getuid()}), or name another in the configuration",
        ) from error
    space = os.statvfs(directory)
    free = space.f_bavail * space.f_frsize // 2**20
    if free < FREE_MIB:
        raise DiskFull(
            f"only {free} MiB are free in {directory}",
            f"free at least {FREE_MIB} MiB: without space the audit log could not be kept",
        )
    _prepare_memory(folder_in_memory(state))


def _prepare_memory(folder: Path) -> None:
    """Everybody may make folders in /dev/shm: one that somebody else prepared for us is refused."""
    try:
        private = made_private(folder)
    except OSError as error:
        raise CannotStart(
            f"state.memory: {folder} cannot be made: {error.strerror}",
            "name a folder in memory (tmpfs) that this user may write to, usually /dev/shm",
        ) from error
    if not private:
        raise CannotStart(
            f"state.memory: {folder} is not a folder of this user (uid {os.getuid()}) alone",
            "find out who made it, remove it, and start again",
        )


def require_free_ports(settings: Settings) -> None:
    """Raises CannotStart for an address that another program listens on, or that is not this machine's."""
    public, metrics = settings.public, settings.metrics
    require_free(
        [
            ("public.port", public.address, public.port),
            ("metrics.port", metrics.address, metrics.port),
        ]
    )


def require_free(wanted: Iterable[tuple[str, str, int]]) -> None:
    """The same for addresses (name of the setting, address, port)."""
    for name, address, port in wanted:
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((address, port))
                probe.listen(1)
            except OSError as error:
                raise CannotStart(
                    f"{name}: {address}:{port} cannot be listened on: {error.strerror}",
                    f"end the program that uses it (ss -ltnp 'sport = :{port}'), or choose another port",
                ) from error
