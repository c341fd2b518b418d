"""Approved texts come into force, at once or at their time, and older ones again; or the reason is told."""

import asyncio
from dataclasses import replace
from datetime import datetime

import pytest
from sqlalchemy import update

from config.vocabulary import Action, SubjectId
from gateway.audit.entry import Code, Outcome
from gateway.policy_office.activation import Activation
from gateway.policy_office.by_whom import author_for
from gateway.policy_office.office import Office
from gateway.policy_office.proposal import Proposal, State
from gateway.policy_office.refusal import ActRefused, Refusal
from gateway.policy_office.scope import ANY, OF_REGION, Scope, of_scope
from gateway.policy_office.version import Source
from gateway.storage.policy_proposals import Proposals
from gateway.storage.policy_versions import Versions
from gateway.storage.tables.policy_office import policy_version
from idp.directory.same_person import Account, Persons
from tests.policies.world import HULIN
from tests.rig.policy_office import (
    BROKEN,
    CHANGED,
    FILE,
    FIRST,
    GUARDRAILS,
    KEY,
    MINUTE,
    NOON,
    OPERATOR,
    SIGN_IN,
    THERE,
    NotPermitted,
    Person,
    World,
    entitled,
    reads,
)

HERE = Scope(HULIN)
AT = NOON + 10 * MINUTE


async def test_what_somebody_else_approves_is_in_force_at_once_with_its_entries(world: World) -> None:
    one = await world.approved()
    assert (one.state, one.version, world.taken) == (State.ACTIVE, 2, 1)
    now = world.in_force()
    assert (now.number, now.base, now.source, now.scope) == (2, 1, Source.PROPOSAL, HULIN)
    assert now.texts == FIRST | CHANGED
    assert (now.author, now.approver, now.proposal) == ("urad:author", "urad:mayor", one.id)
    assert (now.submitted_at, now.approved_at, now.at) == (
        NOON + MINUTE,
        NOON + 2 * MINUTE,
        NOON + 2 * MINUTE,
    )
    (approved,) = world.entries(Code.POLICY_APPROVED)
    assert (approved.subject, approved.details["author"]) == ("urad:mayor", "urad:author")
    (entry,) = world.entries(Code.POLICY_ACTIVATED)
    assert (entry.subject, entry.policy_version) == ("urad:mayor", now.version)
    assert (entry.details["before"], entry.details["after"]) == (1, 2)
    assert entry.details["difference"] == approved.details["difference"]
    (loaded,) = world.entries(Code.POLICIES_LOADED)
    assert loaded.policy_version == now.version
    assert world.mayor.asked == [(Action.SIGN, SubjectId("urad:author"))]


async def test_an_author_never_approves_though_the_policies_would_let_them(world: World) -> None:
    one = await world.submitted()
    with pytest.raises(ActRefused) as told:
        await world.activation.approve(world.author.asking, one.id, one.digest, None, NOON)
    assert told.value.reason is Refusal.OWN
    assert world.author.asked[-1] == (Action.SIGN, SubjectId("urad:author")), (
        "the policies are told whose it is"
    )
    (entry,) = world.entries(Code.POLICY_ACT_REFUSED)
    assert (entry.reason, entry.details["act"]) == ("own_proposal", "approve")
    assert (world.in_force().number, world.taken) == (1, 0)


async def test_whom_the_policies_refuse_approves_nothing(world: World) -> None:
    one = await world.submitted()
    clerk = Person("urad:clerk", refused=frozenset({Action.SIGN}))
    with pytest.raises(NotPermitted):
        await world.activation.approve(clerk.asking, one.id, one.digest, None, NOON)
    assert world.in_force().number == 1


async def test_other_texts_than_those_that_were_read_are_not_approved(world: World) -> None:
    one = await world.submitted()
    with pytest.raises(ActRefused) as told:
        await world.activation.approve(world.mayor.asking, one.id, "0" * 64, None, NOON)
    assert told.value.reason is Refusal.STALE


@pytest.mark.parametrize("at", [None, AT])
async def test_what_fails_its_checks_since_it_was_submitted_is_not_approved(
    world: World, at: datetime | None
) -> None:
    one = await world.submitted()
    clash = SIGN_IN.replace("two-factors", "map-read-too")  # the @id that the proposal's new policy has
    world.publish(FIRST | {GUARDRAILS: clash})
    with pytest.raises(ActRefused) as told:
        await world.activation.approve(world.mayor.asking, one.id, one.digest, at, NOON + 2 * MINUTE)
    assert told.value.reason is Refusal.CHECKS_FAILED
    (entry,) = world.entries(Code.POLICY_ACT_REFUSED)
    assert (entry.reason, entry.details["act"]) == ("checks_failed", "approve")
    kept = await world.office.stored(one.id)
    assert kept is not None
    assert (kept.state, world.in_force().number, world.taken) == (State.SUBMITTED, 2, 0)


