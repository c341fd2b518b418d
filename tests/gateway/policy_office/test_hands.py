"""A roll back is approved by whoever goes back, so by nobody who had a hand in a piece that it would bring."""

import pytest

from gateway.audit.entry import Code
from gateway.policy_office.refusal import ActRefused, Refusal
from gateway.policy_office.scope import Scope
from gateway.policy_office.version import Version
from policies.texts import Texts
from tests.policies.world import HULIN
from tests.rig.policy_office import FILE, NOON, OPERATOR, Person, World, reads

HERE = Scope(HULIN)
WIDE = f"""@id("wide") @title_cs("Vše") @title_en("Everything")
permit (principal, action, resource in Municipality::"{HULIN}") when {{ resource in Application::"map" }};
"""
PLAIN = reads(HULIN)
A, B, C = (Person(f"urad:{who}") for who in "abc")


async def changed(world: World, texts: Texts, author: Person) -> int:
    """By that author, approved by the mayor; the number of the version."""
    one = await world.edited(texts, author)
    one = await world.office.submit(author.asking, one.id, one.revision, NOON)
    await world.activation.approve(world.mayor.asking, one.id, one.digest, None, NOON)
    return world.in_force().number


async def back(world: World, who: Person, number: int) -> Version:
    return await world.activation.roll_back(who.asking, HERE, number, "Zpět.", NOON)


async def refused(world: World, who: Person, number: int) -> bool:
    before = world.in_force().number
    with pytest.raises(ActRefused) as told:
        await back(world, who, number)
    (*_, entry) = world.entries(Code.POLICY_ACT_REFUSED)
    assert (entry.subject, entry.reason) == (who.asking.actor.subject, Refusal.OWN.value)
    assert world.in_force().number == before
    return told.value.reason is Refusal.OWN


async def test_an_author_brings_a_policy_of_theirs_back_by_no_later_version_that_kept_it(
    world: World,
) -> None:
    first = await changed(world, {FILE: PLAIN + WIDE}, A)
    second = await changed(world, {FILE: PLAIN + WIDE + "// poznámka\n"}, B)
    await changed(world, {FILE: PLAIN}, C)
    assert await refused(world, A, first)
    assert await refused(world, A, second)
    assert await refused(world, B, second), "of the remark"
    assert "wide" in (await back(world, C, second)).texts[FILE]


async def test_nor_by_one_in_which_somebody_else_wrote_on_at_it(world: World) -> None:
    await changed(world, {FILE: PLAIN + WIDE}, A)
    second = await changed(world, {FILE: PLAIN + "// poznámka\n" + WIDE}, B)
    await changed(world, {FILE: PLAIN}, C)
    assert await refused(world, A, second)
    assert await refused(world, B, second)


async def test_nor_by_one_to_which_somebody_had_gone_back(world: World) -> None:
    first = await changed(world, {FILE: PLAIN + WIDE}, A)
    await changed(world, {FILE: PLAIN}, C)
    again = (await back(world, world.mayor, first)).number
    await changed(world, {FILE: PLAIN}, C)
    assert await refused(world, A, again)


async def test_who_took_a_policy_away_goes_back_to_no_version_without_it(world: World) -> None:
    await changed(world, {FILE: PLAIN + WIDE}, A)
    without = await changed(world, {FILE: PLAIN}, B)
    later = await changed(world, {FILE: PLAIN + "// poznámka\n"}, C)
    await changed(world, {FILE: PLAIN + "// poznámka\n" + WIDE}, A)
    assert await refused(world, B, without)
    assert await refused(world, B, later)
    assert "wide" not in (await back(world, A, later)).texts[FILE], "they wrote what goes, not that it goes"


async def test_what_stays_as_it_is_is_nobody_s(world: World) -> None:
    first = await changed(world, {FILE: PLAIN + WIDE}, A)
    await changed(world, {FILE: PLAIN + WIDE + "// poznámka\n"}, B)
    assert "poznámka" not in (await back(world, C, first)).texts[FILE]
    assert "wide" in world.in_force().texts[FILE]


async def test_what_files_brought_is_the_operator_s(world: World) -> None:
    before = world.in_force().texts
    world.publish({**before, FILE: PLAIN + WIDE})
    third = await changed(world, {FILE: PLAIN + WIDE + "// poznámka\n"}, A)
    await changed(world, {FILE: PLAIN}, B)
    assert await refused(world, A, third), "of the remark"
    assert "wide" in (await back(world, A, 2)).texts[FILE]


async def test_nobody_is_asked_on_a_command(world: World) -> None:
    first = await changed(world, {FILE: PLAIN + WIDE}, A)
    await changed(world, {FILE: PLAIN}, B)
    made = await world.activation.roll_back(OPERATOR, HERE, first, "Nikdo tu není.", NOON)
    assert "wide" in made.texts[FILE]
