"""Lines of the spool as entries: the next ones are read and made while those before are being written.

The work is a thread's, so that whoever waits for a decision does not wait for it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from config.vocabulary import SessionId
from gateway.audit import spool
from gateway.audit.access import Damaged, Holder, Line, access_entry, damage_entry
from gateway.audit.crowding import Told, told
from gateway.audit.prepared import Prepared, prepared
from gateway.audit.spool import Place

WINDOW = 1024 * 1024  # bytes read at once; Envoy's header limit keeps a line far below

Holders = Callable[[Collection[SessionId]], Awaitable[Mapping[SessionId, Holder]]]
"""Whose sessions these are; sessions that nobody knows are left out."""


@dataclass(frozen=True, slots=True)
class Taken:
    entries: Sequence[Prepared]
    bytes: int
    """Of the lines they tell of."""
    seen: Mapping[SessionId, datetime]
    """When each session's latest request began."""


class ReadAhead:
    def __init__(self, folder: Path, holders: Holders, now: Callable[[], datetime], *, most: int) -> None:
        """`most`: entries of one reading."""
        self._folder, self._holders, self._now, self._most = folder, holders, now, most
        self._begun: tuple[Place, bool, asyncio.Task[Taken]] | None = None

    def begin(self, place: Place, complete: bool) -> None:  # noqa: FBT001 - as the plan says it
        """There is more behind `place`, and it will be asked for next."""
        self._begun = place, complete, asyncio.create_task(self._taken(place, complete))

    async def taken(self, place: Place, complete: bool) -> Taken:  # noqa: FBT001
        """Lines from `place` on; no entries where there are none. Raises OSError, and what `holders` raises."""
        begun, self._begun = self._begun, None
        if begun is not None:
            if begun[:2] == (place, complete):
                return await begun[2]
            begun[2].cancel()
            begun[2].add_done_callback(_unheard)
        return await self._taken(place, complete)

    async def _taken(self, place: Place, complete: bool) -> Taken:  # noqa: FBT001
        found, end = await asyncio.to_thread(self._lines, place, complete)
        sessions = {one.item.session for one in found if isinstance(one.item, Line) and one.item.session}
        holders = await self._holders(sessions) if sessions else {}
        now = self._now()
        entries = await asyncio.to_thread(_entries, found, place, holders, now) if found else []
        return Taken(entries, end, _seen((one.item for one in found), now))

    def _lines(self, place: Place, complete: bool) -> tuple[list[Told], int]:  # noqa: FBT001
        with (self._folder / place.name).open("rb") as file:
            file.seek(place.offset)
            data = file.read(WINDOW)
        return told(spool.pieces(data, window=WINDOW, complete=complete), self._most)


def _entries(
    found: Sequence[Told], place: Place, holders: Mapping[SessionId, Holder], now: datetime
) -> list[Prepared]:
    return [
        prepared(
            access_entry(one.item, holders, one.times)
            if isinstance(one.item, Line)
            else damage_entry(one.item, place.name, place.offset + one.piece.start, now)
        )
        for one in found
    ]


def _seen(lines: Iterable[Line | Damaged], now: datetime) -> dict[SessionId, datetime]:
    """When each session's latest request began; a clock that was ahead for a moment counts as now."""
    latest: dict[SessionId, datetime] = {}
    for line in lines:
        if isinstance(line, Line) and line.session:
            at = min(line.time, now)
            latest[line.session] = max(at, latest.get(line.session, at))
    return latest


def _unheard(reading: asyncio.Task[Taken]) -> None:
    """Nobody wants it any more, nor the error it may have met: whoever reads anew meets it again."""
    if not reading.cancelled():
        reading.exception()
