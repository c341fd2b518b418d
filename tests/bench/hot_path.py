"""What the gate costs on the hot path: Envoy with everything against Envoy's bare route.

Interleaved rounds over loopback with keep-alive; both listeners live in one Envoy and share TLS settings,
HTTP settings and the application behind. CPU time is the kernel's count for the Envoy process.
"""

import asyncio
import json
import statistics
import tempfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.rig.bare_listener import add_bare_listener
from tests.rig.envoy import Plane, data_plane
from tests.rig.load import load, quick_application

ROUNDS = 12  # of each, interleaved, because the machine's speed drifts
SECONDS = 1
PUSHED = 10_000  # revoked ids in the look at push time


def run() -> dict[str, dict[str, Any]]:
    """Figures with their bars; about half a minute."""
    return asyncio.run(measure())


async def measure() -> dict[str, dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        async with data_plane(Path(folder), workers=1) as plane, quick_application(plane):
            bare = await add_bare_listener(plane)
            cookie = plane.cookie("__Host-brana-session=" + "s" * 43, "theme=dark", assertion="a" * 700)
            asked_before = len(plane.decision.requests)
            rounds: dict[int, list[tuple[float, float]]] = {plane.port: [], bare: []}
            for port in (plane.port, bare):  # connections, caches and code are warm
                await load(plane, port, cookie, 1)
            for _ in range(ROUNDS):
                for port, results in rounds.items():
                    results.append(await load(plane, port, cookie, SECONDS))
            calls = len(plane.decision.requests) - asked_before
            push = await _push_time(plane)
    # Medians: one round that the machine favoured or disturbed does not decide.
    bare_cpu, bare_rate = (statistics.median(values) for values in zip(*rounds[bare], strict=True))
    our_cpu, our_rate = (statistics.median(values) for values in zip(*rounds[plane.port], strict=True))
    cpu, rate = our_cpu / bare_cpu, our_rate / bare_rate
    return {
        "cpu_ratio": figure(cpu, "×", f"bare route {bare_cpu:.1f} µs/request", 1.5),
        "throughput_ratio": figure(rate, "×", f"bare route {bare_rate:.0f} requests/s", 0.65, least=True),
        "authorization_calls": figure(calls, "calls", "every request has a fresh grant", 0),
        "revocation_push": figure(push, "ms", f"{PUSHED} ids, until the first request is decided anew", 250),
    }


def figure(value: float, unit: str, baseline: str, bar: float, *, least: bool = False) -> dict[str, Any]:
    holds = value >= bar if least else value <= bar
    return {"value": round(value, 3), "unit": unit, "baseline": baseline, "bar": bar, "holds": holds}


async def _push_time(plane: Plane) -> float:
    """Milliseconds from publishing a long table of revoked ids to the first request that is asked about."""
    others = [f"{number:022d}.1" for number in range(PUSHED)]
    loop = asyncio.get_running_loop()
    times = []
    for attempt in range(3):
        revocation = f"pushed{attempt}.1"
        cookie = plane.cookie(revocation=revocation)
        await plane.gate()
        assert (await plane.ask("/", cookie=cookie)).status == 200
        asked, begun = len(plane.decision.requests), loop.time()
        plane.discovery.publish_gate([*others, revocation], "epoch1")
        while len(plane.decision.requests) == asked:
            await plane.ask("/", cookie=cookie)
            assert loop.time() - begun < timedelta(seconds=10).total_seconds()
        times.append((loop.time() - begun) * 1000)
    return statistics.median(times)


if __name__ == "__main__":
    print(json.dumps(run(), ensure_ascii=False, indent=2))
