"""Load on a data plane whose application costs nearly nothing, and what the kernel counts of it."""

import asyncio
import contextlib
import copy
import json
import os
import re
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import NamedTuple

from gateway.demo.slapd import free_port
from gateway.envoy.clusters import application_cluster
from gateway.envoy.listeners import HCM
from gateway.envoy.messages import Json, typed
from gateway.envoy.process import command
from gateway.envoy.resources import CLUSTERS, all_resources
from tests.rig.envoy import DOMAIN, Plane

CONNECTIONS = 32
TICKS = os.sysconf("SC_CLK_TCK")


class Round(NamedTuple):
    """What one round of load has cost."""

    cpu: float
    """Microseconds of Envoy, and of processes it has to ask, per request."""
    rate: float
    """Requests per second."""


@contextlib.asynccontextmanager
async def quick_application(plane: Plane, more: Sequence[Json] = ()) -> AsyncIterator[None]:
    """An application that costs little beside Envoy: another Envoy that answers by itself; the cluster `bare` leads
    there too, without what we add. `more`: further clusters.
    """
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
        plane.discovery.publish({CLUSTERS: [*clusters, plain, *more]})
        for _ in range(100):
            if (await plane.ask("/", cookie=plane.cookie())).body == b"x" * 512:
                break
            await asyncio.sleep(0.05)
        yield
    finally:
        process.kill()
        await process.wait()


async def load(plane: Plane, port: int, cookie: str, seconds: int, others: Sequence[int] = ()) -> Round:
    """`others`: processes that Envoy has to ask, whose CPU counts too."""
    assert plane.process is not None
    counted_for = (plane.process.pid, *others)
    before = sum(map(_cpu_seconds, counted_for))
    output = await wrk(port, cookie, seconds)
    spent = sum(map(_cpu_seconds, counted_for)) - before
    counted = re.search(r"(\d+) requests in", output)
    rate = re.search(r"Requests/sec:\s+([\d.]+)", output)
    assert counted is not None, output
    assert rate is not None, output
    return Round(spent / int(counted[1]) * 1e6, float(rate[1]))


async def wrk(port: int, cookie: str, seconds: int, *more: str, connections: int = CONNECTIONS) -> str:
    """Ask on so many connections, and answer what the program prints; `more`: further options of it."""
    asking = await asyncio.create_subprocess_exec(
        "wrk",
        *more,
        "-t1",
        f"-c{connections}",
        f"-d{seconds}s",
        "-H",
        f"Host: files.{DOMAIN}",
        "-H",
        f"Cookie: {cookie}",
        f"https://127.0.0.1:{port}/documents/list",
        stdout=asyncio.subprocess.PIPE,
    )
    output = (await asking.communicate())[0].decode()
    assert "Non-2xx" not in output, output
    return output


def _cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS
