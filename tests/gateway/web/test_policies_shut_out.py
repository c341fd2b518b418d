"""Nobody closes the pages of policies to all who could approve there, and whoever limits that reads so first."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio

from gateway.policy_office.refusal import ActRefused, Refusal
from tests.policies.world import HULIN
from tests.rig.policy_office import FILE, FIRST, HERE, NOON, OPERATOR
from tests.rig.policy_site import APPROVER
from tests.rig.policy_visitor import Visitor, policy_visitor

pytestmark = pytest.mark.real
PERMITS = f"""
@id("leaders") @title_cs("Vedení schvaluje") @title_en("Leaders approve")
permit (principal, action, resource in Municipality::"{HULIN}")
when {{ principal.roles.contains(Role::"mayor") }};
"""
ALL_PASSED = "All checks passed"


def closing(unless: str = "") -> str:
    return f"""
@id("closing") @reason("closing") @title_cs("Zavřeno") @title_en("Closed") @advice_cs("Ne.") @advice_en("No.")
forbid (principal, action, resource in Municipality::"{HULIN}")
when {{ resource in Application::"policies" }}{unless};
"""


@pytest_asyncio.fixture
async def visitor(tmp_path: Path) -> AsyncIterator[Visitor]:
    async with policy_visitor(tmp_path) as made:
        made.world.publish(FIRST | {FILE: FIRST[FILE] + PERMITS})
        yield made


async def drafted(visitor: Visitor, text: str) -> str:
    page = await visitor.begun()
    one = await visitor.one(page)
    await visitor.done(
        f"{page}/text", revision=str(one.revision), file=FILE, text=FIRST[FILE] + PERMITS + text
    )
    return page


async def test_what_closes_them_for_good_is_a_fault_of_the_draft_and_is_not_submitted(
    visitor: Visitor,
) -> None:
    page = await drafted(visitor, closing())
    shown = await visitor.get(page)
    assert "nobody could approve policies or roll them back any more (Hulín)" in shown
    assert "pravidla by už nesměl schvalovat ani vracet nikdo (Hulín)" in await visitor.get(
        page, language="cs"
    )
    one = await visitor.one(page)
    submitted = await visitor.refused(f"{page}/submit", revision=str(one.revision), note="Zavíráme to celé.")
    assert submitted == (409, "checks_failed")


async def test_hours_are_told_in_amber_to_the_author_and_to_whoever_approves(visitor: Visitor) -> None:
    page = await drafted(visitor, closing(" unless { context.time.weekday == 1 }"))
    for who in (None, APPROVER):
        shown = await (visitor.get(page) if who is None else visitor.get(page, who))
        assert "It limits when policies can be approved or rolled back. Judge this yourself" in shown
        assert "in these hours alone: Monday 0:00–24:00 (Hulín)" in shown
        assert ALL_PASSED not in shown, "it is not green"
        if who is None:
            await visitor.step(page, "submit")
    czech = await visitor.get(page, language="cs")
    assert "Omezuje, kdy půjde pravidla schválit nebo vrátit. Posuďte sami" in czech
    assert "jen v těchto hodinách: pondělí 0:00–24:00 (Hulín)" in czech
    await visitor.done(f"{page}/approve", APPROVER, **await visitor.approval(page))
    harmless = await drafted(visitor, "")
    assert "It limits when" not in await visitor.get(harmless), "which opens them again"


async def test_no_roll_back_closes_them_either(visitor: Visitor) -> None:
    world = visitor.world
    closed = FIRST | {FILE: FIRST[FILE] + PERMITS + closing()}
    number = world.publish(closed).number
    world.publish(FIRST | {FILE: FIRST[FILE] + PERMITS})
    with pytest.raises(ActRefused, match="nobody could approve policies") as refused:
        await world.activation.roll_back(OPERATOR, HERE, number, "Omylem dřívější číslo.", NOON)
    assert refused.value.reason is Refusal.CHECKS_FAILED
    world.publish(closed)
    again = await world.activation.roll_back(OPERATOR, HERE, 1, "Zase to otevřeme.", NOON)
    assert "closing" not in again.texts[FILE]
