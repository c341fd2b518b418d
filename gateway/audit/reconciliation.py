"""Holds what the gate let in against what the log has: a killed Envoy leaves no request unrecorded.

See `begun` for the files. Nothing here needs to be remembered: a step that was cut short is done again, and the
log says what it has already.
"""

import asyncio
import os
import stat
from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from config.vocabulary import SessionId
from gateway.audit import begun, spool
from gateway.audit.access import Holder
from gateway.audit.begun import Begun, BegunFile
from gateway.audit.entry import Entry

CURRENT = "current.log"  # link to the file of Envoy's present start, in either folder
ROTATE_ABOVE = 4 * 2**20  # bytes: some 20,000 requests
SETTLED = timedelta(seconds=3)  # the gate holds a file open for a second at most
BATCH = 250  # requests looked up, or entries recorded, at once

Recorded = Callable[[Collection[str]], Awaitable[Collection[str]]]
"""Which of these request ids have their entry of an access."""


class FolderNotOurs(Exception):
    """Somebody else stands where the gate's folder was."""

    def __init__(self, folder: Path) -> None:
        super().__init__(
            f"state.memory: {folder} is not a folder of this user (uid {os.getuid()}) alone; "
            "find out who made it, remove it, and start again"
        )


def made_private(folder: Path) -> bool:
    """Make the folder where there is none; whether it is this user's alone. Raises OSError.

    Everybody may make folders in /dev/shm, also in the moment after somebody tidied ours away.
    """
    folder.mkdir(mode=0o700, exist_ok=True)
    return is_private(folder)


def is_private(folder: Path) -> bool:
    """Whether what stands there is a folder of this user alone. Raises OSError."""
    found = folder.lstat()
    return stat.S_ISDIR(found.st_mode) and found.st_uid == os.getuid() and not found.st_mode & 0o077


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """`folder`: the gate's files; `spool`: the folder of the access log."""

    folder: Path
    spool: Path
    recorded: Recorded
    holders: Callable[[Collection[SessionId]], Awaitable[Mapping[SessionId, Holder]]]
    record: Callable[[Sequence[Entry]], Awaitable[None]]
    now: Callable[[], datetime]
    rotate_above: int = ROTATE_ABOVE

    async def step(self) -> None:
        """Look at each start of Envoy once.

        Raises OSError, FolderNotOurs, and what the functions raise; nothing is lost then.
        """
        if not await asyncio.to_thread(made_private, self.folder):
            raise FolderNotOurs(self.folder)
        present = await asyncio.to_thread(self._present)
        if present:
            await asyncio.to_thread(self._mend, present)
        files = await asyncio.to_thread(self._files)
        for start in sorted({file.start for file in files}):
            mine = [file for file in files if file.start == start]
            if start == present:
                await self._keep_small(mine)
            elif not await asyncio.to_thread(self._in_spool, start):
                await self._conclude(mine)

    async def _keep_small(self, files: list[BegunFile]) -> None:
        """What of renamed files is in the log already need not be kept."""
        await asyncio.to_thread(self._rotate, files)
        settled = [file for file in files if file.part.isdigit() and self._is_settled(file)]
        if settled:
            # A buffer may hold what will be written out to a file that is gone by then.
            besides = [file for file in files if file.part in ("kept", begun.BUFFER)]
            left = await self._without_entry(await asyncio.to_thread(self._read, besides + settled))
            await asyncio.to_thread(self._replace, begun.kept(settled[0].start), begun.packed(left))
            await asyncio.to_thread(self._delete, settled)

    async def _conclude(self, files: list[BegunFile]) -> None:
        """Envoy is dead and its access log taken over: nothing more will be said of these requests."""
        left = list((await self._without_entry(await asyncio.to_thread(self._read, files))).values())
        for first in range(0, len(left), BATCH):
            some = left[first : first + BATCH]
            holders = await self.holders({one.session for one in some})
            await self.record([begun.cut_off(one, holders) for one in some])
        await asyncio.to_thread(self._delete, files)

    async def _without_entry(self, found: dict[str, Begun]) -> dict[str, Begun]:
        ids = list(found)
        for first in range(0, len(ids), BATCH):
            for known in await self.recorded(ids[first : first + BATCH]):
                found.pop(known, None)
        return found

    def _present(self) -> str:
        """Envoy's present start, as the access log's link tells it; empty when there has been none."""
        try:
            return spool.start_of((self.spool / CURRENT).readlink().name) or ""
        except FileNotFoundError:
            return ""

    def _mend(self, present: str) -> None:
        """Whoever tidied up the memory took the gate's folder with it: without it every request is decided anew."""
        link = self.folder / CURRENT
        if not os.path.lexists(link):
            link.symlink_to(begun.current(present))

    def _files(self) -> list[BegunFile]:
        found = (begun.file_of(path.name) for path in sorted(self.folder.iterdir()))
        return [file for file in found if file]

    def _in_spool(self, start: str) -> bool:
        """Whether lines of that start may still have to be taken over."""
        return any(spool.start_of(path.name) == start for path in self.spool.iterdir())

    def _rotate(self, files: list[BegunFile]) -> None:
        for file in files:
            path = self.folder / file.name
            if not file.part and path.stat().st_size > self.rotate_above:
                numbers = [int(one.part) for one in files if one.part.isdigit()]
                os.utime(path)  # whoever has it open may not have written to it yet
                path.rename(path.with_name(begun.numbered(file.start, max(numbers, default=0) + 1)))

    def _is_settled(self, file: BegunFile) -> bool:
        age = self.now().timestamp() - (self.folder / file.name).stat().st_mtime
        return not -SETTLED.total_seconds() < age < SETTLED.total_seconds()  # a clock put back settles too

    def _read(self, files: list[BegunFile]) -> dict[str, Begun]:
        """Buffers first: one that goes meanwhile has been written out."""
        found: dict[str, Begun] = {}
        for file in sorted(files, key=lambda one: one.part != begun.BUFFER):
            try:
                found |= begun.lines((self.folder / file.name).read_bytes())
            except FileNotFoundError:
                if file.part != begun.BUFFER:
                    raise
        return found

    def _replace(self, name: str, data: bytes) -> None:
        """In memory (`state.memory`): nothing to make durable."""
        draft = self.folder / f".{name}"
        draft.write_bytes(data)
        draft.replace(self.folder / name)

    def _delete(self, files: list[BegunFile]) -> None:
        for file in files:
            (self.folder / file.name).unlink(missing_ok=True)
