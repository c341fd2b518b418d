"""What no change may bring is refused by its name, whoever asks, and recorded."""

import pytest

from gateway.audit.entry import Code
from gateway.policy_office.activation import decided_before
from gateway.policy_office.proposal import State
from gateway.policy_office.refusal import ActRefused, Refusal
from tests.rig.policy_office import CHANGED, FILE, FIRST, HERE, MINUTE, NOON, OPERATOR, World, reads

NAMELESS = {
    FILE: reads("588491") + '@id("x") permit (principal, action, resource in Municipality::"588491");'
}


async def refused(work: object) -> ActRefused:
    with pytest.raises(ActRefused) as told:
        await work  # type: ignore[misc] - of whichever act
    return told.value


@pytest.mark.parametrize("texts", [{}, {FILE: "// nic\n"}])
async def test_a_proposal_that_leaves_a_municipality_without_policies_is_not_submitted(
    world: World, texts: dict[str, str]
) -> None:
    one = await world.edited(texts)
    told = await refused(world.office.submit(world.author.asking, one.id, one.revision, NOON))
    assert told.reason is Refusal.LEFT_WITHOUT
    assert await world.office.check(world.author.asking, one.id) == told.problems
    (entry,) = world.entries(Code.POLICY_ACT_REFUSED)
    assert (entry.reason, entry.details["act"]) == ("municipality_left_without_policies", "submit")
    assert "incident switch" in entry.details["finding"]
    assert (await world.office.proposal(world.author.asking, one.id)).state is State.DRAFT


async def test_going_back_to_a_version_without_policies_is_refused_and_from_there_goes_on(
    world: World,
) -> None:
    world.publish({name: text for name, text in FIRST.items() if name != FILE})  # past the office
    empty = world.in_force().number
    assert await world.office.check(world.author.asking, (await world.edited({})).id) == ()
    back = await world.activation.roll_back(OPERATOR, HERE, empty - 1, "Zpět.", NOON + MINUTE)
    assert back.texts == FIRST
    assert decided_before(back.texts, FIRST, HERE)
    told = await refused(world.activation.roll_back(OPERATOR, HERE, empty, "Zpět.", NOON + 2 * MINUTE))
    assert told.reason is Refusal.LEFT_WITHOUT
    assert world.in_force().number == back.number


async def test_a_permit_without_a_name_is_not_submitted(world: World) -> None:
    one = await world.edited(NAMELESS)
    told = await refused(world.office.submit(world.author.asking, one.id, one.revision, NOON))
    assert told.reason is Refusal.CHECKS_FAILED
    assert told.in_english[0].startswith(f"{FILE}:4:1: the permit has no @title_cs, @title_en")


@pytest.mark.parametrize("reason", ["account_suspended", "directory_unreachable", "separation_of_duties"])
async def test_a_forbid_that_would_speak_for_the_gateway_is_not_submitted(world: World, reason: str) -> None:
    def forbid(why: str) -> dict[str, str]:
        says = "".join(f'@{name}("a") ' for name in ("title_cs", "title_en", "advice_cs", "advice_en"))
        text = (
            f'@id("x") @reason("{why}") {says}forbid (principal, action, resource in Municipality::"588491")'
        )
        return {FILE: reads("588491") + f'{text} when {{ resource in Application::"map" }};'}

    one = await world.edited(forbid(reason))
    told = await refused(world.office.submit(world.author.asking, one.id, one.revision, NOON))
    assert told.in_english[0].startswith(f'{FILE}:4:10: reason "{reason}" is taken')
    own = await world.edited(forbid("map_closed_today"))
    assert await world.office.submit(world.author.asking, own.id, own.revision, NOON)


async def test_what_was_in_force_without_names_is_rolled_back_to(world: World) -> None:
    world.publish(FIRST | NAMELESS)
    nameless = world.in_force().number
    world.publish(FIRST | CHANGED)
    back = await world.activation.roll_back(OPERATOR, HERE, nameless, "Zpět.", NOON)
    assert back.texts == FIRST | NAMELESS


async def test_a_permit_without_a_name_hides_no_other_fault(world: World) -> None:
    one = await world.edited({FILE: NAMELESS[FILE] + "permit ("})
    told = await refused(world.office.submit(world.author.asking, one.id, one.revision, NOON))
    assert len(told.problems) == 2
    assert await world.office.check(world.author.asking, one.id) == told.problems
