"""Other settings take the place of a node's in its Envoy and in the process beside it: tried, then kept or undone.

`accepted.json` says which are in force: a change is kept once it has been renamed to that.
"""

import asyncio
import contextlib
import hashlib
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import msgspec
import structlog

from config.changes import changes
from config.load import accepted
from config.settings import Settings
from config.sources import ACCEPTED, Accepted
from gateway.commands.envoy_of_node import EnvoyOfNode
from gateway.commands.not_reloaded import SILENT, NotReloaded
from gateway.commands.objections import refused_by_envoy
from gateway.envoy.discovery import NotTaken, Refused
from gateway.envoy.exchange import Exchange
from gateway.fleet.alike import marks_of
from gateway.streams.words import NODE_TELLS, Gone

TOLD_WITHIN = 2.0  # seconds, for the watch of streams; it needs milliseconds
log = structlog.get_logger("reload")


class ChangeOfNode:
    """Call `prepare`, `switch`, then `keep`; or `undo` at any time before. `draft`: what is to be accepted, of that
    configuration; `taken`: told when it counts. Raises what reading it raises.
    """

    def __init__(
        self, envoy: EnvoyOfNode, configuration: Path, draft: Path, taken: Callable[[], None]
    ) -> None:
        self._envoy, self._configuration, self._taken = envoy, configuration, taken
        self._before = envoy.settings, envoy.district
        self.settings, self._district = accepted(configuration, Accepted.read(draft))
        self._digest = _digest_of(draft)
        self._exchange = Exchange(
            envoy.discovery, envoy.administration, envoy.resources(self.settings, self._district)
        )
        envoy.changing = True

    async def prepare(self) -> None:
        """All that the new routes need is there. Raises NotReloaded, and is undone then."""
        async with self._undone_if_refused():
            await self._exchange.prepare()

    async def switch(self) -> None:
        """The new routes count, and until it is kept no grant. Raises NotReloaded, and is undone then."""
        async with self._undone_if_refused():
            self._envoy.gate.switching = True
            self._envoy.take(self.settings, self._district)
            await self._exchange.switch(self._envoy.publish_gate)

    async def keep(self) -> None:
        """What no route needs any more goes, and streams of what is served no more end."""
        self._over()
        self._taken()
        before, after = self._before[0], self.settings
        had, has = marks_of(before), marks_of(after)
        other = {name: mark for name, mark in has.items() if had.get(name, mark) != mark}
        await _tell(self._envoy.run / NODE_TELLS, Gone(sorted(_asked(before) - _asked(after)), other))

    def undo(self) -> None:
        if self._envoy.changing:
            self._envoy.take(*self._before)
            self._exchange.undo()
            self._over()

    async def settle(self) -> None:
        """Nobody says any more what is to become of it."""
        if not self._envoy.changing:
            return
        kept = self.settings.state.directory / ACCEPTED
        if await asyncio.to_thread(_digest_of, kept) == self._digest:
            await self.keep()
        else:
            self.undo()

    def _over(self) -> None:
        self._envoy.changing = self._envoy.gate.switching = False
        self._envoy.publish()
        self._envoy.publish_gate()

    @contextlib.asynccontextmanager
    async def _undone_if_refused(self) -> AsyncIterator[None]:
        try:
            yield
        except Refused as refused:
            self.undo()
            delta = changes(self._before[0], self.settings)
            problem = await refused_by_envoy(
                self._configuration,
                self.settings,
                lambda settings: self._envoy.resources(settings, self._district),
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
    """What routes ask for: application and action."""
    return {
        (one.id, route.action)
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
