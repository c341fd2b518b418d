"""A server of one unix socket in a process of its own, for baselines."""

import asyncio
import contextlib
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@contextlib.asynccontextmanager
async def beside(socket: Path, *words: str) -> AsyncIterator[int]:
    """Its process id. `words`: for the interpreter, before the socket."""
    process = await asyncio.create_subprocess_exec(sys.executable, *words, str(socket))
    try:
        while not socket.exists():
            await asyncio.sleep(0.02)
        yield process.pid
    finally:
        process.kill()
        await process.wait()


def cpu_seconds(pid: int) -> float:
    """Of all threads of a process, so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS
