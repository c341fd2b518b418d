"""What the gate costs on the hot path with a thousand applications, against Envoy's bare route and against three.

Two data planes side by side, interleaved rounds over loopback with keep-alive; the rest is as in `hot_path`. The bare
route lives in the Envoy of the thousand, so their clusters, and what watches them, burden it as well. Of the thousand
most have a host of their own, some are told in plain headers, some share hosts.
"""

import asyncio
import statistics
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from config.settings import Application, Identity, IdentityHeaders, Route
from config.vocabulary import Action
from tests.bench.figure import figure
from tests.bench.hot_path import (
    BAR_CPU,
    BAR_RATE,
    added_latency,
    ratio,
    rounds,
)
from tests.rig.bare_listener import add_bare_listener
from tests.rig.envoy import DOMAIN, Plane, data_plane, hosting
from tests.rig.load import quick_application

APPLICATIONS = 1_000
SHARING, TOLD = 100, 100  # of them
ON_A_HOST = 4
ROUNDS = 10
NOWHERE = "http://127.0.0.1:9"
BAR_GROWTH = 1.1


def run() -> dict[str, dict[str, Any]]:
    """Figures with their bars; just under a minute."""
    return asyncio.run(measure())


async def measure() -> dict[str, dict[str, Any]]:
    with tempfile.TemporaryDirectory() as few, tempfile.TemporaryDirectory() as many:
        async with _plane(Path(few), []) as three, _plane(Path(many), _many()) as thousand:
            listeners = {
                name: (plane, plane.port, _cookie(plane))
                for name, plane in (("few", three), ("many", thousand))
            }
            listeners["bare"] = thousand, await add_bare_listener(thousand), _cookie(thousand)
            found = await rounds(listeners, ROUNDS)
            late = await added_latency(listeners, found, "many")
    cpu, rate = ratio(found["many"], found["bare"])
    bare, with_three = (statistics.median(one.cpu for one in found[name]) for name in ("bare", "few"))
    baseline = f"bare route {bare:.1f} µs/request"
    growth = ratio(found["many"], found["few"]).cpu
    return {
        "cpu_ratio": figure(cpu, "×", baseline, BAR_CPU, digits=3),
        "throughput_ratio": figure(rate, "×", baseline, BAR_RATE, least=True, digits=3),
        "added_latency": late,
        "growth": figure(growth, "×", f"{with_three:.1f} µs/request with three", BAR_GROWTH, digits=3),
    }


def _cookie(plane: Plane) -> str:
    return plane.cookie("__Host-brana-session=" + "s" * 43, "theme=dark", assertion="a" * 700)


@asynccontextmanager
async def _plane(folder: Path, applications: list[Application]) -> AsyncIterator[Plane]:
    async with (
        data_plane(folder, workers=1, applications=applications) as plane,
        quick_application(plane),
    ):
        yield plane


def _many() -> list[Application]:
    routes = [
        Route(path="/admin", action=Action.ADMINISTER),
        Route(methods=["GET"], action=Action.READ),
        Route(action=Action.WRITE),
    ]
    told = Identity(way="headers", headers=IdentityHeaders(login="X-Remote-User"))
    made = []
    for number in range(APPLICATIONS):
        more: dict[str, Any] = {"routes": routes}
        if number < SHARING:
            more |= {"host": f"shared-{number // ON_A_HOST}.{DOMAIN}", "path": f"/application-{number}"}
        elif number < SHARING + TOLD:
            more |= {"identity": told}
        made.append(hosting(f"application-{number}", NOWHERE, **more))
    return made
