"""Since when nothing of what a proposal put in force holds: by the texts, whatever brought the others."""

from datetime import timedelta

from sqlalchemy import update

from gateway.policy_office.no_longer import MOST, Ended, Looking, no_longer, nothing_left
from gateway.policy_office.version import Source
from gateway.storage.tables.policy_office import policy_version
from policies.blocks import pieces_of
from tests.rig.policy_office import CHANGED, FILE, FIRST, HULIN, MINUTE, NOON, reads

LATER = NOON + timedelta(hours=1)


async def ended(world, one):
    found = await no_longer(Looking(world.office, world.author.asking), one)
    return None if found is None else found.by


async def test_what_is_in_force_holds_until_somebody_goes_back_and_again_when_that_is_taken_back(world):
    one = await world.approved()
    assert one.version == 2
    assert await ended(world, one) is None
    scope, mayor = one.scope, world.mayor.asking
    await world.activation.roll_back(mayor, scope, 1, "Omyl.", LATER)
    found = await ended(world, one)
    assert (found.number, found.source, found.restores, found.note) == (3, Source.ROLL_BACK, 1, "Omyl.")
    await world.activation.roll_back(mayor, scope, 2, "Přece ne.", LATER + MINUTE)
    assert await ended(world, one) is None
    await world.activation.roll_back(mayor, scope, 3, "A zase.", LATER + 2 * MINUTE)
    assert (await ended(world, one)).number == 5, "the last of them"


async def test_what_files_change_elsewhere_leaves_it_in_force_and_what_they_replace_does_not(world):
    one = await world.approved()
    world.publish(world.in_force().texts | {FILE: CHANGED[FILE] + reads(HULIN, "third")}, LATER)
    assert await ended(world, one) is None
    world.publish(FIRST, LATER + MINUTE)
    found = await ended(world, one)
    assert (found.number, found.source) == (4, Source.FILES)


async def test_what_was_ended_long_ago_holds_no_more_though_it_is_not_looked_up_by_which_version(world):
    one = await world.approved()
    await world.activation.roll_back(world.mayor.asking, one.scope, 1, "Omyl.", LATER)
    for number in range(1, MOST + 1):
        assert (await ended(world, one)).number == 3
        texts = world.in_force().texts | {FILE: FIRST[FILE] + reads(HULIN, f"other-{number}")}
        world.publish(texts, LATER + number * MINUTE)
    assert await no_longer(Looking(world.office, world.author.asking), one) == Ended(None)


async def test_of_a_version_that_is_damaged_it_is_not_known(world):
    one = await world.approved()
    await world.activation.roll_back(world.mayor.asking, one.scope, 1, "Omyl.", LATER)
    texts = world.in_force().texts | {FILE: FIRST[FILE] + reads(HULIN, "other")}
    world.publish(texts, LATER + MINUTE)
    assert (await ended(world, one)).number == 3
    spoil = update(policy_version).where(policy_version.c.number == 3).values(node="elsewhere")
    world.database.write_soon(lambda c: c.execute(spoil)).result()
    assert await ended(world, one) is None


async def test_a_proposal_that_never_came_into_force_ended_nowhere(world):
    assert await ended(world, await world.submitted()) is None


async def test_a_version_is_read_once_however_many_proposals_are_looked_at(world):
    one = await world.approved()
    await world.activation.roll_back(world.mayor.asking, one.scope, 1, "Omyl.", LATER)
    looking = Looking(world.office, world.author.asking)
    first = await no_longer(looking, one)
    known = dict(looking.known)
    assert {number for _, number in known} == {1, 3}
    assert await no_longer(looking, one) == first
    assert all(looking.known[each] is pieces for each, pieces in known.items())


def left(*texts) -> bool:
    return nothing_left(*map(pieces_of, texts))


def test_a_part_that_stayed_still_holds_and_a_policy_taken_out_holds_until_it_is_back():
    before, own = {FILE: reads(HULIN)}, {FILE: reads(HULIN, "a") + reads(HULIN, "b")}
    assert not left(before, own, {FILE: reads(HULIN, "b")})
    assert left(before, own, {FILE: reads(HULIN)})
    assert not left(before, {}, {FILE: reads(HULIN, "another")})
    assert left(before, {}, before)
    assert not left(before, before, {}), "where nothing was changed nothing was lost"
