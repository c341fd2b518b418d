"""What a change breaks is told by its cause, and cases of the municipality itself can be made to expect it."""

import re
import tomllib
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from tests.policies.world import HULIN
from tests.rig.policy_office import FILE, FIRST, GUARDRAILS, reads
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
CLOSED = """@id("map-closed") @reason("map_closed")
@title_cs("Mapy se jen čtou") @title_en("The map is only read") @advice_cs("Čtěte.") @advice_en("Read.")
forbid (principal, action == Action::"write", resource) when { resource in Application::"map" };
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


async def shown(visitor: Visitor, page: str) -> dict[str, str]:
    """What the form says of the page in which it stands."""
    one, in_force = await visitor.one(page), visitor.world.in_force()
    return {"revision": str(one.revision), "beside": str(in_force.number)}


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
    inside = said.partition('name="case"')[2].partition("Adapt the ticked cases")[0]
    assert inside.count("<details") == inside.count("</details>"), (
        "nobody presses it who did not open the list"
    )


async def test_ticked_cases_of_the_municipality_expect_what_is_decided(visitor: Visitor) -> None:
    page = await broken(visitor)
    before = (await visitor.one(page)).texts
    first = OWN.splitlines().index("[[case]]") + 1
    where = await visitor.done(f"{page}/cases", **await shown(visitor, page), case=[str(first)])
    after = (await visitor.one(page)).texts
    assert after[CASES] == OWN.replace('reason = "nothing_permits"\n', "", 1)
    assert {**after, CASES: ""} == {**before, CASES: ""}
    said = await visitor.get(where)
    assert "The cases expect now what is decided" in said
    assert "Cases that expect something else than before: 1" in said
    assert "<ins>permitted</ins>" in said
    assert "The title stayed as it was, and what the case expects changed." in said
    assert "(map-work): 2" in said, "the other one and the common one"


async def test_a_case_that_is_adapted_may_be_called_otherwise_and_says_so_then(visitor: Visitor) -> None:
    page = await broken(visitor)
    said = await visitor.get(page)
    first = OWN.splitlines().index("[[case]]") + 1
    asked = re.findall(r'name="called-(cs|en)-([0-9]+)" value="([^"]*)"', said)
    assert asked[:2] == [("cs", str(first), "Případ 1"), ("en", str(first), "case-1")]
    assert "see whether what it is called still holds" in said
    called = {
        f"called-cs-{first}": "Referent „mapy“ \\ zapíše ",
        f"called-en-{first}": "A clerk writes the map",
    }
    not_ticked = {f"called-cs-{each[1]}": "Ne" for each in asked[2:]}
    form = await shown(visitor, page) | called | not_ticked
    where = await visitor.done(f"{page}/cases", **form, case=[str(first)])
    case, other = tomllib.loads((await visitor.one(page)).texts[CASES])["case"]
    assert (case["title_cs"], case["title_en"]) == ("Referent „mapy“ \\ zapíše", "A clerk writes the map")
    assert "reason" not in case
    assert other["title_cs"] == "Případ 2"
    after = await visitor.get(where)
    assert "<ins>permitted</ins>" in after
    assert "The title stayed as it was, and what the case expects changed." not in after


@pytest.mark.parametrize("title", ["x" * 201, "Mapy \u202e zápis"])
async def test_what_nobody_could_read_is_no_name_of_a_case(visitor: Visitor, title: str) -> None:
    page = await broken(visitor)
    before = (await visitor.one(page)).texts
    first = OWN.splitlines().index("[[case]]") + 1
    form = await shown(visitor, page) | {f"called-cs-{first}": title}
    where = await visitor.done(f"{page}/cases", **form, case=[str(first)])
    assert "No case was changed: what one is to be called is longer" in await visitor.get(where)
    assert (await visitor.one(page)).texts == before


async def test_all_that_can_be_ticked_are_adapted_by_one_box(visitor: Visitor) -> None:
    page = await broken(visitor)
    (box,) = re.findall('name="case" value="([0-9]+,[0-9]+)"', await visitor.get(page))
    where = await visitor.done(f"{page}/cases", **await shown(visitor, page), case=[box])
    assert "The cases expect now what is decided" in await visitor.get(where)
    assert (await visitor.one(page)).texts[CASES] == OWN.replace('reason = "nothing_permits"\n', "")


async def test_common_cases_and_what_is_not_ticked_stay_whatever_is_sent(visitor: Visitor) -> None:
    page = await broken(visitor)
    before = (await visitor.one(page)).texts
    where = await visitor.done(f"{page}/cases", **await shown(visitor, page), case=["8", "x", "-1"])
    assert "No case was changed" in await visitor.get(where)
    assert (await visitor.one(page)).texts == before


async def test_what_was_never_shown_gets_into_no_case(visitor: Visitor) -> None:
    page = await broken(visitor)
    hidden = dict(re.findall('name="(revision|beside)" value="([0-9]+)"', await visitor.get(page)))
    sent = await shown(visitor, page)
    assert hidden == sent
    before = (await visitor.one(page)).texts
    visitor.world.publish({**FIRST, GUARDRAILS: FIRST[GUARDRAILS] + CLOSED})
    where = await visitor.done(f"{page}/cases", **sent, case="1")
    said = await visitor.get(where)
    assert "other policies came into force meanwhile" in said
    assert "now it is forbidden by" in said
    assert (await visitor.one(page)).texts == before
    where = await visitor.done(f"{page}/cases", **await shown(visitor, page), case="1")
    assert "map_closed" in (await visitor.one(page)).texts[CASES]


async def test_who_may_not_write_there_changes_no_case(visitor: Visitor) -> None:
    page = await broken(visitor)
    sent = await shown(visitor, page)
    assert await visitor.refused(f"{page}/cases", STRANGER, **sent, case="1") == (
        404,
        "proposal_unknown",
    )
    assert await visitor.refused(f"{page}/cases", **(sent | {"revision": "1"}), case="1") == (
        409,
        "proposal_edited_meanwhile",
    )
