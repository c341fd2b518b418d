"""The log is watched for what does not come: one node looks for gaps, each looks at its own clock."""

import asyncio
import time
from collections.abc import Mapping
from datetime import timedelta
from functools import partial

from gateway.alerts.clock import Clocks
from gateway.alerts.gaps import Gaps, told
from gateway.alerts.node_gaps import NodeGaps
from gateway.audit.acts import clock_jumped
from gateway.audit.ingest import Ingest
from gateway.commands.control_plane import ControlPlane
from gateway.commands.repeating import Round
from gateway.commands.state import now
from gateway.envoy.process import Administration
from gateway.storage.log_gaps import LogGaps

LOOK_EVERY = 5.0  # seconds
NODES_EVERY = 2.0  # as often as they ask


def watching_gaps(plane: ControlPlane, ingest: Ingest | None) -> list[Round]:
    """`ingest`: of a machine that is no node of a fleet."""
    nodes = [partial(watch_requests_of_nodes, plane, ingest)] if _among_others(plane) else []
    return [partial(watch_for_gaps, plane), *nodes, partial(watch_the_clock, plane)]


async def watch_for_gaps(plane: ControlPlane) -> None:
    """For as long as this node leads. Requests that are answered are counted here for a machine alone."""
    store = LogGaps(plane.state.database, plane.state.seal, plane.state.log_believed)
    envoy = None if _among_others(plane) else _own_envoy(plane)
    gaps: Gaps | None = None
    while True:
        await asyncio.sleep(LOOK_EVERY)
        if not plane.nodes.leads:
            gaps = None
            continue
        gaps = gaps or Gaps(plane.settings.audit.gap_after, await store.begin(now()))
        answered = None if envoy is None else await envoy.answered()
        if found := gaps.look(await store.seen(gaps.passed, answered), now()):
            await plane.state.record([told(one, now()) for one in found])


async def watch_requests_of_nodes(plane: ControlPlane, ingest: Ingest | None) -> None:
    """Each control plane looks at the nodes that ask it, whoever leads: they tell it what their Envoys answered."""
    store, gaps = (
        LogGaps(
            plane.state.database,
            plane.state.seal,
            lambda connection: plane.state.log_known(connection).keys,
        ),
        NodeGaps(plane.settings.audit.gap_after),
    )
    while True:
        await asyncio.sleep(NODES_EVERY)
        if found := gaps.look(await store.carried(await _answered(plane, ingest)), now()):
            await plane.state.record([told(lack, now(), node) for node, lack in found])
        plane.metrics.not_recorded.clear()  # of who asks elsewhere by now
        for node, number in gaps.unrecorded.items():
            plane.metrics.not_recorded.labels(node).set(number)


def _among_others(plane: ControlPlane) -> bool:
    """Whether other machines write to this log."""
    return bool(plane.board is not None or plane.state.spool_name)


async def _answered(plane: ControlPlane, ingest: Ingest | None) -> Mapping[str, tuple[int, int | None]]:
    """Of each node that is heard here; of a machine that only shares the database, its own."""
    if plane.board is not None:
        return {str(node): said for node, said in plane.board.hearing.answered(now()).items()}
    answered = await _own_envoy(plane).answered()
    came = None if ingest is None else ingest.taken
    return {} if answered is None else {plane.state.spool_name: (answered, came)}


def _own_envoy(plane: ControlPlane) -> Administration:
    return Administration(plane.state.run / "envoy-admin.sock")


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
