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


class LogAltered(Exception):
    """Somebody else than the log has written to what it keeps. It was recorded, and sealing goes on."""

    def __init__(self, what: str) -> None:
        super().__init__(f"{what}; see the newest entries of the log, and run `brana audit verify`")


class CheckpointStore(Protocol):
    """`root`: a key of the log that is believed whatever the database says."""

    async def newest_signed(self, root: Verifier) -> Sealed | None:
        """Of as many entries as there are, at most."""
        ...

    def remember(self, one: Sealed) -> None:
        """It was sealed: the log is behind it, or was put back."""
        ...

    async def seal(self, note_of: Callable[[Reached], str], root: Verifier) -> Sealed | None:
        """Keep the note of the log as it is now, or as a shard was that has been closed since the newest; None when
        nothing was added. What somebody did to the checkpoints, or to the end, is recorded first.
        """
        ...

    def altered(self) -> LogAltered | None:
        """What was found by sealing since this was asked last."""
        ...

    async def after(self, size: int, root: Verifier) -> Sequence[Sealed]:
        """Those of more than `size` entries up to what was sealed last, the smallest first; some of them, where there
        are very many.
        """
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
            "the database was put back to an older copy, or its checkpoints were changed; run `brana audit verify`"
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
        self._signer, self._root = signer, signer.verifier
        self._every = every
        self._trouble = trouble
        self._owed: list[str] = []  # notes that the file does not have yet
        self._halted = False  # a trouble was told, and nothing since

    async def begin(self) -> FileAhead | None:
        """Give the file the note that a crash kept from it, and say if it is ahead of the database.

        Only the newest note is given: a file that lacks more was changed by hand, which `verify` must see. Where
        others seal too, a file lacks what they sealed while this node was away.
        """
        newest = await self._store.newest_signed(self._root)
        written = await asyncio.to_thread(self._last, newest)
        noted = _opened(written, await self._store.known(self._root)) if written else None
        size = noted.reach if noted else 0
        database_size = newest.size if newest else 0
        if noted is not None and written is not None and size > database_size:
            self._in_file = database_size
            self._store.remember(Sealed(size, noted.root, 0, written))
            return FileAhead(size, database_size)
        self._in_file = size
        if newest is not None:
            self._store.remember(newest)
        if self._shared:
            await self._catch_up()
        elif newest is not None and written != newest.note:
            self._owed.append(newest.note)
            await asyncio.to_thread(self._pay)
        return None

    async def seal(self) -> Sealed | None:
        """Make a checkpoint now, if there is anything new; the last, where a closed shard was owed one."""
        newest = None
        while (sealed := await self._store.seal(self._note_of, self._root)) is not None:
            newest = sealed
            self._in_file = min(
                self._in_file, sealed.size - 1
            )  # what the log was put back behind is in it already
            if not self._shared:
                self._owed.append(sealed.note)
                await asyncio.to_thread(self._pay)
            if sealed.open:
                break
        if self._shared:
            await self._catch_up()
        elif self._owed:
            await asyncio.to_thread(self._pay)
        if (altered := self._store.altered()) is not None:
            self._trouble(altered)
            self._halted = True
        return newest

    async def _catch_up(self) -> None:
        """What this node and others have sealed, each note once and in order."""
        while missing := await self._store.after(self._in_file, self._root):
            for one in missing:
                await asyncio.to_thread(checkpoint_file.append, self._file, one.note)
                self._in_file = one.size

    async def run(self, stop: asyncio.Event) -> None:
        """Seal each interval until `stop` is set, then once more."""
        stopping = False
        while not stopping:
            with suppress(TimeoutError):
                async with asyncio.timeout(self._every.total_seconds()):
                    await stop.wait()
            stopping = (
                stop.is_set()
            )  # asked before sealing: what is recorded meanwhile is sealed in a last round
            halted, self._halted = self._halted, False
            try:
                await self.seal()
            except Exception as error:  # noqa: BLE001 - the log goes on; the next round seals more
                self._trouble(error)
                self._halted = True
            else:
                if halted and not self._halted:
                    self._trouble(None)

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


def _opened(note: str, keys: Sequence[Verifier]) -> checkpoint.Checkpoint | None:
    try:
        return checkpoint.unseal(note, keys)
    except NoteRefused:
        return None  # damage is for `verify` to name
