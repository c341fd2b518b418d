"""What the gate costs on the hot path with a thousand applications, against Envoy's bare route and against three.

Two data planes side by side, interleaved rounds over loopback with keep-alive; the rest is as in `hot_path`. Of the
thousand most have a host of their own, some are told in plain headers, some share hosts.
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
from tests.bench.hot_path import SECONDS, figure
from tests.rig.bare_listener import add_bare_listener
from tests.rig.envoy import DOMAIN, Plane, data_plane, hosting
from tests.rig.load import load, quick_application

APPLICATIONS = 1_000
SHARING, TOLD = 100, 100  # of them
ON_A_HOST = 4
ROUNDS = 10
NOWHERE = "http://127.0.0.1:9"
BAR_CPU, BAR_RATE, BAR_GROWTH = 1.35, 0.75, 1.1


def run() -> dict[str, dict[str, Any]]:
    """Figures with their bars; about three quarters of a minute."""
    return asyncio.run(measure())


async def measure() -> dict[str, dict[str, Any]]:
    with tempfile.TemporaryDirectory() as few, tempfile.TemporaryDirectory() as many:
        async with _plane(Path(few), []) as three, _plane(Path(many), _many()) as thousand:
            planes = {name: (plane, plane.port) for name, plane in (("few", three), ("many", thousand))}
            planes["bare"] = thousand, await add_bare_listener(thousand)
            found = await _rounds(planes)
    cpu, rates = ({name: [one[at] for one in rows] for name, rows in found.items()} for at in (0, 1))
    bare = f"bare route {statistics.median(cpu['bare']):.1f} µs/request"
    with_three = f"{statistics.median(cpu['few']):.1f} µs/request with three"
    return {
        "cpu_ratio": figure(_ratio(cpu, "many", "bare"), "×", bare, BAR_CPU),
        "throughput_ratio": figure(_ratio(rates, "many", "bare"), "×", bare, BAR_RATE, least=True),
        "growth": figure(_ratio(cpu, "many", "few"), "×", with_three, BAR_GROWTH),
    }


def _ratio(measured: dict[str, list[float]], one: str, other: str) -> float:
    """Median of the rounds' own ratios: what disturbs the machine for a while disturbs both."""
    return statistics.median(a / b for a, b in zip(measured[one], measured[other], strict=True))


@asynccontextmanager
async def _plane(folder: Path, applications: list[Application]) -> AsyncIterator[Plane]:
    async with (
        data_plane(folder, workers=1, applications=applications) as plane,
        quick_application(plane),
    ):
        yield plane


async def _rounds(planes: dict[str, tuple[Plane, int]]) -> dict[str, list[tuple[float, float]]]:
    """Of each round Envoy's CPU microseconds per request, and requests per second."""
    results: dict[str, list[tuple[float, float]]] = {name: [] for name in planes}
    cookies = {
        name: plane.cookie("__Host-brana-session=" + "s" * 43, "theme=dark", assertion="a" * 700)
        for name, (plane, _) in planes.items()
    }
    for name, (plane, port) in planes.items():  # connections, caches and code are warm
        await load(plane, port, cookies[name], 1)
    for _ in range(ROUNDS):
        for name, (plane, port) in planes.items():
            results[name].append(await load(plane, port, cookies[name], SECONDS))
    return results


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
