"""One question explained: the verdict, what it rests on, and the smallest change that would permit it. Pure.

A decision does nothing of this (policies/explain.py has what it needs): here a few hundred other questions are asked.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from pathlib import Path

from config.vocabulary import Action, Language, SubjectId, technical_account_of
from policies.evaluate import PolicyBook
from policies.explain import ANYBODY, SOMEBODY_ELSE
from policies.fact_values import Called
from policies.first_moment import moved_to_the_first_moment
from policies.forms import called, read
from policies.model import Question, Refused, Text, Verdict
from policies.parameters import Offered
from policies.reasons import Names, spell_out
from policies.review import Policy
from policies.seen import Fact, facts_of, touching
from policies.smallest import Change, Found, smallest
from policies.step_words import StepWords, step_said
from policies.steps import ALL_OF, Known, Step, StepKind
from policies.steps_of_others import OTHERS
from policies.steps_oneself import ONESELF

MOST_WAYS = 6
MOST_MOMENTS = 2  # ways whose first moment is looked for, each by some hundred questions
OF_PROGRAMS = frozenset(
    {StepKind.NETWORK, StepKind.COUNTRY, StepKind.TIME, StepKind.ROLE, StepKind.WITHOUT_ROLE}
)
"""Steps that a technical account may be helped by."""

NOBODY_SPECIAL: dict[SubjectId, Text] = {
    ANYBODY: {Language.CZECH: "kdokoli", Language.ENGLISH: "anybody"},
    SOMEBODY_ELSE: {Language.CZECH: "někdo jiný", Language.ENGLISH: "somebody else"},
}
"""What those are called who stand for no person."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A policy that decided."""

    id: str
    forbids: bool
    reason: str
    title: Text | None
    """What lists and differences call it: of one that a form wrote, what was filled in; of a forbid, its words; None:
    nobody has named it.
    """
    file: Path
    line: int
    moves: bool
    """Of a forbid: whether some single change would lift it."""


@dataclass(frozen=True, slots=True)
class Way:
    """One change that is as small as any: do all of its steps, and it is permitted."""

    steps: tuple[Step, ...]
    words: tuple[StepWords, ...]
    rules: tuple[str, ...]
    """`@id`s of what permits then."""
    question: Question
    """What would be asked then."""


@dataclass(frozen=True, slots=True)
class Explained:
    question: Question
    verdict: Verdict
    rules: tuple[Rule, ...]
    """All that decided, in the order in which they speak; none where nothing permits."""
    facts: tuple[Fact, ...]
    """What these rules looked at; where nothing permits, what all that could permit look at."""
    ways: tuple[Way, ...]
    """The smallest changes that would permit it, the easiest first; none for a permit, or where none was found."""
    instead: tuple[Action, ...]
    """Other actions there that are permitted as it is."""
    tried: int
    """Other questions that were asked."""
    complete: bool
    """Whether all changes of up to three steps were tried, or all that are as small as those found."""
    beforehand: tuple[Text, ...] = ()
    """What the product found before it asked any rule, in sentences for whoever asks; none where a rule decided."""
    besides: tuple[Text, ...] = ()
    """What else there is to say of the person whom a rule refuses, or nothing permits it."""

    @property
    def known(self) -> tuple[Fact, ...]:
        return tuple(fact for fact in self.facts if fact.known)

    @property
    def unknown(self) -> tuple[Fact, ...]:
        return tuple(fact for fact in self.facts if not fact.known)

    @property
    def closed(self) -> bool:
        """Forbidden by a rule that no change of the person's lifts."""
        return any(rule.forbids and not rule.moves for rule in self.rules)


def explained(
    book: PolicyBook, question: Question, people: Mapping[SubjectId, Text] = NOBODY_SPECIAL
) -> Explained:
    """`people`: what those are called whom the facts may name."""
    called = Called(book.names, NOBODY_SPECIAL | dict(people))
    verdict = book.decide(question)
    (outcome,) = book.outcomes([question])
    policies = book.policies_of(question.municipality)
    if outcome is None or outcome.error:
        failed = tuple(policy for policy in policies if outcome and policy.id == outcome.erring)
        facts = facts_of(question, _reads(failed), called) if failed else ()
        rules = tuple(_rule(policy, question, book, moves=False) for policy in failed)
        return Explained(question, verdict, rules, facts, (), (), 0, complete=True)
    known = Known.of(policies, question.action)
    looked = outcome.deciding or [
        policy
        for policy in policies
        if not policy.forbids and (policy.actions is None or question.action in policy.actions)
    ]
    facts = facts_of(question, _reads(looked), called)
    if not isinstance(verdict, Refused):
        rules = tuple(_rule(policy, question, book, moves=True) for policy in outcome.deciding)
        return Explained(question, verdict, rules, facts, (), (), 0, complete=True)
    steps = possible_steps(question, known)
    found = smallest(question, outcome, steps, policies, book.outcomes, touching(question))
    ways, tried = _ways(found, question, book)
    rules = tuple(
        _rule(policy, question, book, moves=policy.id not in found.unmoved) for policy in outcome.deciding
    )
    others = [action for action in Action if action is not question.action]
    allowed = book.allowed(question, others)
    instead = tuple(action for action in others if action in allowed)
    tried += found.tried + len(others)
    return Explained(question, verdict, rules, facts, ways, instead, tried, found.complete)


