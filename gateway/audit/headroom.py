"""Room on the disk for the access log, set aside before it is needed. Standard library only, Linux.

Envoy drops lines that it cannot write. So blocks are allocated beyond the end of the file it appends to
(fallocate(2) with FALLOC_FL_KEEP_SIZE): what others put on the disk cannot take them any more.
"""

import ctypes
import errno
import os
from dataclasses import dataclass
from pathlib import Path

AHEAD = 16 * 2**20  # bytes: some 40,000 lines
LEAST = AHEAD // 4  # bytes, some 10,000 lines: for what is under way; nobody new is let in once it is touched
FOR_DATABASE = (
    16 * 2**20
)  # bytes free beside a database file: decisions are written there, and what frees room
ROOM_EVERY = 0.5  # seconds between looks
KEEP_SIZE = 1  # FALLOC_FL_KEEP_SIZE
BLOCK = 512  # bytes, the unit of st_blocks
CANNOT = frozenset({errno.EOPNOTSUPP, errno.ENOSYS, errno.EINVAL})  # this file system has no such call

_libc = ctypes.CDLL(None, use_errno=True)
_libc.fallocate.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64]


def set_aside(file: Path, *, make: bool = False, ahead: int = AHEAD) -> int | None:
    """Make sure that `file` (`make` it when missing, mode 0600) can grow by `ahead` bytes; its size stays.

    Returns the bytes by which it can surely grow, fewer than half of `ahead` only on a full disk; None where
    the file system cannot do this. Raises OSError for a file that cannot be opened.
    """
    descriptor = os.open(file, os.O_WRONLY | os.O_CLOEXEC | (os.O_CREAT if make else 0), 0o600)
    try:
        if room(descriptor) < ahead // 2:  # renewed by halves, not at every look
            start = os.fstat(descriptor).st_size
            if _libc.fallocate(descriptor, KEEP_SIZE, start, ahead) != 0:
                problem = ctypes.get_errno()
                if problem in CANNOT:
                    return None
                if problem not in {errno.ENOSPC, errno.EDQUOT}:
                    raise OSError(problem, os.strerror(problem), str(file))
        return room(descriptor)
    finally:
        os.close(descriptor)


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes at one look. `lines`: by which the access log can surely grow; `free`: beside the database, None where it
    is on another machine.
    """

    lines: int
    free: int | None = None


def found(file: Path, database: Path | None = None) -> Room | None:
    """`database`: the folder of its file, where it has one. None while Envoy is just opening a new access log."""
    try:
        kept = set_aside(file)
    except FileNotFoundError:
        return None
    lines = _free(file.parent) if kept is None else kept
    return Room(lines, None if database is None else _free(database))


def suffices(room: Room, *, open_so_far: bool) -> bool:
    """Whether anybody new may be let in. Once closed, it opens with twice the room: no flapping at the edge."""
    times = 1 if open_so_far else 2
    return room.lines >= LEAST * times and (room.free is None or room.free >= FOR_DATABASE * times)


def _free(folder: Path) -> int:
    space = os.statvfs(folder)
    return space.f_bavail * space.f_frsize


def room(descriptor: int) -> int:
    """Bytes allocated beyond the end of an open file."""
    known = os.fstat(descriptor)
    return max(0, known.st_blocks * BLOCK - known.st_size)
