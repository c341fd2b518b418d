"""What the gate costs on the hot path: Envoy with everything against Envoy's bare route.

Interleaved rounds over loopback with keep-alive, and for processor time slices of a tenth of a second
(`tests/rig/sliced_load.py`), as the machine's speed drifts within a round by more than what is looked for. Both
listeners live in one Envoy, so timers, statistics and clusters burden both alike, and share TLS settings, limits, how a
request is read (normalised paths, headers that are taken away first) and the application behind. The bare route has
one row and nothing else: no grant, gate, decision, access log, header of ours, nor filter of answers; it passes
the cookies on. CPU time is the kernel's count for the Envoy process.
`audit_cpu_ratio`: against a listener that is the product's but for the access log and what the gate writes down. Its
bar is about the path of a request: Envoy's own processor time, and nothing that happens behind the answer.
`audit_cpu_ratio_with_ingest` counts as well how the lines are taken over into the log, which the control plane does
behind the answers at its own pace: the processor time of an ingest of lines that this very run wrote, into SQLite. It
has no bar, and leaves out what is made of many entries together: checkpoints, and the index of the search.
"""

import asyncio
import json
import re
import statistics
import tempfile
import time
from collections.abc import Mapping
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

from gateway.envoy.listeners import LISTENER
from gateway.storage.database import Database
from tests.bench.audit_ingest import taken_over
from tests.bench.figure import figure, told
from tests.rig.bare_listener import add_bare_listener
from tests.rig.envoy import Plane, data_plane
from tests.rig.load import CONNECTIONS, Round, load, quick_application, wrk
from tests.rig.prepared import prepared
from tests.rig.sliced_load import sliced
from tests.rig.unrecorded_listener import add_unrecorded_listener

RATE_ROUNDS = 5  # of each, interleaved, because the machine's speed drifts
SLICES = 80  # of each listener
SECONDS = 1
PUSHED = 10_000  # revoked ids in the look at push time
LATENCY_ROUNDS = 7
TAKEN_OVER = 30_000  # lines of the access log
RESTS = "=Gr4nt_of-thisdec=4591ec76e86b=records-work;"
"""What every grant of the product says for the log (`config.rests_on`)."""
BAR_CPU, BAR_RATE, BAR_LATENCY, BAR_AUDIT = 1.35, 0.75, 0.1, 1.1


Listeners = Mapping[str, tuple[Plane, int, str]]
"""Name → data plane, port and cookie."""


def run() -> dict[str, dict[str, Any]]:
    """Figures with their bars; just under a minute on a quiet machine."""
    return asyncio.run(measure())


async def measure() -> dict[str, dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        async with data_plane(Path(folder), workers=1) as plane, quick_application(plane):
            bare = await add_bare_listener(plane)
            more = ("__Host-brana-session=" + "s" * 43, "theme=dark")
            cookie = plane.cookie(*more, assertion="a" * 700, actions=f",read,write,{RESTS},")
            asked_before = len(plane.decision.requests)
            unrecorded = await add_unrecorded_listener(plane)
            listeners = {name: (plane, port, cookie) for name, port in (("ours", plane.port), ("bare", bare))}
            found = await rounds(listeners, RATE_ROUNDS)
            await load(plane, unrecorded, cookie, SECONDS)  # warm, as the others are
            ports = {LISTENER: plane.port, "bare": bare, "unrecorded": unrecorded}
            spent = await sliced(plane, ports, cookie, SLICES)
            late = await added_latency(listeners, found, "ours")
            calls = len(plane.decision.requests) - asked_before
            push = await _push_time(plane)
        behind = await _ingest_of(plane.surroundings.spool, Path(folder) / "ingest")
    bare_rate = statistics.median(one.rate for one in found["bare"])
    rate = ratio(found["ours"], found["bare"]).rate
    ours_cpu, bare_cpu, unrecorded_cpu = spent[LISTENER], spent["bare"], spent["unrecorded"]
    without = f"the same without its log {unrecorded_cpu:.1f} µs/request"
    return {
        "cpu_ratio": figure(
            ours_cpu / bare_cpu, "×", f"bare route {bare_cpu:.1f} µs/request", BAR_CPU, digits=3
        ),
        "throughput_ratio": figure(
            rate, "×", f"bare route {bare_rate:.0f} requests/s", BAR_RATE, least=True, digits=3
        ),
        "added_latency": late,
        "audit_cpu_ratio": figure(
            ours_cpu / unrecorded_cpu,
            "×",
            without,
            BAR_AUDIT,
            digits=3,
        ),
        "audit_cpu_ratio_with_ingest": told(
            (ours_cpu + behind) / unrecorded_cpu,
            "×",
            f"{without}; the ingest {behind:.1f} µs/request",
            digits=3,
        ),
        "authorization_calls": figure(calls, "calls", "every request has a fresh grant", 0),
        "revocation_push": figure(
            push, "ms", f"{PUSHED} ids, until the first request is decided anew", 250, digits=3
        ),
    }


async def _ingest_of(spool: Path, folder: Path) -> float:
    """Microseconds of processor time of a line that is taken over."""
    folder.mkdir()
    taken = folder / "spool"
    taken.mkdir()
    with spool.open("rb") as written:
        lines = [line for line, _ in zip(written, range(TAKEN_OVER), strict=False)]
    (taken / "access-1.log").write_bytes(b"".join(lines))
    with closing(Database(prepared(folder / "log.db"))) as database:
        began = time.process_time()
        await taken_over(taken, database, len(lines))
        return (time.process_time() - began) / len(lines) * 1e6


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
    """The figure of what `ours` adds to the bare route's median request at half of the rate that it has found.

    So few connections make that rate that each asks again at once: a generator that pauses does so for whole
    milliseconds, and sends in bursts. As many connections ask the bare route, which then answers more of them.
    """
    half = statistics.median(one.rate for one in found[ours]) / 2
    few = await _connections_for(half, listeners[ours])
    late: dict[str, list[float]] = {name: [] for name in (ours, "bare")}
    for turn in range(LATENCY_ROUNDS):
        for name in _in_turn({one: listeners[one] for one in late}, turn):
            late[name].append((await _median_and_rate(listeners[name], few))[0])
    added = statistics.median(a - b for a, b in zip(late[ours], late["bare"], strict=True))
    at_half = f"bare route {statistics.median(late['bare']):.3f} ms with {few} connections"
    return figure(added, "ms", at_half, BAR_LATENCY, digits=3)


async def _connections_for(rate: float, listener: tuple[Plane, int, str]) -> int:
    """As few as make that rate, in requests a second."""
    for few in range(1, CONNECTIONS):
        if (await _median_and_rate(listener, few))[1] >= rate:
            return few
    return CONNECTIONS


async def _median_and_rate(listener: tuple[Plane, int, str], connections: int) -> tuple[float, float]:
    """Milliseconds of the median request, and requests a second."""
    _, port, cookie = listener
    output = await wrk(port, cookie, SECONDS, "--latency", connections=connections)
    median, rate = re.search(r"50%\s+([\d.]+)(us|ms)", output), re.search(r"Requests/sec:\s+([\d.]+)", output)
    assert median is not None, output
    assert rate is not None, output
    return float(median[1]) / (1000 if median[2] == "us" else 1), float(rate[1])


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
