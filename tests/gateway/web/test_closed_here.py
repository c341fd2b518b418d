"""What an incident closes at the moment, beside what policies would permit: whom a proposal hits, who may do what."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.policies.world import KROMERIZ
from tests.rig.policy_site import CENTRE, STRANGER
from tests.rig.policy_visitor import CLOSING, Visitor, policy_visitor

pytestmark = pytest.mark.real
MAP_CLOSED = CLOSING | {"kind": "application", "application": "map"}


@pytest_asyncio.fixture
async def visitor(tmp_path) -> AsyncIterator[Visitor]:
    async with policy_visitor(tmp_path) as made:
        yield made


async def test_what_an_incident_closes_is_neither_given_nor_taken_by_a_proposal(visitor):
    page = await visitor.begun()
    await visitor.filled(page, actions=["write"])
    assert "Would be permitted" in await visitor.get(f"{page}/impact")
    await visitor.done("/incidents/close", CENTRE, **MAP_CLOSED)
    shown = await visitor.get(f"{page}/impact")
    assert "No role gains or loses anything by it" in shown
    assert "one application: map" in shown
    (closed,) = visitor.given.world.closed()
    await visitor.done(f"/incidents/{closed.id}/open", CENTRE, why="It is over.")
    again = await visitor.get(f"{page}/impact")
    assert "Would be permitted" in again
    assert "Closed in an incident at the moment" not in again


async def test_who_may_what_says_what_is_closed_at_the_moment(visitor):
    assert "Closed in an incident at the moment" not in await visitor.get("/who")
    await visitor.done("/incidents/close", CENTRE, **MAP_CLOSED)
    shown = await visitor.get("/who")
    assert "one application: map" in shown
    assert '<th role="columnheader" scope="col">map</th>' not in shown


async def test_what_is_closed_in_another_municipality_alone_is_not_told(visitor):
    elsewhere = MAP_CLOSED | {"kind": "municipality", "municipality": KROMERIZ}
    await visitor.done("/incidents/close", CENTRE, **elsewhere)
    assert "Closed in an incident at the moment" not in await visitor.get("/who")
    assert "one municipality: Kroměříž" in await visitor.get("/who", STRANGER)
