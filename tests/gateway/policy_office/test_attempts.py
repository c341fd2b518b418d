"""What somebody tries who may do something here, to get further than that."""

import asyncio
from datetime import timedelta

import pytest

from config.vocabulary import Action, SubjectId
from gateway.audit.entry import Code
from gateway.policy_office.actor import Actor
from gateway.policy_office.asking import Asking
from gateway.policy_office.checked import Checked
from gateway.policy_office.office import SHOWN
from gateway.policy_office.proposal import MOST_OPEN, State
from gateway.policy_office.refusal import ActRefused, Refusal
from gateway.policy_office.scope import Scope
from policies.texts import Texts
from tests.policies.world import HULIN
from tests.rig.policy_office import CHANGED, FILE, FIRST, MINUTE, NOON, OPERATOR, Person, World, reads

HERE = Scope(HULIN)


async def _taken_back(world: World) -> None:
    """The author's change was approved, and somebody else went back to what was before it."""
    await world.approved()
    await world.activation.roll_back(world.mayor.asking, HERE, 1, "Omyl.", NOON + 3 * MINUTE)
    assert world.in_force().texts == FIRST


async def test_nobody_brings_an_own_change_back_into_force_alone_that_another_has_taken_back(
    world: World,
) -> None:
    await _taken_back(world)
    with pytest.raises(ActRefused) as told:
        await world.activation.roll_back(world.author.asking, HERE, 2, "Přece jen.", NOON + 4 * MINUTE)
    assert told.value.reason is Refusal.OWN
    assert world.author.asked[-1] == (Action.SIGN, SubjectId("urad:author")), (
        "the policies are told whose it is"
    )
    assert world.entries(Code.POLICY_ACT_REFUSED)[-1].details["act"] == "roll_back"
    assert world.in_force().texts == FIRST
    made = await world.activation.roll_back(world.mayor.asking, HERE, 2, "Přece jen.", NOON + 5 * MINUTE)
    assert made.texts == FIRST | CHANGED


async def test_nor_by_the_version_of_a_roll_back_to_it_nor_whoever_only_submitted_it(world: World) -> None:
    helper = Person("urad:helper")
    one = await world.edited(CHANGED)
    one = await world.office.submit(helper.asking, one.id, one.revision, NOON)
    await world.activation.approve(world.mayor.asking, one.id, one.digest, None, NOON)
    await world.activation.roll_back(world.mayor.asking, HERE, 1, "Omyl.", NOON)
    await world.activation.roll_back(world.mayor.asking, HERE, 2, "Přece jen.", NOON)
    await world.activation.roll_back(world.mayor.asking, HERE, 1, "Omyl.", NOON)
    for who in (world.author, helper):
        with pytest.raises(ActRefused) as told:
            await world.activation.roll_back(who.asking, HERE, 4, "A znovu.", NOON)
        assert told.value.reason is Refusal.OWN
    assert world.in_force().number == 5


async def test_an_operator_goes_back_to_anything(world: World) -> None:
    world.publish(FIRST | {FILE: reads(HULIN, "other")})
    assert (await world.activation.roll_back(OPERATOR, HERE, 1, "Proto.", NOON)).restores == 1


async def test_no_number_of_drafts_hides_what_waits_for_its_time(world: World) -> None:
    waiting = await world.approved(NOON + timedelta(days=30))
    for number in range(SHOWN + 1):
        at = NOON + timedelta(hours=number)
        begun = await world.office.begin(world.author.asking, HERE, at)
        await world.office.withdraw(world.author.asking, begun.id, begun.revision, "", at)
    listed = await world.office.proposals(world.mayor.asking, HERE)
    assert listed[0] == waiting
    assert {one.state for one in listed[1:]} == {State.WITHDRAWN}


async def test_only_so_many_proposals_of_a_municipality_are_on_their_way(world: World) -> None:
    for _ in range(MOST_OPEN):
        last = await world.office.begin(world.author.asking, HERE, NOON)
    with pytest.raises(ActRefused) as told:
        await world.office.begin(world.author.asking, HERE, NOON)
    assert told.value.reason is Refusal.TOO_MANY
    assert [one.reason for one in world.entries(Code.POLICY_ACT_REFUSED)] == ["too_many_proposals"]
    await world.office.withdraw(world.author.asking, last.id, last.revision, "", NOON)
    assert await world.office.begin(world.author.asking, HERE, NOON)


async def test_an_approver_whose_right_ends_between_the_page_and_the_form_approves_nothing(
    world: World,
) -> None:
    one = await world.submitted()
    assert (await world.office.compared(world.mayor.asking, one.id)).after == CHANGED
    world.mayor.refused = frozenset({Action.SIGN})
    with pytest.raises(Exception, match=r"^$"):
        await world.activation.approve(world.mayor.asking, one.id, one.digest, None, NOON)
    assert world.in_force().number == 1


@pytest.mark.parametrize("changes", [{"session": "s-2"}, {"login": "renamed", "name": "Nová"}])
async def test_an_author_stays_the_author_in_another_session_and_under_another_login(
    world: World, changes: dict[str, str]
) -> None:
    one = await world.submitted()
    usual = {"subject": "urad:author", "login": "author", "municipality": HULIN}
    again = Asking(Actor(**(usual | changes)), world.author.asking.may, None)
    with pytest.raises(ActRefused) as told:
        await world.activation.approve(again, one.id, one.digest, None, NOON)
    assert told.value.reason is Refusal.OWN


async def test_what_is_edited_while_it_is_being_approved_is_not_what_comes_into_force(world: World) -> None:
    """The author takes it back, edits and submits it again in the moment in which the approver's checks run."""
    one, checks = await world.submitted(), world.office.checks
    other, loop = {FILE: reads(HULIN) + reads(HULIN, "quietly")}, asyncio.get_running_loop()
    meanwhile: list[State] = []

    async def swapped() -> None:
        asking, office = world.author.asking, world.office
        again = await office.rebase(asking, one.id, one.revision, NOON)
        meanwhile.append((await office.edit(asking, one.id, again.revision, other, "", NOON)).state)

    def slow(texts: Texts, scope: Scope, *, known: bool) -> Checked:
        if not meanwhile:
            asyncio.run_coroutine_threadsafe(swapped(), loop).result()
        return checks(texts, scope, known=known)

    object.__setattr__(world.office, "checks", slow)
    with pytest.raises(ActRefused) as told:
        await world.activation.approve(world.mayor.asking, one.id, one.digest, None, NOON)
    assert told.value.reason is Refusal.EDITED_MEANWHILE
    assert (meanwhile, world.in_force().texts) == ([State.DRAFT], FIRST)


async def test_who_has_much_checked_waits_for_one_after_the_other(world: World) -> None:
    several = [await world.edited({FILE: reads(HULIN, f"map-{number}")}) for number in range(8)]
    checks = world.office.checks
    at_once: list[int] = []
    running = 0

    def counted(texts: Texts, scope: Scope, *, known: bool) -> Checked:
        nonlocal running
        running += 1
        at_once.append(running)
        try:
            return checks(texts, scope, known=known)
        finally:
            running -= 1

    object.__setattr__(world.office, "checks", counted)
    await asyncio.gather(*(world.office.check(world.author.asking, one.id) for one in several))
    assert at_once == [1] * 8
