"""One verification of the log at a time, in a process of its own: the process that decides stays free.

The child recomputes the log and says how far it is, one JSON object a line, at last its report. What it found
is kept with its time until the next one, and recorded as the act of whoever asked for it.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

import msgspec
import structlog

from gateway.audit.entry import Entry
from gateway.audit.own_process import Failure, Progress, asked
from gateway.audit.reading_acts import verification_not_finished, verified
from gateway.audit.verify_report import Report

LIMIT = timedelta(minutes=30)  # a million entries take about one; a snapshot must not be held for ever
PATIENCE = timedelta(seconds=3)  # whoever asks waits so long: a small log is answered at once
log = structlog.get_logger("audit.recomputation")


class Trouble(StrEnum):
    """Why a verification came to no verdict."""

    TOO_LONG = "verification_too_long"
    FAILED = "verification_failed"


class VerificationNotRecorded(Exception):
    """A verification came to its verdict, which was told; the log took no entry of it."""

    def __init__(self, cause: Exception) -> None:
        super().__init__(
            f"the verdict stands, but this verification could not be recorded: {cause}\n"
            "    keep this output, mend the cause and verify again; where the log itself is damaged, keep the "
            "whole state directory as evidence first"
        )


class Verdict(msgspec.Struct, frozen=True, tag="verdict"):
    report: Report


Said = Progress | Verdict | Failure
"""What the child may say in a line."""

_decoder: msgspec.json.Decoder[Said] = msgspec.json.Decoder(Said)


async def verified_apart(command: Callable[[], Awaitable[Sequence[str]]]) -> Report | None:
    """Of the whole log, by a process of its own and for nobody; None: it came to no verdict."""
    try:
        said = await asked(await command(), _decoder.decode, lambda _progress: None, LIMIT)
    except TimeoutError:
        said = Failure(Trouble.TOO_LONG)
    except (OSError, msgspec.MsgspecError) as error:
        said = Failure(f"{type(error).__name__}: {error}")
    if isinstance(said, Verdict):
        return said.report
    log.error("audit.not_verified", cause=said.cause)
    return None


@dataclass(frozen=True, slots=True)
class UnderWay:
    began: datetime
    by: str
    done: int = 0
    total: int = 0
    """Entries recomputed, of how many; 0 of 0 until the child has counted."""


@dataclass(frozen=True, slots=True)
class Finished:
    report: Report
    at: datetime
    took: timedelta
    by: str
    recorded: bool
    """Whether the log itself took the entry of this verification."""


@dataclass(frozen=True, slots=True)
class NotFinished:
    trouble: Trouble
    cause: str
    at: datetime
    by: str


RecomputationState = UnderWay | Finished | NotFinished | None


class Recomputation:
    """`command` starts the child (`gateway.commands.verification_process`), or is asked each time for what does."""

    def __init__(
        self,
        command: Sequence[str] | Callable[[], Awaitable[Sequence[str]]],
        record: Callable[[Sequence[Entry]], Awaitable[None]],
        now: Callable[[], datetime],
        *,
        limit: timedelta = LIMIT,
        patience: timedelta = PATIENCE,
    ) -> None:
        self.standing: RecomputationState = None
        """The verification that is under way, else the last one since the start."""
        self._command, self._record, self._now = command, record, now
        self._limit, self._patience = limit, patience
        self._task: asyncio.Task[None] | None = None

    async def begin(self, by: Entry) -> None:
        """Begin one, unless one is under way; return when it has ended or patience has.

        `by`: who asks, as an entry without its findings.
        """
        if self._task is None or self._task.done():
            self.standing = beginning = UnderWay(self._now(), by.person or by.subject)
            self._task = asyncio.create_task(self._run(by, beginning))
        await asyncio.wait({self._task}, timeout=self._patience.total_seconds())

    async def close(self) -> None:
        """End what is under way; it is not recorded, for it came to nothing."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})

    async def _run(self, by: Entry, beginning: UnderWay) -> None:
        began = time.monotonic()
        try:
            said: Verdict | Failure | Trouble = await self._ask(beginning)
        except TimeoutError:
            said = Trouble.TOO_LONG
        except Exception as error:  # noqa: BLE001 - whatever it is, an officer waits for a word
            said = Failure(f"{type(error).__name__}: {error}")
        took, at = timedelta(seconds=time.monotonic() - began), self._now()
        if isinstance(said, Verdict):
            finding = "whole" if said.report.broken is None else str(said.report.broken)
            entry = verified(
                by, at, whole=said.report.broken is None, entries=said.report.entries, finding=finding
            )
            recorded = await self._recorded(entry)
            self.standing = Finished(said.report, at, took, beginning.by, recorded)
            return
        trouble, cause = (said, "") if isinstance(said, Trouble) else (Trouble.FAILED, said.cause)
        log.error("audit.not_verified", trouble=trouble, cause=cause)
        await self._recorded(verification_not_finished(by, at, trouble, cause))
        self.standing = NotFinished(trouble, cause, at, beginning.by)

    async def _ask(self, beginning: UnderWay) -> Verdict | Failure:
        def told(progress: Progress) -> None:
            self.standing = replace(beginning, done=progress.done, total=progress.total)

        command = await self._command() if callable(self._command) else self._command
        return await asked(command, _decoder.decode, told, self._limit)

    async def _recorded(self, entry: Entry) -> bool:
        """A log that takes no entry must not keep anybody from the verdict about it."""
        try:
            await self._record([entry])
        except Exception as error:  # noqa: BLE001
            log.error("audit.verification_not_recorded", cause=str(error))  # noqa: TRY400 - the cause is enough
            return False
        return True
