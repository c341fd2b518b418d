"""The page about nodes: who serves, who does not and why, who may come and who is gone."""

import re
from dataclasses import replace

import pytest

from config.fleet import Role
from gateway.audit.entry import Code
from gateway.fleet.known_nodes import Heard, KnownFleet
from tests.gateway.web.people import NOW
from tests.gateway.web.sample_fleet import FLEET
from tests.gateway.web.test_officer import shown

pytestmark = pytest.mark.real


def rows(text: str) -> dict[str, str]:
    """What is said of each node, in words."""
    found = {}
    for row in re.findall(r'<tr role="row">\s*<td.*?</tr>', text, re.DOTALL):
        words = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", row)).strip()
        found[words.split(" ", 1)[0]] = words
    return found


async def test_each_node_is_shown_with_what_it_does_and_what_it_lacks(client, office):
    office.fleet = FLEET
    text = await shown(client, "/nodes")
    found = rows(text)
    assert list(found) == ["a", "b", "c", "radnice-vstup", "stary", "zaloha"]
    assert "way in and control plane in service" in found["a"]
    assert "not ready an operator takes it out of service it is cut off from the other nodes" in found["b"]
    assert "no word from it 23 Nov 2026, 09:34:07 CET 03be11f2c9d0" in found["c"]
    assert "way in only no word from it not yet" in found["radnice-vstup"]
    assert "has ended" in found["radnice-vstup"]
    assert found["stary"].endswith("control plane only removed 22 Nov 2026, 09:41 CET")
    assert "invited The code is good until" in found["zaloha"]
    assert "1 node is in service." in text
    assert "No word from: c, radnice-vstup" in text
    assert "People work on at the other nodes." in text


async def test_where_no_node_serves_people_nobody_is_said_to_work_on(client, office):
    a, _, silent, *_ = FLEET.nodes
    office.fleet = KnownFleet((replace(a, role=Role.CONTROL), silent), "")
    text = await shown(client, "/nodes")
    assert "No word from: c" in text
    assert "People work on" not in text


async def test_a_node_that_decides_by_other_policies_is_told(client, office):
    a = FLEET.nodes[0]
    office.fleet = KnownFleet((a, replace(a, name="b", policies="other")), a.policies)
    found = rows(await shown(client, "/nodes"))
    assert ("not those in force" in found["a"], "not those in force" in found["b"]) == (False, True)


async def test_a_part_of_another_version_is_shown_by_its_name_and_nothing_it_says_is_markup(client, office):
    heard = Heard(NOW, "<b>9</b>", ("novelty", "directory", "directory.kromeriz"))
    office.fleet = KnownFleet((replace(FLEET.nodes[0], heard=heard),), "")
    text = await shown(client, "/nodes")
    assert "not ready novelty it is cut off from a directory" in rows(text)["a"]
    assert "directory.kromeriz" not in text
    assert "<b>9</b>" not in text


async def test_a_look_at_the_nodes_is_recorded_before_they_are_shown(client, office):
    office.fleet = FLEET
    await shown(client, "/nodes")
    looked = office.log.entries[-1]
    assert (looked.code, looked.details["found"]) == (Code.LOG_SEARCHED, 6)


async def test_on_one_machine_the_page_is_offered_to_nobody_and_says_so(client):
    assert 'href="/nodes"' not in await shown(client, "/")
    assert "Brána runs on one machine here." in await shown(client, "/nodes")
