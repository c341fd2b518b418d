"""Lines of the spool as entries: the next ones are read and made while those before are being written.

The work is a thread's, so that whoever waits for a decision does not wait for it; of a few lines it takes less than to
wake one.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import ParamSpec, TypeVar

from config.vocabulary import SessionId
from gateway.audit import spool
from gateway.audit.access import Damaged, Holder, Line, access_entry, damage_entry, parse_line
from gateway.audit.crowding import Told, told
from gateway.audit.facts import moment
from gateway.audit.plain import Making, sessions_of
from gateway.audit.prepared import AT, SESSION, Prepared, prepared
from gateway.audit.spool import Place

WINDOW = 1024 * 1024  # bytes read at once; Envoy's header limit keeps a line far below
P = ParamSpec("P")
T = TypeVar("T")
LITTLE = 16 * 1024  # bytes, some thirty lines: half a millisecond

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
        apart = asyncio.to_thread if self._waiting(place) > LITTLE else _at_once
        found, end = await apart(self._lines, place, complete)
        sessions = _sessions(found)
        holders = await self._holders(sessions) if sessions else {}
        now = self._now()
        entries = await apart(_made, found, place, holders, now) if found else []
        return Taken(entries, end, _seen(entries, now))

    def _waiting(self, place: Place) -> int:
        """Bytes."""
        return (self._folder / place.name).stat().st_size - place.offset

    def _lines(self, place: Place, complete: bool) -> tuple[list[Told], int]:  # noqa: FBT001
        with (self._folder / place.name).open("rb") as file:
            file.seek(place.offset)
            data = file.read(WINDOW)
        return told(spool.pieces(data, window=WINDOW, complete=complete), self._most)


def _sessions(found: Sequence[Told]) -> set[SessionId]:
    sessions = sessions_of(one.item for one in found if isinstance(one.item, list))
    others = (one.item.session for one in found if isinstance(one.item, Line))
    return sessions.union(session for session in others if session)


def _made(
    found: Sequence[Told], place: Place, holders: Mapping[SessionId, Holder], now: datetime
) -> list[Prepared]:
    making = Making(holders)

    def ready(one: Told) -> Prepared:
        item = one.item
        if isinstance(item, list):
            if (plain := making.ready(item)) is not None:
                return plain
            item = parse_line(one.piece.data)
        if isinstance(item, Damaged):
            return prepared(damage_entry(item, place.name, place.offset + one.piece.start, now))
        return prepared(access_entry(item, holders, one.times))

    return [ready(one) for one in found]


def _seen(entries: Iterable[Prepared], now: datetime) -> dict[SessionId, datetime]:
    """When each session's latest request began; a clock that was ahead for a moment counts as now."""
    latest: dict[SessionId, int] = {}
    for one in entries:
        at, session = one.facts[AT], one.facts[SESSION]
        if session and at > latest.get(session, at - 1):
            latest[session] = at
    return {session: min(moment(at), now) for session, at in latest.items()}


async def _at_once(work: Callable[P, T], *args: P.args, **named: P.kwargs) -> T:
    return work(*args, **named)


def _unheard(reading: asyncio.Task[Taken]) -> None:
    """Nobody wants it any more, nor the error it may have met: whoever reads anew meets it again."""
    if not reading.cancelled():
        reading.exception()
