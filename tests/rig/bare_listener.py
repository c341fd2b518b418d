"""Envoy's bare route, against which benchmarks measure what the product adds."""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any

from gateway.demo.slapd import free_port
from gateway.envoy.hardening import limits, reading
from gateway.envoy.listeners import HCM, listening
from gateway.envoy.messages import Json, typed
from gateway.envoy.resources import LISTENERS, all_resources
from tests.rig.envoy import Plane


async def add_bare_listener(
    plane: Plane, name: str = "bare", filters: Sequence[Json] = (), logs: Sequence[Json] = (), **more: Any
) -> int:
    """Nothing but the router, beside the product's listener, to the cluster `bare`; its port. `more`: of its route;
    `filters` stand before the router, `logs` are access logs.
    """
    port = free_port()
    router = typed("envoy.extensions.filters.http.router.v3.Router", suppress_envoy_headers=True)
    manager = typed(
        HCM,
        stat_prefix=name,
        access_log=[*logs],
        http_filters=[*filters, {"name": "envoy.filters.http.router", "typed_config": router}],
        route_config={
            "validate_clusters": False,  # clusters and listeners come separately
            "virtual_hosts": [
                {
                    "name": name,
                    "domains": ["*"],
                    "routes": [
                        {"match": {"prefix": "/"}, "route": {"cluster": "bare", "timeout": "0s"} | more}
                    ],
                }
            ],
        },
        **reading(),
        **limits(),
    )
    listener = listening(plane.settings.public, port, manager) | {"name": name}
    await begun(plane, listener)
    return port


async def begun(plane: Plane, listener: Json) -> None:
    """Envoy takes connections there too."""
    plane.beside.append(listener)
    resources = all_resources(plane.settings, plane.surroundings)
    plane.discovery.publish({LISTENERS: [*resources[LISTENERS], *plane.beside]})
    for _ in range(100):
        with contextlib.suppress(OSError):
            _, writer = await asyncio.open_connection(
                "127.0.0.1", listener["address"]["socket_address"]["port_value"]
            )
            writer.close()
            return
        await asyncio.sleep(0.05)
    said = (plane.folder / "envoy.log").read_text()[-2000:]
    raise AssertionError(f"the listener {listener['name']} did not start: {plane.rejections} {said}")
