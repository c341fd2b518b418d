"""Takes Envoy's access log over into the audit log: every line once, whatever dies in between.

The place in a file moves in the transaction that records its lines; see `spool` for the plan. When the log
cannot be written, the spool keeps everything and the ingest goes on from its place by itself. A place that somebody
else put there is held against the log first (`spool_place`).
"""

import asyncio
import os
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from typing import Protocol, assert_never

from config.vocabulary import SessionId
from gateway.audit import spool
from gateway.audit.access import Damaged, damage_entry
from gateway.audit.entry import Entry
from gateway.audit.prepared import Prepared
from gateway.audit.read_ahead import LITTLE, Holders, ReadAhead
from gateway.audit.spool import Place, SpoolFile
from gateway.audit.spool_place import BelievedPlaces, Recorded

BATCH = (
    1_000  # entries in a transaction: some 25 ms of the one writer, so that decisions need not wait longer
)
POLL = 0.25  # seconds between looks at the spool
GATHER = 0.5  # …where the last look took a few lines: a transaction for the next ones together
RETRY = 1.0  # seconds after something failed, and between reminders to Envoy to reopen its log


class IngestHalted(Exception):
    """The access log cannot be taken over at the moment."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(
            f"the access log waits in the spool, nothing of it is lost: {cause}; "
            "once that is mended it goes on by itself"
        )
        self.cause = cause


class PlaceLost(Exception):
    """Another process has taken over lines of this file; read the place again."""

    def __init__(self, place: Place) -> None:
        super().__init__(
            f"{place.name} was taken over by another process too; only one may run on this state"
        )
        self.place = place


class SpoolUnreadable(Exception):
    """A file or the folder of the spool cannot be read, renamed or deleted."""

    def __init__(self, path: Path, error: OSError) -> None:
        super().__init__(f"{path}: {error.strerror}; let the user who runs brana read and write it")
        self.path = path


class SpoolStore(Protocol):
    async def places(self) -> Mapping[str, Place]: ...

    async def move(
        self,
        before: Place,
        after: Place | None,
        entries: Sequence[Entry | Prepared],
        seen: Mapping[SessionId, datetime],
    ) -> None:
        """In one transaction record the entries, note when sessions were `seen` at work, and put `after` for
        `before` (None: forget it).

        Raises PlaceLost when the stored place is not `before`.
        """
        ...


class Ingest:
    """One task. `reopen` tells Envoy to reopen its log; `trouble` hears what went wrong, None when that is over."""

    def __init__(
        self,
        folder: Path,
        store: SpoolStore,
        holders: Holders,
        *,
        recorded: Recorded,
        reopen: Callable[[], Awaitable[None]],
        rotate_above: int,
        now: Callable[[], datetime],
        trouble: Callable[[Exception | None], None],
    ) -> None:
        self._folder = folder
        self._ahead = ReadAhead(folder, holders, now, most=BATCH)
        self._store = store
        self._believed = BelievedPlaces(folder, recorded)
        self._reopen = reopen
        self._rotate_above = rotate_above
        self._now = now
        self._trouble = trouble
        self._reminded = float("-inf")
        self._halted = self._took_few = False
        self.taken = 0
        """Entries that this process brought to the log: no row of the database says so."""
        self._idle: list[SpoolFile] | None = None  # the files when there was nothing to do

    async def run(self, stop: asyncio.Event) -> None:
        """Take over until `stop` is set, then what is still there."""
        while True:
            stopping = stop.is_set()
            pause = POLL
            try:
                more = await self.step()
            except Exception as error:  # noqa: BLE001 - told to the operator; the place is kept
                self._trouble(IngestHalted(error))
                self._halted, pause = True, RETRY
            else:
                if self._halted:
                    self._halted = False
                    self._trouble(None)
                if more:
                    continue
                pause = GATHER if self._took_few else POLL
            if stopping:
                return
            try:
                async with asyncio.timeout(pause):
                    await stop.wait()
            except TimeoutError:
                pass

    async def catch_up(self) -> None:
        """Take over what waits already; trouble is told and left to `run`."""
        try:
            while await self.step():
                pass
        except Exception as error:  # noqa: BLE001 - as in `run`
            self._trouble(IngestHalted(error))

    async def step(self) -> bool:
        """Do the next step of the plan; whether there may be more to do at once.

        Raises SpoolUnreadable, PlaceLost and what the store raises; nothing is lost then.
        """
        files, self._took_few = self._files(), False
        if files == self._idle:
            return False  # a look four times a second is a few microseconds while nothing happens
        places = await self._store.places()
        try:
            if moved := await self._believed.moved_by_hand(files, places):
                before, after = moved
                return await self._put_right(before, after)
            step = spool.plan(files, places, self._rotate_above)
            self._idle = files if step is None else None
            return await self._do(step) if step else False
        except OSError as error:
            raise SpoolUnreadable(self._folder, error) from error

    async def _do(self, step: spool.Step) -> bool:  # noqa: PLR0911 - a table of steps
        match step:
            case spool.Read(place, complete):
                return await self._read(place, complete=complete)
            case spool.Finish(place):
                return await self._finish(place)
            case spool.Delete(place):
                await asyncio.to_thread((self._folder / place.name).unlink, missing_ok=True)
                return True
            case spool.Forget(place):
                await self._move(place, None)
                return True
            case spool.Vanished(place):
                await self._move(place, None, self._loss("the file is gone", place))
                return True
            case spool.Shrunk(place, size):
                loss = self._loss(f"the file was cut to {size} bytes; it is read again from its start", place)
                await self._move(place, Place(place.name), loss)
                return True
            case spool.Rotate(place, to):
                await self._move(place, replace(place, renaming_to=to))
                return True
            case spool.Rename(place, to):
                await asyncio.to_thread(self._rename, place.name, to)
                await self._move(place, Place(to, place.offset))
                await self._remind()
                return True
            case spool.Reopen():
                await self._remind()
                return False
            case _:
                assert_never(step)

    async def _read(self, place: Place, *, complete: bool) -> bool:
        if await self._begun_anew(place, grows=not complete):
            return True
        taken = await self._ahead.taken(place, complete)
        if not taken.entries:
            return False
        after = replace(place, offset=place.offset + taken.bytes)
        if len(taken.entries) == BATCH:
            self._ahead.begin(after, complete)
        await self._store.move(place, after, taken.entries, taken.seen)
        self._believed.left(place, after)
        self._believed.read(after)
        self.taken += len(taken.entries)
        self._took_few = not (complete or len(taken.entries) == BATCH or taken.bytes > LITTLE)
        return not self._took_few  # what came meanwhile waits for the next look

    async def _finish(self, place: Place) -> bool:
        if not await self._begun_anew(place, grows=False):
            await self._move(place, replace(place, finished=True))
        return True

    async def _begun_anew(self, place: Place, *, grows: bool) -> bool:
        """Whether this is another file than was read up to there: then it is read from where the log lacks it."""
        true = await self._believed.other_file(place, grows=grows)
        return true is not None and await self._put_right(place, true)

    async def _put_right(self, place: Place, true: Place) -> bool:
        """Which of the two it was only somebody who remembers the file could say."""
        why = "its place in the database was changed by hand, or the file exchanged"
        await self._move(place, true, self._loss(f"{why}; it is read from byte {true.offset} on", place))
        return True

    def _files(self) -> list[SpoolFile]:
        try:
            return [
                SpoolFile(entry.name, entry.stat().st_size)
                for entry in list(
                    os.scandir(self._folder)
                )  # names first: what a later file completes is final
                if entry.is_file(follow_symlinks=False)
            ]
        except OSError as error:
            raise SpoolUnreadable(self._folder, error) from error

    def _rename(self, name: str, to: str) -> None:
        old, new = self._folder / name, self._folder / to
        if not new.exists() and old.exists():  # a crash may have come after the rename
            old.rename(new)

    async def _remind(self) -> None:
        """Have Envoy reopen its log, at most once a second; a dead Envoy opens a new file anyway."""
        clock = asyncio.get_running_loop().time()
        if clock - self._reminded < RETRY:
            return
        self._reminded = clock
        try:
            await self._reopen()
        except Exception as error:  # noqa: BLE001 - the next look at the spool reminds it again
            self._trouble(error)

    async def _move(self, before: Place, after: Place | None, *entries: Entry) -> None:
        """A step in which nobody was seen."""
        await self._store.move(before, after, entries, {})
        self._believed.left(before, after)

    def _loss(self, why: str, place: Place) -> Entry:
        return damage_entry(Damaged(why, 0, "", ""), place.name, place.offset, self._now())
