"""Tasks that go on for as long as a process serves, whatever happens to them."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Coroutine
from functools import partial
from typing import Any

import structlog

from gateway.commands.troubles import KNOWN, LastingTrouble

log = structlog.get_logger("rounds")
PAUSE = 5.0  # seconds after a failure
STEADY = 30.0  # seconds without another one: its trouble is over

Round = partial[Coroutine[Any, Any, None]]
"""Its function's name is told when it fails."""


@contextlib.asynccontextmanager
async def running(*rounds: Round, pause: float = PAUSE, steady: float = STEADY) -> AsyncIterator[None]:
    """The rounds run while the block does. One that fails is told and begins again after a pause."""
    tasks = [asyncio.create_task(_again(one, pause, steady)) for one in rounds]
    try:
        yield
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def _again(one: Round, pause: float, steady: float) -> None:
    name = one.func.__name__
    lasting = LastingTrouble("round.trouble", {"round": name})
    while True:
        task = asyncio.ensure_future(one())
        try:
            if lasting.told:
                await asyncio.wait({task}, timeout=steady)
                if not task.done() or task.exception() is None:
                    lasting.over()
            await task
        except KNOWN as error:
            lasting.tell(error)
        except Exception:
            log.exception("round.failed", round=name)
        finally:
            if not task.done():  # the block ends: not before what the round was about to do
                task.cancel()
                await asyncio.wait({task})
        await asyncio.sleep(pause)
