"""What an incident closes of the portal's applications, put together: of the policies in force and the incidents."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from gateway.authorize.catalogue import closed_in_an_incident
from gateway.authorize.closed_now import closes_anything
from gateway.commands.control_plane import ControlPlane
from gateway.sessions.shown import Caller
from gateway.web.identity import PORTAL
from gateway.web.portal.closed import ClosedCard, ClosedCards


def closed_cards(plane: ControlPlane) -> ClosedCards:
    return partial(_closed_cards, plane)


async def _closed_cards(plane: ControlPlane, caller: Caller, now: datetime) -> Sequence[ClosedCard]:
    """Reads nothing where nothing is closed."""
    snapshot, book = plane.snapshot, plane.book
    if not closes_anything(book, caller.municipality):
        return ()
    sessions = await plane.state.sessions.by_ids([caller.sid])
    if not sessions or (own := sessions[0].municipality) is None:
        return ()
    office = plane.policy_desk.office(plane.state)
    incidents = {one.closure.id: one for one in await office.store.look(lambda desk: desk.incidents())}
    address = sessions[0].address
    closed = await asyncio.to_thread(closed_in_an_incident, sessions[0], snapshot, book, address, now)
    return [
        ClosedCard(
            plane.card(name, own),
            replace(one, since=incidents[one.rule].closure.at) if one.rule in incidents else one,
        )
        for name, one in closed.items()
        if name != PORTAL
    ]
