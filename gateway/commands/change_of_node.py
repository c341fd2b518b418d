"""Other settings take the place of a node's in its Envoy and in the process beside it: tried, then kept or undone.

`accepted.json` says which are in force: a change is kept once it has been renamed to that.
"""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from pathlib import Path

import msgspec
import structlog

from config.asked_word import asked_word
from config.changes import changes
from config.load import accepted
from config.settings import Settings
from config.sources import ACCEPTED, Accepted
from gateway.commands.envoy_of_node import EnvoyOfNode, own_of
from gateway.commands.not_reloaded import SILENT, NotReloaded
from gateway.commands.objections import refused_by_envoy
from gateway.envoy.discovery import NotTaken, Refused
from gateway.envoy.exchange import Exchange
from gateway.envoy.messages import Json
from gateway.fleet.alike import marks_of
from gateway.streams.words import NODE_TELLS, Gone

TOLD_WITHIN = 2.0  # seconds, for the watch of streams; it needs milliseconds
log = structlog.get_logger("reload")


class ChangeOfNode:
    """Call `prepare`, `switch`, then `keep`; or `undo` at any time before. `draft`: what is to be accepted, of that
    configuration; `taken`: told when it counts.
    """

    def __init__(
        self, envoy: EnvoyOfNode, configuration: Path, draft: Path, taken: Callable[[], None]
    ) -> None:
        self._envoy, self._configuration, self._taken = envoy, configuration, taken
        self._draft, self._digest = draft, b""
        self._before = self._after = envoy.own
        self._exchange: Exchange | None = None

    async def prepare(self) -> None:
        """All that the new routes need is there. Raises NotReloaded and what reading the draft raises, and is undone
        then.
        """
        heard, resources = -1, dict[str, list[Json]]()
        while heard != self._envoy.heard:  # other keys may have come while it was read
            heard, resources = self._envoy.heard, await asyncio.to_thread(self._read)
        self._exchange = Exchange(self._envoy.discovery, self._envoy.administration, resources)
        self._envoy.begin_change()
        async with self._undone_if_refused():
            await self._exchange.prepare()

    async def switch(self) -> None:
        """The new routes count, and until it is kept no grant. Raises NotReloaded, and is undone then."""
        assert self._exchange is not None
        async with self._undone_if_refused():
            self._envoy.gate.switching = True
            self._envoy.take(self._after)
            await self._exchange.switch(self._envoy.publish_gate)

    async def keep(self) -> None:
        """What no route needs any more goes, and streams of what is served no more end."""
        assert self._exchange is not None
        self._envoy.take(self._after)
        self._exchange.tidy()
        self._over()
        self._taken()
        before, after = self._before.settings, self._after.settings
        had, has = marks_of(before), marks_of(after)
        other = {name: mark for name, mark in has.items() if had.get(name, mark) != mark}
        await _tell(self._envoy.run / NODE_TELLS, Gone(sorted(_asked(before) - _asked(after)), other))

    def undo(self) -> None:
        if self._exchange is not None and self._envoy.changing:
            self._envoy.take(self._before)
            self._exchange.undo()
            self._over()

    async def settle(self) -> None:
        """Nobody says any more what is to become of it."""
        if not self._envoy.changing:
            return
        kept = self._after.settings.state.directory / ACCEPTED
        if self._envoy.gate.switching and await asyncio.to_thread(_digest_of, kept) == self._digest:
            await self.keep()
        else:
            self.undo()

    def _read(self) -> dict[str, list[Json]]:
        """In a thread of its own: a thousand applications take a while."""
        self._digest = _digest_of(self._draft)
        self._after = own_of(*accepted(self._configuration, Accepted.read(self._draft)))
        return self._envoy.resources(self._after)

    def _over(self) -> None:
        self._envoy.gate.switching = False
        self._envoy.end_change()
        self._envoy.publish_gate()

    @contextlib.asynccontextmanager
    async def _undone_if_refused(self) -> AsyncIterator[None]:
        try:
            yield
        except Refused as refused:
            self.undo()
            delta = changes(self._before.settings, self._after.settings)
            problem = await refused_by_envoy(
                self._configuration,
                self._after.settings,
                lambda settings: self._envoy.resources(replace(self._after, settings=settings)),
                {*delta.added, *delta.changed},
                refused.rejection,
            )
            raise NotReloaded("data_plane_refused", str(problem)) from refused
        except NotTaken as silent:
            self.undo()
            raise NotReloaded("data_plane_silent", SILENT) from silent


def _digest_of(file: Path) -> bytes:
    return hashlib.sha256(file.read_bytes()).digest()


def _asked(settings: Settings) -> set[tuple[str, str]]:
    """What routes ask for: application and word, as streams say it."""
    return {
        (one.id, asked_word(route.action, route.name))
        for one in settings.applications
        for route in one.routes
        if route.action is not None
    }


async def _tell(watch: Path, gone: Gone) -> None:
    """Where the watch is away all streams have ended."""
    if not gone.asked and not gone.marks:
        return
    try:
        async with asyncio.timeout(TOLD_WITHIN):
            reader, writer = await asyncio.open_unix_connection(watch)
            writer.write(msgspec.json.encode(gone) + b"\n")
            await reader.read()
            writer.close()
    except (OSError, TimeoutError) as error:
        log.warning("reload.streams_not_told", cause=str(error) or type(error).__name__)
