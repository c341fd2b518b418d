"""What those who watch the product are told of emergencies, incidents and the index of the log: `/metrics`."""

import asyncio
from datetime import timedelta

from gateway.asks.emergencies import emergencies
from gateway.audit.places import BLOCK
from gateway.commands.control_plane import ControlPlane
from gateway.commands.state import now
from gateway.storage.audit_index import not_indexed
from gateway.storage.policy_incidents import StoredIncidents

EVERY = timedelta(seconds=15)  # Prometheus asks about as often


async def keep_figures(plane: ControlPlane) -> None:
    while True:
        await take_figures(plane)
        await asyncio.sleep(EVERY.total_seconds())


async def take_figures(plane: ControlPlane) -> None:
    uses = emergencies(plane.asked.all(), now())
    plane.metrics.emergency_open.set(uses.running)
    plane.metrics.emergency_review_overdue.set(uses.overdue)
    standing = await plane.state.database.look_up(lambda connection: StoredIncidents(connection).standing())
    plane.metrics.incident_closures.set(len(standing))
    plane.metrics.not_indexed.set(BLOCK * await plane.state.database.read(not_indexed))
