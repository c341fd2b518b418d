"""What an incident closes at the moment, beside what policies would permit: whom a proposal hits, who may do what."""

import csv
import io
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from config.vocabulary import Language
from idp.http.moments import moment_text
from tests.policies.world import KROMERIZ
from tests.rig.policy_site import AUTHOR, CENTRE, STRANGER
from tests.rig.policy_visitor import CLOSING, Visitor, headers, policy_visitor

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
    assert "beside what is closed in an incident at the moment: of that this does not tell" in shown
    assert "Would be permitted" not in shown
    as_open = await visitor.get(f"{page}/impact?from=abroad&open=1")
    assert "Shown as if this were not closed in an incident" in as_open
    assert f"{page}/impact?from=abroad&amp;at=&amp;open=1" in as_open, (
        "what is simulated is as if it were, too"
    )
    assert '<input type="hidden" name="open" value="1">' in as_open
    as_open = await visitor.get(f"{page}/impact?open=1")
    assert "Would be permitted" in as_open
    assert "No role gains" not in as_open
    assert "Would be permitted" not in await visitor.get(f"{page}/impact"), (
        "the one is not taken for the other"
    )
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
    assert '<th role="columnheader" scope="col">map</th>' in shown
    assert 'data-label="map"><span class="tag tag-refused">closed now</span>' in shown
    assert 'data-label="map">read' not in shown
    told = await (await visitor.client.get("/who.csv", headers=headers(AUTHOR))).text()
    cells = list(csv.DictReader(io.StringIO(told)))
    assert {one["permitted"] for one in cells if one["application"] == "map"} == {"closed"}
    assert "closed" not in {one["permitted"] for one in cells if one["application"] != "map"}
    as_open = await visitor.get("/who?open=1&level=3")
    assert 'data-label="map">read' in as_open
    assert "/who.csv?from=&amp;at=&amp;open=1" in as_open
    assert "Shown as if this were not closed" in as_open
    assert "/who?level=3&amp;device=in_order&amp;from=&amp;at=" in as_open
    told = await (await visitor.client.get("/who.csv?open=1", headers=headers(AUTHOR))).text()
    assert {one["permitted"] for one in csv.DictReader(io.StringIO(told))} == {"yes", "no"}


async def test_a_simulation_is_asked_for_as_if_nothing_were_closed_where_the_page_shows_it_so(visitor):
    page = await visitor.begun()
    await visitor.filled(page, actions=["write"])
    await visitor.done("/incidents/close", CENTRE, **MAP_CLOSED)
    for query, as_open in (("", False), ("?open=1", True)):
        await visitor.done(f"{page}/impact{query}")
        assert visitor.given.begun[-1][0].as_open is as_open
    plain, opened = (asked.key for asked, _ in visitor.given.begun)
    assert plain != opened, "what was found of one is not shown as the other's"
    assert "on both sides nothing is closed" in await visitor.get(f"{page}/impact?open=1")


async def test_what_is_closed_in_another_municipality_alone_is_not_told(visitor):
    elsewhere = MAP_CLOSED | {"kind": "municipality", "municipality": KROMERIZ}
    await visitor.done("/incidents/close", CENTRE, **elsewhere)
    assert "Closed in an incident at the moment" not in await visitor.get("/who")
    assert "one municipality: Kroměříž" in await visitor.get("/who", STRANGER)


async def test_why_says_who_closed_it_when_and_what_would_hold_without_the_incident(visitor):
    asked = "/why?role=clerk&application=map&action="
    assert "Closed in an incident" not in await visitor.get(f"{asked}read")
    await visitor.done("/incidents/close", CENTRE, **MAP_CLOSED)
    (closed,) = visitor.given.world.closed()
    when = moment_text(closed.closure.at, Language.ENGLISH, "minute")
    shown = await visitor.get(f"{asked}read")
    assert "Closed in an incident" in shown
    assert '<strong class="capital">one application: map</strong>' in shown
    assert f"{when}</time> by {CENTRE.name}." in shown
    assert "Were it not for the incident, it would be permitted." in shown
    assert '<a href="/incidents">See what is closed</a>' in shown
    assert "No change of up to three steps would." not in shown, "that nothing helps is not so"
    assert "A rule forbids it that no single change lifts." not in shown
    too = await visitor.get(f"{asked}administer")
    assert "Were it not for the incident, it would be refused, too:" in too
    assert '<p class="quiet">nothing_permits</p>' in too
    assert "Any of these will do:" not in too, "nothing helps there, and it is said so"
    assert "No change of up to three steps would." in too
    czech = await visitor.get(f"{asked}read", language="cs")
    assert "Nebýt incidentu, bylo by to povoleno." in czech
    assert f"rozhodl(a) {CENTRE.name}." in czech
    helped = await visitor.get(f"{asked}read&level=1")
    assert "Were it not for the incident, it would be refused, too:" in helped
    then = helped.partition("What would help once it is open again:")[2].partition("Rules that decided")[0]
    assert "Any of these will do:" in then
    assert "sign in" in then.lower(), then
    assert "Až se to otevře, pomůže:" in await visitor.get(f"{asked}read&level=1", language="cs")
    elsewhere = await visitor.get("/why?role=clerk&application=audit&action=read")
    assert "Closed in an incident" not in elsewhere, "what another application is closed by is not told there"
    await visitor.done(f"/incidents/{closed.id}/open", CENTRE, why="It is over.")
    again = await visitor.get(f"{asked}read")
    assert "It is permitted." in again
    assert "Closed in an incident" not in again
