"""On the pages about policies two people of one name are told apart by their logins, and nobody else has one there."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio

from gateway.web.policies.namesakes import namesakes, told_apart
from tests.rig.policy_site import APPROVER, AUTHOR, BOTH, NAMESAKE
from tests.rig.policy_visitor import Visitor, policy_visitor


@pytest_asyncio.fixture
async def visitor(tmp_path) -> AsyncIterator[Visitor]:
    async with policy_visitor(tmp_path) as made:
        yield made


def test_only_those_who_share_a_name_have_a_login_beside_it() -> None:
    people = [
        ("urad:1", "Jan Novák", "novak"),
        ("urad:2", "Jana Malá", "mala"),
        ("urad:3", "Jan Novák", "novak2"),
    ]
    assert told_apart(people) == {
        "urad:1": "Jan Novák (novak)",
        "urad:2": "Jana Malá",
        "urad:3": "Jan Novák (novak2)",
    }
    assert namesakes({"a": "x", "b": "y", "c": "x", "d": "y", "e": "z"}) == ["a", "c", "b", "d"]


@pytest.mark.real
@pytest.mark.parametrize(
    ("approver", "author_said", "approver_said"),
    [
        (NAMESAKE, "Jan Správce (spravce.jan)", "Jan Správce (spravce.jan2)"),
        (APPROVER, "Jan Správce", "Marie Starostová"),
    ],
)
async def test_author_and_approver_of_one_name_are_told_apart(
    visitor: Visitor, approver, author_said, approver_said
) -> None:
    page = await visitor.begun()
    await visitor.filled(page, actions=["write"])
    await visitor.step(page, "submit")
    await visitor.done(f"{page}/approve", approver, **await visitor.approval(page))
    shown = await visitor.get(page, BOTH)
    assert f"<dd>{author_said}, " in shown
    assert f"<dd>{approver_said}, " in shown
    assert shown.count(f": {author_said} <strong>") >= 2  # begun, submitted
    assert f": {approver_said} <strong>" in shown
    versions = await visitor.get("/versions", BOTH)
    assert author_said in versions
    assert f"approved by {approver_said}, " in versions


@pytest.mark.real
async def test_authors_of_one_name_are_told_apart_in_the_list_of_proposals(visitor: Visitor) -> None:
    await visitor.begun()
    assert f"· {AUTHOR.name} ·" in await visitor.get("/proposals", BOTH)
    await visitor.done("/proposals", replace(NAMESAKE, actions=AUTHOR.actions), of="")
    shown = await visitor.get("/proposals", BOTH)
    assert "· Jan Správce (spravce.jan) ·" in shown
    assert "· Jan Správce (spravce.jan2) ·" in shown
