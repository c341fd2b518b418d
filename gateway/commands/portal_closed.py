"""What is closed of the portal's applications, put together: of the policies in force and the incidents."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from config.vocabulary import MunicipalityCode
from gateway.authorize.catalogue import closed_in_an_incident
from gateway.authorize.closed_by_hours import closed_by_hours
from gateway.authorize.closed_now import closes_anything
from gateway.authorize.snapshot import Snapshot
from gateway.commands.asking_office import asked_where
from gateway.commands.control_plane import ControlPlane
from gateway.sessions.session import Session
from gateway.sessions.shown import Caller
from gateway.web.identity import PORTAL
from gateway.web.portal.closed import ByHours, ClosedCard, ClosedCards
from gateway.web.refusal import SwitchFirst
from policies.by_the_clock import has_hours
from policies.evaluate import PolicyBook


def closed_cards(plane: ControlPlane) -> ClosedCards:
    return partial(_closed_cards, plane)


async def _closed_cards(plane: ControlPlane, caller: Caller, now: datetime) -> Sequence[ClosedCard | ByHours]:
    """Reads nothing where nothing can be closed."""
    snapshot, book = plane.snapshot, plane.book
    incidents, hours = closes_anything(book, caller.municipality), has_hours(book, caller.municipality)
    if not incidents and not hours:
        return ()
    sessions = await plane.state.sessions.by_ids([caller.sid])
    if not sessions or (own := sessions[0].municipality) is None:
        return ()
    look = _Look(plane, sessions[0], own, snapshot, book, now)
    found: list[ClosedCard | ByHours] = []
    if incidents:
        found += await look.in_an_incident()
    if hours:
        found += await look.by_hours()
    return tuple(one for one in found if one.card.application != PORTAL)


@dataclass(frozen=True, slots=True)
class _Look:
    """By one view of the policies, whatever comes into force meanwhile."""

    plane: ControlPlane
    session: Session
    own: MunicipalityCode
    snapshot: Snapshot
    book: PolicyBook
    now: datetime

    async def in_an_incident(self) -> list[ClosedCard]:
        plane = self.plane
        office = plane.policy_desk.office(plane.state)
        incidents = {one.closure.id: one for one in await office.store.look(lambda desk: desk.incidents())}
        closed = await asyncio.to_thread(
            closed_in_an_incident, self.session, self.snapshot, self.book, self.session.address, self.now
        )
        return [
            ClosedCard(
                plane.card(name, self.own),
                replace(one, since=incidents[one.rule].closure.at) if one.rule in incidents else one,
            )
            for name, one in closed.items()
        ]

    async def by_hours(self) -> list[ByHours]:
        plane, address = self.plane, self.session.address
        closed = await asyncio.to_thread(
            closed_by_hours, self.session, self.snapshot, self.book, address, self.now
        )
        found: list[ByHours] = []
        for name, (question, refused) in closed.items():
            about = (name, question.action, self.own)
            ask = asked_where(plane, self.session, about, refused.ask_for, address)
            assert not isinstance(ask, SwitchFirst)  # one acts for it
            found.append(ByHours(plane.card(name, self.own), refused.title, refused.advice, ask))
        return found
