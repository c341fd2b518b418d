from dataclasses import replace
from itertools import product

import pytest

from config.settings import Separation
from gateway.asks import steps
from gateway.asks.ask import LEADS, Act, Kind, Signature, Stage, leads_to
from gateway.asks.refused import AskRefused, Why
from gateway.asks.separation import Duties, Duty
from gateway.asks.steps import done_by
from gateway.asks.wish import party
from idp.directory.same_person import no_others
from tests.gateway.asks.town import DAY, EVA, HOUR, IVO, JANA, MARTIN, NOW, PAVEL, PETR, approved, ask

APART = Duties(others=no_others)
WAITS = ask()
ORDER = ask(Kind.ORDER, PAVEL)


def why_not(step, *given, **named) -> Why:
    with pytest.raises(AskRefused) as raised:
        step(*given, **named)
    return raised.value.reason


def test_one_approval_brings_it_into_force():
    found = steps.approve(WAITS, party(PETR), APART, NOW, "ano")
    assert (found.stage, found.approvals) == (Stage.IN_FORCE, (Signature(party(PETR), NOW, "ano"),))


def test_where_two_are_needed_two_different_people_approve():
    once = steps.approve(replace(WAITS, needed=2), party(PETR), APART, NOW)
    assert once.stage is Stage.WAITING
    assert why_not(steps.approve, once, party(PETR), APART, NOW) is Why.APPROVED_BEFORE
    assert steps.approve(once, party(EVA), APART, NOW).stage is Stage.IN_FORCE


def test_nobody_decides_about_what_they_asked_for_or_would_have():
    for by in (JANA, IVO):
        one = ask(asker=JANA, holder=IVO)
        assert why_not(steps.approve, one, party(by), APART, NOW) is Why.OWN
        assert why_not(steps.refuse, one, party(by), APART, NOW, "ne") is Why.OWN


def test_an_order_is_confirmed_by_its_sponsor_alone():
    assert steps.approve(ORDER, party(EVA), APART, NOW).stage is Stage.IN_FORCE
    assert why_not(steps.approve, ORDER, party(PETR), APART, NOW) is Why.NOT_SPONSOR
    assert why_not(steps.refuse, ORDER, party(PETR), APART, NOW, "ne") is Why.NOT_SPONSOR
    assert why_not(steps.approve, ORDER, party(PAVEL), APART, NOW) is Why.NOT_SPONSOR
    assert why_not(steps.approve, replace(ORDER, sponsor=party(PAVEL)), party(PAVEL), APART, NOW) is Why.OWN


def test_an_order_that_its_sponsor_placed_is_confirmed_or_declined_by_somebody_else():
    placed = ask(Kind.ORDER, EVA, PAVEL)
    for by in (EVA, PAVEL):
        assert why_not(steps.approve, placed, party(by), APART, NOW) is Why.OWN
        assert why_not(steps.refuse, placed, party(by), APART, NOW, "ne") is Why.OWN
    confirmed = steps.approve(placed, party(PETR), APART, NOW)
    assert (confirmed.stage, done_by(confirmed, PETR.subject)) == (Stage.IN_FORCE, {Duty.APPROVE})
    assert steps.refuse(placed, party(PETR), APART, NOW, "není třeba").stage is Stage.REFUSED
    assert steps.withdraw(confirmed, party(PETR), NOW, decides=False).stage is Stage.WITHDRAWN


def test_a_refusal_is_explained():
    assert steps.refuse(WAITS, party(PETR), APART, NOW, "není třeba").stage is Stage.REFUSED
    assert why_not(steps.refuse, WAITS, party(PETR), APART, NOW, " ") is Why.UNEXPLAINED


def test_what_is_past_its_end_is_not_decided():
    late = WAITS.until
    assert why_not(steps.approve, WAITS, party(PETR), APART, late) is Why.OVER
    assert why_not(steps.refuse, WAITS, party(PETR), APART, late, "ne") is Why.OVER
    assert why_not(steps.withdraw, approved(WAITS), party(JANA), late, decides=False) is Why.OVER


@pytest.mark.parametrize("by", [JANA, PETR])
def test_asker_and_approver_end_it_at_any_time(by):
    found = steps.withdraw(approved(WAITS), party(by), NOW, decides=False)
    assert (found.stage, found.ended) == (Stage.WITHDRAWN, Signature(party(by), NOW))
    assert not found.runs(NOW)


def test_a_sponsor_ends_an_order_at_any_time():
    assert steps.withdraw(approved(ORDER, EVA), party(EVA), NOW, decides=False).stage is Stage.WITHDRAWN


def test_a_stranger_ends_nothing_unless_they_decide_there():
    assert why_not(steps.withdraw, approved(WAITS), party(MARTIN), NOW, decides=False) is Why.UNKNOWN
    assert steps.withdraw(approved(WAITS), party(MARTIN), NOW, decides=True).stage is Stage.WITHDRAWN


