"""Pages about policies: a change that holds no more, and what came into force on the machine, as authors read of it."""

import re
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
import pytest_asyncio

from gateway.policy_office.no_longer import MOST
from tests.gateway.web.people import NOW
from tests.policies.world import HULIN
from tests.rig.policy_office import FILE, reads
from tests.rig.policy_site import APPROVER, AUTHOR, BOTH, LOOKER, STRANGER
from tests.rig.policy_visitor import Visitor, headers, policy_visitor

pytestmark = pytest.mark.real


@pytest_asyncio.fixture
async def visitor(tmp_path) -> AsyncIterator[Visitor]:
    async with policy_visitor(tmp_path) as made:
        yield made


def plain(page: str) -> str:
    return " ".join(re.sub("<[^>]+>", "", page).split())


async def in_force(visitor) -> str:
    page = await visitor.submitted()
    await visitor.done(f"{page}/approve", APPROVER, **await visitor.approval(page))
    return page


async def test_a_proposal_that_was_rolled_back_says_since_when_to_what_by_whom_and_why(visitor):
    page = await in_force(visitor)
    assert 'tag-success">came into force' in await visitor.get(page)
    await visitor.done("/versions/1/restore", APPROVER, of="", why="Omyl.")
    shown = await visitor.get(page)
    assert "came into force<" not in shown
    assert '<span class="tag tag-refused">in force no more</span>' in shown
    told = (
        "It holds no more since 23 Nov 2026, 09:41 CET: back to version 1, Marie Starostová: Omyl. version 3"
    )
    assert told in plain(shown)
    assert "Od 23. 11. 2026 9:41 SEČ už neplatí: návrat k verzi 1, Marie Starostová: Omyl." in plain(
        await visitor.get(page, language="cs")
    )


async def test_its_author_reads_on_the_overview_by_whom_and_why_and_nobody_else_does(visitor):
    page = await in_force(visitor)
    assert "Your change holds no more" not in await visitor.get("/")
    await visitor.done("/versions/1/restore", APPROVER, of="", why="Omyl.")
    shown = await visitor.get("/", AUTHOR)
    assert "Your change holds no more" in shown
    assert f'<a href="{page}">Mapy potřebuje i matrika.</a>' in shown
    assert "back to version 1, Marie Starostová: Omyl." in plain(shown)
    for who in (APPROVER, LOOKER):
        assert "Your change holds no more" not in await visitor.get("/", who)


async def test_what_is_put_in_force_on_the_machine_is_told_for_a_fortnight_where_it_changed_something(
    visitor,
):
    texts = visitor.world.in_force().texts | {FILE: reads(HULIN) + reads(HULIN, "by-files")}
    told = "Put in force on the machine, without a second person"
    visitor.world.publish(texts, NOW - timedelta(days=14))
    assert told not in await visitor.get("/")
    visitor.world.publish(texts | {FILE: reads(HULIN)}, NOW - timedelta(days=13))
    shown = await visitor.get("/", LOOKER)
    assert shown.count(told) == 1
    assert "of files, operator of the machine (root): version 3" in plain(shown)
    assert told not in await visitor.get("/", STRANGER), "nothing of theirs changed"
    assert "All versions" not in shown
    for number in range(5):
        visitor.world.publish({**texts, FILE: reads(HULIN, f"by-files-{number}")}, NOW)
    many = await visitor.get("/", LOOKER)
    assert many.count(told) == 1
    assert many.count("of files, operator") == 5
    assert "All versions" in many


async def test_nobody_is_told_of_what_they_took_back_themselves(visitor):
    await in_force(visitor)
    page = await visitor.begun(BOTH)
    await visitor.filled(page, BOTH, id="second")
    await visitor.step(page, "submit", BOTH)
    await visitor.done(f"{page}/approve", APPROVER, **await visitor.approval(page))
    await visitor.done("/versions/1/restore", BOTH, of="", why="Omyl.")
    told = "Your change holds no more"
    assert told in await visitor.get("/", AUTHOR), "it took back theirs as well"
    assert told not in await visitor.get("/", BOTH)


async def test_nobody_is_told_for_more_than_a_fortnight_whatever_came_since(visitor):
    page = await in_force(visitor)
    texts = visitor.world.in_force().texts | {FILE: reads(HULIN)}
    visitor.world.publish(texts, NOW - timedelta(days=14))
    visitor.world.publish(texts | {FILE: reads(HULIN) + reads(HULIN, "other")}, NOW - timedelta(days=1))
    assert "in force no more" in await visitor.get(page)
    assert "Your change holds no more" not in await visitor.get("/", AUTHOR)


async def test_what_was_ended_many_versions_ago_is_in_force_no_more_on_its_page(visitor):
    page = await in_force(visitor)
    for number in range(MOST + 2):
        texts = visitor.world.in_force().texts | {FILE: reads(HULIN) + reads(HULIN, f"other-{number}")}
        visitor.world.publish(texts, NOW)
    shown = await visitor.get(page)
    assert '<span class="tag tag-refused">in force no more</span>' in shown
    assert "It holds no more since" not in shown
    assert "came into force<" not in shown


async def test_what_somebody_approved_is_told_as_nobody_s(visitor):
    await in_force(visitor)
    await visitor.done("/versions/1/restore", APPROVER, of="", why="Omyl.")
    assert "Put in force on the machine" not in await visitor.get("/")


async def test_why_it_was_returned_stands_below_the_state_and_what_to_do(visitor):
    page = await visitor.submitted()
    one = await visitor.one(page)
    await visitor.done(f"{page}/return", APPROVER, revision=str(one.revision), why="Název neodpovídá.")
    shown = await visitor.get(page)
    state = shown[shown.index("<dt>State</dt>") : shown.index("<dt>What it is for</dt>")]
    assert "Why it was returned" in state
    assert "Název neodpovídá." in state
    assert "Marie Starostová, 23 Nov 2026, 09:41 CET" in plain(state)
    assert "Edit it first; then it can be submitted again." in state
    assert "Edit it first" not in await visitor.get(page, LOOKER), "they could not"
    await visitor.filled(page, id="map-clerks-2")
    assert "Why it was returned" not in await visitor.get(page)


async def test_who_gains_of_a_finished_proposal_leads_to_what_it_changed(visitor):
    page = await in_force(visitor)
    answer = await visitor.client.get(f"{page}/impact", headers=headers(AUTHOR), allow_redirects=False)
    assert (answer.status, answer.headers["Location"]) == (303, f"{page}?done=over")
    assert await visitor.done(f"{page}/impact") == f"{page}?done=over"
    shown = await visitor.get(f"{page}?done=over")
    assert "This one is finished; below stands what it changed." in shown
    assert "What it changed" in shown
