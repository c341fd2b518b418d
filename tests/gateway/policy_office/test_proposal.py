"""Which step leads where, whoever takes it: the laws of a proposal."""

from dataclasses import replace
from datetime import timedelta
from itertools import product

import pytest

from config.vocabulary import SubjectId
from gateway.policy_office import proposal
from gateway.policy_office.actor import Actor
from gateway.policy_office.proposal import (
    FARTHEST,
    LARGEST,
    LONGEST_TEXT,
    OVER,
    TRANSITIONS,
    Proposal,
    ProposalId,
    State,
    Step,
)
from gateway.policy_office.refusal import ActRefused, Refusal
from gateway.policy_office.scope import ANY, OF_REGION, Scope
from gateway.policy_office.version import Source, Version
from idp.directory.same_person import Account, Persons, no_others
from tests.policies.world import HULIN
from tests.rig.policy_office import BROKEN, CHANGED, FILE, FIRST, MINUTE, NOON, THERE

IN_FORCE = Version(
    number=3, version="0123456789ab", texts=FIRST, source=Source.FILES, scope=ANY, base=2,
    author="cli:root", approver="", at=NOON, node="-",
)  # fmt: skip
OTHERS = replace(IN_FORCE, number=4, texts=FIRST | {THERE: "// jinde\n"})
CLASH = replace(IN_FORCE, number=4, texts=FIRST | {FILE: "// tady\n"})
AUTHOR, HELPER, MAYOR = (Actor(subject=f"urad:{name}", login=name) for name in ("author", "helper", "mayor"))


def draft() -> Proposal:
    begun = proposal.begun(ProposalId("p"), Scope(HULIN), IN_FORCE, AUTHOR, NOON)
    return proposal.edited(begun, CHANGED, "Proč.", AUTHOR, NOON)


def submitted() -> Proposal:
    return proposal.submitted(draft(), IN_FORCE, AUTHOR, NOON)


def approved() -> Proposal:
    one = submitted()
    return proposal.approved(one, IN_FORCE, one.digest, None, MAYOR, NOON, no_others)


def refusal(work: object) -> Refusal:
    assert callable(work)
    with pytest.raises(ActRefused) as refused:
        work()
    return refused.value.reason


def test_a_draft_begins_with_what_is_in_force_in_its_scope_and_nothing_else() -> None:
    begun = proposal.begun(ProposalId("p"), Scope(HULIN), IN_FORCE, AUTHOR, NOON)
    assert begun.texts == {FILE: FIRST[FILE]}
    assert proposal.begun(ProposalId("p"), OF_REGION, IN_FORCE, AUTHOR, NOON).texts.keys() == {
        "region/10-sign-in.cedar"
    }
    assert (begun.state, begun.base, begun.revision) == (State.DRAFT, 3, 1)


def test_what_the_table_does_not_have_is_refused_and_what_is_over_stays_over() -> None:
    steps = {
        Step.EDIT: lambda one: proposal.edited(one, CHANGED, "", AUTHOR, NOON),
        Step.REBASE: lambda one: proposal.rebased(one, one.texts, IN_FORCE, AUTHOR, NOON),
        Step.SUBMIT: lambda one: proposal.submitted(one, IN_FORCE, AUTHOR, NOON),
        Step.APPROVE: lambda one: proposal.approved(one, IN_FORCE, one.digest, None, MAYOR, NOON, no_others),
        Step.RETURN: lambda one: proposal.returned(one, "Ne.", NOON),
        Step.WITHDRAW: lambda one: proposal.withdrawn(one, NOON),
        Step.ACTIVATE: lambda one: proposal.activated(one, IN_FORCE, NOON, no_others),
        Step.FAIL: lambda one: proposal.failed(one, NOON),
    }
    assert set(steps) == set(Step) - {Step.BEGIN}
    for state, (step, take) in product(State, steps.items()):
        one = replace(approved(), state=state)
        if (state, step) in TRANSITIONS:
            after = take(one)
            assert (after.state, after.revision) == (TRANSITIONS[state, step], one.revision + 1)
        else:
            assert refusal(lambda take=take, one=one: take(one)) is Refusal.NOT_NOW
    assert not {state for state, _ in TRANSITIONS} & OVER


