"""What the gate costs on the hot path: Envoy with everything against Envoy's bare route.

Interleaved rounds over loopback with keep-alive; both listeners live in one Envoy, so timers, statistics and clusters
burden both alike, and share TLS settings, limits, how a request is read (normalised paths, headers that are taken away
first) and the application behind. The bare route has one row and nothing else: no grant, gate, decision, access log,
header of ours, nor filter of answers; it passes the cookies on. CPU time is the kernel's count for the Envoy process.
"""

import asyncio
import json
import re
import statistics
import tempfile
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

from tests.bench.figure import figure
from tests.rig.bare_listener import add_bare_listener
from tests.rig.envoy import Plane, data_plane
from tests.rig.load import CONNECTIONS, Round, load, quick_application, wrk

ROUNDS = 12  # of each, interleaved, because the machine's speed drifts
SECONDS = 1
PUSHED = 10_000  # revoked ids in the look at push time
PACED_ROUNDS = 7
PACED_THREADS = 8  # of `wrk`, which pauses for whole milliseconds: one thread alone sends in bursts
BAR_CPU, BAR_RATE, BAR_LATENCY = 1.35, 0.75, 0.1


Listeners = Mapping[str, tuple[Plane, int, str]]
"""Name → data plane, port and cookie."""


def run() -> dict[str, dict[str, Any]]:
    """Figures with their bars; about three quarters of a minute."""
    return asyncio.run(measure())


async def measure() -> dict[str, dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        async with data_plane(Path(folder), workers=1) as plane, quick_application(plane):
            bare = await add_bare_listener(plane)
            cookie = plane.cookie("__Host-brana-session=" + "s" * 43, "theme=dark", assertion="a" * 700)
            asked_before = len(plane.decision.requests)
            listeners = {"ours": (plane, plane.port, cookie), "bare": (plane, bare, cookie)}
            found = await rounds(listeners, ROUNDS)
            late = await added_latency(listeners, found, "ours")
            calls = len(plane.decision.requests) - asked_before
            push = await _push_time(plane)
    bare_cpu, bare_rate = (statistics.median(values) for values in zip(*found["bare"], strict=True))
    cpu, rate = ratio(found["ours"], found["bare"])
    return {
        "cpu_ratio": figure(cpu, "×", f"bare route {bare_cpu:.1f} µs/request", BAR_CPU, digits=3),
        "throughput_ratio": figure(
            rate, "×", f"bare route {bare_rate:.0f} requests/s", BAR_RATE, least=True, digits=3
        ),
        "added_latency": late,
        "authorization_calls": figure(calls, "calls", "every request has a fresh grant", 0),
        "revocation_push": figure(
            push, "ms", f"{PUSHED} ids, until the first request is decided anew", 250, digits=3
        ),
    }


async def rounds(listeners: Listeners, count: int) -> dict[str, list[Round]]:
    """Rounds of load, of each listener in turn, every other time in the opposite order."""
    found: dict[str, list[Round]] = {name: [] for name in listeners}
    for plane, port, cookie in listeners.values():  # connections, caches and code are warm
        await load(plane, port, cookie, 1)
    for turn in range(count):
        for name in _in_turn(listeners, turn):
            found[name].append(await load(*listeners[name], SECONDS))
    return found


def ratio(one: list[Round], other: list[Round]) -> Round:
    """Medians of the rounds' own ratios: what disturbs the machine for a while disturbs both."""
    pairs = list(zip(one, other, strict=True))
    return Round(
        statistics.median(a.cpu / b.cpu for a, b in pairs),
        statistics.median(a.rate / b.rate for a, b in pairs),
    )


def _in_turn(listeners: Listeners, turn: int) -> list[str]:
    return list(listeners) if turn % 2 == 0 else list(reversed(listeners))


async def added_latency(listeners: Listeners, found: Mapping[str, list[Round]], ours: str) -> dict[str, Any]:
    """The figure of what `ours` adds to the bare route's median request, at half of the rate that `ours` has found."""
    half = statistics.median(one.rate for one in found[ours]) / 2
    late = await _median_latencies({name: listeners[name] for name in (ours, "bare")}, half)
    added = statistics.median(a - b for a, b in zip(late[ours], late["bare"], strict=True))
    at_half = f"bare route {statistics.median(late['bare']):.3f} ms at {half:.0f} requests/s"
    return figure(added, "ms", at_half, BAR_LATENCY, digits=3)


async def _median_latencies(listeners: Listeners, rate: float) -> dict[str, list[float]]:
    """Milliseconds of the median request of each round, at about `rate` requests per second."""
    found: dict[str, list[float]] = {name: [] for name in listeners}
    most = round(
        2 * 1000 * CONNECTIONS / rate
    )  # milliseconds; half of it on average, so that no rhythm arises
    for turn in range(PACED_ROUNDS):
        for name in _in_turn(listeners, turn):
            plane, port, cookie = listeners[name]
            pace = plane.folder / "pace.lua"
            pace.write_text(f"function delay() return math.random(0, {most}) end\n")
            output = await wrk(port, cookie, SECONDS, "--latency", "-s", str(pace), threads=PACED_THREADS)
            median = re.search(r"50%\s+([\d.]+)(us|ms)", output)
            assert median is not None, output
            found[name].append(float(median[1]) / (1000 if median[2] == "us" else 1))
    return found


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
