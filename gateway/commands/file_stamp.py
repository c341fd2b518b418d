"""Whether a file is another one than before, without reading it."""

from pathlib import Path

Stamp = tuple[int, int, int]
"""Inode, time of change in nanoseconds, size in bytes."""


def stamp(path: Path) -> Stamp | None:
    """None: it cannot be looked at."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
