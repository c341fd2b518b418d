"""Acts of authors and what is refused of them, in a real database with the real log."""

from dataclasses import replace

import pytest

from config.vocabulary import Action, Language
from gateway.audit.entry import Code, Outcome
from gateway.policy_office.office import Checked
from gateway.policy_office.proposal import Proposal, ProposalId, State, Step
from gateway.policy_office.refusal import ActRefused, Refusal
from gateway.policy_office.scope import OF_REGION, Scope, digest_of_difference
from policies.incidents import ClosureKind
from policies.merging import Side
from policies.model import Text
from policies.texts import Texts
from tests.policies.world import HULIN, KROMERIZ
from tests.rig.policy_office import (
    BROKEN,
    CHANGED,
    FILE,
    FIRST,
    GUARDRAILS,
    HERE,
    MINUTE,
    NOON,
    OPERATOR,
    THERE,
    NotPermitted,
    Person,
    World,
    reads,
)

NOBODY = ProposalId("A" * 22)


async def refused(work: object) -> ActRefused:
    with pytest.raises(ActRefused) as told:
        await work  # type: ignore[misc] - of whichever act
    return told.value


async def test_a_draft_is_edited_and_submitted_and_the_log_says_what_would_change(world: World) -> None:
    one = await world.submitted()
    assert (one.state, one.revision, one.texts) == (State.SUBMITTED, 3, CHANGED)
    assert await world.office.proposal(world.author.asking, one.id) == one
    (entry,) = world.entries(Code.POLICY_SUBMITTED)
    assert (entry.subject, entry.person, entry.municipality) == ("urad:author", "author", HULIN)
    assert entry.details["changed"] == [FILE]
    assert entry.details["difference"] == digest_of_difference({FILE: FIRST[FILE]}, CHANGED)
    assert (entry.details["scope"], entry.details["why"]) == (HULIN, "Proč.")
    history = await world.office.history(world.author.asking, one.id)
    assert [taken.step for taken in history] == [Step.BEGIN, Step.EDIT, Step.SUBMIT]
    compared = await world.office.compared(world.mayor.asking, one.id)
    assert (compared.before, compared.after, compared.stale) == ({FILE: FIRST[FILE]}, CHANGED, False)


async def test_what_fails_its_checks_is_not_submitted_and_every_problem_is_told(world: World) -> None:
    one = await world.edited(BROKEN)
    told = await refused(world.office.submit(world.author.asking, one.id, one.revision, NOON))
    assert told.reason is Refusal.CHECKS_FAILED
    assert f"{FILE}:4" in told.problems[0][Language.ENGLISH]
    assert (await world.office.check(world.author.asking, one.id)) == told.problems
    (entry,) = world.entries(Code.POLICY_ACT_REFUSED)
    assert (entry.outcome, entry.reason, entry.details["act"]) == (Outcome.REFUSED, "checks_failed", "submit")
    assert (await world.office.proposal(world.author.asking, one.id)).state is State.DRAFT


async def test_who_looks_at_a_proposal_again_has_nothing_checked_again_unless_it_was_edited(
    world: World,
) -> None:
    checked: list[Texts] = []

    def counting(texts: Texts, scope: Scope, *, known: bool = False) -> Checked:
        checked.append(texts)
        return world.office.checks(texts, scope, known=known)

    office, asking = replace(world.office, checks=counting), world.author.asking
    one = await world.edited(BROKEN)
    told = await office.check(asking, one.id)
    assert told != ()
    assert await office.check(asking, one.id) == told
    assert len(checked) == 1
    await office.edit(asking, one.id, one.revision, CHANGED, "", NOON)
    assert await office.check(asking, one.id) == ()
    assert len(checked) == 2


async def test_a_municipality_cannot_speak_of_anothers_resources(world: World) -> None:
    one = await world.edited({FILE: FIRST[THERE]})
    told = await refused(world.office.submit(world.author.asking, one.id, one.revision, NOON))
    assert told.reason is Refusal.CHECKS_FAILED


async def test_one_of_another_municipality_is_as_unknown_as_one_that_never_was(world: World) -> None:
    one, office, stranger = await world.submitted(), world.office, world.stranger.asking
    for name in (one.id, NOBODY):
        for work in (
            office.proposal(stranger, name),
            office.history(stranger, name),
            office.compared(stranger, name),
            office.edit(stranger, name, 3, CHANGED, "", NOON),
            office.submit(stranger, name, 3, NOON),
            office.rebase(stranger, name, 3, NOON),
            office.withdraw(stranger, name, 3, "Ne.", NOON),
            office.send_back(stranger, name, 3, "Ne.", NOON),
            world.activation.approve(stranger, name, one.digest, None, NOON),
        ):
            assert (await refused(work)).reason is Refusal.UNKNOWN
    assert world.stranger.asked == [], "not even the policies were asked"
    assert {entry.reason for entry in world.entries(Code.POLICY_ACT_REFUSED)} == {"proposal_unknown"}


