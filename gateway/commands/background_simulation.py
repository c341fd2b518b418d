"""One simulation at a time beside the product, in a process of its own, and what the last ones found.

What was found is kept in memory: after a start it is worked out anew.
"""

import asyncio
import os
import time
from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import structlog

from gateway.audit.own_process import Failure, Progress, asked, encode
from gateway.commands.simulation_work import Result, Unusable, Work, command, understood
from gateway.web.simulating import Finished, NotFinished, Occupied, Standing, Trouble, UnderWay

Key = tuple[str, ...]
LIMIT = timedelta(minutes=30)  # a million decisions take some minutes where others have the processors first
PATIENCE = timedelta(seconds=2)  # whoever asks waits so long: a small log is answered at once
REMEMBERED = 20  # results, of at most a hundred KiB each
LONGEST_LINE = 4 * 1024 * 1024  # bytes; a report of as many rows as pages show
log = structlog.get_logger("policies.simulation")


@dataclass(slots=True)
class _Running:
    key: Key
    state: UnderWay
    task: asyncio.Task[None] | None = None


class Simulating:
    """`child` starts the process (`gateway.commands.simulation_process`)."""

    def __init__(
        self,
        now: Callable[[], datetime],
        child: Sequence[str] | None = None,
        *,
        limit: timedelta = LIMIT,
        patience: timedelta = PATIENCE,
    ) -> None:
        self._child = command(os.getpid()) if child is None else child
        self._now, self._limit, self._patience = now, limit, patience
        self._running: _Running | None = None
        self._kept: OrderedDict[Key, Finished | NotFinished] = OrderedDict()

    def standing(self, key: Key) -> Standing:
        running = self._running
        if running is not None and running.key == key:
            return running.state
        found = self._kept.get(key)
        if found is None and running is not None:
            return Occupied(running.state.began)
        return found

    async def begin(self, key: Key, work: Work, by: str) -> Standing:
        """Begin it, unless one is under way; wait until it has ended or patience has."""
        if self._running is None:
            self._kept.pop(key, None)
            began = _Running(key, UnderWay(self._now(), by))
            self._running = began
            began.task = asyncio.create_task(self._run(began, work))
        running = self._running
        if running.key != key:
            return Occupied(running.state.began)
        assert running.task is not None
        await asyncio.wait({running.task}, timeout=self._patience.total_seconds())
        return self.standing(key)

    async def cancel(self, key: Key) -> None:
        """Where it is under way, it ends and came to nothing."""
        if self._running is not None and self._running.key == key:
            await self.close()

    async def close(self) -> None:
        """End what is under way."""
        if self._running is not None and self._running.task is not None:
            task = self._running.task
            task.cancel()
            await asyncio.wait({task})

    async def _run(self, running: _Running, work: Work) -> None:
        began = time.monotonic()
        try:
            said = await self._ask(running, work)
            took = timedelta(seconds=time.monotonic() - began)
            self._keep(running.key, self._found(said, work, took, running.state.by))
        finally:
            self._running = None

    async def _ask(self, running: _Running, work: Work) -> Result | Unusable | Failure | Trouble:
        beginning = running.state

        def told(progress: Progress) -> None:
            running.state = replace(beginning, done=progress.done, total=progress.total)

        try:
            return await asked(
                self._child, understood, told, self._limit, given=encode(work), longest_line=LONGEST_LINE
            )
        except TimeoutError:
            return Trouble.TOO_LONG
        except Exception as error:  # noqa: BLE001 - whatever it is, somebody waits for a word
            return Failure(f"{type(error).__name__}: {error}")

    def _found(
        self, said: Result | Unusable | Failure | Trouble, work: Work, took: timedelta, by: str
    ) -> Finished | NotFinished:
        match said:
            case Result(report):
                return Finished(report, work.period.since, work.period.until, took, by)
            case Unusable(cause):
                trouble = Trouble.UNUSABLE
            case Failure(cause):
                trouble = Trouble.FAILED
            case Trouble():
                trouble, cause = said, ""
        log.error("policies.not_simulated", trouble=trouble.value, cause=cause)
        return NotFinished(trouble, cause, self._now(), by)

    def _keep(self, key: Key, found: Finished | NotFinished) -> None:
        self._kept[key] = found
        while len(self._kept) > REMEMBERED:
            self._kept.popitem(last=False)
