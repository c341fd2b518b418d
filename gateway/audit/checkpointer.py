"""Seals the log: a signed checkpoint each interval in which something was recorded, and one at a clean stop.

Order of writing: the entries, then the checkpoint in the database, then the file. A crash in between leaves
the file one note behind at most; `begin` adds it. A shard that was closed is sealed once more, before the next one is.
"""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Protocol

from gateway.audit import checkpoint, checkpoint_file
from gateway.audit.facts import LATEST, moment
from gateway.audit.note import NoteRefused, Signer, Verifier


@dataclass(frozen=True, slots=True)
class Reached:
    """A tree of the log at some moment: what a checkpoint says."""

    size: int
    root: bytes
    month: str = ""
    first: int = 0
    signers: tuple[Signer, ...] = ()
    """The keys that sign now, where they ever followed each other; none: the one that the checkpointer was given."""
    drops_signed: bool = True
    """Whether everybody who may delete a month now signs that; nodes of an older version do not."""


@dataclass(frozen=True, slots=True)
class Sealed:
    """A checkpoint as the database keeps it."""

    size: int
    """Entries of the whole log."""
    root: bytes
    """Of the tree of the last of them."""
    at: int
    """Receive time of its last entry, microseconds since the epoch."""
    note: str
    open: bool = True
    """Whether more may follow in its tree, as far as was asked."""

    @property
    def moment(self) -> datetime:
        """`at` as a time in UTC."""
        return moment(self.at)

    @property
    def readable(self) -> bool:
        """Whether the row holds what it should: SQLite keeps any type in any column."""
        return (type(self.root), type(self.at)) == (bytes, int) and abs(self.at) < LATEST


class CheckpointStore(Protocol):
    async def newest(self) -> Sealed | None: ...

    async def seal(self, note_of: Callable[[Reached], str]) -> Sealed | None:
        """Keep the note of the log as it is now, or as a shard was that has been closed since the newest; None when
        nothing was added.
        """
        ...

    async def after(self, size: int) -> Sequence[Sealed]:
        """Those of more than `size` entries, the smallest first; some of them, where there are very many."""
        ...

    async def known(self, root: Verifier) -> Sequence[Verifier]:
        """The keys of all checkpoints so far, `root` among them."""
        ...


@dataclass(frozen=True, slots=True)
class FileAhead:
    """The checkpoint file knows more than the database: the database was put back to an older copy."""

    file_size: int
    database_size: int

    def __str__(self) -> str:
        return (
            f"checkpoints.log has sealed {self.file_size} entries, the database {self.database_size}: "
            "the database was put back to an older copy; run `brana audit verify`"
        )


class Checkpointer:
    """One task. `trouble` hears of what could not be written, and None when it is; each round tries again.

    `shared`: other nodes seal the same log. Then the file takes their notes over too, and catches up after a pause.
    """

    def __init__(
        self,
        store: CheckpointStore,
        file: Path,
        signer: Signer,
        every: timedelta,
        trouble: Callable[[Exception | None], None],
        *,
        shared: bool = False,
    ) -> None:
        self._shared = shared
        self._in_file = 0  # entries that the file's last note speaks of
        self._store = store
        self._file = file
        self._signer = signer
        self._every = every
        self._trouble = trouble
        self._owed: list[str] = []  # notes that the file does not have yet

    async def begin(self) -> FileAhead | None:
        """Give the file the note that a crash kept from it, and say if it is ahead of the database.

        Only the newest note is given: a file that lacks more was changed by hand, which `verify` must see. Where
        others seal too, a file lacks what they sealed while this node was away.
        """
        newest = await self._store.newest()
        written = await asyncio.to_thread(self._last, newest)
        size = _size(written, await self._store.known(self._signer.verifier)) if written else 0
        database_size = newest.size if newest else 0
        if size > database_size:
            return FileAhead(size, database_size)
        self._in_file = size
        if self._shared:
            await self._catch_up()
        elif newest is not None and written != newest.note:
            self._owed.append(newest.note)
            await asyncio.to_thread(self._pay)
        return None

    async def seal(self) -> Sealed | None:
        """Make a checkpoint now, if there is anything new; the last, where a closed shard was owed one."""
        newest = None
        while (sealed := await self._store.seal(self._note_of)) is not None:
            newest = sealed
            if not self._shared:
                self._owed.append(sealed.note)
                await asyncio.to_thread(self._pay)
            if sealed.open:
                break
        if self._shared:
            await self._catch_up()
        elif self._owed:
            await asyncio.to_thread(self._pay)
        return newest

    async def _catch_up(self) -> None:
        """What this node and others have sealed, each note once and in order."""
        while missing := await self._store.after(self._in_file):
            for one in missing:
                await asyncio.to_thread(checkpoint_file.append, self._file, one.note)
                self._in_file = one.size

    async def run(self, stop: asyncio.Event) -> None:
        """Seal each interval until `stop` is set, then once more."""
        stopping = halted = False
        while not stopping:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._every.total_seconds()):
                    await stop.wait()
            stopping = (
                stop.is_set()
            )  # asked before sealing: what is recorded meanwhile is sealed in a last round
            try:
                await self.seal()
            except Exception as error:  # noqa: BLE001 - the log goes on; the next round seals more
                self._trouble(error)
                halted = True
            else:
                if halted:
                    self._trouble(None)
                halted = False

    def _note_of(self, one: Reached) -> str:
        signers = one.signers or (self._signer,)
        return checkpoint.seal(
            one.size, one.root, signers, one.month, one.first, drops_signed=one.drops_signed
        )

    def _pay(self) -> None:
        while self._owed:
            checkpoint_file.append(self._file, self._owed[0])
            del self._owed[0]

    def _last(self, newest: Sealed | None) -> str | None:
        written = checkpoint_file.last(self._file)
        if written and newest and newest.note != written.note and newest.note.startswith(written.note):
            checkpoint_file.cut(self._file, written.at)
            written = checkpoint_file.last(self._file)
        return written.note if written else None


def _size(note: str, keys: Sequence[Verifier]) -> int:
    try:
        return checkpoint.unseal(note, keys).reach
    except NoteRefused:
        return 0  # damage is for `verify` to name
