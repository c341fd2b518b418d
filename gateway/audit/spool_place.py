"""How far a file of the spool was taken over, as the log itself has it.

Whoever writes to the database could move a place by hand: what lies before it would be passed over, and a file that
counts as finished be deleted unread. So a place that this process did not put there itself is believed only where the
log agrees. Lines are taken over in their order: the last one before the place has its entry, and the first one behind
it has none. Lines that have no number of their own tell nothing.

Files could be exchanged as well, cut and filled again, or copied. So one that this process begins to read is held
against the log at its place, and one that it goes on with has to have before it what was read there.
"""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gateway.audit.access import Damaged, access_entry, parse_line
from gateway.audit.crowding import TOO_MANY
from gateway.audit.spool import Place, SpoolFile, may_grow, renames, start_of

WINDOW = 1024 * 1024  # bytes looked at around a place; `read_ahead` cuts longer lines at so many
AT_ONCE = 250  # requests asked for at once
REMEMBERED = 4 * 1024  # bytes before a place: a line, whose request no other one names

Recorded = Callable[[Collection[str]], Awaitable[Collection[str]]]
"""Which of these request ids have their entry of an access."""


class BelievedPlaces:
    """The places as this process left them: whatever else is stored is held against the log."""

    def __init__(self, folder: Path, recorded: Recorded) -> None:
        self._folder, self._recorded = folder, recorded
        self._left: dict[str, Place] | None = None  # None: not known yet
        self._read: dict[str, bytes] = {}
        """Of files that this process reads: what stood right before its place."""

    async def moved_by_hand(
        self, files: Sequence[SpoolFile], places: Mapping[str, Place]
    ) -> tuple[Place, Place] | None:
        """A stored place that somebody else put there, and the one that the log gives. Raises OSError, and what
        `recorded` raises.
        """
        if places == self._left:
            return None
        there = {file.name: file for file in files if start_of(file.name)}
        renamed = {one.renaming_to for one in places.values() if renames(one)}
        rows = {**{name: Place(name) for name in there if name not in renamed}, **places}
        for stored in rows.values():
            file = _file_of(stored, there, places)
            if file is None or file.size < stored.offset:
                continue  # the plan records it
            true = _in_form(stored, file, there, places)
            if not await self._agrees(file, stored.offset, grows=may_grow(file.name, there)):
                lines = await asyncio.to_thread(_all_numbered, self._folder / file.name, file.size)
                offset = await _true_offset(lines, stored.offset, file.size, self._recorded)
                true = replace(true, offset=offset, finished=False)
            if true != stored:
                return stored, true
        self._left = dict(places)
        return None

    async def other_file(self, place: Place, *, grows: bool) -> Place | None:
        """From where to read one that is not the file it was; None: it is. Raises OSError, and what `recorded` raises.

        `grows`: whether its last line may get its end still.
        """
        path = self._folder / place.name
        size, stands = path.stat().st_size, _before(path, place.offset)
        known = self._read.get(place.name)
        if known is None and await self._agrees(SpoolFile(place.name, size), place.offset, grows=grows):
            self._read[place.name] = known = stands
        if known == stands:
            return None
        lines = await asyncio.to_thread(_all_numbered, path, size)
        true = replace(place, offset=await _true_offset(lines, place.offset, size, self._recorded))
        self._read[place.name] = _before(path, true.offset)
        return true

    def read(self, place: Place) -> None:
        """Up to there, by this process. Raises OSError."""
        self._read[place.name] = _before(self._folder / place.name, place.offset)

    def left(self, before: Place, after: Place | None) -> None:
        """`after` was put for `before` by this process itself."""
        known = self._read.pop(before.name, None)
        if known is not None and after is not None and after.offset == before.offset:
            self._read[after.name] = known
        if self._left is not None:
            self._left.pop(before.name, None)
            if after is not None:
                self._left[after.name] = after

    async def _agrees(self, file: SpoolFile, offset: int, *, grows: bool) -> bool:
        found = await asyncio.to_thread(_around, self._folder / file.name, offset, file.size, grows=grows)
        return found.agrees(await self._recorded(found.asked) if found.asked else ())