def test_whoever_had_a_hand_in_the_texts_never_approves_them() -> None:
    one = proposal.edited(draft(), CHANGED, "Proč.", HELPER, NOON)
    one = proposal.submitted(one, IN_FORCE, AUTHOR, NOON)
    for who in (AUTHOR, HELPER):
        assert refusal(
            lambda who=who: proposal.approved(one, IN_FORCE, one.digest, None, who, NOON, no_others)
        ) is (Refusal.OWN)
    assert (
        proposal.approved(one, IN_FORCE, one.digest, None, MAYOR, NOON, no_others).approver == MAYOR.subject
    )


def test_whoever_submits_what_another_wrote_is_an_author_too() -> None:
    one = proposal.submitted(draft(), IN_FORCE, HELPER, NOON)
    assert (
        refusal(lambda: proposal.approved(one, IN_FORCE, one.digest, None, HELPER, NOON, no_others))
        is Refusal.OWN
    )


def test_whoever_sets_a_proposal_upon_what_is_in_force_is_an_author_too() -> None:
    again = proposal.rebased(draft(), draft().texts, OTHERS, HELPER, NOON)
    one = proposal.submitted(again, OTHERS, AUTHOR, NOON)
    assert (
        refusal(lambda: proposal.approved(one, OTHERS, one.digest, None, HELPER, NOON, no_others))
        is Refusal.OWN
    )


def test_an_approver_approves_what_was_read_and_nothing_else_is_activated() -> None:
    one = submitted()
    assert (
        refusal(lambda: proposal.approved(one, IN_FORCE, "0" * 64, None, MAYOR, NOON, no_others))
        is Refusal.STALE
    )
    altered = replace(approved(), texts=BROKEN)
    assert refusal(lambda: proposal.activated(altered, IN_FORCE, NOON, no_others)) is Refusal.STALE
    by_author = replace(approved(), approver=AUTHOR.subject)
    assert refusal(lambda: proposal.activated(by_author, IN_FORCE, NOON, no_others)) is Refusal.OWN
    by_nobody = replace(approved(), approver="")
    assert refusal(lambda: proposal.activated(by_nobody, IN_FORCE, NOON, no_others)) is Refusal.OWN


def test_what_was_approved_for_a_time_is_not_activated_before_it() -> None:
    one = replace(approved(), activate_at=NOON + timedelta(hours=1))
    early = NOON + timedelta(hours=1, microseconds=-1)
    assert refusal(lambda: proposal.activated(one, IN_FORCE, early, no_others)) is Refusal.NOT_NOW
    assert proposal.activated(one, IN_FORCE, NOON + timedelta(hours=1), no_others).state is State.ACTIVE


def test_what_changed_in_the_scope_stops_it_and_what_changed_elsewhere_does_not() -> None:
    one, ready = draft(), submitted()
    assert proposal.submitted(one, OTHERS, AUTHOR, NOON).state is State.SUBMITTED
    for work in (
        lambda: proposal.submitted(one, CLASH, AUTHOR, NOON),
        lambda: proposal.approved(ready, CLASH, ready.digest, None, MAYOR, NOON, no_others),
        lambda: proposal.activated(approved(), CLASH, NOON, no_others),
    ):
        assert refusal(work) is Refusal.CHANGED_MEANWHILE
    again = proposal.rebased(ready, ready.texts, CLASH, AUTHOR, NOON)
    assert (again.state, again.base, again.texts) == (State.DRAFT, 4, ready.texts)
    huge = {FILE: "x" * (proposal.LARGEST + 1)}
    assert refusal(lambda: proposal.rebased(ready, huge, CLASH, AUTHOR, NOON)) is Refusal.TOO_LARGE
    assert proposal.submitted(again, CLASH, AUTHOR, NOON).state is State.SUBMITTED


def test_a_proposal_that_changes_nothing_is_not_submitted() -> None:
    one = proposal.edited(draft(), {FILE: FIRST[FILE]}, "", AUTHOR, NOON)
    assert refusal(lambda: proposal.submitted(one, IN_FORCE, AUTHOR, NOON)) is Refusal.NOTHING_NEW


