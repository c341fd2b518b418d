"""Reading what somebody wrote and nobody has approved: beside all other work, by each person one thing at a time, and
for no longer than anybody waits for a page.

Python ends no thread: what takes longer goes on, the person is told so, and has nothing else read until it ends.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, TypeVar
from weakref import WeakValueDictionary

from gateway.policy_office.refusal import ActRefused, Refusal

T = TypeVar("T")
LIMIT = timedelta(seconds=10)  # the proxy waits 15 s for a page
AT_ONCE = 2  # of all people; threads are there for others, too


@dataclass(frozen=True, slots=True)
class Readings:
    limit: timedelta = LIMIT
    turns: WeakValueDictionary[str, asyncio.Lock] = field(default_factory=WeakValueDictionary)
    """Of people who have something read just now."""
    threads: asyncio.Semaphore = field(default_factory=lambda: asyncio.Semaphore(AT_ONCE))

    async def in_thread(self, who: str, work: Callable[[], T]) -> T:
        """Raises ActRefused where it takes too long, or the one before does."""

        async def run() -> T:
            async with self.threads:
                return await asyncio.to_thread(work)

        return await self.of(who, run)

    async def of(self, who: str, work: Callable[[], Awaitable[T]], *, limited: bool = True) -> T:
        """`limited`: False where only the turn is waited for so long at most, as the work has to be done."""
        turn = self.turns.setdefault(who, asyncio.Lock())
        try:
            async with asyncio.timeout(self.limit.total_seconds()) as waiting:
                await turn.acquire()
                task = asyncio.ensure_future(work())
                task.add_done_callback(lambda done: _ended(turn, done))
                if not limited:
                    waiting.reschedule(None)
                return await asyncio.shield(task)
        except TimeoutError:
            raise ActRefused(Refusal.TAKES_LONG) from None


def _ended(turn: asyncio.Lock, task: "asyncio.Future[Any]") -> None:
    """Whoever waited for it may be gone: then nobody else asks what came of it."""
    turn.release()
    if not task.cancelled():
        task.exception()
