"""Room on the disk for the access log, set aside before it is needed. Standard library only, Linux.

Envoy drops lines that it cannot write. So blocks are allocated beyond the end of the file it appends to
(fallocate(2) with FALLOC_FL_KEEP_SIZE): what others put on the disk cannot take them any more.
"""

import ctypes
import errno
import os
from pathlib import Path

AHEAD = 16 * 2**20  # bytes: some 40,000 lines
LEAST = AHEAD // 4  # bytes: for the refusals that follow
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


def enough(file: Path) -> bool | None:
    """Whether grants may let people in: there is room for their lines. None while Envoy is just opening a new file."""
    try:
        left = set_aside(file)
    except FileNotFoundError:
        return None
    return left is None or left >= LEAST


def room(descriptor: int) -> int:
    """Bytes allocated beyond the end of an open file."""
    known = os.fstat(descriptor)
    return max(0, known.st_blocks * BLOCK - known.st_size)
