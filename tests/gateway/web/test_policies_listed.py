"""Policies in force are found in their list, and the menu's own word leads to the incident switch."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.rig.policy_site import CENTRE, LOOKER
from tests.rig.policy_visitor import Visitor, headers, policy_visitor

pytestmark = pytest.mark.real


@pytest_asyncio.fixture
async def visitor(tmp_path) -> AsyncIterator[Visitor]:
    async with policy_visitor(tmp_path) as made:
        yield made


async def test_policies_are_found_by_title_and_text_and_by_what_they_do(visitor: Visitor) -> None:
    rows, sorts = '<details class="policy">', ("", "permits", "forbids")
    region = [(await visitor.get(f"/policies?of=region&sort={one}", CENTRE)).count(rows) for one in sorts]
    own = [(await visitor.get(f"/policies?sort={one}", LOOKER)).count(rows) for one in sorts]
    for everything, permits, forbids in (region, own):
        assert everything == permits + forbids
    assert region[2] > 0
    assert own[1] > 0
    found = await visitor.get("/policies?q=PERMIT+príncipal", LOOKER)
    assert found.count(rows) == own[1]
    none = await visitor.get("/policies?q=permit+zzz", LOOKER)
    assert "None fits." in none
    assert none.count(rows) == 0


async def test_the_word_of_the_menu_leads_to_the_incident_switch(visitor: Visitor) -> None:
    answer = await visitor.client.get("/incident", headers=headers(CENTRE), allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, "/incidents")
