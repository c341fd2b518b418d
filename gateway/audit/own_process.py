"""A long reading of the log in a process of its own: the process that decides stays free.

The child says how far it is, one JSON object a line, at last what it found; it never outlives the wait for it.
"""

import asyncio
import contextlib
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import TypeVar

import msgspec

LONGEST_LINE = 64 * 1024  # bytes
encode = msgspec.json.encode


class Progress(msgspec.Struct, frozen=True, tag="progress"):
    done: int
    total: int


class Failure(msgspec.Struct, frozen=True, tag="failure"):
    cause: str


Found = TypeVar("Found")


async def asked(
    command: Sequence[str],
    understood: Callable[[bytes], Progress | Failure | Found],
    told: Callable[[Progress], None],
    limit: timedelta,
    *,
    given: bytes = b"",
    longest_line: int = LONGEST_LINE,
) -> Failure | Found:
    """What the child says at last. `given`: what it reads from its standard input.

    Raises TimeoutError, OSError where there is no such program, and what `understood` raises of a line.
    """
    process = await asyncio.create_subprocess_exec(
        *command,
        stdin=asyncio.subprocess.PIPE if given else asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE,
        limit=longest_line,
    )
    assert process.stdout is not None
    try:
        async with asyncio.timeout(limit.total_seconds()):
            await _give(process, given)
            async for line in process.stdout:
                said = understood(line)
                if not isinstance(said, Progress):
                    return said
                told(said)
            return Failure(f"it ended without a word, status {await process.wait()}")
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()


async def _give(process: asyncio.subprocess.Process, given: bytes) -> None:
    if process.stdin is None:
        return
    with contextlib.suppress(ConnectionError):  # one that reads nothing has something to say, or ends
        process.stdin.write(given)
        await process.stdin.drain()
        process.stdin.close()
        await process.stdin.wait_closed()