def permits_after(book: PolicyBook, question: Question, steps: Sequence[Step]) -> bool:
    """Whether it is permitted once all of these are done."""
    (outcome,) = book.outcomes([reduce(lambda asked, step: step.apply(asked), steps, question)])
    return outcome is not None and outcome.permits


def possible_steps(question: Question, known: Known) -> list[Step]:
    """All that are worth trying; those that change nothing are left out."""
    found = [step for maker in (*ONESELF, *OTHERS) for step in maker(question, known)]
    if technical_account_of(question.subject) is not None:
        found = [step for step in found if step.kind in OF_PROGRAMS]
    return [step for step in found if step.apply(question) != question]


def _ways(found: Found, question: Question, book: PolicyBook) -> tuple[tuple[Way, ...], int]:
    tried, ways = 0, list[Way]()
    changes = _easiest(_roles_together(found.changes))[:MOST_WAYS]
    for number, change in enumerate(changes):
        first = change
        if number < MOST_MOMENTS or len(changes) <= MOST_MOMENTS:
            first, more = moved_to_the_first_moment(change, question, book.outcomes)
            tried += more
        words = tuple(step_said(step, question, book.names) for step in first.steps)
        ways.append(Way(first.steps, words, first.rules, first.question))
    return tuple(ways), tried


def _roles_together(changes: Sequence[Change]) -> list[Change]:
    """Roles that do the same are one way: one of them is enough."""
    together = _together(_together(changes, StepKind.DELEGATION), StepKind.ROLE)
    order = list(StepKind)
    return sorted(together, key=lambda one: [order.index(step.kind) for step in one.steps])


def _together(changes: Sequence[Change], kind: StepKind) -> list[Change]:
    """By their steps without the roles of that kind, each with the changes that differ in these alone."""
    alike: dict[tuple[Step, ...], dict[str, Change]] = {}
    for one in changes:
        apart_from_role = tuple(replace(step, value="") if step.kind is kind else step for step in one.steps)
        roles = next((step.value for step in one.steps if step.kind is kind), "")
        alike.setdefault(apart_from_role, {})[roles] = one
    return [_with_roles(kind, by_roles) for by_roles in alike.values()]


def _with_roles(kind: StepKind, by_roles: Mapping[str, Change]) -> Change:
    roles = _fewest(tuple(by_roles))
    first = by_roles[roles[0]]
    steps = tuple(replace(one, value=" ".join(roles)) if one.kind is kind else one for one in first.steps)
    return replace(first, steps=steps)


def _fewest(roles: Sequence[str]) -> Sequence[str]:
    """Whichever does where any does; else each that does alone, else all at once."""
    return [""] if "" in roles else [one for one in roles if ALL_OF not in one] or roles


EASIEST_OF = frozenset({"sign_in", "device", "order", StepKind.TIME.value})
"""Groups of which the first step that will do is enough; of several moments the first is looked for."""


def _easiest(changes: Sequence[Change]) -> list[Change]:
    seen: set[tuple[tuple[str, str], ...]] = set()
    kept = []
    for change in changes:
        what = tuple(
            (step.group, "" if step.group in EASIEST_OF else f"{step.kind} {step.value}")
            for step in change.steps
        )
        if what not in seen:
            seen.add(what)
            kept.append(change)
    return kept


def _reads(policies: Sequence[Policy]) -> frozenset[tuple[str, ...]]:
    return frozenset[tuple[str, ...]]().union(*(policy.reads for policy in policies))


def _rule(policy: Policy, question: Question, book: PolicyBook, *, moves: bool) -> Rule:
    title = _title(policy, question, book.names)
    return Rule(policy.id, policy.forbids, policy.reason, title, policy.file, policy.line, moves)


def _title(policy: Policy, question: Question, names: Names) -> Text | None:
    written = read(policy.by_form, question.municipality) if policy.by_form else None
    if written is not None:
        return called(*written, Offered(names.in_lists))
    return spell_out(policy.wording, question, names).title if policy.wording else policy.title
