"""Access reviews: of another municipality, about oneself, and a role given back by the page of another review."""

import asyncio
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio

from gateway.access_review.campaign import CampaignId
from gateway.audit.entry import Code
from tests.rig.attacked import Ground
from tests.rig.visitor import Shown, Visitor

pytestmark = [pytest.mark.real, pytest.mark.asyncio(loop_scope="session")]


@dataclass(frozen=True, slots=True)
class Town:
    ground: Ground
    officer: Visitor
    """Signs and administers at the centre."""
    administrator: Visitor
    """Administers there, and does not sign."""
    leader: Visitor
    """Signs in Hulín."""

    @property
    def site(self) -> str:
        return self.ground.product.addresses.origin("policies")

    async def act(self, who: Visitor, path: str, **fields: str) -> Shown:
        return await who.post(f"{self.site}{path}", fields, follow=False)

    async def begun(self, who: Visitor, scope: str = "privileged") -> str:
        until = (datetime.now(UTC) + timedelta(days=7)).date().isoformat()
        answer = await self.act(who, "/reviews", scope=scope, application="", until=until)
        assert answer.status == 303, answer.text
        return answer.location.path

    async def number(self, page: str, who: Visitor, name: str) -> str:
        text = (await who.get(f"{self.site}{page}")).text
        found = re.search(r'name="number" value="(\d+)"', text[text.index(name) :])
        assert found is not None
        return found[1]

    async def unknown(self, answer: Shown) -> None:
        assert answer.status == 404
        await self.ground.refused(answer, "review_not_found")
        assert (await self.ground.entry(answer, Code.ACCESS_REVIEW_REFUSED)).reason == "review_not_found"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def town(standing: Ground) -> Town:
    site = standing.product.addresses.origin("policies")
    people = [standing.named(login) for login in ("dohled.prezkumu", "pravidla.centra")]
    browsers = [await standing.signed_in(one, site) for one in (*people, standing.named("vedeni.revize"))]
    return Town(standing, *browsers)


async def test_a_role_is_taken_and_given_back_by_whoever_may_in_that_very_review(town: Town) -> None:
    centre, hulin = await town.begun(town.officer), await town.begun(town.leader)
    number = await town.number(centre, town.officer, "dohled.odebran")
    form = {"number": number, "choice": "remove", "comment": ""}
    for path in (centre, f"/reviews/{'A' * 16}"):
        await town.unknown(await town.act(town.leader, path, **form))
        shown = await town.leader.get(f"{town.site}{path}", follow=False)
        assert (shown.status, "dohled.odebran" in shown.text) == (404, False)
    may_not = await town.act(town.administrator, centre, **form)
    assert may_not.status == 403

    answers = await asyncio.gather(*(town.act(town.officer, centre, **form) for _ in range(5)))
    assert {one.status for one in answers} == {303}
    removed = await town.ground.entries(at_least=1, codes=(Code.ACCESS_REMOVED,), person="dohled.odebran")
    assert len(removed) == 1
    block = (await town.ground.state.reviews.look(lambda book: book.blocks()))[0]

    by_another = await town.act(town.administrator, f"{hulin}/report", block=block.id, why="Omyl.")
    await town.unknown(by_another)
    assert (await town.act(town.administrator, f"{centre}/report", block=block.id, why="Omyl.")).status == 403
    await town.unknown(await town.act(town.leader, f"{hulin}/report", block=block.id, why="Omyl."))
    assert (await town.act(town.officer, f"{centre}/report", block=block.id, why="Omyl.")).status == 303


async def test_nobody_decides_about_themselves_whatever_the_form_says(town: Town) -> None:
    page = await town.begun(town.officer, "all")
    which = CampaignId(page.rpartition("/")[2])
    items = await town.ground.state.reviews.look(lambda book: book.items(which))
    (own,) = [one.number for one in items if one.held.login == "dohled.prezkumu"]
    form = {"number": str(own), "choice": "confirm", "comment": "", "subject": "somebody", "by": "somebody"}
    answer = await town.act(town.officer, page, **form)
    await town.ground.refused(answer, "own_access")
    entry = await town.ground.entry(answer, Code.ACCESS_REVIEW_REFUSED)
    assert (entry.reason, entry.details["of"], entry.person) == (
        "own_access",
        "dohled.prezkumu",
        "dohled.prezkumu",
    )
