"""Handing out what a search of the log finds: recorded before anything is given, and never more than some entries of it
in memory.

What is given is chosen first, by number; then it is read in their order, each part on a snapshot of its own. An entry
that goes meanwhile, with its month, breaks the export off: what was begun is not to be taken for the whole.
"""

import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Protocol

from config.vocabulary import MunicipalityCode
from gateway.audit import selection_proofs as proofs
from gateway.audit.entry import Entry
from gateway.audit.for_auditors import PROGRAM, VERIFIER
from gateway.audit.note import Signer, Verifier
from gateway.audit.pseudonyms import KEY_LEAST
from gateway.audit.reasons import Reasons
from gateway.audit.search import Found, Position, Query, Search, SearchTooLong, TooManyPeople
from gateway.audit.selection import NAMES, ExportRefused, Wanted, Why, handed_out, not_handed_out
from gateway.audit.selection_lines import written
from gateway.audit.selection_proofs import Proven, Sealing
from gateway.audit.selection_readme import readme
from gateway.audit.zip_stream import ZipStream

EARLY = 10  # looks of a page's search that may end before their end: some twenty seconds
AT_ONCE = 1_000  # entries looked for by one question
STEP = 100  # entries read, and held, at once: some ten milliseconds in which nobody else computes
FOLDER = "brana-export"


class EntryGone(Exception):
    """An entry that was found is not there any more."""

    def __init__(self, sequence: int) -> None:
        super().__init__(f"entry {sequence} went with its month while it was handed out; ask again")
        self.sequence = sequence


class NotSealed(Exception):
    """What would prove the entries is missing, or is not ours; or whoever sealed them signs no more."""


@dataclass(frozen=True, slots=True)
class Vouching:
    """Whose word an export is. `signers`: whose keys sign for the log as far as it is sealed; `key`: the newest of the
    log; `changes`: notes that tell how its keys followed each other.
    """

    signers: Sequence[Signer]
    key: Verifier
    changes: Sequence[str] = ()


class Prover(Protocol):
    """For one export: it remembers what the entries have in common."""

    @property
    def sealings(self) -> Sequence[Sealing]: ...

    @property
    def vouching(self) -> "Vouching": ...

    async def prove(self, numbers: Sequence[int]) -> Sequence[Proven]:
        """Of one tree. Raises EntryGone."""
        ...


