"""Looks at access reviews are recorded, and nobody else's page makes one."""

import pytest

from config.vocabulary import REASON_HEADER
from tests.gateway.web.test_access_review import Visitor, headers, visitor
from tests.rig.review_pages import REVIEWER
from tests.rig.reviews import CLERKS, VILLAGE

__all__ = ["visitor"]

pytestmark = pytest.mark.real


async def test_every_look_at_reviews_is_recorded_before_it_is_shown(visitor: Visitor) -> None:
    village = visitor.given.village
    campaign = village.begun()
    number = visitor.number(campaign, CLERKS)
    pages = {
        "/reviews": ("page=reviews", 1),
        f"/reviews/{campaign.id}": ("page=review", len(VILLAGE)),
        f"/reviews/{campaign.id}?q={CLERKS.login}": ("page=review", 1),
        f"/reviews/{campaign.id}/remove?number={number}": ("page=review", 1),
        f"/reviews/{campaign.id}/report": ("page=review", len(VILLAGE)),
    }
    for path, (query, found) in pages.items():
        before = len(visitor.looks())
        await visitor.get(path)
        [look] = visitor.looks()[before:]
        assert str(look.details["query"]).partition(",")[0] == query, path
        assert look.details["found"] == found, path
        assert (look.person, look.session, look.application) == (REVIEWER.login, REVIEWER.sid, "policies")
    assert f"review={campaign.id}" in str(look.details["query"])


async def test_a_review_is_not_shown_when_the_look_cannot_be_recorded(visitor: Visitor) -> None:
    campaign = visitor.given.village.begun()
    visitor.given.log_full = True
    for path in ("/reviews", f"/reviews/{campaign.id}", f"/reviews/{campaign.id}/report"):
        assert CLERKS.name not in await visitor.get(path, status=500)


async def test_a_link_from_elsewhere_makes_nobody_look_at_a_review(visitor: Visitor) -> None:
    campaign = visitor.given.village.begun()
    for path in ("/reviews", f"/reviews/{campaign.id}", f"/reviews/{campaign.id}/report"):
        elsewhere = headers(REVIEWER) | {"Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "navigate"}
        answer = await visitor.client.get(path, headers=elsewhere)
        assert answer.headers[REASON_HEADER] == "came_from_elsewhere", path
    assert visitor.looks() == []
