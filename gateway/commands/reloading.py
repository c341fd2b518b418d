"""A change of the configuration or the policies takes effect while the product runs, whole or not at all.

What is wrong is found by the same checks as at the start, and at last by Envoy itself; then what was in force stays.
"""

import asyncio
import hashlib
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec
import structlog

from config.changes import Changes, changes
from config.problem import ConfigurationRefused, Problem
from config.settings import Settings
from config.sources import ACCEPTED, Noting, Sources
from config.toml_lines import line_of, lines_of
from gateway.asking import Reloaded
from gateway.audit import acts
from gateway.commands import heap
from gateway.commands.application_accounts import PasswordUnusable
from gateway.commands.control_plane import ControlPlane
from gateway.commands.data_plane import refused_by_envoy, resources_of
from gateway.commands.decisions import snapshot_of
from gateway.commands.failure import explained
from gateway.commands.fitness import checked
from gateway.commands.following_policies import FollowingPolicies
from gateway.commands.policies_in_force import new_policies
from gateway.commands.policies_reload import PoliciesReload
from gateway.commands.publishing import LeftBehind
from gateway.commands.state import State, now
from gateway.commands.technical_proofs import end_what_rests_on, taken_away
from gateway.envoy.discovery import NotTaken, Refused
from gateway.envoy.exchange import Exchange
from gateway.envoy.messages import Json
from gateway.envoy.process import Administration
from gateway.envoy.resources import EXTENSIONS, reading_tokens
from gateway.envoy.routes import HostTaken
from gateway.envoy.upstreams import UpstreamUnusable
from policies.evaluate import PolicyBook
from policies.examine import examine

NOT_BUILT = (PasswordUnusable, HostTaken, UpstreamUnusable)
MARK = 16  # hexadecimal digits of a digest
RESTART = "put the old value back, or take everything over by a restart (`systemctl restart brana`)"
NOT_LIVE = "fleet_node_by_node"
NODE_BY_NODE = (
    "the change is sound, but this is a fleet: each node tells its own Envoy, and only policies are taken live\n"
    "    take it over node by node: `brana drain`, then restart that node (docs/operators.md, Fleet);\n"
    "    policies that have changed too are published by a `brana reload` afterwards"
)
LEFT_BEHIND = "policies_left_behind"
AWAY = "see that Envoy runs (`/readyz`, the operators' log), then reload once more"
log = structlog.get_logger("reload")


