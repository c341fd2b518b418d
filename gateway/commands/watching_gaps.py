"""The log is watched for what does not come: one node looks for gaps, each looks at its own clock."""

import asyncio
import time
from datetime import timedelta

import aiohttp

from gateway.alerts.clock import Clocks
from gateway.alerts.gaps import Gaps, told
from gateway.audit.acts import clock_jumped
from gateway.commands.control_plane import ControlPlane
from gateway.commands.state import now
from gateway.envoy.listeners import LISTENER
from gateway.envoy.process import Administration
from gateway.storage.log_gaps import LogGaps

LOOK_EVERY = 5.0  # seconds
ANSWERED = f"^http.{LISTENER}.downstream_rq_completed$"


async def watch_for_gaps(plane: ControlPlane) -> None:
    """For as long as this node leads. Of requests that are answered only the Envoy of a machine alone is asked."""
    store = LogGaps(plane.state.database)
    envoy = Administration(plane.state.run / "envoy-admin.sock") if plane.board is None else None
    gaps: Gaps | None = None
    while True:
        await asyncio.sleep(LOOK_EVERY)
        if not plane.nodes.leads:
            gaps = None
            continue
        gaps = gaps or Gaps(plane.settings.audit.gap_after, await store.begin())
        answered = None if envoy is None else await served(envoy)
        if found := gaps.look(await store.seen(gaps.passed, answered), now()):
            await plane.state.record([told(one, now()) for one in found])


async def watch_the_clock(plane: ControlPlane) -> None:
    clocks = Clocks(now(), _steady())
    while True:
        await asyncio.sleep(LOOK_EVERY)
        at = now()
        if (expected := clocks.look(at, _steady())) is not None:
            await plane.state.record([clock_jumped(at, expected)])


def _steady() -> timedelta:
    """Of a machine that sleeps as well."""
    return timedelta(seconds=time.clock_gettime(time.CLOCK_BOOTTIME))


async def served(envoy: Administration) -> int | None:
    """Requests of people that it has answered since it started, by its own count; None: it does not say."""
    try:
        return sum((await envoy.counters(ANSWERED)).values())
    except (OSError, aiohttp.ClientError, TimeoutError, ValueError):
        return None  # it starts, or is gone: the supervisor tells
