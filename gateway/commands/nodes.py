"""What the nodes that share a database tell each other, as the event loop hears it. On a file we are alone, and lead.

One node leads: it alone reads the directories and delivers notices. Whatever is missed is read again, since everything
counts as changed after each new connection.
"""

import asyncio
from collections.abc import Set as AbstractSet

from gateway.storage.database import Database
from gateway.storage.place import is_shared

LEAD = "lead"
"""Told when this node begins or ceases to lead."""


class Nodes:
    """Made anywhere; from `start` on used in the event loop."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.shared = is_shared(database.place)
        self.leads = not self.shared
        self._changed: set[str] = set()
        self._some = asyncio.Event()

    def start(self) -> None:
        """Raises DatabaseUnusable where the watch cannot be told where to connect."""
        if self.shared:
            self._loop = asyncio.get_running_loop()
            self._watch = self._database.watched(self._told, self._led)

    def strangers(self) -> list[str]:
        """Sessions of the database that held the lead and were none of our nodes, since it was asked last."""
        return self._watch.strangers() if self.shared else []

    async def close(self) -> None:
        """The lead goes to another node at once."""
        if self.shared:
            await asyncio.to_thread(self._watch.stop)

    async def changed(self) -> AbstractSet[str]:
        """What changed since it was asked last; waits for something."""
        await self._some.wait()
        self._some.clear()
        changed, self._changed = frozenset(self._changed), set()
        return changed

    def again(self, changed: AbstractSet[str]) -> None:
        """It could not be looked at."""
        self._changed |= changed
        self._some.set()

    async def ask_all(self) -> None:
        """A command on this machine changed something: every node looks again. Raises DatabaseUnusable."""
        await self._database.ask_all()

    def _told(self, changed: AbstractSet[str]) -> None:
        self._loop.call_soon_threadsafe(self.again, changed)

    def _led(self, leads: bool) -> None:  # noqa: FBT001 - one argument, from the watch alone
        self._loop.call_soon_threadsafe(self._note, leads)

    def _note(self, leads: bool) -> None:  # noqa: FBT001
        self.leads = leads
        self.again({LEAD})
