"""A proposal's simulation on its page: begun, watched, told with what it is of, and run again."""

import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta

import pytest
import pytest_asyncio

from config.vocabulary import Action, Role, RouteName
from gateway.audit.entry import Code
from gateway.web.simulating import Finished, NotFinished, Occupied, Trouble, UnderWay
from policies.simulate import Change, Row, Tally, Whose
from policies.simulated import report
from tests.gateway.web.people import NOW
from tests.policies.world import HULIN, ask
from tests.rig.policy_office import FILE
from tests.rig.policy_site import AUTHOR, STRANGER
from tests.rig.policy_visitor import Visitor, policy_visitor

pytestmark = pytest.mark.real


@pytest_asyncio.fixture
async def visitor(tmp_path) -> AsyncIterator[Visitor]:
    async with policy_visitor(tmp_path) as made:
        yield made


async def test_a_simulation_leaves_the_place_and_the_time_that_were_chosen(visitor):
    page = await visitor.begun()
    await visitor.filled(page, actions=["write"])
    chosen = f"{page}/impact?from=abroad&at=2026-11-28T23:00"
    assert 'action="' + chosen.replace("&", "&amp;").replace(":", "%3A") + '"' in await visitor.get(chosen)
    where = await visitor.done(chosen)
    assert "from=abroad" in where
    assert where.endswith("#simulation")


async def test_a_simulation_is_begun_watched_and_told_and_whoever_sees_it_is_recorded(visitor):
    page = await visitor.begun()
    await visitor.filled(page, actions=["write"])
    await visitor.done(f"{page}/impact")
    [(asked, by)] = visitor.given.begun
    assert "map-clerks" in asked.texts[FILE]
    assert (asked.municipality, asked.days, by) == (HULIN, 7, AUTHOR.name)
    visitor.given.simulated = UnderWay(NOW, by)
    counting = await visitor.get(f"{page}/impact")
    assert "How many decisions there are is being counted." in counting
    assert "0 of 0" not in counting
    assert '<progress aria-label="Replayed">' in counting, "how far it is is not known yet"
    visitor.given.simulated = UnderWay(NOW, by, 1200, 5000)
    assert "1200 of 5000" in await visitor.get(f"{page}/impact")
    visitor.given.simulated = Occupied(NOW)
    assert "Another simulation goes on." in await visitor.get(f"{page}/impact")
    visitor.given.simulated = NotFinished(Trouble.TOO_LONG, "", NOW, by)
    assert "took too long" in await visitor.get(f"{page}/impact")
    assert visitor.world.entries(Code.LOG_SEARCHED) == []
    book = visitor.given.in_force()
    visitor.given.simulated = Finished(report(Tally(), book, book), NOW, NOW, timedelta(), by)
    assert "Would be the same" in await visitor.get(f"{page}/impact")
    [entry] = visitor.world.entries(Code.LOG_SEARCHED)
    assert entry.subject == AUTHOR.subject
    tally, question = Tally(in_part=1), ask((HULIN, Role.CLERK))
    for route in (None, RouteName("parcels")):
        whose = Whose(Change.LOSES, question.subject, HULIN, question.application, Action.READ, route)
        tally.count(whose, Row("zdejsi.jana", question, along=1))
    visitor.given.simulated = Finished(report(tally, book, book), NOW, NOW, timedelta(), by)
    shown = await visitor.get(f"{page}/impact")
    assert "– reading</td>" in shown
    assert "– reading (parcels)</td>" in shown
    assert 'may do this in records <small class="quiet">nothing_permits</small>' in shown
    assert "<dt>Would be the same, but for something permitted along with it</dt><dd>1</dd>" in shown


async def test_a_simulation_says_as_of_when_and_of_what_it_is_and_is_run_again(visitor):
    page = await visitor.begun()
    await visitor.filled(page, actions=["write"])
    concerns = "everything as it was then: who came and with which roles, from where, at what time"
    before = await visitor.get(f"{page}/impact")
    assert concerns in before
    assert ">Simulate</button>" in before
    book, since = visitor.given.in_force(), NOW - timedelta(days=7)
    tally = Tally(unchanged=4)
    tally.not_replayable["policies_not_asked"] = 2
    visitor.given.simulated = Finished(report(tally, book, book), since, NOW, timedelta(), AUTHOR.name)
    shown = await visitor.get(f"{page}/impact?from=abroad")
    for words in (
        concerns,
        f"23 Nov 2026, 09:41 CET (run by {AUTHOR.name})",
        "16 Nov 2026, 09:41 CET – 23 Nov 2026, 09:41 CET",
        "what belongs to the municipality: Hulín",
        "the policies were not asked: 2",
    ):
        assert words in re.sub(r"<[^>]+>", "", shown)
    [again] = re.findall(
        r'action="([^"]+/impact[^"]+)">\s+<button class="button button-quiet">Run again<', shown
    )
    await visitor.done(again.replace("&amp;", "&"))
    assert len(visitor.given.begun) == 1
    visitor.given.simulated = Finished(report(Tally(), book, book), since, NOW, timedelta(), AUTHOR.name)
    assert "Nothing was decided in this time." in await visitor.get(f"{page}/impact")


async def test_what_would_come_out_otherwise_is_counted_and_what_nobody_came_with_is_said(visitor):
    page = await visitor.begun()
    await visitor.filled(page, actions=["write"])
    book, question = visitor.given.in_force(), ask((HULIN, Role.CLERK))
    tally = Tally(unchanged=4)
    visitor.given.simulated = Finished(report(tally, book, book), NOW, NOW, timedelta(), AUTHOR.name)
    shown = (await visitor.get(f"{page}/impact")).partition('id="simulation"')[2]
    assert "None of the decisions that could be asked again would come out otherwise." in shown
    for label in ("Would be permitted", "Would be refused"):
        assert label not in shown
    whose = Whose(Change.LOSES, question.subject, HULIN, question.application, Action.READ, None)
    tally.count(whose, Row("zdejsi.jana", question, asked=2))
    visitor.given.simulated = Finished(
        replace(report(tally, book, book), losses=2, losing=1), NOW, NOW, timedelta(), AUTHOR.name
    )
    shown = (await visitor.get(f"{page}/impact")).partition('id="simulation"')[2]
    assert "<dt>Would be refused</dt><dd>2, people: 1</dd>" in shown
    assert "Would be permitted" not in shown
    assert "None of the decisions" not in shown


async def test_whoever_runs_it_again_while_another_goes_on_is_told(visitor):
    page = await visitor.begun()
    visitor.given.simulated = Occupied(NOW)
    where = await visitor.done(f"{page}/impact?from=abroad")
    assert where.endswith("/impact?from=abroad&done=occupied")
    book = visitor.given.in_force()
    visitor.given.simulated = Finished(report(Tally(), book, book), NOW, NOW, timedelta(), AUTHOR.name)
    assert "Another simulation goes on." in await visitor.get(where)
    assert "done=occupied" not in await visitor.done(where)


async def test_nobody_simulates_a_proposal_of_another_municipality(visitor):
    page = await visitor.begun()
    assert await visitor.refused(f"{page}/impact", STRANGER) == (404, "proposal_unknown")
    assert visitor.given.begun == []
