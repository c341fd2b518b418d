"""What watching open streams costs, and how fast one is cut.

`resident_mib`: 2,000 open web sockets on a watched route; memory of the watch, and of Envoy above what the same sockets
take on its bare route. `download_ratio`: 1 GiB through a watched route against the bare one, interleaved. `cut_p99_ms`:
on the whole product with 300 open sockets, from the officer's click that ends a session to the end of its socket.
"""

import asyncio
import contextlib
import ssl
import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import aiohttp
import psutil
from aiohttp import web

from gateway.demo.configuration import MAP
from gateway.demo.slapd import free_port
from gateway.envoy.clusters import application_cluster
from gateway.envoy.discovery import CLUSTERS, all_resources
from tests.bench.hot_path import _add_bare_listener
from tests.rig.envoy import DOMAIN, Plane, data_plane
from tests.rig.neighbours import Neighbour, listening
from tests.rig.product import Product, installed
from tests.rig.signed_in import SignedIn, sign_in
from tests.rig.visitor import Visitor

SOCKETS = 2_000
AT_A_TIME = 50
DOWNLOAD = 2**30
ROUNDS = 4
OPEN, CUTS = 300, 100
HULIN = "588491"
MIB = 2**20


def run() -> dict[str, dict[str, Any]]:
    """Figures with their bars; about three quarters of a minute."""
    return asyncio.run(measure())


async def measure() -> dict[str, dict[str, Any]]:
    with tempfile.TemporaryDirectory() as folder:
        async with data_plane(Path(folder)) as plane:
            bare = await _bare(plane)
            memory = await _memory(plane, bare)
            ratio, rates = await _downloads(plane, bare)
    cuts = await _cuts()
    p99 = cuts[int(len(cuts) * 0.99)]
    median = f"median {statistics.median(cuts):.0f} ms, {OPEN} sockets open"
    return {
        "resident_mib": memory,
        "download_ratio": _figure(round(ratio, 3), "×", rates, 0.8, holds=ratio >= 0.8),
        "cut_p99_ms": _figure(round(p99), "ms", median, 1_000, holds=p99 <= 1_000),
    }


def _figure(value: float, unit: str, baseline: str, bar: float, *, holds: bool) -> dict[str, Any]:
    return {"value": value, "unit": unit, "baseline": baseline, "bar": bar, "holds": holds}


async def _bare(plane: Plane) -> int:
    """The bare listener of the hot path, before the same application, with web sockets; its port."""
