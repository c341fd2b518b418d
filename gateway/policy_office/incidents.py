"""The incident switch: one act closes a class of access in all municipalities, another opens it again."""

from dataclasses import dataclass, replace
from datetime import datetime

from config.vocabulary import Action, ApplicationId, MunicipalityCode
from gateway.policy_office import entries
from gateway.policy_office.asking import Asking
from gateway.policy_office.by_whom import new_name
from gateway.policy_office.incident import Incident
from gateway.policy_office.office import Office
from gateway.policy_office.proposal import require_said
from gateway.policy_office.refusal import ActRefused, Refusal
from gateway.policy_office.scope import OF_REGION
from gateway.policy_office.store import Desk
from policies.incidents import Closure, ClosureKind, ClosureUnusable, target_fault
from policies.model import Text

CLOSE, OPEN = "close_incident", "open_incident"
SHOWN = 200  # of those opened again


@dataclass(frozen=True, slots=True)
class Incidents:
    """`applications`: those there are now."""

    office: Office
    applications: frozenset[ApplicationId]
    district: frozenset[MunicipalityCode]

    async def listed(self, asking: Asking, *, over: bool = False) -> list[Incident]:
        """All that stand, the oldest first; `over`: the newest first, also those that were opened again. To a
        municipality of the district: what concerns it.
        """
        if not asking.actor.operates:
            await asking.may(Action.READ, None, "incidents")

        here = None if asking.sees_all else MunicipalityCode(asking.actor.municipality)

        def query(desk: Desk) -> list[Incident]:
            standing = [one for one in desk.incidents() if here is None or one.concerns(here)]
            if not over:
                return standing
            both = [*standing, *desk.ended_incidents(SHOWN, here)]
            return sorted(both, key=lambda one: one.closure.at, reverse=True)

        return await self.office.store.look(query)

    async def close(
        self, asking: Asking, kind: ClosureKind, target: str, reason: Text, now: datetime
    ) -> Incident:
        """Nothing is decided otherwise any more when it returns; a gate that is late honours grants of before until it
        hears of it, or they end. `reason`: what refused people read.

        Raises ActRefused, and what `Asking.may` raises.
        """
        async with self.office.refusing(asking, CLOSE, OF_REGION, now):
            await asking.require(Action.ADMINISTER, OF_REGION, None, f"{CLOSE} {kind} {target}".strip())
            closure = self._closure(asking, kind, target, reason, now)
            made = Incident(
                id=new_name(),
                closure=closure,
                closed_by_name=asking.actor.name or asking.actor.login,
            )

            def work(desk: Desk) -> None:
                if any(one.closure.id == closure.id for one in desk.incidents()):
                    raise ActRefused(Refusal.INCIDENT_CLOSED)
                desk.keep_incident(made)
                desk.record([entries.closed(made, asking.actor, now)])

            await self.office.store.transact(work)
        await self.office.took()
        return made

    async def open_again(self, asking: Asking, name: str, why: str, now: datetime) -> Incident:
        """Raises as `close` does."""
        async with self.office.refusing(asking, OPEN, OF_REGION, now):
            await asking.require(Action.ADMINISTER, OF_REGION, None, f"{OPEN} {name}")
            require_said(why)

            def work(desk: Desk) -> Incident:
                found = desk.incident(name)
                if found is None:
                    raise ActRefused(Refusal.INCIDENT_UNKNOWN)
                if not found.stands:
                    raise ActRefused(Refusal.INCIDENT_OVER)
                after = replace(
                    found,
                    opened_by=asking.actor.subject,
                    opened_by_name=asking.actor.name or asking.actor.login,
                    opened_at=now,
                    why=why,
                )
                desk.keep_incident(after)
                desk.record([entries.opened(after, asking.actor, why, now)])
                return after

            after = await self.office.store.transact(work)
        await self.office.took()
        return after

    def _closure(
        self, asking: Asking, kind: ClosureKind, target: str, reason: Text, now: datetime
    ) -> Closure:
        try:
            made = Closure(kind=kind, target=target, reason=reason, by=asking.actor.subject, at=now)
        except ClosureUnusable as unusable:
            raise ActRefused(Refusal.INCIDENT_UNUSABLE, finding=str(unusable)) from unusable
        if fault := target_fault(made, self.district, self.applications):
            raise ActRefused(Refusal.INCIDENT_TARGET, finding=fault)
        return made
