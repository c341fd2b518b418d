"""`checkpoints.log`: every checkpoint's signed note, one after another, outside the database.

A database put back to an older copy is found because this file knows more than it does. Send the file to
another machine as well: what is kept there cannot be changed here.
"""

import os
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from config import durable
from gateway.audit.note import DASH, LARGEST

NAME = "checkpoints.log"
_SIGNATURE = DASH.encode()


class CheckpointFileUnwritable(Exception):
    """The file cannot be written; nothing of the database is lost."""

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__(
            f"{path}: {error.strerror}; free space on the disk, or let the user who runs brana write it"
        )
        self.path = path


@dataclass(frozen=True, slots=True)
class Written:
    """One note of the file."""

    at: int
    """Offset of its first byte."""
    note: str
    whole: bool = True
    """False for what stands after the last complete note."""


def size_of(path: Path) -> int:
    """Bytes of the file; 0 when there is none."""
    try:
        return path.stat().st_size
    except FileNotFoundError:
        return 0


def read(path: Path, start: int = 0) -> Iterator[Written]:
    """The notes from byte `start` on, in constant memory; bytes that are not UTF-8 come out replaced."""
    try:
        file = path.open("rb")
    except FileNotFoundError:
        return
    with file:
        lines: list[bytes] = []
        file.seek(start)
        position, held = start, 0
        signed = False
        while line := file.readline(LARGEST):
            if (signed and not line.startswith(_SIGNATURE)) or held > LARGEST:
                yield Written(start, _text(lines))
                lines, start, held = [], position, 0
            position += len(line)
            held += len(line)
            lines.append(line)
            signed = line.startswith(_SIGNATURE) and line.endswith(b"\n")
        if lines:
            yield Written(start, _text(lines), whole=signed or held > LARGEST)


def last(path: Path) -> Written | None:
    """What stands at the end of the file, whole or not."""
    return next(iter(deque(read(path, max(0, size_of(path) - LARGEST)), maxlen=1)), None)


def append(path: Path, note: str) -> None:
    """Add a note and wait until the disk has it. Raises CheckpointFileUnwritable."""
    try:
        new = not path.exists()
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
        try:
            data = note.encode()
            before = os.fstat(descriptor).st_size
            if os.write(descriptor, data) != len(data):
                os.ftruncate(descriptor, before)  # a full disk took a part of it
                raise OSError(28, "No space left on device")
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        if new:
            durable.sync(path.parent)
    except OSError as error:
        raise CheckpointFileUnwritable(path, error) from error


def cut(path: Path, size: int) -> None:
    """Take away what a crash left half written after byte `size`."""
    try:
        os.truncate(path, size)
    except OSError as error:
        raise CheckpointFileUnwritable(path, error) from error


def _text(lines: list[bytes]) -> str:
    return b"".join(lines).decode("utf-8", "replace")
