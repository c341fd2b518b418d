"""Who asks *Why?* about people of another municipality than the own one, and who does not."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from config.vocabulary import REASON_HEADER
from gateway.audit.entry import Code
from tests.policies.world import HULIN, KROMERIZ
from tests.rig.policy_site import AUTHOR, CENTRE, STRANGER
from tests.rig.policy_visitor import Visitor, headers, policy_visitor

pytestmark = pytest.mark.real


@pytest_asyncio.fixture
async def visitor(tmp_path) -> AsyncIterator[Visitor]:
    async with policy_visitor(tmp_path) as made:
        yield made


async def test_the_centre_asks_about_people_of_any_municipality_and_it_is_recorded(visitor):
    there = await visitor.get(f"/why?where={HULIN}&login=zdejsi.jana&application=map", CENTRE)
    assert "Jana Zdejší" in there
    assert "Hulín: Why is it permitted" in there
    entry, names = visitor.world.entries(Code.LOG_SEARCHED)
    assert entry.subject == CENTRE.subject
    assert entry.details["query"] == f"page=why, user=zdejsi.jana, municipality={HULIN}"
    assert names.details["query"] == f"page=why, municipality={HULIN}", "its people are suggested by name"
    form = await visitor.get(f"/why?where={HULIN}", CENTRE)
    assert f'<option value="{HULIN}" selected>' in form
    assert 'value="zdejsi.jana"' in form, "people of the municipality that is asked about are suggested"
    looked = visitor.world.entries(Code.LOG_SEARCHED)[-1]
    assert (looked.subject, looked.municipality) == (CENTRE.subject, HULIN), "without asking about anybody"
    assert looked.details["query"] == f"page=why, municipality={HULIN}"
    assert looked.details["found"] == form.count(
        "</option>", form.index('<datalist id="people">'), form.index("</datalist>")
    )
    recorded = len(visitor.world.entries(Code.LOG_SEARCHED))
    await visitor.get("/why", CENTRE)
    await visitor.get(f"/why?where={KROMERIZ}", CENTRE)
    assert len(visitor.world.entries(Code.LOG_SEARCHED)) == recorded, "the own one's are the form's"
    here = await visitor.get("/why?login=zdejsi.jana&application=map", CENTRE, status=409)
    assert "Nobody is meant by that: Kroměříž" in here
    assert "choose that municipality" in here
    assert "Choose a municipality of the district." in await visitor.get(
        "/why?where=999999&login=zdejsi.jana&application=map", CENTRE, status=409
    )


async def test_nobody_else_asks_about_another_municipality_and_is_told_who_can(visitor):
    form = await visitor.get("/why", AUTHOR)
    assert 'name="where"' not in form
    told = await visitor.get("/why?login=jinde.ota&application=map", AUTHOR, status=409)
    assert "its own administrator can ask, or the centre" in told
    answer = await visitor.client.get(
        f"/why?where={KROMERIZ}&login=jinde.ota&application=map", headers=headers(AUTHOR)
    )
    assert (answer.status, answer.headers[REASON_HEADER]) == (403, "not_for_the_centre")
    assert "Ota Jinde" not in await answer.text()
    (entry,) = visitor.world.entries(Code.POLICY_ACT_REFUSED)
    assert (entry.subject, entry.reason) == (AUTHOR.subject, "not_for_the_centre")
    assert 'name="where"' not in await visitor.get("/why", STRANGER), "at the centre, who administers nothing"


NAVIGATES = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}


@pytest.mark.parametrize(
    "path", [f"/why?where={HULIN}&login=zdejsi.jana&application=map", f"/who?where={HULIN}"]
)
async def test_a_stranger_s_link_looks_at_nobody_in_the_reader_s_name_until_they_go_on(visitor, path):
    for site, status in (("cross-site", 403), ("same-site", 200)):
        told = headers(CENTRE) | NAVIGATES | {"Sec-Fetch-Site": site}
        answer = await visitor.client.get(path, headers=told)
        assert answer.status == status
        looks = visitor.world.entries(Code.LOG_SEARCHED)
        if site == "cross-site":
            assert answer.headers[REASON_HEADER] == "came_from_elsewhere"
            assert f'href="{path.replace("&", "&amp;")}">Go on</a>' in await answer.text()
            assert looks == []
        else:
            assert {one.details["came_from"] for one in looks} == {"same-site"}


async def test_nor_at_what_a_proposal_would_have_decided(visitor):
    page = await visitor.begun()
    told = headers(AUTHOR) | NAVIGATES | {"Sec-Fetch-Site": "cross-site"}
    answer = await visitor.client.get(f"{page}/impact", headers=told)
    assert (answer.status, answer.headers[REASON_HEADER]) == (403, "came_from_elsewhere")
