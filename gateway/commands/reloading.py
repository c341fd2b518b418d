"""A change of the configuration or the policies takes effect while the product runs, whole or not at all.

What is wrong is found by the same checks as at the start, and at last by Envoy itself; then what was in force stays.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

import msgspec
import structlog

from config.changes import Changes, changes
from config.problem import ConfigurationRefused
from config.sources import ACCEPTED, Noting, Sources
from gateway.asking import Reloaded
from gateway.audit import configuration_acts
from gateway.commands import heap
from gateway.commands.application_accounts import PasswordUnusable
from gateway.commands.candidate import Candidate, InForce, begun_with, candidate, closed, entry_of
from gateway.commands.control_plane import ControlPlane
from gateway.commands.data_plane import resources_of
from gateway.commands.decisions import speak_of_nothing
from gateway.commands.failure import explained
from gateway.commands.fitness import checked
from gateway.commands.following_policies import FollowingPolicies
from gateway.commands.not_reloaded import SILENT, NotReloaded, require_live
from gateway.commands.objections import refused_by_envoy
from gateway.commands.policies_reload import PoliciesReload, Remarks
from gateway.commands.publishing import LeftBehind
from gateway.commands.reloading_in_fleet import FleetReload
from gateway.commands.shared_policies import WITH_FAULTS
from gateway.commands.state import now
from gateway.commands.technical_proofs import end_what_rests_on, taken_away
from gateway.envoy.discovery import NotTaken, Refused
from gateway.envoy.exchange import Exchange
from gateway.envoy.process import Administration
from gateway.envoy.resources import EXTENSIONS, reading_tokens
from gateway.envoy.routes import HostTaken
from gateway.envoy.upstreams import UpstreamUnusable
from gateway.fleet.gatekeeper import NO_EPOCH
from gateway.policy_office.refusal import Refusal as PolicyRefusal
from policies.brought import BringsFaults, LeftWithoutPolicies
from policies.load import CasesBroken

NOT_BUILT = (PasswordUnusable, HostTaken, UpstreamUnusable)
LEFT_BEHIND = "policies_left_behind"
CASES_BROKEN = "policy_cases_broken"
log = structlog.get_logger("reload")


class Reloading:
    """One reload after the other. `sources`: what the plane was made from; `exchange_pages`: have the sockets answer
    by what the plane has taken.
    """

    def __init__(
        self,
        plane: ControlPlane,
        configuration: Path,
        sources: Sources,
        exchange_pages: Callable[[], Awaitable[None]],
        policies: FollowingPolicies,
    ) -> None:
        self._plane, self._configuration = plane, configuration
        self._exchange_pages = exchange_pages
        self._policies = PoliciesReload(plane, policies)
        self._in_force = begun_with(plane.state, plane.book, sources)
        self._one_at_a_time = asyncio.Lock()

    async def reload(self, by: str) -> Reloaded:
        """`by`: whose the change is in the log. Never raises: what fails is told, recorded, and changes nothing."""
        async with self._one_at_a_time:
            began, before = time.monotonic(), replace(self._in_force, book=self._plane.book)
            try:
                after, delta, remarks = await self._reloaded(by)
            except NotReloaded as refused:
                return await self._not_reloaded(by, refused.reason, str(refused))
            except Exception as error:
                log.exception("reload.failed", by=by)
                said = explained(error) or f"{type(error).__name__}: {error}"
                return await self._not_reloaded(by, "reload_failed", said)
            void = speak_of_nothing(self._plane.book, after.state.settings)
            told = Reloaded(
                applied=True,
                said=str(remarks.with_lines(*void)),
                not_proposed=[*remarks.not_proposed],
                before=before.digest,
                after=after.digest,
                policies=after.book.version if after.book.version != before.book.version else "",
                seconds=round(time.monotonic() - began, 3),
                added=[*delta.added],
                removed=[*delta.removed],
                changed=[*delta.changed],
                settings=[*delta.settings],
                closed=closed(before, after),
            )
            log.info("reload.done", by=by, **msgspec.structs.asdict(told))
            return told

    async def _reloaded(self, by: str) -> tuple[InForce, Changes, Remarks]:
        """What is in force, what of it is new, and what else is to be said."""
        before = self._in_force
        after, sources = await asyncio.to_thread(self._examined)
        delta = changes(before.state.settings, after.state.settings, (before.contents, after.contents))
        require_live(self._configuration, delta)
        try:
            if delta == Changes():
                said = await self._policies.take(by, after.state.settings, after.book, sources)
                return replace(after, book=self._plane.book), delta, said
            if self._plane.board is not None:
                made = FleetReload(self._plane, self._policies, self._exchange_pages)
                self._in_force, said = await made.take(
                    by, replace(before, book=self._plane.book), after, delta, sources
                )
                return self._in_force, delta, said
            self._in_force, said = await self._exchange(by, after, delta, sources)
        except LeftBehind as left:
            raise NotReloaded(LEFT_BEHIND, str(left)) from left
        except LeftWithoutPolicies as left:
            raise NotReloaded(PolicyRefusal.LEFT_WITHOUT, str(left)) from left
        except BringsFaults as faulty:
            raise NotReloaded(WITH_FAULTS, str(faulty)) from faulty
        except Refused as refused:
            problem = await refused_by_envoy(
                self._configuration,
                after.state.settings,
                lambda settings: resources_of(after.state, settings, self._plane.keys.for_gates()),
                {*delta.added, *delta.changed},
                refused.rejection,
            )
            raise NotReloaded("data_plane_refused", str(problem)) from refused
        except NotTaken as silent:
            raise NotReloaded("data_plane_silent", SILENT) from silent
        return self._in_force, delta, said

    def _examined(self) -> tuple[Candidate, Noting]:
        """In a thread of its own: a thousand applications take a while. Raises NotReloaded."""
        try:
            with heap.without_collections():
                sources = Noting()
                settings, district, book = checked(self._configuration, sources, builds=False)
                keys = self._plane.keys.for_gates()
                state = self._plane.state.under(settings, district)
                return candidate(state, book, keys, sources), sources
        except CasesBroken as broken:
            raise NotReloaded(CASES_BROKEN, str(broken)) from broken
        except (ConfigurationRefused, *NOT_BUILT, OSError) as refused:
            raise NotReloaded("configuration_invalid", explained(refused) or str(refused)) from refused

    async def _exchange(
        self, by: str, after: Candidate, delta: Changes, sources: Noting
    ) -> tuple[InForce, Remarks]:
        """On a machine alone: what is in force then, and what there is to say.

        Raises Refused, NotTaken, LeftBehind, and what the database raises; then all is as before.
        """
        async with self._plane.changing_envoy, self._policies.following.undisturbed():
            kept = self._plane.settings.state.directory / ACCEPTED
            draft = await asyncio.to_thread(sources.draft, kept)
            return await self._exchanged(by, after, delta, sources, draft)

    async def _exchanged(
        self, by: str, after: Candidate, delta: Changes, sources: Noting, draft: Path
    ) -> tuple[InForce, Remarks]:
        plane, before = self._plane, replace(self._in_force, book=self._plane.book)
        administration = Administration(plane.state.run / "envoy-admin.sock")
        # Another key may have come into force since the candidate was made; none does from here on.
        keys = plane.keys.for_gates()
        verified = [reading_tokens(after.state.settings, keys["tokens"])]
        exchange = Exchange(plane.discovery, administration, after.resources | {EXTENSIONS: verified})
        try:
            await exchange.prepare()
            plane.settled.clear()
            plane.aim_gate(NO_EPOCH, after.state.settings)
            await exchange.switch(plane.revoked.announce)
            entry = partial(entry_of, now(), by, before, after, delta)
            found, said = await self._policies.take_with_settings(
                by, after.state.settings, after.book, sources, entry
            )
            book, closed = await self._policies.book(after, found)
            after = replace(after, book=book)
            plane.incidents = closed
            plane.take(after.state, after.book)
            plane.revoked.announce()
            await self._exchange_pages()
            proofs = taken_away(
                before.state.settings, after.state.settings, (before.contents, after.contents)
            )
            await end_what_rests_on(plane.office, proofs, by, now())
            draft.replace(draft.with_name(ACCEPTED))  # who dies before this goes on as before
        except BaseException:
            exchange.undo()
            plane.take(before.state, before.book)
            plane.revoked.announce()
            await self._exchange_pages()
            raise
        finally:
            plane.settled.set()
        plane.streams.everything()
        exchange.tidy()
        return after.in_force(), said

    async def _not_reloaded(self, by: str, reason: str, said: str) -> Reloaded:
        log.error("reload.refused", by=by, reason=reason, said=said)
        try:
            await self._plane.state.record(
                [configuration_acts.configuration_refused(now(), by, reason, said)]
            )
        except Exception:  # a full disk, for one: nothing has changed, and that is told all the same
            log.exception("reload.not_recorded")
        return Reloaded(applied=False, reason=reason, said=said)
