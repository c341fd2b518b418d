"""What is counted of a node and whether people may be sent to it, on the local address for measurements.

On a whole node the measurements of its control plane are shown in the same place.
"""

import contextlib
from collections.abc import AsyncIterator, Callable
from datetime import timedelta
from pathlib import Path

import aiohttp
from aiohttp import web
from prometheus_client import CollectorRegistry, Counter, Gauge
from prometheus_client.exposition import CONTENT_TYPE_PLAIN_0_0_4, generate_latest

from config.settings import Metrics
from gateway.metrics import certificate_gauge

MAY_BE_DOWN = "control_plane"
"""Told, but people may still be sent here: whoever is in works on for the grace, others are told in a friendly way."""
PATIENCE = aiohttp.ClientTimeout(total=2)


class Measures:
    def __init__(self, *, decides: bool) -> None:
        """`decides`: a control plane runs here too, which measures the public certificate itself."""
        self.registry = CollectorRegistry()
        self.certificate_ends = certificate_gauge(None if decides else self.registry)
        self.log_full = Gauge(
            "brana_node_log_full",
            "1 while this node lets nobody in, as there is no room for the access log on its disk",
            registry=self.registry,
        )
        self.contact = Gauge(
            "brana_node_contact", "1 while a control plane answers this node", registry=self.registry
        )
        self.waiting = Gauge(
            "brana_node_spool_bytes",
            "Bytes of the access log that no control plane has taken over yet",
            registry=self.registry,
        )
        self.good_for = Gauge(
            "brana_node_certificate_seconds",
            "Seconds until the certificate of this node ends; it is renewed five days before",
            registry=self.registry,
        )
        self.refusals = Counter(
            "brana_node_data_plane_refusals_total",
            "Configurations this node's Envoy did not accept; any is a fault of ours",
            registry=self.registry,
        )

    def papers(self, left: timedelta) -> None:
        self.good_for.set(left.total_seconds())


@contextlib.asynccontextmanager
async def measuring(
    measures: Measures, ready: Callable[[], dict[str, bool]], where: Metrics, control: Path
) -> AsyncIterator[None]:
    """Answers while the block runs. `control`: socket of the control plane's own measurements."""

    async def show(_: web.Request) -> web.Response:
        body = generate_latest(measures.registry) + await _of_control_plane(control)
        return web.Response(body=body, headers={"Content-Type": CONTENT_TYPE_PLAIN_0_0_4})

    async def health(_: web.Request) -> web.Response:
        return web.Response(text="ok\n")

    async def readiness(_: web.Request) -> web.Response:
        parts = ready()
        fit = all(works for part, works in parts.items() if part != MAY_BE_DOWN)
        return web.json_response(parts, status=200 if fit else 503)

    app = web.Application()
    app.add_routes([web.get("/metrics", show), web.get("/healthz", health), web.get("/readyz", readiness)])
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    try:
        await web.TCPSite(runner, where.address, where.port).start()
        yield
    finally:
        await runner.cleanup()


async def _of_control_plane(socket: Path) -> bytes:
    """Nothing where there is none, or it is away just now."""
    if not socket.exists():
        return b""
    connector = aiohttp.UnixConnector(str(socket))
    with contextlib.suppress(aiohttp.ClientError, OSError, TimeoutError):
        async with (
            aiohttp.ClientSession(connector=connector, timeout=PATIENCE) as http,
            http.get("http://control/metrics") as answer,
        ):
            return await answer.read()
    return b""
