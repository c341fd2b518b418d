"""The smallest change that turns a refusal into a permit: steps in order of their number. Pure.

One step, then two, then three; of one number all are tried that could help, so what is found is the smallest. A change
can help only if it touches something that each rule reads that forbids: one step that lifts it, or two together. Where
there are still too many, those come first whose steps each lift something, and it is said that others were not tried.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import combinations, islice

from policies.evaluate import Outcome
from policies.model import Question
from policies.review import Policy
from policies.steps import Step

MOST_STEPS = 3
MOST_TRIED = 1_500
"""Evaluations: some tenths of a second."""

Ask = Callable[[Sequence[Question]], Sequence[Outcome | None]]


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be done, and what is permitted then."""

    steps: tuple[Step, ...]
    question: Question
    rules: tuple[str, ...]
    """`@id`s of the policies that permit then."""


@dataclass(frozen=True, slots=True)
class Found:
    changes: tuple[Change, ...]
    """All of the same, smallest number of steps; the easiest first."""
    tried: int
    complete: bool
    """Whether everything of up to three steps was tried, or of the number that was found."""
    unmoved: frozenset[str]
    """`@id`s of the forbids that no single step lifts."""


@dataclass(frozen=True, slots=True)
class Tried:
    """A step, and what it does alone."""

    step: Step
    lifts: frozenset[str]
    """`@id`s of the forbids that it lifts."""
    touches: frozenset[str]
    """`@id`s of the forbids that read something it changes."""


def smallest(
    question: Question,
    refused: Outcome,
    steps: Sequence[Step],
    ask: Ask,
    touched: Callable[[Question, Sequence[Policy]], frozenset[str]],
) -> Found:
    """`touched`: those of the policies that read something in which the other question differs."""
    forbids = _forbids(refused)
    alone = [_changed(question, (step,)) for step in steps]
    outcomes = ask(alone)
    single = [
        Tried(
            step,
            forbids - _forbids(outcome) if outcome is not None and not outcome.error else frozenset(),
            touched(asked, refused.deciding),
        )
        for step, asked, outcome in zip(steps, alone, outcomes, strict=True)
    ]
    unmoved = forbids - frozenset[str]().union(*(one.lifts for one in single))
    changes = _permitted([(step,) for step in steps], alone, outcomes)
    tried, complete = len(steps), True
    for number in range(2, MOST_STEPS + 1):
        if changes or not complete:
            break
        order = _in_order(single, forbids, number)
        chosen = list(islice(order, max(0, MOST_TRIED - tried)))
        complete = next(order, None) is None
        asked = [_changed(question, those) for those in chosen]
        changes = _permitted(chosen, asked, ask(asked))
        tried += len(chosen)
    return Found(tuple(changes), tried, complete, unmoved)


def _in_order(single: Sequence[Tried], forbids: frozenset[str], number: int) -> Iterator[tuple[Step, ...]]:
    together = [
        chosen
        for chosen in combinations(single, number)
        if len({one.step.group for one in chosen}) == number
        and all(_could_lift(forbid, chosen) for forbid in forbids)
    ]
    together.sort(key=lambda chosen: not forbids <= frozenset[str]().union(*(one.lifts for one in chosen)))
    return (tuple(one.step for one in chosen) for chosen in together)


def _could_lift(forbid: str, chosen: Sequence[Tried]) -> bool:
    return any(forbid in one.lifts for one in chosen) or sum(forbid in one.touches for one in chosen) > 1


def _permitted(
    chosen: Sequence[tuple[Step, ...]], asked: Sequence[Question], outcomes: Sequence[Outcome | None]
) -> list[Change]:
    return [
        Change(steps, question, tuple(policy.id for policy in outcome.deciding))
        for steps, question, outcome in zip(chosen, asked, outcomes, strict=True)
        if outcome is not None and outcome.permits
    ]


def _changed(question: Question, steps: Sequence[Step]) -> Question:
    return reduce(lambda asked, step: step.apply(asked), steps, question)


def _forbids(outcome: Outcome) -> frozenset[str]:
    return frozenset(policy.id for policy in outcome.deciding if policy.forbids)
