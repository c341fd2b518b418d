"""The fewest steps that open are found, all of them, and what was not tried is said."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from config.vocabulary import Action
from policies.evaluate import Outcome
from policies.model import Facts, Question
from policies.needs import Needs
from policies.review import Policy
from policies.smallest import Found, smallest
from policies.steps import Step, StepKind
from tests.policies.world import ask

ASKED = ask()
WRITES = ask(action=Action.WRITE)


def policy(name: str, forbids: bool) -> Policy:
    return Policy(name, forbids, name * forbids, None, Path("a.cedar"), 1, 1)


READS = {
    "from-abroad": ("country",),
    "without-tunnel": ("tunnel",),
    "without-purpose": ("purpose", "agenda"),
    "loaded-down": ("download",),
    "from-slovakia": ("country",),
    "slovak-tunnel": ("country", "tunnel"),
    "open": (),
    "reads-purpose": ("purpose", "agenda"),
}
"""What each reads."""
HOLDS: dict[str, Callable[[Facts], bool]] = {
    "from-abroad": lambda facts: facts.country != "CZ",
    "without-tunnel": lambda facts: not facts.tunnel,
    "without-purpose": lambda facts: facts.purpose is None or facts.agenda is None,
    "loaded-down": lambda facts: facts.download is not False,
    "from-slovakia": lambda facts: facts.country == "SK",
    "slovak-tunnel": lambda facts: facts.country == "SK" and facts.tunnel,
}
PERMIT = policy("open", False)


class World:
    """Of these forbids, and one permit of what is read; it counts what it is asked."""

    def __init__(self, *forbids: str) -> None:
        self._forbids, self.asked = [policy(name, True) for name in forbids], 0

    def outcome(self, question: Question) -> Outcome | None:
        if question.action is Action.SIGN:
            return None
        if question.action is Action.ADMINISTER:
            return Outcome(permits=False, deciding=(), error="overflow")
        forbidden = tuple(one for one in self._forbids if HOLDS[one.id](question.facts))
        permitted = (PERMIT,) if question.action is Action.READ and not forbidden else ()
        return Outcome(permits=bool(permitted), deciding=forbidden or permitted)

    def ask(self, questions: Sequence[Question]) -> list[Outcome | None]:
        self.asked += len(questions)
        return [self.outcome(one) for one in questions]

    def found(self, *steps: Step, question: Question = ASKED, permits: Sequence[Policy] = (PERMIT,)) -> Found:
        refused = self.outcome(question)
        assert refused is not None
        return smallest(question, refused, steps, [*self._forbids, *permits], self.ask, touched)


def touched(question: Question, policies: Sequence[Policy]) -> frozenset[str]:
    return frozenset(
        one.id
        for one in policies
        if any(getattr(question.facts, name) != getattr(ASKED.facts, name) for name in READS[one.id])
    )


def known(kind: StepKind, value: str = "", **facts: Any) -> Step:
    return Step(kind, value, lambda asked: replace(asked, facts=replace(asked.facts, **facts)))


def acts(kind: StepKind, action: Action) -> Step:
    return Step(kind, "", lambda asked: replace(asked, action=action))


CZECH = known(StepKind.COUNTRY, country="CZ")
TUNNEL = known(StepKind.TUNNEL, tunnel=True)
PURPOSE = known(StepKind.PURPOSE, purpose="x")
AGENDA = known(StepKind.REQUEST, agenda="A1")
LOOKED_AT = known(StepKind.LOOK_ONLY, download=False)
IDLE = known(StepKind.PLACE_CLEARED, impossible_travel=False)


def kinds(found: Found) -> list[tuple[StepKind, ...]]:
    return [tuple(one.kind for one in change.steps) for change in found.changes]


def test_one_step_is_enough_and_nothing_longer_is_tried() -> None:
    world = World("from-abroad")
    found = world.found(TUNNEL, CZECH, PURPOSE)
    assert kinds(found) == [(StepKind.COUNTRY,)]
    (change,) = found.changes
    assert change.rules == ("open",)
    assert change.question == replace(ASKED, facts=Facts(country="CZ"))
    assert (found.tried, found.complete, found.unmoved) == (3, True, frozenset())
    assert world.asked == 3


def test_two_that_each_lift_a_forbid_open_together() -> None:
    found = World("from-abroad", "without-tunnel").found(CZECH, TUNNEL, IDLE)
    assert kinds(found) == [(StepKind.COUNTRY, StepKind.TUNNEL)]
    assert found.changes[0].question.facts == Facts(country="CZ", tunnel=True)
    assert (found.tried, found.complete, found.unmoved) == (4, True, frozenset())  # the third cannot help


def test_two_that_lift_a_forbid_only_together_are_tried_and_it_counts_as_unmoved_by_one() -> None:
    found = World("without-purpose").found(PURPOSE, AGENDA, IDLE)
    assert kinds(found) == [(StepKind.PURPOSE, StepKind.REQUEST)]
    assert (found.tried, found.unmoved) == (4, frozenset({"without-purpose"}))


def test_three_steps_are_the_most() -> None:
    three = World("from-abroad", "without-tunnel", "loaded-down")
    assert kinds(three.found(CZECH, TUNNEL, LOOKED_AT)) == [
        (StepKind.COUNTRY, StepKind.TUNNEL, StepKind.LOOK_ONLY)
    ]
    four = World("from-abroad", "without-tunnel", "without-purpose")
    found = four.found(CZECH, TUNNEL, PURPOSE, AGENDA)
    assert (found.changes, found.complete) == ((), True)


def test_of_the_same_number_all_are_found_in_the_order_of_the_steps() -> None:
    other = known(StepKind.DELEGATION, country="CZ")
    found = World("from-abroad", "without-tunnel").found(CZECH, other, TUNNEL)
    assert kinds(found) == [(StepKind.COUNTRY, StepKind.TUNNEL), (StepKind.DELEGATION, StepKind.TUNNEL)]


def test_two_steps_of_one_kind_are_not_taken_together() -> None:
    twice = known(StepKind.COUNTRY, "again", tunnel=True)
    found = World("from-abroad", "without-tunnel").found(CZECH, twice)
    assert (found.changes, found.tried) == ((), 2)


@pytest.mark.parametrize("action", [Action.SIGN, Action.ADMINISTER])
def test_what_cannot_be_evaluated_lifts_nothing_and_is_no_way_out(action: Action) -> None:
    found = World("from-abroad").found(acts(StepKind.LOOK_ONLY, action), TUNNEL)
    assert found.changes == ()
    assert found.unmoved == {"from-abroad"}


def test_where_nothing_forbids_any_two_may_open_it() -> None:
    reads = acts(StepKind.LOOK_ONLY, Action.READ)
    found = World().found(TUNNEL, reads, question=replace(ASKED, action=Action.WRITE))
    assert kinds(found) == [(StepKind.LOOK_ONLY,)]
    assert found.unmoved == frozenset()


def test_where_there_are_too_many_the_likely_ones_are_tried_first_and_it_is_said(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("policies.smallest.MOST_TRIED", 5)
    halves = (
        known(StepKind.ORDER, purpose="x", country="SK"),
        known(StepKind.OFFICE, agenda="A1", country="AT"),
    )
    whole = known(StepKind.TIME, purpose="x", agenda="A1")
    found = World("without-purpose", "from-abroad").found(*halves, whole, CZECH)
    assert kinds(found) == [(StepKind.TIME, StepKind.COUNTRY)]  # each lifts one: before the halves
    assert (found.tried, found.complete) == (5, False)
    monkeypatch.setattr("policies.smallest.MOST_TRIED", 3)
    cut = World("without-purpose").found(PURPOSE, AGENDA, CZECH)
    assert (cut.changes, cut.tried, cut.complete) == ((), 3, False)
    monkeypatch.setattr("policies.smallest.MOST_TRIED", 1)
    none_left = World("without-purpose").found(PURPOSE, AGENDA)  # and there are no three of which to say so
    assert (none_left.changes, none_left.tried, none_left.complete) == ((), 2, False)


def test_what_no_permit_can_be_of_is_known_without_trying_several_steps() -> None:
    elsewhere = Needs(actions=None, roles=(), applications=(frozenset({"map"}),))
    world = World("from-abroad", "without-tunnel")
    found = world.found(
        CZECH, TUNNEL, permits=[replace(PERMIT, needs=elsewhere), policy("loaded-down", True)]
    )
    assert (found.changes, found.tried, found.complete) == ((), 2, True)
    assert world.found(CZECH, TUNNEL).changes


def test_where_nothing_forbids_steps_that_no_permit_reads_are_not_tried_together() -> None:
    """What opens it is read by none of them here, so it opens nothing; one that is read may need each of the others."""
    unread = World().found(TUNNEL, PURPOSE, IDLE, question=WRITES)
    assert (unread.changes, unread.tried, unread.complete) == ((), 3, True)
    read = policy("reads-purpose", False)
    some = World().found(TUNNEL, PURPOSE, AGENDA, IDLE, question=WRITES, permits=[read])
    assert (some.tried, some.complete) == (4 + 1, True)  # purpose and agenda, of which each touches it


SLOVAK = known(StepKind.DELEGATION, purpose="x", country="SK")
OPENED_BY_PURPOSE = [policy("reads-purpose", False)]


def test_what_forbids_after_one_step_has_to_be_touched_by_another() -> None:
    """The first touches what permits, and brings a forbid: with what does not touch that it is not worth trying."""
    world = World("from-slovakia")
    alone = world.found(AGENDA, SLOVAK, question=WRITES, permits=OPENED_BY_PURPOSE)
    assert (alone.tried, alone.complete) == (2, True)
    lifted = world.found(AGENDA, SLOVAK, CZECH, question=WRITES, permits=OPENED_BY_PURPOSE)
    assert (lifted.tried, lifted.complete) == (3 + 1 + 1, True)  # the two, and all three


def test_after_two_steps_the_third_has_to_touch_what_was_lacking() -> None:
    found = World("from-slovakia").found(TUNNEL, SLOVAK, CZECH, question=WRITES, permits=OPENED_BY_PURPOSE)
    assert (found.changes, found.tried, found.complete) == ((), 3 + 1, True)


def test_a_forbid_that_only_two_steps_bring_may_be_lifted_by_a_third() -> None:
    through = known(StepKind.REQUEST, agenda="A1", tunnel=True)
    found = World("slovak-tunnel").found(through, SLOVAK, CZECH, question=WRITES, permits=OPENED_BY_PURPOSE)
    assert (found.tried, found.complete) == (3 + 1 + 1, True)


@pytest.mark.parametrize("unanswered", [Action.SIGN, Action.ADMINISTER])
def test_what_lies_behind_a_step_without_an_answer_is_tried_all_the_same(unanswered: Action) -> None:
    """Alone it leads to where nothing was consulted, or a policy failed: what is lacking there is not known."""

    def facts(asked: Question, action: Action, **changed: Any) -> Question:
        return replace(asked, action=action, facts=replace(asked.facts, **changed))

    away = Step(StepKind.TUNNEL, "", lambda asked: facts(asked, unanswered, tunnel=True))
    back = Step(StepKind.COUNTRY, "", lambda asked: facts(asked, Action.READ, country="CZ"))
    found = World("from-abroad", "without-tunnel").found(away, back)
    assert kinds(found) == [(StepKind.TUNNEL, StepKind.COUNTRY)]
