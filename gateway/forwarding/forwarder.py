"""Takes the log to one receiver, in order, at least once.

Laws: nothing is sent before what stands before it in the log; the place that is remembered only grows, and is never
beyond what the receiver has taken; whatever breaks, the next line begins at that place.

A webhook acknowledges what it took. Syslog acknowledges nothing: what was written may lie in buffers and be lost with
the other side. So there a place counts as taken when the line has lived for `settle` since; a line that is down without
a word is dead earlier than that (`syslog.SILENT`). What the receiver had read, and lost itself, is beyond our reach.
"""

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Protocol

from gateway.audit.canonical import Recorded
from gateway.audit.doubted import Doubted
from gateway.audit.entry import Code
from gateway.forwarding.message import Make, bare
from gateway.notices.delivery import Undelivered

AT_ONCE = 200  # entries: bounds memory and what one request of a webhook holds
MOST_SENT = 5_000  # batches that wait until they count as taken; beyond that the receiver has to keep up


class NotTaken(Exception):
    """The receiver took nothing, and another attempt may end otherwise. `reason`: a named one."""

    def __init__(self, reason: str, cause: str = "") -> None:
        super().__init__(f"{reason}: {cause}" if cause else reason)
        self.reason, self.cause = reason, cause


class LogShorter(Exception):
    """The log ends before the place from which it is read on, or has other entries there: it was put back."""


class Line(Protocol):
    """A way to the receiver. All raise NotTaken."""

    async def open(self) -> None: ...

    async def send(self, messages: Sequence[bytes], name: str) -> Sequence[int]:
        """`name`: the same for the same messages. Numbers of entries of which only number and kind were taken."""
        ...

    def check(self) -> None:
        """Whether the other side is still there."""
        ...

    async def close(self) -> None: ...


@contextmanager
def foreseen() -> Iterator[None]:
    """However a line breaks, it took nothing: so it is told, and tried again with growing pauses."""
    try:
        yield
    except NotTaken:
        raise
    except Exception as error:
        # its kind alone: the text may quote a secret
        raise NotTaken(Undelivered.ATTEMPT_BROKE, type(error).__name__) from error


@dataclass(frozen=True, slots=True)
class Batch:
    """A piece of the log. `first`: the first entry that is there; `following`: the number behind the last."""

    first: int
    following: int
    messages: list[bytes]
    proven: bool = True
    """Whether they are what the end of the log proves."""


class Store(Protocol):
    """Durable; each of these is one transaction."""

    async def begin(self, receiver: str, now: datetime, *, from_beginning: bool) -> int:
        """The number of the first entry that it has not taken; of one that is new this is recorded."""
        ...

    async def batch(self, receiver: str, following: int, limit: int, make: Make) -> Batch | None:
        """From that number on; None where the log ends right before it. Raises LogShorter."""
        ...

    async def roots_put_right(self, now: datetime) -> bool:
        """Whether what is not proven was so for roots of the log's tree that somebody changed: it may be by now."""
        ...

    async def taken(self, receiver: str, following: int, now: datetime) -> None:
        """It has all before that number. Of one that was told to be down it is recorded that it is back."""
        ...

    async def missed(self, receiver: str, first: int, last: int, now: datetime) -> None:
        """These entries are in the log no more: recorded, and passed over."""
        ...

    async def got_less(self, receiver: str, numbers: Sequence[int], now: datetime) -> None:
        """Of these it has number and kind alone: recorded."""
        ...

    async def takes_again(self, receiver: str) -> None:
        """A line that acknowledges nothing stands: what it failed by is over, and what is sent does not count yet."""
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
    _stands: bool = False
    """A step on this line went well, which the store was told."""
    _sent: deque[tuple[int, datetime]] = field(default_factory=deque)
    """Behind which number, and when."""
    _doubted: Doubted = field(default_factory=Doubted)
    _unfit: set[int] = field(default_factory=set)
    """Of which nothing but number and kind could be made a message; not recorded yet."""

    async def step(self) -> bool:
        """One batch; whether there may be more at once. Raises NotTaken; the next step then opens a new line."""
        try:
            more = await self._step()
            if self.settle and self._following is not None and not self._stands:
                await self.store.takes_again(self.receiver)
                self._stands = True
            return more
        except BaseException:
            await self.rest()
            raise

    async def rest(self) -> None:
        """Give the line up; what does not count as taken is sent again by whoever is next."""
        self._following = None
        self._stands = False
        self._sent.clear()
        await self.line.close()

    async def _step(self) -> bool:
        if self._following is None:
            place = await self.store.begin(self.receiver, self.clock(), from_beginning=self.from_beginning)
            with foreseen():
                await self.line.open()
            self._following = place
        with foreseen():
            self.line.check()
        await self._settle()
        self._unfit.clear()
        try:
            batch = await self.store.batch(self.receiver, self._following, AT_ONCE, self._made)
        except (
            LogShorter
        ):  # what is new bears numbers that the receiver has had: the store says from where on
            await self.rest()
            return True
        if batch is None or len(self._sent) >= MOST_SENT:
            return False
        if not batch.proven and await self.store.roots_put_right(self.clock()):
            return True
        if self._doubted.waits(self.clock(), proven=batch.proven):
            return False  # whoever watches for alerts tells of it
        if batch.first > self._following:
            if self._sent:  # the place jumps only when it has come to the gap
                return False
            await self.store.missed(self.receiver, self._following, batch.first - 1, self.clock())
        if batch.messages:
            with foreseen():
                name = f"{self.receiver}-{batch.first}-{batch.following - 1}"
                self._unfit.update(await self.line.send(batch.messages, name))
        if self._unfit:
            await self.store.got_less(self.receiver, sorted(self._unfit), self.clock())
        self._following = batch.following
        self._sent.append((batch.following, self.clock()))
        await self._settle()
        return True

    def _made(self, recorded: Recorded) -> bytes | None:
        """An entry that breaks what makes messages must not keep all behind it from the receiver."""
        try:
            return self.make(recorded)
        except Exception:  # noqa: BLE001 - whatever a text of it does to our code; it is recorded
            if recorded.entry.code is not Code.RECEIVER_GOT_LESS:  # which would be told of by itself
                self._unfit.add(recorded.sequence)
            return self.make(bare(recorded))

    async def _settle(self) -> None:
        limit, place = self.clock() - self.settle, None
        while self._sent and self._sent[0][1] <= limit:
            place = self._sent.popleft()[0]
        if place is not None:
            await self.store.taken(self.receiver, place, self.clock())
