"""*Why?* about what is said: standing in, acting for another municipality, idle time, an own matter, the tunnel."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from gateway.audit.entry import Code
from tests.policies.world import HULIN, KROMERIZ
from tests.rig.policy_office import FILE
from tests.rig.policy_site import APPROVER, AUTHOR
from tests.rig.policy_visitor import Visitor, policy_visitor

pytestmark = pytest.mark.real
RULE = """
@id("{name}") @title_cs("{name}") @title_en("{name}")
permit (principal is Person, action == Action::"{action}", resource in Municipality::"{where}")
when {{ resource in Application::"map" && {condition} }};
"""
RULES = {
    ("deputies-write", "write"): "context has delegation && context.delegation has roles && "
    'context.delegation.roles.contains(Role::"registrar")',
    ("own-is-signed", "sign"): "context has author && context.author == principal",
    ("awake-administer", "administer"): "context.sign_in has idle && context.sign_in.idle < 600",
}
FORBIDDEN = f"""
@id("one-of-theirs") @reason("of_theirs")
@title_cs("a") @title_en("a") @advice_cs("a") @advice_en("a")
forbid (principal is Person, action == Action::"read", resource in Municipality::"{HULIN}")
when {{ principal.municipality == Municipality::"{KROMERIZ}" && !context.place.tunnel }};
"""


@pytest_asyncio.fixture
async def visitor(tmp_path) -> AsyncIterator[Visitor]:
    async with policy_visitor(tmp_path) as made:
        page = await made.begun()
        rules = "".join(
            RULE.format(name=name, action=action, where=HULIN, condition=condition)
            for (name, action), condition in RULES.items()
        )
        text = made.world.in_force().texts[FILE] + rules + FORBIDDEN
        await made.step(page, "text", file=FILE, text=text)
        await made.step(page, "submit")
        await made.done(f"{page}/approve", APPROVER, **await made.approval(page))
        yield made


def facts(shown: str) -> dict[str, str]:
    """Those the page says that rules looked at."""
    parts = shown.partition('<dl class="facts">')[2].partition("</dl>")[0].split("<dt>")[1:]
    found = (part.partition("</dt><dd>") for part in parts)
    return {name: value.partition("</dd>")[0] for name, _, value in found}


@pytest.mark.parametrize(
    ("action", "said", "not_so", "rule"),
    [
        ("write", "stands_in_for=registrar", "stands_in_for=mayor", "deputies-write"),
        ("sign", "own=1", "own=", "own-is-signed"),
        ("administer", "idle=9", "idle=10", "awake-administer"),
    ],
)
async def test_what_is_said_decides_and_stands_among_the_facts(visitor, action, said, not_so, rule):
    asked = f"/why?role=clerk&application=map&action={action}"
    shown = await visitor.get(f"{asked}&{said}", AUTHOR)
    assert "It is permitted." in shown
    assert f"<strong>{rule}</strong>" in shown
    told = facts(shown)
    refused = await visitor.get(f"{asked}&{not_so}", AUTHOR)
    assert "It is permitted." not in refused
    assert told
    assert told != facts(refused), told
    czech = await visitor.get(f"{asked}&{said}", AUTHOR, language="cs")
    assert len(facts(czech)) == len(told)
    assert facts(czech) != told


async def test_somebody_who_acts_for_another_municipality_is_a_role_there(visitor):
    asked = "/why?role=clerk&application=map"
    assert "It is permitted." in await visitor.get(asked, AUTHOR)
    theirs = await visitor.get(f"{asked}&acting_for={KROMERIZ}", AUTHOR)
    assert "clerk (Kroměříž)" in theirs
    assert "of_theirs" in theirs
    assert "Kroměříž" in " ".join(facts(theirs).values())
    assert f'<option value="{KROMERIZ}" selected>Kroměříž</option>' in theirs
    inside = await visitor.get(f"{asked}&acting_for={KROMERIZ}&tunnel=1", AUTHOR)
    assert "It is permitted." in inside


@pytest.mark.parametrize(
    "asked", [f"login=zdejsi.jana&acting_for={KROMERIZ}", "role=clerk&acting_for=999999"]
)
async def test_of_a_named_person_nothing_is_told_about_other_municipalities(visitor, asked):
    shown = await visitor.get(f"/why?{asked}&application=map", AUTHOR, status=409)
    assert "Choose a role instead of a login" in shown
    assert "<details open>" in shown
    assert "It is permitted." not in shown
    assert visitor.world.entries(Code.LOG_SEARCHED) == []


async def test_idle_time_that_is_no_number_is_told_at_its_field(visitor):
    shown = await visitor.get("/why?role=clerk&application=map&idle=dlouho", AUTHOR, status=409)
    assert "Write whole minutes." in shown
    assert "It is permitted." not in shown


async def test_what_is_unusual_stands_open_and_the_rest_folded(visitor):
    plain = await visitor.get("/why", AUTHOR)
    assert "Further circumstances" in plain
    assert "<details open>" not in plain
    assert "<details open>" in await visitor.get("/why?role=clerk&application=map&own=1", AUTHOR)
