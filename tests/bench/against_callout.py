"""What grants save: the product's hot path against the usual design, which asks about every request.

The usual design is the same Envoy with `ext_authz` to a plain aiohttp service on uvloop, over a unix socket, that
verifies a signed session cookie. Interleaved rounds with the same TLS, HTTP settings, access log and application
behind. CPU time is the kernel's count for Envoy and, where it is asked, the service; those share one processor in
either way, and clients and application have the others, so that throughput is what the gateway itself can do.
"""

import asyncio
import contextlib
import json
import os
import statistics
import sys
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

from gateway.envoy.access_log import access_log
from gateway.envoy.authorization import EXT_AUTHZ
from gateway.envoy.messages import Json, pipe, typed
from tests.bench.figure import figure
from tests.rig.authorization_service import COOKIE, PERSON_HEADER, session
from tests.rig.bare_listener import add_bare_listener
from tests.rig.envoy import data_plane
from tests.rig.load import load, quick_application

ROUNDS = 10  # of each, interleaved, because the machine's speed drifts
SECONDS = 1
KEY, PERSON = "k" * 43, "novakova.jana"
CLUSTER = "callout"


def run() -> dict[str, dict[str, Any]]:
    """Figures with their bars; about half a minute."""
    return asyncio.run(measure())


async def measure() -> dict[str, dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder, _other_processors() as ours:
        socket = Path(folder) / "callout.sock"
        async with (
            data_plane(Path(folder), workers=1) as plane,
            _service(socket) as service,
            quick_application(plane, [_cluster(socket)]),
        ):
            usual = await add_bare_listener(plane, CLUSTER, [_ask()], access_log(plane.surroundings.spool))
            assert plane.process is not None
            for process in (plane.process.pid, service):
                _move(process, ours)
            grant = plane.cookie("theme=dark", assertion="a" * 700)
            shown = f"{COOKIE}={session(KEY, PERSON, ['files'])}; theme=dark"
            ways: dict[int, tuple[str, tuple[int, ...]]] = {
                plane.port: (grant, ()),
                usual: (shown, (service,)),
            }
            rounds: dict[int, list[tuple[float, float]]] = {port: [] for port in ways}
            for port, (cookie, others) in ways.items():  # connections, caches and code are warm
                await load(plane, port, cookie, SECONDS, others)
            for _ in range(ROUNDS):
                for port, (cookie, others) in ways.items():
                    rounds[port].append(await load(plane, port, cookie, SECONDS, others))
    # Medians: one round that the machine favoured or disturbed does not decide.
    usual_cpu, usual_rate = (statistics.median(values) for values in zip(*rounds[usual], strict=True))
    our_cpu, our_rate = (statistics.median(values) for values in zip(*rounds[plane.port], strict=True))
    rate, cpu = our_rate / usual_rate, our_cpu / usual_cpu
    return {
        "throughput_ratio": figure(
            rate, "×", f"asked each time: {usual_rate:.0f} requests/s", 2, least=True, digits=3
        ),
        "cpu_ratio": figure(cpu, "×", f"asked each time: {usual_cpu:.1f} µs/request", 0.5, digits=3),
    }


@contextlib.contextmanager
def _other_processors() -> Iterator[set[int]]:
    """Ourselves and what we start leave one processor alone; yields which (any, where there is but one)."""
    all_of_them = os.sched_getaffinity(0)
    ours = {min(all_of_them)}
    os.sched_setaffinity(0, all_of_them - ours or all_of_them)
    try:
        yield ours
    finally:
        os.sched_setaffinity(0, all_of_them)


def _move(process: int, processors: set[int]) -> None:
    """Every thread of a process."""
    for thread in Path(f"/proc/{process}/task").iterdir():
        os.sched_setaffinity(int(thread.name), processors)


@contextlib.asynccontextmanager
async def _service(socket: Path) -> AsyncIterator[int]:
    """The authorization service's process id, as soon as it listens."""
    program = (sys.executable, "-m", "tests.rig.authorization_service", str(socket), KEY)
    process = await asyncio.create_subprocess_exec(*program)
    try:
        while not socket.exists():
            assert process.returncode is None, "the authorization service did not start"
            await asyncio.sleep(0.05)
        yield process.pid
    finally:
        process.terminate()
        await process.wait()


def _cluster(socket: Path) -> Json:
    """With connections that are kept."""
    endpoint = {"lb_endpoints": [{"endpoint": {"address": pipe(socket)}}]}
    return {
        "name": CLUSTER,
        "type": "STATIC",
        "connect_timeout": "1s",
        "load_assignment": {"cluster_name": CLUSTER, "endpoints": [endpoint]},
    }


def _ask() -> Json:
    """Sends what the service reads and nothing else, and takes one header from it."""
    ask = typed(
        EXT_AUTHZ,
        transport_api_version="V3",
        allowed_headers={"patterns": [{"exact": "cookie"}]},
        http_service={
            "server_uri": {"uri": "http://callout", "cluster": CLUSTER, "timeout": "5s"},
            "authorization_response": {"allowed_upstream_headers": {"patterns": [{"exact": PERSON_HEADER}]}},
        },
    )
    return {"name": "envoy.filters.http.ext_authz", "typed_config": ask}


if __name__ == "__main__":
    print(json.dumps(run(), ensure_ascii=False, indent=2))
