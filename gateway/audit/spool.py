"""What to do next with the spool of access logs: a pure plan over the files and the places reached in them.

Envoy writes `access-<start>.log`, a file for each of its starts. A large file is renamed to
`access-<start>.<number>.log` and Envoy told to open a new one; it has closed the old file when the new one
exists. So of all files only the last in order can still grow. Laws:

- a byte is passed over only in the transaction that records it;
- a rename is written down before it is done, so a place always belongs to its file;
- a file is deleted only after all of it is in the log, and its place forgotten only after it is deleted;
- none is deleted that can grow, or is of another size than what was taken over, whatever the place says.
"""

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

_NAME = re.compile(r"access-(?P<start>[0-9A-Za-z_-]{1,40})(?:\.(?P<number>[0-9]{1,9}))?\.log", re.ASCII)


@dataclass(frozen=True, slots=True)
class SpoolFile:
    name: str
    size: int
    """Bytes."""


@dataclass(frozen=True, slots=True)
class Place:
    """How far a file was taken over."""

    name: str
    offset: int = 0
    renaming_to: str = ""
    finished: bool = False
    """All of it is in the log; the file may be deleted."""


@dataclass(frozen=True, slots=True)
class Read:
    """Take over lines from the place on. `complete`: it will not grow, a last line without end is damage."""

    place: Place
    complete: bool


@dataclass(frozen=True, slots=True)
class Finish:
    """Write down that the whole file is in the log."""

    place: Place


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete the file, then forget its place."""

    place: Place


@dataclass(frozen=True, slots=True)
class Forget:
    place: Place


@dataclass(frozen=True, slots=True)
class Vanished:
    """A file that was not taken over to its end is gone: record the loss, forget the place."""

    place: Place


@dataclass(frozen=True, slots=True)
class Shrunk:
    """A file is shorter than what was read of it: record the damage, begin again at its start."""

    place: Place
    size: int


@dataclass(frozen=True, slots=True)
class Rotate:
    """Write down the new name; `Rename` follows."""

    place: Place
    to: str


@dataclass(frozen=True, slots=True)
class Rename:
    """Rename the file if that has not happened, move its place to the new name, have Envoy reopen its log."""

    place: Place
    to: str


@dataclass(frozen=True, slots=True)
class Reopen:
    """The newest file was renamed and there is no new one: Envoy has not reopened its log yet."""

    name: str


Step = Read | Finish | Delete | Forget | Vanished | Shrunk | Rotate | Rename | Reopen


def plan(files: Sequence[SpoolFile], places: Mapping[str, Place], rotate_above: int) -> Step | None:
    """The next step for what there is now, oldest file first; None when there is nothing to do.

    `rotate_above`: bytes. Files with other names are nobody's business here.
    """
    for place in places.values():
        if renames(place):
            return Rename(place, place.renaming_to)  # no name is certain before this is done
    ours = sorted((file for file in files if _NAME.fullmatch(file.name)), key=lambda file: order(file.name))
    there = {file.name for file in ours}
    for name, place in places.items():
        if name not in there:
            return Forget(place) if place.finished else Vanished(place)
    for file in ours:
        place = places.get(file.name, Place(file.name))
        step = _step(file, place, last=file is ours[-1], rotate_above=rotate_above)
        if step is not None:
            return _named_anew(step, there) if isinstance(step, Rotate) else step
    return None


def _step(file: SpoolFile, place: Place, *, last: bool, rotate_above: int) -> Step | None:
    if place.finished and file.size == place.offset and not (last and _number(file.name) is None):
        return Delete(place)
    if file.size < place.offset:
        return Shrunk(place, file.size)
    if not last:
        return Read(place, complete=True) if file.size > place.offset else Finish(place)
    if _number(file.name) is not None:
        return Read(place, complete=False) if file.size > place.offset else Reopen(file.name)
    if file.size > rotate_above:
        return Rotate(place, "")
    return Read(place, complete=False) if file.size > place.offset else None


def _named_anew(step: Rotate, taken: set[str]) -> Rotate:
    stem = step.place.name.removesuffix(".log")
    numbers = [_number(name) or 0 for name in taken if name.startswith(f"{stem}.")]
    return Rotate(step.place, f"{stem}.{max(numbers, default=0) + 1}.log")


def renames(place: Place) -> bool:
    """Whether a rename of ours was written down: of Envoy's newest file of a start, to one of its numbers."""
    old, new = _NAME.fullmatch(place.name), _NAME.fullmatch(place.renaming_to)
    if old is None or new is None or new["number"] is None:
        return False
    return old["start"] == new["start"] and old["number"] is None


def may_grow(name: str, names: Collection[str]) -> bool:
    """Whether Envoy may be writing to it: it is the last of all, and was not renamed."""
    ours = [one for one in names if _NAME.fullmatch(one)]
    return bool(ours) and name == max(ours, key=order) and _number(name) is None


def start_of(name: str) -> str | None:
    """The start of Envoy whose file this is; None for another's."""
    match = _NAME.fullmatch(name)
    return match and match["start"]


def order(name: str) -> tuple[int, str, int]:
    """Sorts names by when their files were begun: by start, renamed ones by number, the current one last."""
    match = _NAME.fullmatch(name)
    assert match is not None, name
    start, number = match["start"], match["number"]
    return len(start), start, int(number) if number else 10**9


def _number(name: str) -> int | None:
    match = _NAME.fullmatch(name)
    return int(match["number"]) if match and match["number"] else None


class Piece(msgspec.Struct, frozen=True, gc=False):
    """A part of a file between line feeds."""

    start: int
    """Offset from where the reading began."""
    data: bytes
    end: int
    """Offset from where the reading goes on."""
    why: str = ""
    """Why this is not a line; empty when it may be one."""


def pieces(data: bytes, *, window: int, complete: bool) -> Iterator[Piece]:
    """The lines of what was read, and no torn one unless the file is `complete`.

    `window`: bytes that were asked for; when all came, a line may go on behind them.
    """
    start = 0
    while (end := data.find(b"\n", start)) >= 0:
        yield Piece(start, data[start:end], end + 1)
        start = end + 1
    if start == len(data):
        return
    if len(data) < window and complete:
        yield Piece(start, data[start:], len(data), "the last line is torn")
    elif len(data) == window and start == 0:
        yield Piece(0, data, len(data), "a line is too long")