@dataclass(frozen=True, slots=True)
class Numbered:
    """A line that has an entry of its own once it is taken over. Places in the file, in bytes."""

    request_id: str
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class Around:
    """The last numbered line before a place and the first behind it, as far as looked at."""

    before: Numbered | None
    behind: Numbered | None
    cuts: bool
    """Whether the place lies within a line, where none of our readings ends."""

    @property
    def asked(self) -> list[str]:
        return [one.request_id for one in (self.before, self.behind) if one is not None]

    def agrees(self, known: Collection[str]) -> bool:
        """`known`: those that have an entry."""
        before = self.before is None or self.before.request_id in known
        return before and not self.cuts and (self.behind is None or self.behind.request_id not in known)


def _before(path: Path, offset: int) -> bytes:
    """Raises OSError."""
    with path.open("rb") as file:
        file.seek(max(0, offset - REMEMBERED))
        return file.read(min(offset, REMEMBERED))


def _around(path: Path, offset: int, size: int, *, grows: bool) -> Around:
    """`grows`: whether the last line may get its end still. Raises OSError."""
    with path.open("rb") as file:
        begin = max(0, offset - WINDOW)
        file.seek(begin)
        before = file.read(offset - begin)
        behind = file.read(max(0, min(WINDOW, size - offset)))
    whole = before.find(b"\n") + 1 if begin else 0  # its first line may have begun earlier
    last = max(before.rfind(b"\n") + 1, whole)
    ours = list(_numbered(before[whole:last], begin + whole))
    following = next(_numbered(behind, offset), None)
    cuts = 0 < len(before) - last < WINDOW and (grows or offset != size)
    return Around(ours[-1] if ours else None, following, cuts)


def _all_numbered(path: Path, size: int) -> list[Numbered]:
    """Of the first `size` bytes. Raises OSError."""
    found: list[Numbered] = []
    with path.open("rb") as file:
        start = 0
        while start < size and (line := file.readline(min(size - start, WINDOW))):
            found.extend(_numbered(line, start))
            start += len(line)
    return found


async def _true_offset(lines: Sequence[Numbered], stored: int, size: int, recorded: Recorded) -> int:
    """Up to where the log has the lines of a file. Raises what `recorded` raises.

    Of lines without a number between what it has and what it has not, as many count as `stored` says.
    """
    reached = 0
    for first in range(0, len(lines), AT_ONCE):
        page = lines[first : first + AT_ONCE]
        known = await recorded([one.request_id for one in page])
        for one in page:
            if one.request_id not in known:
                return min(max(reached, stored), one.start)
            reached = one.end
    return min(max(reached, stored), size)


def _file_of(place: Place, there: Mapping[str, SpoolFile], places: Collection[str]) -> SpoolFile | None:
    """Which one it is of: a rename may have happened already."""
    if place.renaming_to in there and place.renaming_to not in places:
        return there[place.renaming_to]
    return there.get(place.name)


def _in_form(place: Place, file: SpoolFile, there: Collection[str], places: Collection[str]) -> Place:
    """The place without what is never written down of such a file."""
    finished = place.finished and file.size == place.offset and not may_grow(file.name, there)
    fits = renames(place) and place.renaming_to not in places
    return replace(place, finished=finished, renaming_to=place.renaming_to if fits else "")


def _numbered(data: bytes, begin: int) -> Iterator[Numbered]:
    """Of whole lines; the first stands at `begin`."""
    start = 0
    while (end := data.find(b"\n", start)) >= 0:
        line = parse_line(data[start:end])
        if not isinstance(line, Damaged) and line.reason not in TOO_MANY:
            request_id = access_entry(line, {}).request_id
            if request_id:
                yield Numbered(request_id, begin + start, begin + end + 1)
        start = end + 1