class NotReloaded(Exception):
    """What was in force stays. `reason` is named in `gateway/audit/configuration_reasons.py`; for `NOT_LIVE` nothing
    is wrong.
    """

    def __init__(self, reason: str, said: str) -> None:
        super().__init__(said)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Candidate:
    """What is to come into force, with everything made of it that takes time."""

    state: State
    book: PolicyBook
    resources: dict[str, list[Json]]
    contents: Mapping[str, str]
    epoch: str

    @property
    def digest(self) -> str:
        made = msgspec.json.encode(
            [self.state.settings, dict(self.contents), self.book.version], enc_hook=str
        )
        return hashlib.sha256(made).hexdigest()[:MARK]


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
        policies: FollowingPolicies | None = None,
    ) -> None:
        """`policies`: in a fleet, where nothing else is taken live."""
        self._plane, self._configuration = plane, configuration
        self._exchange_pages = exchange_pages
        self._policies = None if policies is None else PoliciesReload(plane, policies, sources)
        self._in_force = candidate(plane.state, plane.book, plane.keys.for_gates(), sources)
        self._one_at_a_time = asyncio.Lock()

    async def reload(self, by: str) -> Reloaded:
        """`by`: whose the change is in the log. Never raises: what fails is told, recorded, and changes nothing."""
        async with self._one_at_a_time:
            began, before = time.monotonic(), replace(self._in_force, book=self._plane.book)
            try:
                after, delta, said = await self._reloaded(by)
            except NotReloaded as refused:
                return await self._not_reloaded(by, refused.reason, str(refused))
            except Exception as error:
                log.exception("reload.failed", by=by)
                said = explained(error) or f"{type(error).__name__}: {error}"
                return await self._not_reloaded(by, "reload_failed", said)
            finally:
                examine.cache_clear()
            told = Reloaded(
                applied=True,
                said=said,
                before=before.digest,
                after=after.digest,
                policies=after.book.version if after.book.version != before.book.version else "",
                seconds=round(time.monotonic() - began, 3),
                added=[*delta.added],
                removed=[*delta.removed],
                changed=[*delta.changed],
                settings=[*delta.settings],
                closed=_closed(before, after),
            )
            log.info("reload.done", by=by, **msgspec.structs.asdict(told))
            return told

    async def _reloaded(self, by: str) -> tuple[Candidate, Changes, str]:
        """What is in force, what of it is new, and what else is to be said."""
        before = self._in_force
        after, sources = await asyncio.to_thread(self._examined)
        delta = changes(before.state.settings, after.state.settings, (before.contents, after.contents))
        if self._policies is not None:
            return after, delta, await self._by_fleet(by, after, delta, sources, self._policies)
        self._require_live(delta)
        try:
            await self._exchange(by, after, delta, sources)
        except Refused as refused:
            problem = await refused_by_envoy(
                self._configuration,
                after.state,
                self._plane.keys.for_gates(),
                {*delta.added, *delta.changed},
                refused.rejection,
            )
            raise NotReloaded("data_plane_refused", str(problem)) from refused
        except NotTaken as silent:
            raise NotReloaded("data_plane_silent", f"Envoy did not take it in time\n    {AWAY}") from silent
        self._in_force = after
        return after, delta, ""

    @staticmethod
    async def _by_fleet(
        by: str, after: Candidate, delta: Changes, sources: Noting, policies: PoliciesReload
    ) -> str:
        """What there is to say. Raises NotReloaded, and what the database raises."""
        if delta != Changes():
            raise NotReloaded(NOT_LIVE, NODE_BY_NODE)
        try:
            return await policies.take(by, after.state.settings, after.book, sources)
        except LeftBehind as left:
            raise NotReloaded(LEFT_BEHIND, str(left)) from left

    def _examined(self) -> tuple[Candidate, Noting]:
        """In a thread of its own: a thousand applications take a while. Raises NotReloaded."""
        try:
            with heap.without_collections():
                sources = Noting()
                settings, district, book = checked(self._configuration, sources, builds=False)
                keys = self._plane.keys.for_gates()
                state = self._plane.state.under(settings, district)
                return candidate(state, book, keys, sources), sources
        except (ConfigurationRefused, *NOT_BUILT, OSError) as refused:
            raise NotReloaded("configuration_invalid", explained(refused) or str(refused)) from refused

    def _require_live(self, delta: Changes) -> None:
        """Raises NotReloaded: part of a change would be a configuration that nobody wrote."""
        if not (needing := delta.needing_a_start()):
            return
        lines = lines_of(self._configuration.read_text(encoding="utf-8-sig"))
        problems = [
            Problem(
                self._configuration,
                line_of(path, lines),
                f"{path}: cannot be changed while the product runs",
                RESTART,
            )
            for path in needing
        ]
        raise NotReloaded("start_needed", str(ConfigurationRefused(problems)))

    async def _exchange(self, by: str, after: Candidate, delta: Changes, sources: Noting) -> None:
        """Raises Refused, NotTaken, and what the database raises; then all is as before."""
        async with self._plane.changing_envoy:
            kept = self._plane.settings.state.directory / ACCEPTED
            draft = await asyncio.to_thread(sources.draft, kept)
            await self._exchanged(by, after, delta, draft)

    async def _exchanged(self, by: str, after: Candidate, delta: Changes, draft: Path) -> None:
        plane, before = self._plane, self._in_force
        administration = Administration(plane.state.run / "envoy-admin.sock")
        # Another key may have come into force since the candidate was made; none does from here on.
        keys = plane.keys.for_gates()
        verified = [reading_tokens(after.state.settings, keys["tokens"])]
        exchange = Exchange(plane.discovery, administration, after.resources | {EXTENSIONS: verified})
        try:
            await exchange.prepare()
            plane.settled.clear()
            plane.aim_gate(after.epoch, after.state.settings)
            await exchange.switch(plane.revoked.announce)
            plane.take(after.state, after.book)
            await self._exchange_pages()
            await self._record(by, before, after, delta)
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

    async def _record(self, by: str, before: Candidate, after: Candidate, delta: Changes) -> None:
        """Durable before anybody is let in by it."""
        moment = now()
        reloaded = acts.configuration_reloaded(
            moment,
            by,
            before=before.digest,
            after=after.digest,
            policies=after.book.version,
            added=delta.added,
            removed=delta.removed,
            changed=delta.changed,
            settings=delta.settings,
        )
        await after.state.record([reloaded, *await new_policies(after.state, after.book, moment)])

    async def _not_reloaded(self, by: str, reason: str, said: str) -> Reloaded:
        sound = reason == NOT_LIVE
        if sound:
            log.warning("reload.not_live", by=by, said=said)
        else:
            log.error("reload.refused", by=by, reason=reason, said=said)
        entry = (
            acts.configuration_checked(now(), by)
            if sound
            else acts.configuration_refused(now(), by, reason, said)
        )
        try:
            await self._plane.state.record([entry])
        except Exception:  # a full disk, for one: nothing has changed, and that is told all the same
            log.exception("reload.not_recorded")
        return Reloaded(applied=False, reason=reason, said=said)


def _closed(before: Candidate, after: Candidate) -> list[str]:
    lost = after.book.without_policies - before.book.without_policies
    return [f"{after.state.district.name(code)} ({code})" for code in sorted(lost)]


def candidate(state: State, book: PolicyBook, keys: Mapping[str, Any], sources: Sources) -> Candidate:
    """`keys`: for the gate, those of this moment. Raises PasswordUnusable, OSError."""
    return Candidate(
        state,
        book,
        resources_of(state, state.settings, keys),
        contents_of(state.settings, sources),
        snapshot_of(state.settings, state.district, book).epoch,
    )


def contents_of(settings: Settings, sources: Sources) -> dict[str, str]:
    """Digests of files that are read when they are named, and not when they change."""
    files = {
        f"applications.{one.id}": one.identity.password_file
        for one in settings.applications
        if one.identity.password_file is not None
    }
    files |= {
        f"oidc_clients[{number}].secret_file": client.secret_file
        for number, client in enumerate(settings.oidc_clients)
        if client.secret_file is not None
    }
    files |= {
        f"technical_accounts[{number}].keys": one.keys
        for number, one in enumerate(settings.technical_accounts)
        if one.keys is not None
    }
    district = sources.text(settings.office.district).encode()
    contents = {"office.district": district} | {name: file.read_bytes() for name, file in files.items()}
    return {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}
