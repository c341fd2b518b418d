"""Our side: the newest checkpoint goes to each witness every few seconds; its answer is kept and, if need be, told.

Sealing waits for none of this, and one witness for no other.
"""

import asyncio
import ssl
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Protocol

import aiohttp
import structlog

from gateway.audit.checkpoint import Checkpoint
from gateway.audit.checkpointer import Sealed
from gateway.audit.cosignature import WitnessKey, cosignature_in
from gateway.audit.entry import Entry
from gateway.audit.neutral import neutral
from gateway.audit.note import NoteRefused
from gateway.audit.submission import PATH, SIZE_TYPE, Submission, size_in
from gateway.witness.standing import (
    Alarm,
    Answer,
    Away,
    Cosigned,
    Refused,
    Stand,
    Standing,
    Trouble,
    heard,
    worst,
)

TIMEOUT = aiohttp.ClientTimeout(total=10)
EVERY = 5.0  # seconds between two submissions to a witness, at least
LONGEST = 300.0  # seconds between two attempts at one that does not cosign
MOST_FAILED = 10  # counted
ATTEMPTS = 3  # of one round: a witness may say from which size to go on
LARGEST_ANSWER = 16 * 1024  # bytes
LONGEST_CAUSE = 200  # characters
MEANINGS = {404: Trouble.ORIGIN_UNKNOWN, 403: Trouble.KEY_NOT_TRUSTED}
log = structlog.get_logger("witnesses")


class NoProof(Exception):
    """The log does not give what it sealed."""


class Witnessed(Protocol):
    """The log, and what is kept of its witnesses."""

    async def heads(self) -> Sequence[Sealed]:
        """The newest checkpoint of each tree that may have to be cosigned: of closed months, and of the open one."""
        ...

    async def proof(self, old: int, head: Checkpoint) -> Sequence[bytes]:
        """That the tree of `head` grew out of its first `old` entries (RFC 9162 §2.1.4). Raises NoProof."""
        ...

    async def cosigned_size(self, witness: str, origin: str) -> int:
        """Entries of the largest tree of this origin that it cosigned; 0: none."""
        ...

    async def cosignature(self, witness: str, origin: str, size: int) -> str:
        """Its line of that tree, as it is kept; empty: none."""
        ...

    async def stand(self, witness: str) -> Stand | None: ...

    async def settle(
        self, witness: str, stand: Stand, cosigned: Sequence[Cosigned], entries: Sequence[Entry]
    ) -> None:
        """Keep and record all of it, or nothing."""
        ...