class Source(Protocol):
    async def entries(self, numbers: Sequence[int]) -> Sequence[Found]:
        """In their order. Raises EntryGone."""
        ...

    async def prover(self, numbers: Sequence[int]) -> Prover:
        """Of what is sealed among them. Raises NotSealed."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Prepared:
    """What is recorded already. `look`: the entry of it."""

    wanted: Wanted
    asked: dict[str, str]
    numbers: Sequence[int]
    made: datetime
    look: Entry
    prover: Prover | None = None

    @property
    def name(self) -> str:
        """Of the file."""
        return f"brana-audit-{self.made:%Y%m%d-%H%M%S}.{self.wanted.suffix}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exporting:
    """`log`: as far as the reader sees it. `record`: durable when it returns. `origin`: the log's name. `within`: of
    a reader of this municipality alone; as an entry may say less to them than it does, none is proven by its hash.
    """

    log: Search
    source: Source
    origin: str
    reasons: Reasons
    record: Callable[[Sequence[Entry]], Awaitable[None]]
    within: MunicipalityCode | None = None
    early: int | None = EARLY
    """None: it is looked for to the end, however long that takes."""

    async def prepare(
        self, query: Query, wanted: Wanted, look: Callable[[int], Entry], now: datetime
    ) -> Prepared:
        """`look`: the entry of a search that found so many. Raises ExportRefused, which is recorded."""
        try:
            numbers = await self._numbers(query, wanted.most)
            prover = await self._prover(numbers) if wanted.proofs else None
            if prover is not None:
                numbers = _at_least_one([one for one in numbers if one < prover.sealings[-1].reach])
        except ExportRefused as refused:
            await self.refuse(look(0), refused.reason)
            raise
        told = handed_out(look(len(numbers)), wanted)
        await self.record([told])
        asked = query.described()
        return Prepared(wanted=wanted, asked=asked, numbers=numbers, made=now, look=told, prover=prover)

    async def refuse(self, look: Entry, reason: Why) -> None:
        await self.record([not_handed_out(look, reason)])

    async def _numbers(self, query: Query, most: int) -> list[int]:
        """From the lowest. Raises ExportRefused."""
        found: list[int] = []
        after: Position | None = None
        early = 0
        while True:
            try:
                page = await self.log.page(query, after, min(AT_ONCE, most + 1 - len(found)))
            except TooManyPeople:
                raise ExportRefused(Why.CONDITIONS) from None
            except SearchTooLong:
                raise ExportRefused(Why.TOO_LONG) from None
            early += page.reached is not None
            if self.early is not None and early > self.early:
                raise ExportRefused(Why.TOO_LONG)
            if page.not_searched is not None:
                raise ExportRefused(Why.NOT_SEARCHED)
            found += [one.sequence for one in page.entries]
            if len(found) > most:
                raise ExportRefused(Why.TOO_MUCH, most)
            if page.following is None:
                return _at_least_one(sorted(found))
            after = page.following

    async def _prover(self, numbers: Sequence[int]) -> Prover:
        try:
            return await self.source.prover(numbers)
        except NotSealed:
            raise ExportRefused(Why.NOT_SEALED) from None

    async def given(self, prepared: Prepared) -> AsyncIterator[bytes]:
        """The file, in parts. Raises EntryGone."""
        if prepared.prover is None:
            async for part in self._content(prepared):
                yield part
            return
        archive, digest = ZipStream(FOLDER), sha256()
        with archive.file(NAMES[prepared.wanted.form]) as member:
            async for part in self._content(prepared):
                digest.update(part)
                member.write(part)
                yield archive.taken()
        with archive.file(proofs.FILE) as member:
            async for part in self._proofs(prepared, prepared.prover, digest.digest()):
                member.write(part)
                yield archive.taken()
        key = str(prepared.prover.vouching.key)
        if not self._stated(prepared.wanted):  # the root of a small tree would check guesses as a leaf does
            notes = "".join(one.note for one in prepared.prover.sealings)
            archive.add("checkpoints.txt", notes.encode())
        archive.add("log-key.txt", f"{key}\n".encode())
        archive.add(VERIFIER, PROGRAM.read_bytes())
        archive.add("README.txt", readme(prepared.wanted, len(prepared.numbers), self.within).encode())
        yield archive.ended()

    async def _content(self, prepared: Prepared) -> AsyncIterator[bytes]:
        """Pseudonyms are of this export alone: their key is kept nowhere."""
        key = secrets.token_bytes(KEY_LEAST)
        for at in range(0, len(prepared.numbers), STEP):
            found = await self.source.entries(prepared.numbers[at : at + STEP])
            yield written(found, prepared.wanted, self.origin, self.reasons, key, first=not at)

    def _stated(self, wanted: Wanted) -> bool:
        """By the log's signature alone: no hash of an entry leaves by which its reader could check a guess."""
        return wanted.pseudonyms or self.within is not None

    async def _proofs(self, prepared: Prepared, prover: Prover, content: bytes) -> AsyncIterator[bytes]:
        numbers, reach = prepared.numbers, prover.sealings[-1].reach
        said = proofs.statement(
            prepared.wanted,
            prepared.asked,
            numbers,
            reach,
            content,
            prepared.made,
            prover.vouching.signers,
            stated=self._stated(prepared.wanted),
        )
        yield proofs.head(said, numbers, prover.vouching.changes)
        for tree in () if self._stated(prepared.wanted) else prover.sealings:
            own = [one for one in numbers if tree.begin <= one < tree.end]
            if own:
                yield proofs.sealed(tree)
            for at in range(0, len(own), STEP):
                proven = await prover.prove(own[at : at + STEP])
                yield b"".join(map(proofs.line, proven))


def _at_least_one(numbers: list[int]) -> list[int]:
    if not numbers:
        raise ExportRefused(Why.NOTHING)
    return numbers
