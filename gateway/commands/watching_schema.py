"""The database is looked at for what the product has not made there: triggers, rules, views."""

import asyncio
from collections.abc import Sequence

from gateway.audit.altered_acts import schema_altered
from gateway.commands.control_plane import ControlPlane
from gateway.commands.state import now
from gateway.commands.troubles import LastingTrouble
from gateway.storage.alien_objects import alien_objects

LOOK_EVERY = 60.0  # seconds
LEAD_EVERY = 5.0  # seconds


class AlienObjects(Exception):
    def __init__(self, found: Sequence[str]) -> None:
        super().__init__(
            f"somebody has put into the database what Brána has not made there: {', '.join(found)}; entries may have "
            "been swallowed or changed by it; find out whose it is, keep its text, and drop it"
        )


async def watch_the_schema(plane: ControlPlane) -> None:
    """One node does it for all. What is found is recorded once for as long as it is the same."""
    trouble = LastingTrouble("audit.trouble", {"of": "database"})
    told: Sequence[str] = ()
    while True:
        if plane.nodes.leads:
            found = await plane.state.database.read(alien_objects)
            if found and found != told:
                trouble.tell(AlienObjects(found))
                await plane.state.record([schema_altered(now(), found)])
            elif not found:
                trouble.over()
            told = found
        await asyncio.sleep(LOOK_EVERY)


async def watch_the_lead(plane: ControlPlane) -> None:
    """Each node tells whom it took the lead from."""
    while True:
        if found := plane.nodes.strangers():
            await plane.state.record([schema_altered(now(), found)])
        await asyncio.sleep(LEAD_EVERY)
