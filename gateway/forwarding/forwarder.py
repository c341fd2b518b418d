"""Takes the log to one receiver, in order, at least once.

Laws: nothing is sent before what stands before it in the log; the place that is remembered only grows, and is never
beyond what the receiver has taken; whatever breaks, the next line begins at that place.

A webhook acknowledges what it took. Syslog acknowledges nothing: what was written may lie in buffers and be lost with
the other side. So there a place counts as taken when the line has lived for `settle` since; a line that is down without
a word is dead earlier than that (`syslog.SILENT`). What the receiver had read, and lost itself, is beyond our reach.
"""

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from gateway.forwarding.message import Make

AT_ONCE = 200  # entries: bounds memory and what one request of a webhook holds
MOST_SENT = 5_000  # batches that wait until they count as taken; beyond that the receiver has to keep up


class NotTaken(Exception):
    """The receiver took nothing, and another attempt may end otherwise. `reason`: a named one."""

    def __init__(self, reason: str, cause: str = "") -> None:
        super().__init__(f"{reason}: {cause}" if cause else reason)
        self.reason, self.cause = reason, cause


class Line(Protocol):
    """A way to the receiver. All raise NotTaken."""

    async def open(self) -> None: ...

    async def send(self, messages: Sequence[bytes], name: str) -> None:
        """`name`: the same for the same messages."""
        ...

    def check(self) -> None:
        """Whether the other side is still there."""
        ...

    async def close(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Batch:
    """A piece of the log. `first`: the first entry that is there; `following`: the number behind the last."""

    first: int
    following: int
    messages: list[bytes]


class Store(Protocol):
    """Durable; each of these is one transaction."""

    async def begin(self, receiver: str, now: datetime, *, from_beginning: bool) -> int:
        """The number of the first entry that it has not taken; of one that is new this is recorded."""
        ...

    async def batch(self, following: int, limit: int, make: Make) -> Batch | None:
        """From that number on; None where the log ends before it."""
        ...

    async def taken(self, receiver: str, following: int, now: datetime) -> None:
        """It has all before that number. Of one that was told to be down it is recorded that it is back."""
        ...

    async def missed(self, receiver: str, first: int, last: int, now: datetime) -> None:
        """These entries are in the log no more: recorded, and passed over."""
        ...

    async def failed(self, receiver: str, trouble: NotTaken, now: datetime, down_after: timedelta) -> None:
        """Recorded once, when it has lasted for so long."""
        ...


@dataclass(slots=True)
class Forwarder:
    """`settle`: zero where the line acknowledges."""

    receiver: str
    store: Store
    line: Line
    make: Make
    clock: Callable[[], datetime]
    settle: timedelta = timedelta(0)
    from_beginning: bool = False
    _following: int | None = None
    """None: no line is open."""
    _sent: deque[tuple[int, datetime]] = field(default_factory=deque)
    """Behind which number, and when."""

    async def step(self) -> bool:
        """One batch; whether there may be more at once. Raises NotTaken; the next step then opens a new line."""
        try:
            return await self._step()
        except BaseException:
            await self.rest()
            raise

    async def rest(self) -> None:
        """Give the line up; what does not count as taken is sent again by whoever is next."""
        self._following = None
        self._sent.clear()
        await self.line.close()

    async def _step(self) -> bool:
        if self._following is None:
            place = await self.store.begin(self.receiver, self.clock(), from_beginning=self.from_beginning)
            await self.line.open()
            self._following = place
        self.line.check()
        await self._settle()
        batch = await self.store.batch(self._following, AT_ONCE, self.make)
        if batch is None or len(self._sent) >= MOST_SENT:
            return False
        if batch.first > self._following:
            if self._sent:  # the place jumps only when it has come to the gap
                return False
            await self.store.missed(self.receiver, self._following, batch.first - 1, self.clock())
        if batch.messages:
            await self.line.send(batch.messages, f"{self.receiver}-{batch.first}-{batch.following - 1}")
        self._following = batch.following
        self._sent.append((batch.following, self.clock()))
        await self._settle()
        return True

    async def _settle(self) -> None:
        limit, place = self.clock() - self.settle, None
        while self._sent and self._sent[0][1] <= limit:
            place = self._sent.popleft()[0]
        if place is not None:
            await self.store.taken(self.receiver, place, self.clock())