@dataclass(frozen=True, slots=True)
class Head:
    """A checkpoint to be cosigned, and its note."""

    said: Checkpoint
    note: str

    @staticmethod
    def of(sealed: Sealed) -> "Head":
        """Sizes are of the tree from here on. Raises NoteRefused."""
        return Head(Checkpoint.parse(sealed.note.rpartition("\n\n")[0] + "\n"), sealed.note)

    def refused(self, alarm: Alarm, theirs: int) -> Refused:
        return Refused(alarm, self.said.origin, self.said.reach, self.said.first + theirs)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a witness is reached."""

    key: WitnessKey
    address: str
    authority: Path | None = None


class Submitter:
    """To one witness. `step` makes one round and says after how many seconds the next is due.

    What was told of it is known to whoever told it, and how it cosigned is said by its signature: rows of the database
    could say both, and the witness alone finds a database that was put back.
    """

    def __init__(self, place: Place, store: Witnessed, now: Callable[[], datetime]) -> None:
        self._place, self._store, self._now = place, store, now
        self._name = place.key.name
        self._tls = ssl.create_default_context(cafile=place.authority)
        self._failed = 0
        self._told: Stand | None = None
        self._opens: dict[str, tuple[str, str]] = {}
        """By origin: note and line that were found to belong together."""

    def forget(self) -> None:
        """Another node submits, and tells."""
        self._told = None

    async def step(self) -> float:
        kept = await self._store.stand(self._name)
        before = self._told or kept
        refusing = before is not None and before.standing is Standing.REFUSING
        answers: list[Answer] = []
        for sealed in await self._store.heads():
            try:
                head = Head.of(sealed)
            except NoteRefused:
                origin = neutral(sealed.note.partition("\n")[0], LONGEST_CAUSE)
                answers.append(Refused(Alarm.NO_PROOF, origin, sealed.size, 0))
                continue
            known = await self._store.cosigned_size(self._name, head.said.origin)
            if refusing or known != head.said.size or not await self._is_cosigned(head):
                answer = await self._answer(head, known)
                answers += [] if answer is None else [answer]
                if isinstance(answer, Away) and answer.trouble is Trouble.UNREACHABLE:
                    break  # nor will it take the other trees now
        if answers:
            await self._hear(kept, answers)
        good = all(isinstance(one, Cosigned) for one in answers)
        self._failed = 0 if good else min(self._failed + 1, MOST_FAILED)
        return min(EVERY * float(2**self._failed), LONGEST)

    async def _is_cosigned(self, head: Head) -> bool:
        line = await self._store.cosignature(self._name, head.said.origin, head.said.size)
        if self._opens.get(head.said.origin) != (head.note, line):
            if not isinstance(self._opened(head, line), Cosigned):
                return False
            self._opens[head.said.origin] = head.note, line
        return True

    async def _hear(self, kept: Stand | None, answers: Sequence[Answer]) -> None:
        """A witness stands as the worst of what it says of our trees."""
        cosigned = [one for one in answers if isinstance(one, Cosigned)]
        answer, at, before = worst(answers), self._now(), self._told
        if before is None and kept is not None:
            if kept.standing is Standing.REFUSING and isinstance(answer, Away):
                return  # it stands so until the witness says more
            said = kept.told and isinstance(answer, Cosigned)  # rather told twice than never
            before = replace(kept, told=said, since=min(kept.since, at))
        stand, entries = heard(self._name, before, answer, at)
        if cosigned or entries or stand != kept:
            await self._store.settle(self._name, stand, cosigned, entries)
        self._told = stand
        if stand != before:
            facts = {"witness": self._name, "standing": stand.standing.value, "reason": stand.reason}
            good = stand.standing is Standing.COSIGNING
            tell = log.info if good else log.error if entries else log.warning
            tell("witness.stands", **facts)

    async def _answer(  # noqa: PLR0911 - one for each answer of the specification
        self, head: Head, old: int
    ) -> Answer | None:
        """None where another node of ours has been faster, or the month was deleted meanwhile."""
        for _ in range(ATTEMPTS):
            if old > head.said.size:
                return await self._put_back(head, old)
            try:
                proof = await self._store.proof(old, head.said)
            except NoProof:
                return head.refused(Alarm.NO_PROOF, old) if await self._reached(head.said.origin) else None
            try:
                status, kind, said = await self._post(Submission(old, proof, head.note).text())
            except (aiohttp.ClientError, OSError, TimeoutError) as error:
                cause = neutral(str(error) or type(error).__name__, LONGEST_CAUSE)
                return Away(Trouble.UNREACHABLE, cause)
            if status == 200:
                return self._opened(head, said)
            if status == 422:
                return head.refused(Alarm.REWRITTEN, old)
            size = size_in(said) if status == 409 and kind == SIZE_TYPE else None
            if size is None:
                return Away(MEANINGS.get(status, Trouble.ANSWER_UNFIT), f"status {status}")
            if size == old:
                return head.refused(Alarm.OTHER_ROOT, size)
            old = size
        return Away(Trouble.ANSWER_UNFIT, "it says another size each time")

    async def _put_back(self, head: Head, theirs: int) -> Answer | None:
        """A checkpoint is kept here before it goes anywhere: whoever knows a larger one knows what we lost."""
        reached = await self._reached(head.said.origin)
        if not reached or max(reached) >= head.said.first + theirs:
            return None
        return head.refused(Alarm.PUT_BACK, theirs)

    async def _reached(self, origin: str) -> Sequence[int]:
        """Entries of the log that the tree's newest checkpoint seals by now; none where its month was deleted."""
        return [one.size for one in await self._store.heads() if one.note.startswith(f"{origin}\n")]

    def _opened(self, head: Head, said: str) -> Answer:
        tree = head.said
        try:
            made = cosignature_in(said, tree.text(), self._place.key)
            return Cosigned(tree.origin, tree.size, made, tree.first)
        except NoteRefused as refused:
            return Away(Trouble.ANSWER_UNFIT, neutral(refused.why, LONGEST_CAUSE))

    async def _post(self, body: str) -> tuple[int, str, str]:
        address = self._place.address.rstrip("/") + PATH
        secure: ssl.SSLContext | bool = self._tls if address.startswith("https:") else True
        async with (
            aiohttp.ClientSession(timeout=TIMEOUT) as http,
            http.post(
                address,
                data=body.encode(),
                headers={"User-Agent": "brana", "Content-Type": "text/plain"},
                ssl=secure,
                allow_redirects=False,
            ) as answer,
        ):
            said = await answer.content.read(LARGEST_ANSWER)
            return answer.status, answer.content_type, said.decode("utf-8", "replace")


async def keep_submitting(submitter: Submitter, leads: Callable[[], bool]) -> None:
    """For as long as the process serves; one node does it for all."""
    while True:
        if leads():
            pause = await submitter.step()
        else:
            submitter.forget()
            pause = EVERY
        await asyncio.sleep(pause)
