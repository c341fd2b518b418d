"""Policies that were emptied, so that guardrails vanish: by a proposal and by a roll back."""

from dataclasses import replace

import pytest

from config.vocabulary import Role
from gateway.audit.entry import Code
from gateway.policy_office.proposal import State
from gateway.policy_office.refusal import ActRefused, Refusal
from gateway.policy_office.scope import ANY, OF_REGION
from gateway.policy_office.version import Source
from gateway.storage.policy_versions import Versions
from policies.model import Permitted, Refused
from tests.policies.world import HULIN, ask
from tests.rig.policy_office import (
    FILE,
    FIRST,
    GUARDRAILS,
    HERE,
    KEY,
    MINUTE,
    NOON,
    OPERATOR,
    SIGN_IN,
    World,
    checks,
    reads,
)

NONE, UNGUARDED = "the region has no policies", "no forbid would be left among the region's policies"
PERMIT = """@id("all") @title_cs("Vše") @title_en("All") permit (principal, action, resource);"""
EMPTIED = {
    "no file": ({}, NONE),
    "an empty file": ({GUARDRAILS: ""}, NONE),
    "remarks alone": ({GUARDRAILS: f"// {SIGN_IN.replace(chr(10), ' ')}\n"}, NONE),
    "cases alone": ({"region/10-sign-in.cases.toml": ""}, NONE),
    "permits alone": ({GUARDRAILS: PERMIT}, UNGUARDED),
    "another file with permits": ({"region/99-all.cedar": PERMIT, GUARDRAILS: "// nic\n"}, UNGUARDED),
}
FORBID = SIGN_IN.replace("two-factors", "stricter").replace(
    "resource)", f'resource in Municipality::"{HULIN}")'
)


@pytest.mark.parametrize(("texts", "said"), EMPTIED.values(), ids=EMPTIED)
async def test_a_region_is_emptied_by_no_proposal_and_by_no_roll_back(
    world: World, texts: dict[str, str], said: str
) -> None:
    before = world.in_force()
    one = await world.edited(texts, world.officer, OF_REGION)
    with pytest.raises(ActRefused) as told:
        await world.office.submit(world.officer.asking, one.id, one.revision, NOON)
    assert (told.value.reason, said in str(told.value)) == (Refusal.CHECKS_FAILED, True)
    (entry,) = world.entries(Code.POLICY_ACT_REFUSED)
    assert (entry.reason, said in str(entry.details["finding"])) == ("checks_failed", True)
    assert (await world.office.proposal(world.officer.asking, one.id)).state is State.DRAFT
    emptied = _past_the_office(world, {name: FIRST[name] for name in FIRST if name != GUARDRAILS} | texts)
    world.publish(FIRST, NOON)
    with pytest.raises(ActRefused) as told:
        await world.activation.roll_back(OPERATOR, OF_REGION, emptied, "Zpět.", NOON + MINUTE)
    assert (told.value.reason, said in str(told.value)) == (Refusal.CHECKS_FAILED, True)
    assert world.in_force().texts == before.texts


async def test_a_municipality_of_forbids_alone_opens_nothing_and_the_guardrails_stand(world: World) -> None:
    one = await world.edited({FILE: FORBID})
    one = await world.office.submit(world.author.asking, one.id, one.revision, NOON)
    await world.activation.approve(world.mayor.asking, one.id, one.digest, None, NOON + MINUTE)
    book = checks(world.in_force().texts, HERE).book
    assert book is not None
    verdict = book.decide(ask((HULIN, Role.MAYOR), application="map"))
    assert isinstance(verdict, Refused)
    assert verdict.reason == "nothing_permits"
    assert world.in_force().texts[GUARDRAILS] == SIGN_IN


async def test_a_region_that_never_forbade_anything_may_go_on_and_nobody_is_kept_from_mending_it(
    world: World,
) -> None:
    """As an older version of the product let it come: its next version need not forbid, and may."""
    _past_the_office(world, FIRST | {GUARDRAILS: PERMIT})
    for text in (PERMIT.replace("Vše", "Všechno"), PERMIT + SIGN_IN):
        one = await world.edited({GUARDRAILS: text}, world.officer, OF_REGION)
        submitted = await world.office.submit(world.officer.asking, one.id, one.revision, NOON)
        assert submitted.state is State.SUBMITTED


def test_what_is_permitted_where_nothing_was_emptied_is_permitted() -> None:
    book = checks(FIRST | {FILE: reads(HULIN)}, HERE).book
    assert book is not None
    assert isinstance(book.decide(ask((HULIN, Role.MAYOR), application="map")), Permitted)


def _past_the_office(world: World, texts: dict[str, str]) -> int:
    """Number of the version that comes into force with them, whatever checks would say."""
    made = replace(world.in_force(), texts=texts, source=Source.FILES, scope=ANY)
    return world.database.write_soon(lambda c: Versions(c, KEY).put_in_force(made)).result().number
