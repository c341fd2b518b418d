"""What no click brings back is asked about before it is done, on pages that work without a script."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from gateway.access_review.campaign import Choice
from tests.gateway.web.sample import Office
from tests.gateway.web.test_access_review import Visitor as Reviewer
from tests.gateway.web.test_access_review import reviewer_of
from tests.rig.policy_office import FILE, World
from tests.rig.policy_site import APPROVER, AUTHOR, CENTRE, PolicySite
from tests.rig.policy_site import LOOKER as LOOKER_OF_POLICIES
from tests.rig.policy_visitor import CLOSING, Visitor, policy_visitor
from tests.rig.review_pages import LOOKER, given
from tests.rig.reviews import CLERKS, EXCEPTED, MAYORS, PROGRAM

pytestmark = pytest.mark.real


@pytest_asyncio.fixture
async def visitor(tmp_path) -> AsyncIterator[Visitor]:
    async with policy_visitor(tmp_path) as made:
        yield made


@pytest_asyncio.fixture
async def reviewer(tmp_path) -> AsyncIterator[Reviewer]:
    async with reviewer_of(tmp_path) as made:
        yield made


def hidden(page: str) -> dict[str, str]:
    """What the page's question sends besides the answer."""
    found = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))
    return {name: value for name, value in found.items() if name != "back"}  # of the switch of languages


async def test_before_a_policy_is_taken_out_of_a_draft_it_is_shown(visitor: Visitor) -> None:
    page = await visitor.begun()
    await visitor.filled(page)
    draft = await visitor.get(f"{page}/edit")
    assert f'action="{page}/remove"' not in draft
    to = re.findall(r'value="(remove\?[^"]+)"', draft)[1].replace("&amp;", "&")
    asked = await visitor.step(page, "note", note="", to=to)
    question = await visitor.get(asked)
    assert "Take this policy out of the draft?" in question
    assert "map-clerks" in question
    assert "map-clerks" in (await visitor.one(page)).texts[FILE], "nothing is taken out by being asked"
    await visitor.done(f"{page}/remove", **hidden(question))
    assert "map-clerks" not in (await visitor.one(page)).texts[FILE]
    await visitor.get(asked, status=404)


async def test_the_switch_of_languages_of_a_refused_taking_out_leads_to_the_draft(visitor: Visitor) -> None:
    page = await visitor.begun()
    await visitor.get(f"{page}/remove", status=303)


async def test_before_a_proposal_is_withdrawn_it_is_shown(visitor: Visitor) -> None:
    page = await visitor.submitted()
    assert f'action="{page}/withdraw"' not in await visitor.get(page)
    question = await visitor.get(f"{page}/withdraw")
    assert "Withdraw this proposal?" in question
    assert AUTHOR.name in question
    await visitor.done(f"{page}/withdraw", why="Omyl", **hidden(question))
    await visitor.get(f"{page}/withdraw", status=303)


async def test_before_a_closure_is_opened_again_it_is_shown(visitor: Visitor) -> None:
    await visitor.done("/incidents/close", CENTRE, **CLOSING)
    [where] = re.findall(r'href="(/incidents/[^"]+/open)"', await visitor.get("/incidents", CENTRE))
    question = await visitor.get(where, CENTRE)
    assert "Open access again?" in question
    assert "An incident." in question
    assert visitor.world.taken == 1, "it stands until somebody answers"
    await visitor.done(where, CENTRE, why="Vyřešeno.")
    await visitor.get(where, CENTRE, status=404)


async def test_before_a_review_is_closed_it_says_what_will_be_final(reviewer: Reviewer) -> None:
    village = reviewer.given.village
    campaign = village.begun([CLERKS])
    village.decide(campaign, CLERKS, Choice.REMOVE, "")
    page = await reviewer.get(f"/reviews/{campaign.id}")
    assert f'action="/reviews/{campaign.id}/close"' not in page
    assert f'href="/reviews/{campaign.id}/close"' in page
    question = await reviewer.get(f"/reviews/{campaign.id}/close")
    assert "Close this review?" in question
    assert "Removed: 1." in question
    await reviewer.get(f"/reviews/{campaign.id}/close", LOOKER, status=303)
    reviewer.given.found = [CLERKS]
    assert (await reviewer.post(f"/reviews/{campaign.id}/close")).status == 303
    await reviewer.get(f"/reviews/{campaign.id}/close", status=303)


