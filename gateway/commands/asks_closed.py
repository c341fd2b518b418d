"""What opens nothing at the moment of what stands, put together: of the policies in force and of whom it is about."""

import asyncio
from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from config.vocabulary import MunicipalityCode, Role, SubjectId
from gateway.asks.ask import Ask, AskId, Kind
from gateway.authorize.closed_now import ClosedNow, closed_now, closes_anything
from gateway.commands.control_plane import ControlPlane
from gateway.commands.state import now
from gateway.policy_office.incident import Incident

Roles = Sequence[tuple[MunicipalityCode, Role]]


async def what_is_closed(plane: ControlPlane, asks: Sequence[Ask]) -> Mapping[AskId, ClosedNow]:
    """Reads nothing where nothing is closed."""
    book, snapshot, moment = plane.book, plane.snapshot, now()
    those = [one for one in asks if one.stands(moment) and closes_anything(book, one.municipality)]
    if not those:
        return {}
    roles = {who: await _roles(plane, who) for who in {one.holder.subject for one in those}}
    office = plane.policy_desk.office(plane.state)
    incidents = {one.closure.id: one for one in await office.store.look(lambda desk: desk.incidents())}

    def looked() -> dict[AskId, ClosedNow]:
        found = {one.id: closed_now(one, roles[one.holder.subject], snapshot, moment) for one in those}
        return {name: _dated(one, incidents) for name, one in found.items() if one is not None}

    return await asyncio.to_thread(looked)


async def idle(plane: ControlPlane, asks: Sequence[Ask]) -> AbstractSet[AskId]:
    """Delegations that open nothing to their deputies, and approved access that opens nothing at the moment; without
    those of whom the replica knows nothing.
    """
    moment, snapshot = now(), plane.snapshot
    lent = [one for one in asks if one.kind is Kind.DELEGATION and one.stands(moment)]
    approved = [one for one in asks if one.kind is Kind.ACCESS and one.runs(moment)]
    roles = {who: await _roles(plane, who) for who in {one.holder.subject for one in (*lent, *approved)}}
    if not roles:
        return frozenset()
    from gateway.authorize.deputy_gains import gains  # noqa: PLC0415 - seldom used
    from gateway.authorize.opened_by import closed_at  # noqa: PLC0415 - seldom used

    def looked() -> AbstractSet[AskId]:
        vain = {
            one.id
            for one in lent
            if one.role is not None
            and (held := roles[one.holder.subject])
            and not gains(
                one.holder.subject, held, one.role, one.asker.subject, one.municipality, snapshot, moment
            )
        }
        return vain | {
            one.id
            for one in approved
            if (held := roles[one.holder.subject]) and closed_at(one, held, plane.book, snapshot, moment)
        }

    return await asyncio.to_thread(looked)


def _dated(found: ClosedNow, incidents: Mapping[str, Incident]) -> ClosedNow:
    incident = incidents.get(found.rule)
    if incident is None:
        return found
    return replace(found, since=incident.closure.at, why=incident.closure.reason)


async def _roles(plane: ControlPlane, who: SubjectId) -> Roles:
    """None of whom the directory does not know, or cannot say: what is closed to everybody is found all the same."""
    kept = await plane.kept(who)
    person = None if kept is None else kept.person
    return [] if person is None else [(held.municipality, held.role) for held in person.roles]
