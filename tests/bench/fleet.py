"""Three nodes on a network of their own, under load of people who spread over them: what a kill and a revocation cost.

`failed`: requests that were not answered as they should be, after one node was killed with all its processes; its bar
is `in_flight`, those under way there at that moment, as their senders count them. Nothing is sent twice.
`revocation_p99_ms`: from sending an officer's click at one node until no Envoy lets the revoked grant in any more.
The baseline is the same load before the kill, and how long an open web socket at another node outlived the click.
"""

import asyncio
import statistics
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tests.rig.fleet_load import Load, under_load
from tests.rig.namespaces import why_not
from tests.rig.revoking import Took, revoking
from tests.rig.three_nodes import Three, three_nodes

SAMPLES = 60
PAUSE = 0.05  # seconds between the requests of one
BEFORE, AFTER = 2.0, 3.0  # seconds around the kill
LEAST = 3  # requests under way on the node that is killed
BAR = 1000.0  # ms


def run() -> dict[str, dict[str, Any]]:
    """Figures with their bars; about three quarters of a minute."""
    if why := why_not():
        raise SystemExit(f"the benchmark `fleet` cannot run: {why}")
    return asyncio.run(measure())


async def measure() -> dict[str, dict[str, Any]]:
    with tempfile.TemporaryDirectory() as name:
        async with three_nodes(Path(name)) as three:
            async with under_load(three, pause=PAUSE), revoking(three.fleet, "a") as officer:
                took = await officer.samples(SAMPLES, sockets_at=["b", "c"])
            async with under_load(three, pause=PAUSE) as load:
                in_flight, before, after = await _kill(three, load, "a")
    p99, socket = (_p99(one) for one in ([each.everywhere for each in took], [each.socket for each in took]))
    rates = f"{before:.0f} requests a second before, {after:.0f} after"
    return {
        "failed": _figure(len(load.failed), "", rates, in_flight),
        "in_flight": {
            "value": in_flight,
            "unit": "",
            "baseline": f"{len(load.requests)} requests by {load.people} people at 3 nodes",
            "bar": "> 0",
            "holds": in_flight > 0,
        },
        "revocation_p99_ms": _figure(
            p99, "ms", f"{_median(took):.0f} ms median; web sockets p99 {socket:.0f} ms", BAR
        ),
    }


async def _kill(three: Three, load: Load, node: str) -> tuple[int, float, float]:
    """Requests under way there, and requests that were answered in a second, before and after."""
    before = await _rate(load, BEFORE)
    while load.under_way[node] < LEAST:
        await asyncio.sleep(0.001)
    three.fleet[node].kill()  # nothing of ours runs until it is dead
    return load.under_way[node], before, await _rate(load, AFTER)


async def _rate(load: Load, seconds: float) -> float:
    begun, answered = time.monotonic(), load.answered.total()
    await asyncio.sleep(seconds)
    return (load.answered.total() - answered) / (time.monotonic() - begun)


def _figure(value: float, unit: str, baseline: str, bar: float) -> dict[str, Any]:
    return {"value": round(value), "unit": unit, "baseline": baseline, "bar": bar, "holds": value <= bar}


def _p99(seconds: Sequence[float]) -> float:
    return sorted(seconds)[int(len(seconds) * 0.99)] * 1000


def _median(took: Sequence[Took]) -> float:
    return statistics.median(one.everywhere for one in took) * 1000
