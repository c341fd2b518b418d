"""Which open tunnels are decided next: those first of which something was heard, and not of all."""

import asyncio
import contextlib
from collections import deque
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from config.vocabulary import DeviceId
from gateway.authorize.tunnel_held import Held
from gateway.tunnel_sessions.places import AHEAD

AT_ONCE = 8  # tunnels that are decided at a time: each keeps everything else waiting for some milliseconds
SLEEP_MOST = 5.0  # seconds: a clock that jumps is noticed
AGAIN = timedelta(seconds=1)  # after what failed


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


def due_at(held: Held, silent_at: datetime | None, lifetime: timedelta, now: datetime) -> datetime:
    """When it is decided again; at once where the clock was set back meanwhile, as the filter of packets counts by one
    that nobody sets. `silent_at`: when nobody knows any more where its device is. `lifetime`: of a "no".
    """
    if held.not_before is not None and held.not_before <= now + AGAIN:
        return held.not_before
    if held.not_before or held.doubtful or held.decided is None or held.decided.at > now + AHEAD:
        return datetime.min.replace(tzinfo=now.tzinfo)
    again_at = held.decided.again_at(lifetime)
    if silent_at is not None and silent_at > held.decided.at:
        again_at = min(again_at, silent_at)
    return min(again_at, held.decided.ends(held.opened))