@pytest.mark.parametrize(
    "name",
    [THERE, "region/10-sign-in.cedar", f"municipalities/{HULIN}.txt", f"municipalities/../{HULIN}.cedar"],
)
def test_a_text_of_another_scope_or_of_no_name_of_policies_gets_into_no_draft(name: str) -> None:
    assert refusal(lambda: proposal.edited(draft(), {name: ""}, "", AUTHOR, NOON)) is Refusal.NOT_OF_SCOPE


def test_texts_and_reasons_are_bounded() -> None:
    big = {FILE: "x" * (LARGEST + 1)}
    assert refusal(lambda: proposal.edited(draft(), big, "", AUTHOR, NOON)) is Refusal.TOO_LARGE
    many = {f"region/{number}.cedar": "" for number in range(201)}
    region = proposal.begun(ProposalId("p"), OF_REGION, IN_FORCE, AUTHOR, NOON)
    assert refusal(lambda: proposal.edited(region, many, "", AUTHOR, NOON)) is Refusal.TOO_LARGE
    for why in ("", "  ", "x" * (LONGEST_TEXT + 1), "Ne\u202e.", "Ne\x1b[2J."):
        assert refusal(lambda why=why: proposal.returned(submitted(), why, NOON)) is Refusal.UNEXPLAINED
    unseen = "Oprava\u2066."
    assert refusal(lambda: proposal.edited(draft(), CHANGED, unseen, AUTHOR, NOON)) is Refusal.UNEXPLAINED


def test_a_time_of_activation_lies_ahead_and_within_a_year() -> None:
    one = submitted()
    for at, reason in (
        (NOON, Refusal.TIME_PAST),
        (NOON - MINUTE, Refusal.TIME_PAST),
        (NOON + FARTHEST + MINUTE, Refusal.TIME_FAR),
    ):
        assert (
            refusal(lambda at=at: proposal.approved(one, IN_FORCE, one.digest, at, MAYOR, NOON, no_others))
            is reason
        )
    assert (
        proposal.approved(one, IN_FORCE, one.digest, NOON + MINUTE, MAYOR, NOON, no_others).activate_at
        == NOON + MINUTE
    )


def test_what_is_returned_or_failed_is_approved_no_more() -> None:
    for after in (proposal.returned(approved(), "Ne.", NOON), proposal.failed(approved(), NOON)):
        assert (after.state, after.approver, after.approved_digest, after.activate_at) == (
            State.RETURNED, "", "", None,
        )  # fmt: skip


def test_no_account_of_an_author_approves_neither_when_asked_nor_when_the_time_has_come() -> None:
    """The directory may tell only later that both are one person's."""
    known = Persons()
    hers = [Account(SubjectId(one.subject), one.login) for one in (MAYOR, HELPER)]
    known.know([hers])
    one = replace(submitted(), authors=frozenset({AUTHOR.subject, HELPER.subject}))
    with pytest.raises(ActRefused) as refused:
        proposal.approved(one, IN_FORCE, one.digest, None, MAYOR, NOON, known.others)
    assert (refused.value.reason, refused.value.account) == (Refusal.SAME_PERSON, "helper")
    assert refused.value.details()["account"] == "helper"
    before = proposal.approved(one, IN_FORCE, one.digest, None, MAYOR, NOON, no_others)
    assert refusal(lambda: proposal.activated(before, IN_FORCE, NOON, known.others)) is Refusal.SAME_PERSON
    assert proposal.activated(before, IN_FORCE, NOON, no_others).state is State.ACTIVE


@pytest.mark.parametrize("note", ["", " \n", "x" * (proposal.LONGEST_TEXT + 1), "proč\u202e"])
def test_nothing_is_submitted_without_words_that_say_what_it_is_for(note: str) -> None:
    silent = replace(draft(), note="")
    assert refusal(lambda: proposal.submitted(silent, IN_FORCE, AUTHOR, NOON)) is Refusal.UNEXPLAINED
    assert refusal(lambda: proposal.submitted(silent, IN_FORCE, AUTHOR, NOON, note)) is Refusal.UNEXPLAINED
    assert proposal.submitted(silent, IN_FORCE, AUTHOR, NOON, " Proč. ").note == "Proč."
