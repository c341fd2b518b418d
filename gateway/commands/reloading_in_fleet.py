"""A node of a fleet takes other settings: its own Envoy and control plane at once, the policies with all the others.

Laws, besides those of `gateway.envoy.exchange`:

- the process beside Envoy tells it; between the tables no grant lets anybody in, and nothing is decided here;
- entries and policies are one transaction, after Envoy has taken the routes: what fails before it is put back whole;
- who dies behind it begins by what was accepted, and so does the process beside Envoy: it is told once more, as it
  may have begun by what was accepted before.
"""

import asyncio
import contextlib
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import timedelta
from functools import partial
from pathlib import Path

import structlog

from config.changes import Changes
from config.sources import ACCEPTED, Noting
from gateway.commands.candidate import Candidate, InForce, entry_of
from gateway.commands.change_at_node import Change, NoEnvoy, change_at_node
from gateway.commands.control_plane import ControlPlane
from gateway.commands.not_reloaded import NotReloaded
from gateway.commands.policies_reload import PoliciesReload, Remarks
from gateway.commands.state import now
from gateway.commands.technical_proofs import end_what_rests_on, taken_away

COMES_BACK = timedelta(seconds=30)  # a process of the node that is begun anew needs a second or two
AGAIN = 0.1  # seconds
BEHIND = "the process beside Envoy died meanwhile and has not taken the change; end it with SIGTERM, it begins by it"
log = structlog.get_logger("reload")


class FleetReload:
    """`exchange_pages`: have the sockets answer by what the plane has taken."""

    def __init__(
        self, plane: ControlPlane, policies: PoliciesReload, exchange_pages: Callable[[], Awaitable[None]]
    ) -> None:
        self._plane, self._policies, self._exchange_pages = plane, policies, exchange_pages

    async def take(
        self, by: str, before: InForce, after: Candidate, delta: Changes, sources: Noting
    ) -> tuple[InForce, Remarks]:
        """What is in force then, and what there is to say. Raises NotReloaded, LeftBehind, SharedPoliciesUnusable, and
        what the database raises; then all is as before.
        """
        plane = self._plane
        # Before Envoy is told anything: between the tables no grant counts, and nobody is decided about.
        await plane.state.database.require_writes()
        draft: Path = await asyncio.to_thread(sources.draft, plane.settings.state.directory / ACCEPTED)
        async with self._at_node(draft) as node:
            await node.prepare()
            async with self._policies.following.still():
                taken, said = await self._switched(by, before, after, delta, sources, draft, node)
                plane.revoked.announce()
            # Its gate honours no grant until it is kept, and by then knows the epoch of these settings.
            said = said.with_lines(*await self._policies.late())
            try:
                await node.keep()
            except NotReloaded as lost:
                log.warning("reload.node_lost", cause=str(lost))
                said = said.with_lines(*await _again(self._plane.state.run, draft.with_name(ACCEPTED)))
            plane.streams.everything()  # the watch knows by now what is served by other settings
        return taken, said

    def _at_node(self, draft: Path) -> contextlib.AbstractAsyncContextManager[Change]:
        fleet = self._plane.settings.fleet
        assert fleet is not None
        if fleet.lets_in:
            return change_at_node(self._plane.state.run, draft)
        return contextlib.nullcontext(NoEnvoy())

    async def _switched(
        self,
        by: str,
        before: InForce,
        after: Candidate,
        delta: Changes,
        sources: Noting,
        draft: Path,
        node: Change,
    ) -> tuple[InForce, Remarks]:
        plane = self._plane
        try:
            await node.switch()
            entry = partial(entry_of, now(), by, before, after, delta)
            found, said = await self._policies.take_with_settings(
                by, after.state.settings, after.book, sources, entry
            )
            book, closed = await self._policies.book(after, found)
            after = replace(after, book=book)
            plane.incidents = closed
            plane.take(after.state, after.book)
            await self._exchange_pages()
            proofs = taken_away(
                before.state.settings, after.state.settings, (before.contents, after.contents)
            )
            await end_what_rests_on(plane.office, proofs, by, now())
            draft.replace(draft.with_name(ACCEPTED))  # who dies before this goes on as before
        except BaseException:
            with contextlib.suppress(NotReloaded):
                await node.undo()
            plane.take(before.state, plane.book)
            plane.revoked.announce()
            await self._exchange_pages()
            raise
        return after.in_force(), said


async def _again(run: Path, accepted: Path) -> list[str]:
    """What there is to say."""
    until = time.monotonic() + COMES_BACK.total_seconds()
    while True:
        try:
            async with change_at_node(run, accepted) as node:
                await node.prepare()
                await node.switch()
                await node.keep()
        except NotReloaded as lost:
            if time.monotonic() >= until:
                log.error("reload.node_behind", cause=str(lost))  # noqa: TRY400 - the cause says it all
                return [BEHIND]
            await asyncio.sleep(AGAIN)
        else:
            return []
