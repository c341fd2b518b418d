"""Who looks at *Who may do what* of another municipality than the own one, and at which other moments one may look."""

import csv
import io
import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from config.vocabulary import REASON_HEADER, Role
from gateway.audit.entry import Code
from tests.policies.world import HULIN, KROMERIZ
from tests.rig.policy_office import FILE
from tests.rig.policy_site import APPROVER, AUTHOR, CENTRE, STRANGER
from tests.rig.policy_visitor import CLOSING, Visitor, headers, policy_visitor

pytestmark = pytest.mark.real
HOURS = f"""
@id("map-hours") @reason("outside_working_hours")
@title_cs("a") @title_en("a") @advice_cs("a") @advice_en("a")
forbid (principal, action, resource in Municipality::"{HULIN}")
when {{ resource in Application::"map" && context.time.hour >= 20 }};
"""


@pytest_asyncio.fixture
async def visitor(tmp_path) -> AsyncIterator[Visitor]:
    async with policy_visitor(tmp_path) as made:
        yield made


async def test_the_centre_looks_at_any_municipality_and_it_is_recorded(visitor: Visitor) -> None:
    own = await visitor.get("/who", CENTRE)
    assert "<h1>Kroměříž: Who may do what" in own
    assert f'<option value="{HULIN}">Hulín</option>' in own
    assert f'<option value="{KROMERIZ}">' not in own, "the own one is the first choice"
    assert visitor.world.entries(Code.LOG_SEARCHED) == []
    there = await visitor.get(f"/who?where={HULIN}", CENTRE)
    assert "<h1>Hulín: Who may do what" in there
    assert f'<option value="{HULIN}" selected>Hulín</option>' in there
    assert f"/who.csv?where={HULIN}&amp;" in there
    (entry,) = visitor.world.entries(Code.LOG_SEARCHED)
    assert (entry.subject, entry.municipality) == (CENTRE.subject, HULIN)
    assert entry.details["query"] == f"page=who, municipality={HULIN}"
    assert entry.details["found"] == len(Role)
    answer = await visitor.client.get(f"/who.csv?where={HULIN}", headers=headers(CENTRE))
    assert f"who-may-{HULIN}-" in answer.headers["Content-Disposition"]
    of_there = list(csv.DictReader(io.StringIO(await answer.text())))
    theirs = await (await visitor.client.get("/who.csv", headers=headers(AUTHOR))).text()
    assert of_there == list(csv.DictReader(io.StringIO(theirs)))
    assert len(visitor.world.entries(Code.LOG_SEARCHED)) == 2, "the file is a look of its own"


async def test_what_is_closed_there_is_told_with_its_matrix(visitor: Visitor) -> None:
    closing = CLOSING | {"kind": "municipality", "application": "map", "municipality": HULIN}
    await visitor.done("/incidents/close", CENTRE, **closing)
    assert "Closed in an incident at the moment" not in await visitor.get("/who", CENTRE)
    there = await visitor.get(f"/who?where={HULIN}", CENTRE)
    assert "one municipality: Hulín" in there
    assert f"/who?where={HULIN}&amp;level=3&amp;device=in_order&amp;from=&amp;at=&amp;open=1" in there


async def test_a_municipality_that_is_none_of_the_district_is_not_answered_about(visitor: Visitor) -> None:
    shown = await visitor.get("/who?where=999999", CENTRE, status=409)
    assert "Choose a municipality of the district." in shown
    assert "<tbody" not in shown
    assert (await visitor.client.get("/who.csv?where=999999", headers=headers(CENTRE))).status == 400


@pytest.mark.parametrize("page", ["/who", "/who.csv"])
async def test_nobody_else_looks_at_another_one(visitor: Visitor, page: str) -> None:
    assert 'name="where"' not in await visitor.get("/who", AUTHOR)
    assert 'name="where"' not in await visitor.get("/who", STRANGER), "at the centre, who administers nothing"
    answer = await visitor.client.get(f"{page}?where={KROMERIZ}", headers=headers(AUTHOR))
    assert (answer.status, answer.headers[REASON_HEADER]) == (403, "not_for_the_centre")
    (entry,) = visitor.world.entries(Code.POLICY_ACT_REFUSED)
    assert (entry.subject, entry.reason) == (AUTHOR.subject, "not_for_the_centre")
    assert visitor.world.entries(Code.LOG_SEARCHED) == []


async def test_moments_at_which_it_is_otherwise_are_offered_where_a_rule_in_force_asks_for_the_time(
    visitor: Visitor,
) -> None:
    words = "Policies in force here speak of time or place."
    assert words not in await visitor.get("/who")
    page = await visitor.begun()
    await visitor.step(page, "text", file=FILE, text=visitor.world.in_force().texts[FILE] + HOURS)
    await visitor.step(page, "submit")
    assert words not in await visitor.get("/who"), "what is only proposed is not in force"
    await visitor.done(f"{page}/approve", APPROVER, **await visitor.approval(page))
    shown = await visitor.get("/who?level=2")
    assert words in shown
    assert "závisejí na čase nebo místě" in await visitor.get("/who", language="cs")
    evening, night = re.findall(r'href="(/who\?[^"]*at=[^"]+)"', shown)
    assert "level=2" in night
    assert "19%3A00" in evening
    at_night = await visitor.get(night.replace("&amp;", "&"))
    assert 'data-label="map">read' in await visitor.get(evening.replace("&amp;", "&"))
    assert 'data-label="map">read' not in at_night
    assert re.search(r'href="[^"]*T20%3A00" aria-current="true"', at_night), "where one looks is marked"
    assert words in await visitor.get(f"/who?where={HULIN}", CENTRE)
    assert words not in await visitor.get("/who", CENTRE)
    assert words not in await visitor.get("/who", STRANGER), (
        "rules of another municipality are not in force here"
    )
