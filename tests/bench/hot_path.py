"""What the gate costs on the hot path: Envoy with everything against Envoy's bare route.

Interleaved rounds over loopback with keep-alive; both listeners live in one Envoy and share TLS settings,
HTTP settings and the application behind. CPU time is the kernel's count for the Envoy process.
"""

import asyncio
import contextlib
import copy
import json
import os
import re
import statistics
import tempfile
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any

from gateway.demo.slapd import free_port
from gateway.envoy.clusters import application_cluster
from gateway.envoy.discovery import CLUSTERS, all_resources
from gateway.envoy.listeners import HCM
from gateway.envoy.messages import Json, typed
from gateway.envoy.process import command
from tests.rig.bare_listener import add_bare_listener
from tests.rig.envoy import DOMAIN, Plane, data_plane

ROUNDS = 12  # of each, interleaved, because the machine's speed drifts
SECONDS = 1
CONNECTIONS = 32
TICKS = os.sysconf("SC_CLK_TCK")
PUSHED = 10_000  # revoked ids in the look at push time


def run() -> dict[str, dict[str, Any]]:
    """Figures with their bars; about half a minute."""
    return asyncio.run(measure())


async def measure() -> dict[str, dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        async with data_plane(Path(folder), workers=1) as plane, _quick_application(plane):
            bare = await add_bare_listener(plane)
            cookie = plane.cookie("__Host-brana-session=" + "s" * 43, "theme=dark", assertion="a" * 700)
            asked_before = len(plane.decision.requests)
            rounds: dict[int, list[tuple[float, float]]] = {plane.port: [], bare: []}
            for port in (plane.port, bare):  # connections, caches and code are warm
                await _load(plane, port, cookie, 1)
            for _ in range(ROUNDS):
                for port, results in rounds.items():
                    results.append(await _load(plane, port, cookie, SECONDS))
            calls = len(plane.decision.requests) - asked_before
            push = await _push_time(plane)
    # Medians: one round that the machine favoured or disturbed does not decide.
    bare_cpu, bare_rate = (statistics.median(values) for values in zip(*rounds[bare], strict=True))
    our_cpu, our_rate = (statistics.median(values) for values in zip(*rounds[plane.port], strict=True))
    cpu, rate = our_cpu / bare_cpu, our_rate / bare_rate
    return {
        "cpu_ratio": _figure(cpu, "×", f"bare route {bare_cpu:.1f} µs/request", 1.5),
        "throughput_ratio": _figure(rate, "×", f"bare route {bare_rate:.0f} requests/s", 0.65, least=True),
        "authorization_calls": _figure(calls, "calls", "every request has a fresh grant", 0),
        "revocation_push": _figure(push, "ms", f"{PUSHED} ids, until the first request is decided anew", 250),
    }


def _figure(value: float, unit: str, baseline: str, bar: float, *, least: bool = False) -> dict[str, Any]:
    holds = value >= bar if least else value <= bar
    return {"value": round(value, 3), "unit": unit, "baseline": baseline, "bar": bar, "holds": holds}


@contextlib.asynccontextmanager
async def _quick_application(plane: Plane) -> AsyncIterator[None]:
    """An application that costs little beside Envoy: another Envoy that answers by itself."""
    port = free_port()
    answer = {
        "match": {"prefix": "/"},
        "direct_response": {"status": 200, "body": {"inline_string": "x" * 512}},
    }
    router = typed("envoy.extensions.filters.http.router.v3.Router")
    manager = typed(
        HCM,
        stat_prefix="quick",
        http_filters=[{"name": "envoy.filters.http.router", "typed_config": router}],
        route_config={"virtual_hosts": [{"name": "quick", "domains": ["*"], "routes": [answer]}]},
    )
    listener: Json = {
        "name": "quick",
        "address": {"socket_address": {"address": "127.0.0.1", "port_value": port}},
        "filter_chains": [
            {"filters": [{"name": "envoy.filters.network.http_connection_manager", "typed_config": manager}]}
        ],
    }
    file = plane.folder / "quick.json"
    file.write_text(json.dumps({"static_resources": {"listeners": [listener]}}))
    process = await asyncio.create_subprocess_exec(*command(file, concurrency=1, log_level="error"))
    try:
        clusters = all_resources(plane.settings, plane.surroundings)[CLUSTERS]
        application = next(one for one in clusters if one["name"] == application_cluster("files"))
        address = application["load_assignment"]["endpoints"][0]["lb_endpoints"][0]["endpoint"]["address"]
        address["socket_address"]["port_value"] = port
        plain = copy.deepcopy(application) | {"name": "bare"}
        for options in plain["typed_extension_protocol_options"].values():
            del options["http_filters"]
        plane.discovery.publish({CLUSTERS: [*clusters, plain]})
        for _ in range(100):
            if (await plane.ask("/", cookie=plane.cookie())).body == b"x" * 512:
                break
            await asyncio.sleep(0.05)
        yield
    finally:
        process.kill()
        await process.wait()


async def _load(plane: Plane, port: int, cookie: str, seconds: int) -> tuple[float, float]:
    """CPU microseconds of Envoy per request, and requests per second."""
    assert plane.process is not None
    before = _cpu_seconds(plane.process.pid)
    wrk = await asyncio.create_subprocess_exec(
        "wrk",
        "-t1",
        f"-c{CONNECTIONS}",
        f"-d{seconds}s",
        "-H",
        f"Host: files.{DOMAIN}",
        "-H",
        f"Cookie: {cookie}",
        f"https://127.0.0.1:{port}/documents/list",
        stdout=asyncio.subprocess.PIPE,
    )
    output = (await wrk.communicate())[0].decode()
    spent = _cpu_seconds(plane.process.pid) - before
    counted = re.search(r"(\d+) requests in", output)
    assert counted is not None, output
    assert "Non-2xx" not in output, output
    requests = int(counted[1])
    rate = re.search(r"Requests/sec:\s+([\d.]+)", output)
    assert rate is not None, output
    return spent / requests * 1e6, float(rate[1])


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


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