async def test_before_anything_is_removed_it_says_what_comes_of_it(reviewer: Reviewer) -> None:
    campaign = reviewer.given.village.begun([CLERKS, EXCEPTED, PROGRAM])
    page = await reviewer.get(f"/reviews/{campaign.id}")
    asking = re.findall(r'value="remove" formaction="([^"]+)"', page)
    assert len(asking) == page.count('value="remove"') == 3
    told = {
        CLERKS: "The role stops working here at once",
        EXCEPTED: "cannot be given back",
        PROGRAM: "taken away in the configuration",
    }
    for about, words in told.items():
        number = reviewer.number(campaign, about)
        where = f"/reviews/{campaign.id}/remove?number={number}"
        assert where in asking
        asked = await reviewer.post(where, number=number, comment="Má klíč", choice="remove")
        question = await asked.text()
        assert words in question
        assert hidden(question) == {"number": number, "comment": "Má klíč"}
        assert reviewer.item(campaign, about).decided is None
        await reviewer.post(f"/reviews/{campaign.id}", choice="remove", **hidden(question))
        assert reviewer.item(campaign, about).choice is Choice.REMOVE


async def test_the_question_of_a_removal_stays_in_the_other_language_and_leads_nowhere_without_one(
    reviewer: Reviewer,
) -> None:
    campaign = reviewer.given.village.begun([MAYORS, CLERKS, EXCEPTED])
    where = f"/reviews/{campaign.id}/remove"
    number = reviewer.number(campaign, EXCEPTED)
    assert "Remove it for good?" in await reviewer.get(f"{where}?number={number}")
    await reviewer.get(f"{where}?number={number}", LOOKER, status=303)
    for nothing in ("", "?number=99", "?number=x", f"?number={reviewer.number(campaign, MAYORS)}"):
        await reviewer.get(where + nothing, status=303)
    await reviewer.post(f"/reviews/{campaign.id}", number=number, comment="", choice="remove")
    await reviewer.get(f"{where}?number={number}", status=303)
    assert reviewer.item(campaign, CLERKS).decided is None


async def test_what_could_not_be_removed_is_refused_before_it_is_asked(reviewer: Reviewer) -> None:
    campaign = reviewer.given.village.begun([MAYORS, CLERKS])
    where, own = f"/reviews/{campaign.id}/remove", reviewer.number(campaign, MAYORS)
    assert await reviewer.refused(where, number=own, comment="") == "own_access"
    other = reviewer.number(campaign, CLERKS)
    assert await reviewer.refused(where, LOOKER, number=other, comment="") == "role_not_sufficient"
    assert await reviewer.refused(where, number=other, comment="x" * 501) == "review_comment_missing"


async def test_a_review_that_is_not_finished_does_not_ask_whether_to_close_it(reviewer: Reviewer) -> None:
    campaign = reviewer.given.village.begun([CLERKS])
    await reviewer.get(f"/reviews/{campaign.id}/close", status=303)


async def test_what_is_no_access_of_the_review_cannot_be_asked_about(reviewer: Reviewer) -> None:
    campaign = reviewer.given.village.begun([CLERKS])
    refused = await reviewer.refused(f"/reviews/{campaign.id}/remove", number="99", comment="")
    assert refused == "request_unreadable"


async def test_who_could_not_take_it_back_is_not_asked_whether_to(visitor: Visitor) -> None:
    page = await visitor.submitted()
    for who in (LOOKER_OF_POLICIES, APPROVER):
        await visitor.get(f"{page}/withdraw", who, status=303)
    await visitor.get(f"{page}/remove?number=0&file={FILE}", status=303)
    await visitor.done("/incidents/close", CENTRE, **CLOSING)
    [where] = re.findall(r'href="(/incidents/[^"]+/open)"', await visitor.get("/incidents", CENTRE))
    await visitor.get(where, AUTHOR, status=303)


def test_each_address_that_takes_a_form_shows_a_page_to_whoever_types_it(tmp_path) -> None:
    """The switch of languages of whatever it answers leads there too."""
    desk, made = Office().desk(), given(tmp_path)
    rooms = {**Office().rooms(desk), "reviews": made.pages(desk)}
    rooms["policies"] = PolicySite(World(made.village.database)).pages(desk)
    made.village.database.close()
    for host, pages in rooms.items():
        shown = {re.sub(r"\{(\w+):[^}]+\}", r"{\1}", page.path) for page in pages if page.method == "GET"}
        asked = {re.sub(r"\{(\w+):[^}]+\}", r"{\1}", page.path) for page in pages if page.method == "POST"}
        assert asked - shown == set(), host