async def test_of_two_who_approve_at_once_one_does(world: World) -> None:
    one, deputy = await world.submitted(), Person("urad:deputy")
    done = await asyncio.gather(
        *(
            world.activation.approve(who.asking, one.id, one.digest, None, NOON + 2 * MINUTE)
            for who in (world.mayor, deputy)
        ),
        return_exceptions=True,
    )
    (refused,) = [each for each in done if isinstance(each, ActRefused)]
    assert refused.reason in (Refusal.NOT_NOW, Refusal.EDITED_MEANWHILE)
    assert world.in_force().number == 2


async def test_two_scopes_that_are_approved_at_once_both_come_into_force(world: World) -> None:
    here = await world.submitted()
    there = await world.edited({THERE: FIRST[THERE] + "// Tam.\n"}, world.stranger, Scope("588296"))
    there = await world.office.submit(world.stranger.asking, there.id, there.revision, NOON)
    await asyncio.gather(
        world.activation.approve(world.mayor.asking, here.id, here.digest, None, NOON),
        world.activation.approve(world.officer.asking, there.id, there.digest, None, NOON),
    )
    assert world.in_force().texts == FIRST | CHANGED | there.texts
    assert world.in_force().number == 3


async def test_an_activation_at_a_time_waits_for_it_and_a_round_that_comes_late_catches_up(
    world: World,
) -> None:
    one = await world.approved(AT)
    assert (one.state, one.version, world.arranged, world.taken) == (State.APPROVED, None, 1, 0)
    assert await world.activation.next_due() == AT
    assert await world.activation.activate_due(entitled, AT - MINUTE) == []
    assert world.in_force().number == 1
    (done,) = await world.activation.activate_due(entitled, AT + 60 * MINUTE)
    assert (done.state, done.version, world.taken) == (State.ACTIVE, 2, 1)
    assert world.in_force().at == AT + 60 * MINUTE
    assert await world.activation.activate_due(entitled, AT + 60 * MINUTE) == []
    assert await world.activation.next_due() is None
    (entry,) = world.entries(Code.POLICY_ACTIVATED)
    assert (entry.subject, entry.details["approver"]) == ("system", "urad:mayor")


async def test_of_two_nodes_whose_round_comes_at_once_one_activates(world: World) -> None:
    await world.approved(AT)
    done = await asyncio.gather(
        world.activation.activate_due(entitled, AT), world.activation.activate_due(entitled, AT)
    )
    assert sum(map(len, done)) == 1
    assert world.in_force().number == 2


async def test_what_was_changed_in_the_scope_before_its_time_is_returned_with_the_reason(
    world: World,
) -> None:
    one = await world.approved(AT)
    world.publish(FIRST | {FILE: FIRST[FILE] + "// jinak\n"})
    (done,) = await world.activation.activate_due(entitled, AT)
    assert (done.state, done.version, world.taken) == (State.RETURNED, None, 0)
    (entry,) = world.entries(Code.POLICY_NOT_ACTIVATED)
    assert (entry.outcome, entry.reason) == (Outcome.FAILURE, "policies_changed_meanwhile")
    assert entry.details["problems"] == [f"2: {FILE}"]
    assert (await world.office.history(world.author.asking, one.id))[-1].why.startswith(entry.reason)


async def test_what_fails_its_checks_by_then_is_not_activated(world: World) -> None:
    await world.approved(AT)
    taken = SIGN_IN.replace(
        "two-factors", "map-read-too"
    )  # an @id is used once by the region and a municipality
    world.publish(FIRST | {GUARDRAILS: taken})
    (done,) = await world.activation.activate_due(entitled, AT)
    (entry,) = world.entries(Code.POLICY_NOT_ACTIVATED)
    assert (done.state, entry.reason) == (State.RETURNED, "checks_failed")
    assert "map-read-too" in entry.details["problems"][0]  # type: ignore[index,operator] - a list of texts


async def test_texts_that_somebody_altered_in_the_database_after_the_approval_are_not_activated(
    world: World,
) -> None:
    one = await world.approved(AT)
    history = await world.office.history(world.author.asking, one.id)
    altered = replace(one, texts=BROKEN)
    await world.database.write(lambda c: Proposals(c).keep(altered, history[-1]))
    (done,) = await world.activation.activate_due(entitled, AT)
    assert (done.state, world.in_force().number) == (State.RETURNED, 1)
    assert world.entries(Code.POLICY_NOT_ACTIVATED)[0].reason == "approval_stale"


async def test_an_approver_who_may_not_approve_any_more_by_then_has_approved_nothing(world: World) -> None:
    async def gone(one: Proposal, moment: datetime) -> bool:
        assert (one.approver, moment) == ("urad:mayor", AT)
        return False

    await world.approved(AT)
    (done,) = await world.activation.activate_due(gone, AT)
    assert (done.state, done.approver, world.in_force().number, world.taken) == (State.RETURNED, "", 1, 0)
    (entry,) = world.entries(Code.POLICY_NOT_ACTIVATED)
    assert (entry.outcome, entry.reason) == (Outcome.FAILURE, "approver_not_entitled")
    assert await world.activation.activate_due(entitled, AT) == []


async def test_an_approval_for_later_is_taken_back(world: World) -> None:
    one = await world.approved(AT)
    await world.office.send_back(world.mayor.asking, one.id, one.revision, "Raději ne.", NOON)
    assert await world.activation.activate_due(entitled, AT) == []
    assert world.in_force().number == 1


async def test_older_texts_of_a_scope_come_into_force_again_and_all_others_stay(world: World) -> None:
    await world.approved()
    world.publish(world.in_force().texts | {THERE: FIRST[THERE] + "// Tam.\n"})
    made = await world.activation.roll_back(world.mayor.asking, HERE, 1, "Nikdo nic neotevře.", NOON)
    assert (made.number, made.restores, made.source, made.base) == (4, 1, Source.ROLL_BACK, 3)
    assert world.in_force().texts == FIRST | {THERE: FIRST[THERE] + "// Tam.\n"}
    assert world.known == [False, False, True], "what was in force under the same guardrails is tried no more"
    (entry,) = world.entries(Code.POLICY_ROLLED_BACK)
    assert (entry.subject, entry.details["restores"], entry.details["why"]) == (
        "urad:mayor", 1, "Nikdo nic neotevře.",
    )  # fmt: skip


async def test_an_author_brings_their_texts_back_from_no_version_of_files_that_left_them_as_they_were(
    world: World,
) -> None:
    await world.approved()
    theirs = world.in_force().texts
    world.publish(theirs | {THERE: FIRST[THERE] + "// Tam.\n"})
    world.publish(FIRST)
    with pytest.raises(ActRefused) as told:
        await world.activation.roll_back(world.author.asking, HERE, 3, "Bylo to lepší.", NOON)
    assert told.value.reason is Refusal.OWN
    assert world.author.asked[-1] == (Action.SIGN, SubjectId("urad:author"))
    made = await world.activation.roll_back(world.mayor.asking, HERE, 3, "Bylo to lepší.", NOON)
    assert of_scope(made.texts, HERE) == of_scope(theirs, HERE)


async def test_whoever_goes_back_approves_but_by_a_command_nobody_does(world: World) -> None:
    world.publish(FIRST | CHANGED, NOON)
    await world.activation.roll_back(world.mayor.asking, HERE, 1, "Zpět.", NOON + MINUTE)
    await world.activation.roll_back(world.mayor.asking, HERE, 2, "A zase zpět.", NOON + 2 * MINUTE)
    await world.activation.roll_back(OPERATOR, HERE, 1, "Nikdo tu není.", NOON + 3 * MINUTE)
    heads = world.database.read_now(lambda c: Versions(c, KEY).heads((HERE, ANY), None, 9))
    assert [one.approved for one in heads] == [False, True, True, False, False]
    alone = world.database.read_now(lambda c: Versions(c, KEY).unapproved(NOON, NOON + 9 * MINUTE))
    assert [(one.number, one.source) for one in alone] == [(5, Source.ROLL_BACK), (2, Source.FILES)]


