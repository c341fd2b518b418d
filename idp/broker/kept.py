"""What another provider publishes: asked for once at a time, kept for a while, and not asked for again at once where it
could not be had. So neither strangers nor people in a hurry open a connection each to one that does not answer.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Generic, TypeVar

from idp.broker.refused import UpstreamRefused
from idp.login.refusal import Refusal

T = TypeVar("T")

NOT_AGAIN_WITHIN = timedelta(seconds=5)
WAITING_MOST = 100
"""People who wait for one answer: whoever comes then is told at once that there is none."""


@dataclass(slots=True)
class Kept(Generic[T]):
    """`ask` raises UpstreamRefused. `monotonic`: in seconds."""

    ask: Callable[[], Awaitable[T]]
    monotonic: Callable[[], float]
    _had: tuple[float, T] | None = field(default=None, init=False)
    _failed: tuple[float, Refusal] | None = field(default=None, init=False)
    _asking: asyncio.Task[T] | None = field(default=None, init=False)
    _waiting: int = field(default=0, init=False)

    async def get(self, within: timedelta) -> T:
        """No older than that. Raises UpstreamRefused."""
        now = self.monotonic()
        if self._had is not None and now - self._had[0] <= within.total_seconds():
            return self._had[1]
        if self._failed is not None and now - self._failed[0] < NOT_AGAIN_WITHIN.total_seconds():
            raise UpstreamRefused(self._failed[1], "as a moment ago")
        if self._waiting >= WAITING_MOST:
            raise UpstreamRefused(Refusal.UPSTREAM_UNREACHABLE, f"{WAITING_MOST} wait for it already")
        if self._asking is None:
            self._asking = asyncio.create_task(self._asked())
            self._asking.add_done_callback(_noted)
        self._waiting += 1
        try:
            return await asyncio.shield(self._asking)  # whoever gives up takes nothing from the others
        finally:
            self._waiting -= 1

    async def _asked(self) -> T:
        try:
            said = await self.ask()
        except UpstreamRefused as refused:
            self._failed = self.monotonic(), refused.reason
            raise
        finally:
            self._asking = None
        self._had, self._failed = (self.monotonic(), said), None
        return said


def _noted(asked: asyncio.Task[T]) -> None:
    """Its failure is told to whoever waits; nobody may."""
    if not asked.cancelled():
        asked.exception()