def test_an_order_without_its_sponsor_and_a_delegation_without_its_giver_are_over():
    system = party(MARTIN)
    assert steps.lose_sponsor(approved(ORDER, EVA), system, NOW).stage is Stage.SPONSOR_GONE
    assert steps.lose_sponsor(ask(Kind.DELEGATION, PETR, IVO), system, NOW).stage is Stage.SPONSOR_GONE
    assert why_not(steps.lose_sponsor, approved(WAITS), system, NOW) is Why.OVER


def test_a_use_is_reviewed_by_somebody_else_when_it_is_over():
    use = ask(Kind.EMERGENCY)
    assert why_not(steps.review, use, party(MARTIN), APART, NOW, "vše v pořádku") is Why.STILL_RUNS
    found = steps.review(use, party(MARTIN), APART, NOW + HOUR, "vše v pořádku")
    assert found.reviewed == Signature(party(MARTIN), NOW + HOUR, "vše v pořádku")
    assert not found.unreviewed
    assert why_not(steps.review, found, party(PETR), APART, NOW + DAY, "znovu") is Why.OVER
    assert why_not(steps.review, use, party(JANA), APART, NOW + HOUR, "vše v pořádku") is Why.OWN
    assert why_not(steps.review, use, party(MARTIN), APART, NOW + HOUR, "") is Why.UNEXPLAINED
    assert why_not(steps.review, use, party(MARTIN), APART, NOW + HOUR, "v pořádku") is Why.UNEXPLAINED
    assert why_not(steps.review, use, party(MARTIN), APART, NOW + HOUR, ". . .") is Why.UNEXPLAINED


def test_a_use_that_was_ended_early_is_reviewed_at_once():
    ended = steps.withdraw(ask(Kind.EMERGENCY), party(JANA), NOW, decides=False)
    assert steps.review(ended, party(MARTIN), APART, NOW, "trvalo jen chvíli").stage is Stage.WITHDRAWN


def test_further_acts_that_may_not_meet_are_refused_by_name():
    apart = Duties.of([Separation(acts=["sponsor", "review"])], no_others)
    use = ask(Kind.EMERGENCY, sponsor=party(EVA))
    over = NOW + HOUR
    assert why_not(steps.review, use, party(EVA), apart, over, "vše v pořádku") is Why.DUTIES
    assert steps.review(use, party(EVA), APART, over, "vše v pořádku").reviewed is not None


def test_what_somebody_did_in_a_matter_is_known():
    order = approved(ORDER, EVA)
    assert done_by(order, EVA.subject) == {Duty.SPONSOR}
    assert done_by(order, PAVEL.subject) == {Duty.ASK, Duty.USE}
    assert done_by(ask(Kind.DELEGATION, PETR, IVO), PETR.subject) == {Duty.DELEGATE}
    assert done_by(approved(WAITS), PETR.subject) == {Duty.APPROVE}
    assert done_by(order, MARTIN.subject) == set()


def test_a_stage_that_was_left_never_comes_back():
    after: dict[tuple[Kind, Stage], set[Stage]] = {}
    for (kind, stage, act), leads in LEADS.items():
        if leads is not stage:
            after.setdefault((kind, stage), set()).add(leads)
        else:
            assert act is Act.REVIEW
    for kind, stage in product(Kind, Stage):
        seen, ahead = set[Stage](), set(after.get((kind, stage), ()))
        while ahead:
            seen |= ahead
            ahead = {one for before in ahead for one in after.get((kind, before), ())} - seen
        assert stage not in seen


def test_nothing_leads_out_of_what_was_refused_or_lost():
    for kind, act in product(Kind, Act):
        for stage in (Stage.REFUSED, Stage.SPONSOR_GONE):
            assert leads_to(replace(ask(kind), stage=stage), act) is None


def test_what_ran_and_was_ended_before_its_time_was_over_when_somebody_ended_it():
    later = NOW + HOUR / 2
    use = ask(Kind.EMERGENCY)
    assert (use.ended_early, use.over_at) == (False, NOW + HOUR)
    ended = steps.withdraw(use, party(JANA), later, decides=False)
    assert (ended.ended_early, ended.over_at) == (True, later)
    run = approved(ask())
    assert steps.withdraw(run, party(JANA), later, decides=False).over_at == later
    gone = steps.lose_sponsor(approved(ORDER, EVA), party(EVA), later)
    assert (gone.ended_early, gone.over_at) == (True, later)
    never = (
        steps.withdraw(WAITS, party(JANA), later, decides=False),
        steps.refuse(WAITS, party(PETR), APART, later, "ne"),
        steps.withdraw(replace(run, since=later + HOUR / 4), party(JANA), later, decides=False),
    )
    assert [(one.ended_early, one.over_at) for one in never] == [(False, NOW + HOUR)] * 3
