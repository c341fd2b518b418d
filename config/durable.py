"""A file that is whole whatever ends in the middle: the power, room on the disk, the process. It is as it was, or as it
shall be.

It is written beside, as `.<name>`, from its first byte on for this user alone; made durable; renamed. Writers in a
folder take turns: flock(2) of the folder ends with its process, so a draft that lies there is of one that died, and
goes.
Standard library only: the supervisor uses it.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


def replace(path: Path, content: bytes) -> None:
    """Durable when it returns. Raises OSError: then it is as it was, or where only its name could not be made durable,
    new until the power fails.
    """
    with _alone_in(path.parent) as folder:
        made = _written(path, content)
        try:
            made.replace(path)
        except OSError:
            made.unlink(missing_ok=True)
            raise
        os.fsync(folder)


def place(path: Path, content: bytes) -> bool:
    """Where nothing stands under that name; whether it was so. What stands there then is whole and durable, whoever
    placed it. Raises OSError.
    """
    with _alone_in(path.parent) as folder:
        made = _written(path, content)
        try:
            os.link(made, path)
        except FileExistsError:
            return False
        finally:
            made.unlink(missing_ok=True)
            os.fsync(folder)  # of another's file too: it may have died before its own
        return True


def draft(path: Path, content: bytes) -> Path:
    """For whoever renames it later, once something else has succeeded as well. Raises OSError; then there is none."""
    with _alone_in(path.parent):
        return _written(path, content)


def remove(path: Path) -> None:
    """Gone for good when it returns, also where it was not there. Raises OSError."""
    path.unlink(missing_ok=True)
    sync(path.parent)


def sync(folder: Path) -> None:
    """Names in it outlive a power cut: those that came, and that others went. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def _alone_in(folder: Path) -> Iterator[int]:
    """The folder's descriptor. Others wait for milliseconds; threads of this process, too."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield descriptor
    finally:
        fcntl.flock(descriptor, fcntl.LOCK_UN)  # a child that another thread forks meanwhile holds it open
        os.close(descriptor)


def _written(path: Path, content: bytes) -> Path:
    made = path.with_name(f".{path.name}")
    made.unlink(missing_ok=True)  # never written into: it may be a second name of the file itself
    descriptor = os.open(made, os.O_CREAT | os.O_EXCL | os.O_WRONLY | os.O_CLOEXEC, 0o600)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(descriptor)
    except BaseException:
        made.unlink(missing_ok=True)
        raise
    return made
