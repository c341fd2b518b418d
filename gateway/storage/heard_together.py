"""Reports that change nothing are kept together: those that come within a moment in one transaction, all answered then.

Five thousand devices that report each five minutes come one by one, and to begin, commit and wake a thread for each
cost more than to keep it. Whoever waits here has nothing to tell that a verdict rests on; what changes anything waits
for nobody. Laws: what was answered is durable; one fault is told to all of its group.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

from gateway.devices.device import Device

WITHIN = 0.25  # seconds that the first of a group waits for others; its agent has nothing else to do
MOST = 250  # of a group: a few milliseconds of the one writer
Keep = Callable[[Sequence[Device]], Awaitable[Sequence[Device | None]]]
"""Answers each in its place."""


class HeardTogether:
    """One per store, used from its event loop."""

    def __init__(self, within: float = WITHIN, most: int = MOST) -> None:
        self._within, self._most = within, most
        self._coming: list[Device] = []
        self._kept: asyncio.Task[Sequence[Device | None]] | None = None

    async def keep(self, device: Device, keep: Keep) -> Device | None:
        """What `keep` answers of it. Raises what `keep` raises."""
        if self._kept is None or len(self._coming) >= self._most:
            self._coming = []
            self._kept = asyncio.create_task(self._keep(self._coming, keep))
        place, kept = len(self._coming), self._kept
        self._coming.append(device)
        return (await asyncio.shield(kept))[place]  # one who gives up ends nobody else's

    async def _keep(self, these: list[Device], keep: Keep) -> Sequence[Device | None]:
        await asyncio.sleep(self._within)
        if these is self._coming:
            self._kept = None  # whoever comes from now on is of the next group
        return await keep(these)
