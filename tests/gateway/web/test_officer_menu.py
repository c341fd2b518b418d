"""The officers' menu: everybody finds what they may see, sees where they are, and is led nowhere else."""

import re
from dataclasses import replace

import pytest
import pytest_asyncio
from aiohttp.test_utils import TestClient, TestServer

from gateway.web.officer.reach import OF_MUNICIPALITIES
from tests.gateway.web.conftest import make_office_app
from tests.gateway.web.people import AUDITOR, KVASICE, OFFICER, assertion_header
from tests.gateway.web.sample import Office
from tests.gateway.web.sample_fleet import FLEET
from tests.gateway.web.test_officer import AS_OFFICER
from tests.rig.assistance import helping
from tests.rig.incidents import incidents

pytestmark = pytest.mark.real

CENTRE = [
    "/", "/log", "/answers", "/charts", "/views", "/alerts", "/incidents", "/sessions", "/people", "/suspensions",
    "/exceptions", "/integrity", "/holds", "/report", "/nodes",
]  # fmt: skip
CURRENT = re.compile(r'<a href="([^"]+)" aria-current="page">')


@pytest_asyncio.fixture
async def office():
    """One of a fleet, with all pages."""
    with helping() as people, incidents() as kept:
        await people.prepare()
        made = Office(fleet=FLEET, incidents=kept)
        made.assistance, made.lost_factors = people.assistance, people.lost_factors
        yield made


async def menu(client, path="/", who=OFFICER, language="en"):
    headers = {**AS_OFFICER, **assertion_header(who), "Accept-Language": language}
    answer = await client.get(path, headers=headers)
    assert answer.status == 200, path
    return re.search(r'<nav class="sections.*?</nav>', await answer.text(), re.DOTALL)[0]


def places(shown):
    return re.findall(r'<a href="(/[^"]*)"', shown)


@pytest.mark.parametrize("who", [OFFICER, AUDITOR], ids=["officer", "auditor"])
async def test_each_place_of_the_menu_is_there_and_shows_itself_as_the_current_one(client, who):
    assert places(await menu(client, who=who)) == CENTRE
    for path in CENTRE:
        shown = await menu(client, path, who)
        assert CURRENT.findall(shown) == [path]
        assert shown.count('<summary aria-current="true">') == (path != "/")


async def test_a_reader_of_a_municipality_is_led_to_their_own_pages_alone(client):
    reader = replace(OFFICER, municipality=KVASICE)
    found = places(await menu(client, who=reader))
    assert found == ["/", "/log", "/answers", "/charts", "/views"]
    assert set(found) <= OF_MUNICIPALITIES
    for path in (*found, "/purpose"):
        assert places(await menu(client, path, reader)) == found


async def test_where_there_is_one_machine_no_page_about_nodes_is_led_to():
    async with TestClient(TestServer(make_office_app(Office()))) as alone:
        assert places(await menu(alone)) == CENTRE[:-1]


async def test_groups_are_named_in_both_languages(client):
    groups = [re.findall(r"<summary[^>]*>([^<]+)<", await menu(client, language=one)) for one in ("en", "cs")]
    assert groups == [
        ["Log", "Alerts and incidents", "Access", "System"],
        ["Záznam", "Upozornění a incidenty", "Přístup", "Systém"],
    ]
