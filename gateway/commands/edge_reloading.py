"""`brana reload` on an edge: no control plane runs there, so the process beside Envoy does all of it.

What comes into force is recorded by whichever control plane answers; where none does, nothing changes.
"""

import asyncio
import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import msgspec
import structlog

from config.changes import Changes, changes
from config.problem import ConfigurationRefused
from config.settings import Settings
from config.sources import ACCEPTED, Noting
from gateway.asking import Reloaded
from gateway.audit import configuration_acts
from gateway.audit.entry import Entry
from gateway.commands.application_accounts import PasswordUnusable
from gateway.commands.change_of_node import ChangeOfNode
from gateway.commands.contents import contents_at_edge, digest_of
from gateway.commands.failure import explained
from gateway.commands.not_reloaded import NotReloaded, require_live
from gateway.commands.state import now
from gateway.fleet.carrier import Carrier, ControlPlaneAway, NotBelieved

UNRECORDED = "it could not be recorded, and what is not recorded does not come into force"
log = structlog.get_logger("reload")


@dataclass(frozen=True, slots=True)
class InForce:
    settings: Settings
    contents: Mapping[str, str]

    @property
    def digest(self) -> str:
        return digest_of(self.settings, self.contents)


class EdgeReloading:
    """One reload after the other. `begin`: a change by a draft of what is to be accepted."""

    def __init__(
        self, configuration: Path, in_force: InForce, begin: Callable[[Path], ChangeOfNode], carrier: Carrier
    ) -> None:
        self._configuration, self._in_force = configuration, in_force
        self._begin, self._carrier = begin, carrier
        self._one_at_a_time = asyncio.Lock()

    async def reload(self, by: str) -> Reloaded:
        """`by`: whose the change is in the log. Never raises: what fails is told, recorded, and changes nothing."""
        async with self._one_at_a_time:
            began, before = time.monotonic(), self._in_force
            try:
                delta = await self._reloaded(by)
            except NotReloaded as refused:
                return await self._not_reloaded(by, refused.reason, str(refused))
            except Exception as error:
                log.exception("reload.failed", by=by)
                said = explained(error) or f"{type(error).__name__}: {error}"
                return await self._not_reloaded(by, "reload_failed", said)
            told = Reloaded(
                applied=True,
                before=before.digest,
                after=self._in_force.digest,
                seconds=round(time.monotonic() - began, 3),
                added=[*delta.added],
                removed=[*delta.removed],
                changed=[*delta.changed],
                settings=[*delta.settings],
            )
            log.info("reload.done", by=by, **msgspec.structs.asdict(told))
            return told

    async def _reloaded(self, by: str) -> Changes:
        """What of it is new. Raises NotReloaded."""
        before = self._in_force
        after, sources = await asyncio.to_thread(self._examined)
        delta = changes(before.settings, after.settings, (before.contents, after.contents))
        require_live(self._configuration, delta)
        kept = after.settings.state.directory / ACCEPTED
        if delta == Changes():
            return delta
        await self._require_recorder()
        draft = await asyncio.to_thread(sources.draft, kept)
        change = self._begin(draft)
        try:
            await change.prepare()
            await change.switch()
            await self._record(_entry(by, before, after, delta))
            draft.replace(kept)  # who dies before this goes on as before
        except BaseException:
            change.undo()
            raise
        self._in_force = after
        await change.keep()
        return delta

    def _examined(self) -> tuple[InForce, Noting]:
        """Raises NotReloaded."""
        from gateway.commands.fitness import edge_checked  # noqa: PLC0415 - 7 MiB, and most never reload

        sources = Noting()
        try:
            settings, _ = edge_checked(self._configuration, sources)
            return InForce(settings, contents_at_edge(settings, sources)), sources
        except (ConfigurationRefused, PasswordUnusable, OSError) as refused:
            raise NotReloaded("configuration_invalid", explained(refused) or str(refused)) from refused

    async def _require_recorder(self) -> None:
        """Before Envoy is told anything: between the tables no grant counts, and with nobody to ask nobody is let in.

        Raises NotReloaded.
        """
        with _told_why():
            await self._carrier.recorded([])

    async def _record(self, entry: Entry) -> None:
        """Durable before anybody is let in by it. Raises NotReloaded."""
        with _told_why():
            await self._carrier.tell(f"{entry.at.timestamp():020.6f}-{uuid4().hex}", entry)

    async def _not_reloaded(self, by: str, reason: str, said: str) -> Reloaded:
        log.error("reload.refused", by=by, reason=reason, said=said)
        try:
            await self._record(configuration_acts.configuration_refused(now(), by, reason, said))
        except NotReloaded as unrecorded:  # nothing has changed, and that is told all the same
            log.error("reload.not_recorded", cause=str(unrecorded))  # noqa: TRY400 - the cause says it all
        return Reloaded(applied=False, reason=reason, said=said)


@contextlib.contextmanager
def _told_why() -> Iterator[None]:
    try:
        yield
    except (ControlPlaneAway, NotBelieved) as away:
        raise NotReloaded("reload_failed", f"{UNRECORDED}: {away}") from away


def _entry(by: str, before: InForce, after: InForce, delta: Changes) -> Entry:
    return configuration_acts.configuration_reloaded(
        now(),
        by,
        before=before.digest,
        after=after.digest,
        policies="",
        added=delta.added,
        removed=delta.removed,
        changed=delta.changed,
        settings=delta.settings,
    )
