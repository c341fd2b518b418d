"""One running product per folder: a lock that ends by itself with the last process that holds it.

The lock (flock(2)) belongs to the open file, not to a process: whoever was handed the descriptor keeps it, so
it outlives a killed supervisor for as long as the control plane still writes.
"""

import fcntl
import os
from pathlib import Path

from gateway.commands.preflight import CannotStart

NAME = "lock"
PID_DIGITS = 20


def take(folder: Path, holder: int | None = None) -> int:
    """Descriptor that holds the lock until it is closed. Raises CannotStart when somebody else has it.

    `holder`: the process that others are told of; None for this one.
    """
    path = folder / NAME
    try:
        descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise CannotStart(
            f"{path} cannot be opened: {error.strerror}", "correct its owner and mode, or delete it"
        ) from error
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        other = os.pread(descriptor, PID_DIGITS, 0).decode("ascii", "replace").strip() or "unknown"
        os.close(descriptor)
        raise CannotStart(
            f"{folder} is in use by a product that runs already (process {other})",
            "end that one first, or name another folder",
        ) from None
    os.ftruncate(descriptor, 0)
    os.pwrite(descriptor, f"{holder or os.getpid()}\n".encode(), 0)
    return descriptor


def is_taken(folder: Path) -> bool:
    """Whether a product runs on this folder now; takes nothing."""
    try:
        descriptor = os.open(folder / NAME, os.O_RDONLY | os.O_CLOEXEC)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