async def test_nobody_begins_looks_or_rolls_back_elsewhere(world: World) -> None:
    stranger, scope = world.stranger.asking, Scope(HULIN)
    for work in (
        world.office.begin(stranger, scope, NOON),
        world.office.proposals(stranger, scope),
        world.office.texts(stranger, scope),
        world.office.versions(stranger, scope),
        world.activation.roll_back(stranger, scope, 1, "Proto.", NOON),
    ):
        assert (await refused(work)).reason is Refusal.NOT_YOURS


async def test_the_policies_are_asked_for_each_act_and_for_the_region_about_administering_too(
    world: World,
) -> None:
    await world.submitted()
    assert world.author.asked == [(Action.WRITE, None)] * 3
    clerk = Person("urad:clerk", KROMERIZ)
    with pytest.raises(NotPermitted):
        await world.office.begin(clerk.asking, OF_REGION, NOON)
    assert clerk.asked == [(Action.WRITE, None), (Action.ADMINISTER, None)]
    begun = await world.office.begin(world.officer.asking, OF_REGION, NOON)
    assert world.officer.asked == [(Action.WRITE, None), (Action.ADMINISTER, None)]
    assert begun.texts.keys() == {GUARDRAILS}


async def test_a_municipality_that_lets_its_own_administer_reaches_neither_the_region_nor_incidents(
    world: World,
) -> None:
    village = Person("urad:village", HULIN, frozenset())
    reason: Text = {Language.CZECH: "Únik hesel.", Language.ENGLISH: "Passwords have leaked."}
    for work in (
        world.office.begin(village.asking, OF_REGION, NOON),
        world.office.texts(village.asking, OF_REGION),
        world.activation.roll_back(village.asking, OF_REGION, 1, "Proto.", NOON),
        world.incidents.close(village.asking, ClosureKind.APPLICATION, "map", reason, NOON),
        world.incidents.open_again(village.asking, "A" * 22, "Proto.", NOON),
    ):
        assert (await refused(work)).reason is Refusal.NOT_CENTRE
    assert village.asked == [], "not even the policies were asked"
    assert {one.reason for one in world.entries(Code.POLICY_ACT_REFUSED)} == {"not_for_the_centre"}


async def test_where_no_office_runs_the_centre_only_commands_reach_the_region(world: World) -> None:
    nowhere = replace(world.officer.asking, centre=None)
    assert (await refused(world.office.begin(nowhere, OF_REGION, NOON))).reason is Refusal.NOT_CENTRE
    assert await world.office.begin(OPERATOR, OF_REGION, NOON)


async def test_an_edit_behind_anothers_changes_nothing(world: World) -> None:
    one = await world.edited(CHANGED)
    told = await refused(world.office.edit(world.mayor.asking, one.id, one.revision - 1, BROKEN, "", NOON))
    assert told.reason is Refusal.EDITED_MEANWHILE
    assert await world.office.proposal(world.author.asking, one.id) == one


async def test_what_came_into_force_meanwhile_is_told_and_the_texts_are_set_upon_it(world: World) -> None:
    one = await world.edited(CHANGED)
    world.publish(FIRST | {FILE: FIRST[FILE] + "// jinak\n"})
    told = await refused(world.office.submit(world.author.asking, one.id, one.revision, NOON))
    assert told.reason is Refusal.CHANGED_MEANWHILE
    assert told.change is not None
    assert (told.change.version, told.change.names) == (2, (FILE,))
    assert (await world.office.compared(world.author.asking, one.id)).stale
    one = await world.office.rebase(world.author.asking, one.id, one.revision, NOON)
    assert (await world.office.submit(world.author.asking, one.id, one.revision, NOON)).base == 2


async def test_a_colleague_s_policy_that_came_into_force_stays_when_a_draft_is_set_upon_it(
    world: World,
) -> None:
    one = await world.edited(CHANGED)
    others = FIRST[FILE] + reads(HERE, "colleague")
    world.publish(FIRST | {FILE: others})
    assert (await world.office.merging(world.author.asking, one.id)).conflicts == ()
    one = await world.office.rebase(world.author.asking, one.id, one.revision, NOON)
    for name in ("map-read", "map-read-too", "colleague"):
        assert one.texts[FILE].count(f'@id("{name}")') == 1
    last = (await world.office.history(world.author.asking, one.id))[-1]
    assert (last.step, last.why) == (Step.REBASE, "colleague")


