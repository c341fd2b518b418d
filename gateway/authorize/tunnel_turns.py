"""Which open tunnels are decided next: those first of which something was heard, and not of all."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Iterable, Sequence

from config.vocabulary import DeviceId
from gateway.authorize.tunnel_held import Held

AT_ONCE = 8  # tunnels that are decided at a time: each keeps everything else waiting for some milliseconds
SLEEP_MOST = 5.0  # seconds: a clock that jumps is noticed


class Turns:
    """Of an office of tunnels, used from its event loop."""

    def __init__(self) -> None:
        self._first: dict[DeviceId, Held] = {}
        """They wait for none of the others."""
        self._news = asyncio.Event()

    def first(self, those: Iterable[Held]) -> None:
        for one in those:
            one.doubtful, one.not_before = True, None
            self._first[one.opened.device] = one
            self._news.set()

    def in_turn(self, those: Iterable[Held]) -> None:
        for one in those:
            one.doubtful, one.not_before = True, None
        self.news()

    def news(self) -> None:
        self._news.set()

    def heard(self) -> None:
        self._news.clear()

    def some(self, due: deque[Held]) -> Sequence[Held]:
        """The next to be decided; where nothing was heard of one by itself, of those that are due."""
        first = [self._first.pop(name) for name in list(self._first)[:AT_ONCE]]
        others = min(1 if first else AT_ONCE, len(due))  # they come in turn all the same
        return [*first, *(due.popleft() for _ in range(others))]

    async def wait(self, seconds: float) -> None:
        """Or until something is heard."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._news.wait(), min(SLEEP_MOST, max(0.01, seconds)))
