"""The smallest change that turns a refusal into a permit: steps in order of their number. Pure.

One step, then two, then three; of one number all are tried that could help, so what is found is the smallest.

Laws, by which others are left out: what was refused after some of the steps is permitted after all of them only if the
rest touches something that each rule reads that forbade it then, and where none did, something that a permit reads. So
it is before the first step as well. Where no permit can be of this application and action, nothing helps. Where there
are still too many, those come first whose steps each lift something, and it is said that others were not tried.
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
Numbers = tuple[int, ...]
"""Of steps, in their order."""
NOTHING = frozenset[str]()
PERMIT = ""
"""In the place of a forbid's `@id`: any permit."""
Lacking = dict[Numbers, frozenset[str]]
"""After these steps, what has to be touched before it can be permitted."""


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
    """`@id`s of the forbids that read something it changes; PERMIT among them where a permit does."""


def smallest(
    question: Question,
    refused: Outcome,
    steps: Sequence[Step],
    policies: Sequence[Policy],
    ask: Ask,
    touched: Callable[[Question, Sequence[Policy]], frozenset[str]],
) -> Found:
    """`policies`: all that are asked there; `touched`: those of some that read something in which the other question
    differs.
    """
    permits = [
        one
        for one in policies
        if not one.forbids and one.needs.may_be_of(question.application, question.action)
    ]
    forbids = _forbids(refused)
    alone = [_changed(question, (step,)) for step in steps]
    outcomes = ask(alone)
    read = [one for one in policies if one.forbids] + permits
    single = [
        Tried(
            step,
            forbids - _forbids(outcome) if outcome is not None and not outcome.error else frozenset(),
            _touches(touched(asked, read), permits),
        )
        for step, asked, outcome in zip(steps, alone, outcomes, strict=True)
    ]
    unmoved = forbids - frozenset[str]().union(*(one.lifts for one in single))
    changes = _permitted([(step,) for step in steps], alone, outcomes)
    tried, complete = len(steps), True
    lacking: Lacking = {(): _lacks(refused)} | {
        (number,): _lacks(outcome) for number, outcome in enumerate(outcomes)
    }
    for number in range(2, MOST_STEPS + 1):
        if changes or not complete or not permits:
            break
        order = _in_order(single, forbids, number, lacking)
        chosen = list(islice(order, max(0, MOST_TRIED - tried)))
        complete = next(order, None) is None
        those = [tuple(steps[each] for each in one) for one in chosen]
        asked = [_changed(question, one) for one in those]
        outcomes = ask(asked)
        changes = _permitted(those, asked, outcomes)
        lacking |= {one: _lacks(outcome) for one, outcome in zip(chosen, outcomes, strict=True)}
        tried += len(chosen)
    return Found(tuple(changes), tried, complete, unmoved)


def _in_order(
    single: Sequence[Tried], forbids: frozenset[str], number: int, lacking: Lacking
) -> Iterator[Numbers]:
    together = [
        chosen
        for chosen in combinations(range(len(single)), number)
        if len({single[one].step.group for one in chosen}) == number and _could_open(chosen, single, lacking)
    ]
    together.sort(
        key=lambda chosen: not forbids <= frozenset[str]().union(*(single[one].lifts for one in chosen))
    )
    return iter(together)


def _could_open(chosen: Numbers, single: Sequence[Tried], lacking: Lacking) -> bool:
    """Whether the rest touches what was lacking, after each part of the steps that was asked about."""
    parts = (part for length in range(len(chosen)) for part in combinations(chosen, length))
    return all(
        lacking.get(part, NOTHING)
        <= frozenset[str]().union(*(single[one].touches for one in chosen if one not in part))
        for part in parts
    )


def _touches(found: frozenset[str], permits: Sequence[Policy]) -> frozenset[str]:
    opens = not found.isdisjoint(one.id for one in permits)
    return found - {one.id for one in permits} | ({PERMIT} if opens else NOTHING)


def _lacks(outcome: Outcome | None) -> frozenset[str]:
    """What has to be touched before it can be permitted; nothing where that is not known."""
    if outcome is None or outcome.error:
        return NOTHING
    return _forbids(outcome) or frozenset({PERMIT})


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