async def test_what_both_changed_is_told_recorded_and_goes_by_what_its_author_chooses(world: World) -> None:
    one = await world.edited({FILE: reads(HERE).replace('"map"', '"audit"')})
    world.publish(FIRST | {FILE: reads(HERE).replace('"map"', '"portal"') + reads(HERE, "colleague")})
    told = await refused(world.office.rebase(world.author.asking, one.id, one.revision, NOON))
    assert told.reason is Refusal.CHANGED_BY_BOTH
    [entry] = world.entries(Code.POLICY_ACT_REFUSED)
    assert (entry.outcome, entry.reason) == (Outcome.REFUSED, "policies_changed_by_both")
    assert entry.details["finding"] == f"{FILE} map-read"
    (both,) = (await world.office.merging(world.author.asking, one.id)).conflicts
    outdated = {"0" * 32: Side.OWN}
    told = await refused(world.office.rebase(world.author.asking, one.id, one.revision, NOON, outdated))
    assert told.reason is Refusal.CHANGED_BY_BOTH, "a choice is about the texts that were shown"
    done = await world.office.rebase(world.author.asking, one.id, one.revision, NOON, {both.mark: Side.OWN})
    assert '"audit"' in done.texts[FILE]
    assert '"portal"' not in done.texts[FILE]
    assert '@id("colleague")' in done.texts[FILE]


async def test_two_drafts_that_are_too_much_together_stay_two(world: World) -> None:
    def many(prefix: str) -> str:
        return reads(HULIN) + "".join(reads(HULIN, f"{prefix}-{number}") for number in range(300))

    one, two = [await world.edited({FILE: many(prefix)}) for prefix in "ab"]
    one = await world.office.submit(world.author.asking, one.id, one.revision, NOON)
    await world.activation.approve(world.mayor.asking, one.id, one.digest, None, NOON)
    told = await refused(world.office.rebase(world.author.asking, two.id, two.revision, NOON))
    assert told.reason is Refusal.TOO_LARGE


async def test_what_changed_in_another_municipality_is_no_hindrance(world: World) -> None:
    one = await world.edited(CHANGED)
    world.publish(FIRST | {THERE: FIRST[THERE] + "// jinak\n"})
    assert (await world.office.submit(world.author.asking, one.id, one.revision, NOON)).base == 1


async def test_an_approver_returns_it_with_a_comment_and_the_author_goes_on(world: World) -> None:
    one = await world.submitted()
    told = await refused(world.office.send_back(world.mayor.asking, one.id, one.revision, " ", NOON))
    assert told.reason is Refusal.UNEXPLAINED
    one = await world.office.send_back(world.mayor.asking, one.id, one.revision, "Proč dvakrát?", NOON)
    assert one.state is State.RETURNED
    (entry,) = world.entries(Code.POLICY_RETURNED)
    assert (entry.subject, entry.details["why"]) == ("urad:mayor", "Proč dvakrát?")
    one = await world.office.edit(world.author.asking, one.id, one.revision, CHANGED, "Znovu.", NOON)
    one = await world.office.submit(world.author.asking, one.id, one.revision, NOON)
    one = await world.office.withdraw(world.author.asking, one.id, one.revision, "", NOON)
    assert one.state is State.WITHDRAWN
    assert [entry.subject for entry in world.entries(Code.POLICY_WITHDRAWN)] == ["urad:author"]
    told = await refused(world.office.edit(world.author.asking, one.id, one.revision, CHANGED, "", NOON))
    assert told.reason is Refusal.NOT_NOW


async def test_proposals_and_versions_of_a_scope_are_listed_the_newest_first(world: World) -> None:
    first = await world.edited(CHANGED)
    later = await world.office.begin(world.author.asking, Scope(HULIN), NOON + MINUTE)
    await world.edited({THERE: FIRST[THERE]}, world.stranger, Scope(KROMERIZ))
    listed = await world.office.proposals(world.mayor.asking, Scope(HULIN))
    assert [one.id for one in listed] == [later.id, first.id]
    world.publish(FIRST | CHANGED)
    versions = await world.office.versions(world.mayor.asking, Scope(HULIN))
    assert [one.number for one in versions] == [2, 1]
    assert [one.number for one in await world.office.versions(world.mayor.asking, Scope(HULIN), 2)] == [1]
    assert await world.office.texts(world.mayor.asking, Scope(HULIN), 1) == {FILE: FIRST[FILE]}
    assert await world.office.texts(world.mayor.asking, Scope(HULIN)) == CHANGED
    told = await refused(world.office.texts(world.mayor.asking, Scope(HULIN), 9))
    assert told.reason is Refusal.VERSION_UNKNOWN


async def test_an_operator_proposes_for_any_scope_and_no_policy_is_asked(world: World) -> None:
    for scope in (OF_REGION, Scope(HULIN), Scope(KROMERIZ)):
        begun = await world.office.begin(OPERATOR, scope, NOON)
        assert begun.owner == "cli:root (eva)"


async def test_a_refused_act_leaves_nothing_but_its_entry(world: World) -> None:
    one: Proposal = await world.submitted()
    before = await world.office.history(world.author.asking, one.id)
    await refused(world.office.submit(world.author.asking, one.id, one.revision, NOON))
    assert await world.office.history(world.author.asking, one.id) == before
    assert len(world.entries(Code.POLICY_SUBMITTED)) == 1
