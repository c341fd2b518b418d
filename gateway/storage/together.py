"""Many small writes of one kind as one: what comes while a write is under way goes into the next.

The database commits in groups already; here even the statements are shared, and the event loop is woken once
for a group and not once for each. Every caller returns when its own item is durable.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from gateway.storage.unusable import DatabaseUnusable

T = TypeVar("T")

MOST = 256  # items of one write: bounds how long the first of them waits


class Together(Generic[T]):
    """Used from one event loop. `write` keeps all items it is given, or raises and keeps none."""

    def __init__(self, write: Callable[[Sequence[T]], Awaitable[None]]) -> None:
        self._write = write
        self._waiting: list[tuple[T, asyncio.Future[None]]] = []
        self._writing: asyncio.Task[None] | None = None

    async def __call__(self, item: T) -> None:
        """Return when the item is kept; raise what `write` raised about it."""
        kept: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((item, kept))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_all())
        await kept

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                group = [one for one in self._waiting[:MOST] if not one[1].cancelled()]
                del self._waiting[:MOST]
                if group:
                    await self._write_group(group)
        finally:
            self._writing = None
            for _, kept in self._waiting:  # only when this task was cancelled: nobody may wait for ever
                kept.cancel()
            self._waiting.clear()

    async def _write_group(self, group: Sequence[tuple[T, asyncio.Future[None]]]) -> None:
        problem: Exception | None = None
        try:
            await self._write([item for item, _ in group])
        except asyncio.CancelledError:
            for _, kept in group:
                kept.cancel()
            raise
        except Exception as error:  # noqa: BLE001 - it belongs to the callers
            problem = error
        if problem is not None and len(group) > 1 and not isinstance(problem, DatabaseUnusable):
            for one in group:  # one item's fault is not the others'
                await self._write_group([one])
            return
        for _, kept in group:
            if kept.done():  # its caller gave up meanwhile
                continue
            if problem is None:
                kept.set_result(None)
            else:
                kept.set_exception(problem)
