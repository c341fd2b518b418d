"""How a change of an enrolled device is decided anew at once."""

import asyncio
from collections.abc import Sequence
from functools import partial

import structlog

from gateway.commands.control_plane import ControlPlane
from gateway.commands.repeating import Round
from gateway.commands.state import now
from gateway.devices.device import Device
from gateway.devices.revocation import revoked_by
from gateway.sessions.office import kept_revoked
from gateway.storage.database import DatabaseUnusable

AGAIN = 0.5  # seconds
FIRST = 1  # generation: nothing was bound to a device before it
log = structlog.get_logger("devices")


def devices_decided_by(plane: ControlPlane) -> Round:
    """The round. What was bound to a device as it was is taken back before anybody waits for a database; what else its
    change has revoked is in the database by then, as every node reads it there.
    """
    news = asyncio.Event()

    def heard(changed: Sequence[Device]) -> None:
        before = [revoked_by(one) for one in changed if one.generation > FIRST]
        plane.revoked.add(before, now() + kept_revoked(plane.settings.grants.lifetime))
        news.set()

    plane.devices.subscribe(heard)  # once: the round may begin again
    return partial(keep_devices_decided, plane, news)


async def keep_devices_decided(plane: ControlPlane, news: asyncio.Event) -> None:
    """`news`: something of a device is other."""
    while True:
        await news.wait()
        news.clear()
        try:
            plane.revoked.replace(await plane.state.sessions.revoked(now()))
            await plane.keys.look_again(now())  # the first device brings its authority
        except DatabaseUnusable as error:
            log.warning("devices.not_looked_at", cause=str(error))
            news.set()
            await asyncio.sleep(AGAIN)
