"""Processor time of a request at each of several listeners of one Envoy, in turns of a tenth of a second.

The speed of a machine drifts within seconds, by more than what is looked for; rounds of a second each compare different
speeds. So each listener has a load generator of its own, all but one of them stopped, and what Envoy spent while one
went is divided by what that listener answered, by Envoy's own count.
"""

import asyncio
import signal
from collections.abc import Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from tests.rig.neighbours import DOMAIN

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from tests.rig.envoy import Plane

SLICE = timedelta(milliseconds=100)
ENDING = timedelta(milliseconds=4)  # in which what had arrived before a stop is answered
CONNECTIONS = 16  # of each listener; all come from one address, which has a limit
LONGER = 600  # seconds: than anybody measures


async def sliced(plane: "Plane", listeners: Mapping[str, int], cookie: str, turns: int) -> dict[str, float]:
    """Name → microseconds of Envoy per request. `listeners`: port of each, which is the prefix of its statistics too;
    `turns`: slices of each.
    """
    assert plane.process is not None
    names, spent = list(listeners), dict.fromkeys(listeners, 0)
    async with AsyncExitStack() as stack:
        generators = {
            name: await stack.enter_async_context(_stopped(port, cookie)) for name, port in listeners.items()
        }
        before = {name: await _answered(plane, name) for name in names}
        for turn in range(turns):
            for name in names if turn % 2 == 0 else reversed(names):
                begun = _nanoseconds(plane.process.pid)
                generators[name].send_signal(signal.SIGCONT)
                await asyncio.sleep(SLICE.total_seconds())
                generators[name].send_signal(signal.SIGSTOP)
                await asyncio.sleep(ENDING.total_seconds())
                spent[name] += _nanoseconds(plane.process.pid) - begun
        answered = {name: await _answered(plane, name) - before[name] for name in names}
    return {name: spent[name] / answered[name] / 1000 for name in names}


@asynccontextmanager
async def _stopped(port: int, cookie: str) -> "AsyncIterator[asyncio.subprocess.Process]":
    words = (
        "wrk",
        "-t1",
        f"-c{CONNECTIONS}",
        f"-d{LONGER}s",
        "-H",
        f"Host: files.{DOMAIN}",
        "-H",
        f"Cookie: {cookie}",
    )
    made = await asyncio.create_subprocess_exec(
        *words, f"https://127.0.0.1:{port}/documents/list", stdout=asyncio.subprocess.DEVNULL
    )
    try:
        await asyncio.sleep(SLICE.total_seconds())  # its handshakes are over
        made.send_signal(signal.SIGSTOP)
        await asyncio.sleep(ENDING.total_seconds())
        yield made
    finally:
        made.kill()
        await made.wait()


async def _answered(plane: "Plane", name: str) -> int:
    (count,) = (await plane.administration.counters(f"^http.{name}.downstream_rq_completed$")).values()
    return count


def _nanoseconds(process: int) -> int:
    """Processor time of all threads: the first field of schedstat (Linux, Documentation/scheduler/sched-stats)."""
    return sum(int(one.read_text().split()[0]) for one in Path(f"/proc/{process}/task").glob("*/schedstat"))
