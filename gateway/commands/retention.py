"""What of the audit log is old enough goes, by one node of a fleet."""

import asyncio
from datetime import timedelta
from functools import partial

import structlog

from gateway.audit.facts import moment
from gateway.commands.control_plane import ControlPlane
from gateway.commands.state import now
from gateway.commands.troubles import LastingTrouble
from gateway.incidents.holding import hold_again, release_due, unheld
from gateway.storage.audit_dropping import Keys, ShardNotDropped
from gateway.storage.audit_retention import Retention, ShardIsRead, Verify

AFTER_A_START = timedelta(minutes=1)
EVERY = timedelta(hours=1)
log = structlog.get_logger("retention")


async def keep_retention(plane: ControlPlane, verify: Verify) -> None:
    """`verify`: the whole log, in a process of its own."""
    trouble = LastingTrouble("audit.trouble", {"of": "retention"})
    retention, told = Retention(plane.state.database), set[tuple[int, str]]()
    await asyncio.sleep(AFTER_A_START.total_seconds())
    while True:
        if plane.nodes.leads:
            try:
                await release_of_incidents(plane)
                await hold_of_incidents(plane)
                keys = Keys(plane.state.log_known, plane.state.vouching)
                await drop_due(retention, plane.settings.audit.kept_months, keys, verify)
            except ShardNotDropped as error:
                trouble.tell(error)
                if (error.shard.number, error.reason) not in told:
                    await retention.kept_back(error, now())
                    told.add((error.shard.number, error.reason))
            except ShardIsRead as error:
                trouble.tell(error)
            else:
                trouble.over()
                told.clear()
        await asyncio.sleep(EVERY.total_seconds())


async def release_of_incidents(plane: ControlPlane) -> None:
    """Holds of incidents that are closed, and whose time is over."""
    months = plane.settings.audit.incident_kept_months
    for one in await plane.state.incidents.transact(lambda book: release_due(book, months, now())):
        log.info("audit.hold_lifted", hold=one.number, why="the incident is closed, its keeping time is over")


async def hold_of_incidents(plane: ControlPlane) -> None:
    """Before anything goes: evidence of open incidents that has no hold gets one."""
    books = plane.state.incidents
    for number in await books.look(unheld):
        for one in await books.transact(partial(hold_again, number=number, now=now())):
            log.info("audit.hold_placed", hold=one.number, incident=number)


async def drop_due(retention: Retention, months: int, keys: Keys, verify: Verify) -> None:
    """What a death or a reader kept from going goes first. Raises ShardNotDropped, ShardIsRead."""
    await retention.remove_marked(keys)
    for one in await retention.drop_due(months, now(), keys, verify, slowly=True):
        until = f"{moment(one.ended):%Y-%m-%d}"
        log.info("audit.deleted", entries=one.size, first=one.first, received_until=until)
