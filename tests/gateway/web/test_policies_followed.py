"""Proposals that others wait for, or have overtaken: where they are, and what follows what."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from config.vocabulary import REASON_HEADER
from gateway.policy_office.proposal import ProposalId, State
from gateway.waiting import Waiting
from tests.policies.world import HULIN
from tests.rig.policy_office import FILE, reads
from tests.rig.policy_site import CENTRE
from tests.rig.policy_visitor import Visitor, policy_visitor

pytestmark = pytest.mark.real


@pytest_asyncio.fixture
async def visitor(tmp_path) -> AsyncIterator[Visitor]:
    async with policy_visitor(tmp_path) as made:
        yield made


async def test_what_both_changed_is_chosen_on_the_page_and_nothing_chosen_is_lost(visitor):
    page = await visitor.begun()
    await visitor.filled(page)
    own = (await visitor.one(page)).texts[FILE].replace("Everybody reads", "All read")
    await visitor.step(page, "text", file=FILE, text=own)
    there = visitor.world.in_force().texts
    today = there[FILE].replace("Everybody reads", "Anybody reads") + reads(HULIN, "map-clerks")
    visitor.world.publish({**there, FILE: today + reads(HULIN, "colleague")})
    assert "2 places were changed by both" in await visitor.get(page)
    clash = (await visitor.world.office.merging(visitor.world.author.asking, one_of(page))).conflicts
    read, clerks = (f"choice-{one.mark}" for one in sorted(clash, key=lambda one: one.key.name, reverse=True))
    revision = str((await visitor.one(page)).revision)
    answer = await visitor.post(f"{page}/rebase", revision=revision, **{read: "own", "choice-x": "own"})
    assert (answer.status, answer.headers[REASON_HEADER]) == (409, "policies_changed_by_both")
    again = await answer.text()
    assert re.search(rf'name="{read}" value="own" checked', again)
    assert again.count("Choose one of them.") == 1
    assert again.count(" checked") == 1, "nothing is chosen beforehand"
    await visitor.step(page, "rebase", **{read: "own", clerks: "today"})
    one = await visitor.one(page)
    assert one.state is State.DRAFT
    assert "All read" in one.texts[FILE]
    assert "Anybody reads" not in one.texts[FILE]
    assert reads(HULIN, "map-clerks").strip() in one.texts[FILE]
    assert reads(HULIN, "colleague").strip() in one.texts[FILE]
    assert "changed by both" not in await visitor.get(page)


def one_of(page: str) -> ProposalId:
    return ProposalId(page.rpartition("/")[2])


@pytest.mark.parametrize(
    ("waiting", "told", "menu"),
    [
        (Waiting(proposals=1, common=1), ["", "1 waits for you"], "/proposals?of=region"),
        (Waiting(proposals=3, common=1), ["2 wait for you", "1 waits for you"], "/proposals"),
        (Waiting(proposals=2), ["2 wait for you", ""], "/proposals"),
        (Waiting(), ["", ""], "/proposals"),
    ],
)
async def test_what_waits_is_led_to_and_marked_whosever_policies_it_is_about(visitor, waiting, told, menu):
    visitor.given.waiting = waiting
    page = await visitor.get("/proposals", CENTRE)
    tabs = re.findall(r'<a class="button[^>]*href="\?(?:of=region)?"[^>]*>(.*?)</a>', page)
    assert [re.findall(r"hidden\">, ([^<]*)<", tab) for tab in tabs] == [[one] if one else [] for one in told]
    assert f'<a href="{menu}"' in page
