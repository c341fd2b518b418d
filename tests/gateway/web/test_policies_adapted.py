"""What a change breaks is told by its cause, and cases of the municipality itself can be made to expect it."""

import re
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.policies.world import HULIN
from tests.rig.policy_office import FILE, FIRST, reads
from tests.rig.policy_site import STRANGER
from tests.rig.policy_visitor import Visitor, policy_visitor

pytestmark = pytest.mark.real

CASES = f"municipalities/{HULIN}.cases.toml"
COMMON = "region/guardrails.cases.toml"
OWN = "".join(
    f"""[[case]]
name = "case-{number}"
title_cs = "Případ {number}"
application = "map"
action = "write"
roles = ["{role}"]
reason = "nothing_permits"

"""
    for number, role in ((1, "clerk"), (2, "mail_room"))
)
OF_ALL = f"""[[case]]
name = "common-case"
municipality = "{HULIN}"
application = "map"
action = "write"
roles = ["registrar"]
reason = "nothing_permits"

[[never]]
name = "never-written"
title_cs = "Účetní do map nikdy nezapíše"
title_en = "Accountants never write the map"
applications = ["map"]
actions = ["write"]
roles = ["accountant"]
"""
WRITES = reads(HULIN, "map-work").replace('"read"', '"write"')


@pytest_asyncio.fixture
async def visitor(tmp_path) -> AsyncIterator[Visitor]:
    async with policy_visitor(tmp_path) as made:
        made.world.publish({**FIRST, CASES: OWN, COMMON: OF_ALL})
        yield made


async def broken(visitor: Visitor) -> str:
    """The page of a draft that lets everybody write the map."""
    page = await visitor.begun()
    one = await visitor.one(page)
    text = one.texts[FILE] + WRITES
    await visitor.done(f"{page}/text", revision=str(one.revision), file=FILE, text=text)
    return page


async def revision(visitor: Visitor, page: str) -> str:
    return str((await visitor.one(page)).revision)


async def test_cases_that_one_policy_breaks_stand_together_and_folded(visitor: Visitor) -> None:
    said = await visitor.get(await broken(visitor))
    assert (
        "Cases expect a refusal, and now it is permitted by &#34;Everybody reads the map&#34; (map-work): 3"
        in said
    )
    assert "It must never be permitted, and is by &#34;Everybody reads the map&#34; (map-work): 1" in said
    boxes = re.findall('<input[^>]*name="case"[^>]*>', said)
    assert len(boxes) == 2 + 1, "neither the region's nor what must never be; and all of them"
    assert not [one for one in boxes if "checked" in one], "the author says which ones are meant"
    inside = said.partition('name="case"')[2].partition("</details>")[0]
    assert "Adapt the ticked cases" in inside, "nobody presses it who did not open the list"


async def test_ticked_cases_of_the_municipality_expect_what_is_decided(visitor: Visitor) -> None:
    page = await broken(visitor)
    before = (await visitor.one(page)).texts
    first = OWN.splitlines().index("[[case]]") + 1
    where = await visitor.done(f"{page}/cases", revision=await revision(visitor, page), case=[str(first)])
    after = (await visitor.one(page)).texts
    assert after[CASES] == OWN.replace('reason = "nothing_permits"\n', "", 1)
    assert {**after, CASES: ""} == {**before, CASES: ""}
    said = await visitor.get(where)
    assert "The cases expect now what is decided" in said
    assert "Cases that expect something else than before: 1" in said
    assert "<ins>permitted</ins>" in said
    assert "The title stayed as it was, and what the case expects changed." in said
    assert "(map-work): 2" in said, "the other one and the common one"


async def test_all_that_can_be_ticked_are_adapted_by_one_box(visitor: Visitor) -> None:
    page = await broken(visitor)
    (box,) = re.findall('name="case" value="([0-9]+,[0-9]+)"', await visitor.get(page))
    where = await visitor.done(f"{page}/cases", revision=await revision(visitor, page), case=[box])
    assert "The cases expect now what is decided" in await visitor.get(where)
    assert (await visitor.one(page)).texts[CASES] == OWN.replace('reason = "nothing_permits"\n', "")


async def test_common_cases_and_what_is_not_ticked_stay_whatever_is_sent(visitor: Visitor) -> None:
    page = await broken(visitor)
    before = (await visitor.one(page)).texts
    where = await visitor.done(f"{page}/cases", revision=await revision(visitor, page), case=["8", "x", "-1"])
    assert "No case was changed" in await visitor.get(where)
    assert (await visitor.one(page)).texts == before


async def test_who_may_not_write_there_changes_no_case(visitor: Visitor) -> None:
    page = await broken(visitor)
    sent = await revision(visitor, page)
    assert await visitor.refused(f"{page}/cases", STRANGER, revision=sent, case="1") == (
        404,
        "proposal_unknown",
    )
    assert await visitor.refused(f"{page}/cases", revision="1", case="1") == (
        409,
        "proposal_edited_meanwhile",
    )
