"""What is found out before something is asked for, put together: of the policies in force and of people."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace

from config.vocabulary import MunicipalityCode, Role, SubjectId
from gateway.asks.ask import Ask
from gateway.asks.beforehand import StillClosed
from gateway.asks.refused import Spoken
from gateway.asks.wish import roles_in
from gateway.authorize.could_decide import could_decide
from gateway.authorize.devices import seen_from
from gateway.authorize.would_open import refused_now, still_closed
from gateway.commands.candidates import candidates
from gateway.commands.control_plane import ControlPlane
from gateway.commands.own_applications import REQUESTS
from gateway.commands.state import now
from gateway.sessions.facts import pairs
from gateway.sessions.officers_act import Officer
from gateway.sessions.session import Session
from idp.directory.errors import DirectoryUnusable
from idp.directory.same_person import all_of
from idp.events import Origin

LEADING = frozenset({Role.MAYOR, Role.CHIEF_CLERK})
"""Who decides by the policies of the example: asked about first, so that seldom anybody else has to be."""


async def opens(plane: ControlPlane, ask: Ask, officer: Officer, origin: Origin) -> Sequence[StillClosed]:
    session = await _of_holder(plane, ask, await _session(plane, officer))
    if session is None:
        return ()
    here = seen_from(origin.address, plane.snapshot.devices, now())
    return await asyncio.to_thread(still_closed, ask, session, plane.book, plane.snapshot, here)


async def kept_out_now(plane: ControlPlane, ask: Ask, officer: Officer, origin: Origin) -> Spoken | None:
    """What refuses the person what runs, where they are now."""
    session = await _session(plane, officer)
    if session is None:
        return None
    return refused_now(ask, session, plane.book, plane.snapshot, origin.address, now())


async def deciders(
    plane: ControlPlane, municipality: MunicipalityCode, asker: SubjectId, needed: int
) -> int | None:
    found: set[SubjectId] = set()
    try:
        for roles in (LEADING, frozenset(Role)):
            for name, people in plane.people.items():
                async for one in candidates(plane, name, people, municipality, roles):
                    held = [(each.municipality, each.role) for each in one.roles]
                    counted = not found.isdisjoint(all_of(one.subject, plane.persons.others))
                    if one.state.ends_sessions or counted or not roles_in(one, municipality):
                        continue
                    if could_decide(one.subject, held, REQUESTS, municipality, asker, plane.snapshot, now()):
                        found.add(one.subject)
                    if len(found) >= needed:
                        return len(found)
    except DirectoryUnusable:
        return None
    return len(found)


async def _session(plane: ControlPlane, officer: Officer) -> Session | None:
    found = await plane.state.sessions.by_ids([officer.sid])
    return found[0] if found else None


async def _of_holder(plane: ControlPlane, ask: Ask, session: Session | None) -> Session | None:
    """As if whom an officer places an order for sat there; None: nobody can say who that is."""
    if session is None or session.subject == ask.holder.subject:
        return session
    kept = await plane.kept(ask.holder.subject)
    person = None if kept is None else kept.person
    if person is None:
        return None
    theirs = replace(session, subject=person.subject)
    return theirs.with_facts(person.name, person.login, pairs(person.roles), now(), person.work)
