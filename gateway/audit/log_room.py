"""Whether there is room for the log, and what is recorded of it: closed while there is none, open again by itself.

Laws: nobody new is let in before the look that finds room again; what cannot be recorded at once waits, in order, and
is recorded at a later look; a close and its end are one entry each, however many were refused meanwhile.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from gateway.audit.acts import SYSTEM
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.headroom import Room, suffices

Details = dict[str, str | int | float | bool | list[str]]

REASON = "log_full"
"""As people, programs and the entries are told."""
MOST_WAITING = 100  # entries; each needs that the disk filled up or was freed once more


@dataclass(slots=True)
class LogRoom:
    open: bool = True
    waiting: list[Entry] = field(default_factory=list)
    """Not recorded yet."""
    _since: datetime | None = None
    _faults: int | None = None

    def look(self, room: Room) -> bool:
        """Whether that closed or opened it; then `note` follows, once the gate has heard."""
        before, self.open = self.open, suffices(room, open_so_far=self.open)
        return self.open is not before

    def note(self, room: Room, faults: int | None, now: datetime) -> None:
        """`faults`: what Envoy has answered with 5xx since it started; None: it does not say."""
        entry = self._opened(faults, now) if self.open else self._closed(room, faults, now)
        self.waiting = [*self.waiting, entry][-MOST_WAITING:]

    async def tell(self, record: Callable[[Sequence[Entry]], Awaitable[None]]) -> None:
        """Record what waits. Raises what `record` raises; then it waits on."""
        if self.waiting:
            told = list(self.waiting)
            await record(told)
            self.waiting = self.waiting[len(told) :]

    def _closed(self, room: Room, faults: int | None, now: datetime) -> Entry:
        self._since, self._faults = now, faults
        beside: Details = {} if room.free is None else {"free_bytes": room.free}
        details: Details = {"kept_bytes": room.lines, **beside}
        return Entry(
            code=Code.LOG_FULL,
            outcome=Outcome.FAILURE,
            at=now,
            subject=SYSTEM,
            reason=REASON,
            details=details,
        )

    def _opened(self, faults: int | None, now: datetime) -> Entry:
        assert self._since is not None
        details: Details = {"closed_seconds": int((now - self._since).total_seconds())}
        if faults is not None and self._faults is not None and faults >= self._faults:
            details["refused_at_most"] = faults - self._faults  # others that got 5xx are among them
        return Entry(
            code=Code.LOG_ROOM_AGAIN, outcome=Outcome.SUCCESS, at=now, subject=SYSTEM, details=details
        )
