"""Room for the log is looked at twice a second; where there is none nobody is let in, which is said and recorded."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from gateway.audit.entry import Entry
from gateway.audit.headroom import ROOM_EVERY, found
from gateway.audit.log_room import LogRoom
from gateway.commands.state import now
from gateway.commands.troubles import KNOWN, LastingTrouble
from gateway.envoy.process import Administration

log = structlog.get_logger("room")


@dataclass(slots=True)
class RoomKeeper:
    """`file`: the access log; `database`: folder of a database that is a file. `heed` is called when it closed or
    opened, before anything is recorded.
    """

    room: LogRoom
    file: Path
    database: Path | None
    envoy: Administration
    heed: Callable[[], None]
    record: Callable[[Sequence[Entry]], Awaitable[None]]
    _trouble: LastingTrouble = field(default_factory=lambda: LastingTrouble("audit.trouble", {"of": "room"}))

    async def look(self) -> None:
        seen = await asyncio.to_thread(found, self.file, self.database)
        if seen is not None and self.room.look(seen):
            self.heed()
            level = logging.INFO if self.room.open else logging.ERROR
            log.log(level, "audit.room", lets_in=self.room.open, kept=seen.lines, free=seen.free)
            self.room.note(seen, await self.envoy.faults(), now())
        try:
            await self.room.tell(self.record)
        except KNOWN as error:  # it waits for the next look
            self._trouble.tell(error)
        else:
            self._trouble.over()

    async def keep(self) -> None:
        while True:
            await self.look()
            await asyncio.sleep(ROOM_EVERY)
