"""Work in a child process: the memory that a foreign library takes ends with it, and so does what hangs there."""

import os
import select
import time
from collections.abc import Callable

DONE, FAILED = b"+", b"-"
PART = 65_536


class Failed(Exception):
    """`str`: what the child said of it, or how it ended."""


def apart(work: Callable[[], bytes], seconds: float) -> bytes:
    """What `work` gives. Raises Failed, also where it takes longer than `seconds`."""
    reads, writes = os.pipe()
    child = os.fork()
    if child == 0:
        _in_child(work, writes)
    os.close(writes)
    try:
        said = _heard(reads, time.monotonic() + seconds)
    finally:
        os.close(reads)
        if not _ended(child):
            os.kill(child, 9)
            os.waitpid(child, 0)
    if said[:1] == DONE:
        return said[1:]
    raise Failed(said[1:].decode(errors="replace") or "it ended in the middle")


def _in_child(work: Callable[[], bytes], writes: int) -> None:
    """Never returns: nothing of what this process was before is done twice."""
    try:
        said = DONE + work()
    except BaseException as error:  # noqa: BLE001  # the parent tells it
        said = FAILED + str(error).encode()
    try:
        while said:
            said = said[os.write(writes, said) :]
    finally:
        os._exit(0)


def _heard(reads: int, until: float) -> bytes:
    said = b""
    while select.select([reads], [], [], max(0.0, until - time.monotonic()))[0]:
        part = os.read(reads, PART)
        if not part:
            return said
        said += part
    raise Failed("no answer in time")


def _ended(child: int) -> bool:
    """Within a moment: it has said everything and exits."""
    until = time.monotonic() + 1
    while time.monotonic() < until:
        if os.waitpid(child, os.WNOHANG)[0]:
            return True
        time.sleep(0.001)
    return False