async def test_an_operator_goes_back_where_a_version_between_is_damaged_and_nobody_else(world: World) -> None:
    world.publish(FIRST | {THERE: FIRST[THERE] + "// Tam.\n"})
    world.publish(FIRST | CHANGED)
    spoil = update(policy_version).where(policy_version.c.number == 1).values(node="jinde")
    world.database.write_soon(lambda c: c.execute(spoil)).result()
    with pytest.raises(ActRefused) as told:
        await world.activation.roll_back(world.mayor.asking, HERE, 2, "Zpět.", NOON)
    assert told.value.reason is Refusal.DAMAGED
    assert [one.reason for one in world.entries(Code.POLICY_ACT_REFUSED)] == ["policies_damaged"]
    assert (await world.activation.roll_back(OPERATOR, HERE, 2, "Zpět.", NOON)).number == 4


async def test_an_author_brings_their_texts_back_by_no_other_account(world: World) -> None:
    await world.approved()
    world.publish(FIRST)
    second = Person("urad:druhy")
    known = by_another_account(world, second, "urad:author")
    with pytest.raises(ActRefused) as told:
        await Activation(known).roll_back(second.asking, HERE, 2, "Bylo to lepší.", NOON)
    assert (told.value.reason, told.value.account) == (Refusal.SAME_PERSON, "author")
    (entry,) = world.entries(Code.POLICY_ACT_REFUSED)
    assert (entry.reason, entry.details["act"]) == ("same_person", "roll_back")
    assert (world.in_force().number, second.asked) == (3, [])
    made = await world.activation.roll_back(second.asking, HERE, 2, "Bylo to lepší.", NOON)
    assert made.number == 4, "of one whom nothing links to the author"


async def test_the_policies_are_told_that_what_another_account_wrote_is_the_asker_s_own(world: World) -> None:
    one = await world.submitted()
    second = Person("urad:druhy")
    known = by_another_account(world, second, "urad:author")
    await known.send_back(second.asking, one.id, one.revision, "Ještě ne.", NOON)
    assert second.asked[-1] == (Action.SIGN, SubjectId("urad:druhy"))
    assert author_for(one, world.mayor.asking.actor, known.others) == "urad:author"


def by_another_account(world: World, who: Person, same: str) -> Office:
    """The office once the directories say that both accounts are one person's."""
    mine, other = (Account(SubjectId(one), one.partition(":")[2]) for one in (who.subject, same))
    known = Persons()
    known.know([[mine, other]])
    return replace(world.office, others=known.others)


@pytest.mark.parametrize(
    ("number", "why", "reason"),
    [
        (1, " ", Refusal.UNEXPLAINED),
        (2, "Proto.", Refusal.VERSION_UNKNOWN),
        (9, "Proto.", Refusal.VERSION_UNKNOWN),
    ],
)
async def test_a_roll_back_needs_a_reason_and_an_older_version(
    world: World, number: int, why: str, reason: Refusal
) -> None:
    await world.approved()
    with pytest.raises(ActRefused) as told:
        await world.activation.roll_back(world.mayor.asking, HERE, number, why, NOON)
    assert told.value.reason is reason
    assert [entry.reason for entry in world.entries(Code.POLICY_ACT_REFUSED)] == [reason]


async def test_a_roll_back_to_what_is_there_already_is_none(world: World) -> None:
    world.publish(FIRST | {THERE: FIRST[THERE] + "// Tam.\n"})
    with pytest.raises(ActRefused) as told:
        await world.activation.roll_back(world.mayor.asking, HERE, 1, "Proto.", NOON)
    assert told.value.reason is Refusal.NOTHING_NEW


async def test_a_roll_back_to_what_cannot_be_loaded_any_more_is_refused(world: World) -> None:
    world.publish(FIRST | {FILE: reads(HULIN, "old")})
    world.publish(FIRST | {GUARDRAILS: SIGN_IN.replace("two-factors", "old")})
    with pytest.raises(ActRefused) as told:
        await world.activation.roll_back(world.mayor.asking, HERE, 2, "Proto.", NOON)
    assert told.value.reason is Refusal.CHECKS_FAILED


async def test_what_was_in_force_under_other_guardrails_is_tried_anew(world: World) -> None:
    await world.approved()
    world.publish(world.in_force().texts | {GUARDRAILS: SIGN_IN + "// Přísněji.\n"})
    await world.activation.roll_back(world.mayor.asking, HERE, 1, "Proto.", NOON)
    assert world.known[-1] is False
    await world.activation.roll_back(world.officer.asking, OF_REGION, 2, "Proto.", NOON)
    assert world.known[-1] is False, "other texts of a municipality stand beside it than then"
