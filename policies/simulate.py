"""Recorded decisions asked again: of the policies in force, and of a draft. Who would gain, who would lose. Pure.

Laws:
1. A decision is asked again as of its own time.
2. What the draft would change is told apart from what the policies in force have changed since it was recorded.
3. Two decisions share an answer only where all that both books look at is the same.
4. What a grant carried along is asked again like what was asked for, by its own route, and counted apart.
5. Counts are exact; of rows and of what is remembered there are never more than so many.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from config.vocabulary import Action, ApplicationId, MunicipalityCode, RouteName, SubjectId
from policies.comparisons import Learnt, Seen, apart, seen, together
from policies.evaluate import PolicyBook
from policies.model import Question
from policies.request import (
    CLOCKS_DIFFER_BY,
    DATED,
    FURTHER,
    FactUnusable,
    Parties,
    Paths,
    circumstances,
    context_of,
    is_timeless,
    parties,
    passes,
)

ROWS = 2_000  # of people and actions that would gain or lose, under a KiB each
EXAMPLES = 3  # entries named in a row
ASKERS = 50_000  # what is remembered of who asks for what, under 2 KiB each
UNUSABLE = (FactUnusable, TypeError, OverflowError)
"""Raised where no circumstances can be made of the facts: policies refuse that."""
ANSWERS = 200_000  # answers remembered, under a KiB each; and as many again of single askers


class Change(StrEnum):
    """What the draft would do, against the policies in force."""

    LOSES = "loses"
    GAINS = "gains"


@dataclass(frozen=True, slots=True, eq=False)
class Asked:
    """All of a question but when: one value for all decisions that differ by their times alone, and how long the
    person had been idle.
    """

    question: Question
    """As it was at one of the times."""
    along: frozenset[Action] = frozenset()
    """Further actions that the grant carried, by the same route."""
    login: str = ""
    elsewhere: tuple["Asked", ...] = ()
    """What the grant carried by other routes, each a question of its own; any of its actions is as good as another."""


class Decided(NamedTuple):
    """A decision as it was recorded. Where the same `asked` comes again, it is looked at once."""

    asked: Asked
    now: datetime
    authenticated_at: datetime
    permitted: bool
    sequence: int
    """Of its entry."""
    idle: timedelta | None = None
    """None: as the question says."""


@dataclass(frozen=True, slots=True)
class Whose:
    """Who would gain or lose what."""

    change: Change
    subject: SubjectId
    municipality: MunicipalityCode
    application: ApplicationId
    action: Action
    route: RouteName | None = None
    """The part of the application, where it has a name."""


@dataclass(slots=True)
class Row:
    login: str
    question: Question
    """The first of these decisions, asking for this action."""
    asked: int = 0
    """Decisions in which it was asked for."""
    along: int = 0
    """Decisions whose grant carried it, and something else was asked for."""
    otherwise_recorded: int = 0
    """Of all these: what was recorded is not what the policies in force say today."""
    examples: tuple[int, ...] = ()

    def add(self, other: "Row") -> None:
        self.asked += other.asked
        self.along += other.along
        self.otherwise_recorded += other.otherwise_recorded
        self.examples = (*self.examples, *other.examples)[:EXAMPLES]


@dataclass(slots=True)
class Tally:
    """Of any number of decisions; those of several add up. Each decision is in one of the first four."""

    unchanged: int = 0
    already: int = 0
    """The draft says what the policies in force say; recorded was something else."""
    changed: Counter[Change] = field(default_factory=Counter)
    """Decisions by what would come of the action that was asked for."""
    in_part: int = 0
    """Decisions of which nothing but an action carried along would change."""
    not_replayable: Counter[str] = field(default_factory=Counter)
    """By why."""
    rows: dict[Whose, Row] = field(default_factory=dict)
    left_out: Counter[Change] = field(default_factory=Counter)
    """Decisions that belong to rows for which there was no more room."""
    people: dict[Change, set[SubjectId]] = field(default_factory=lambda: {change: set() for change in Change})

    @property
    def replayed(self) -> int:
        return self.unchanged + self.already + self.changed.total() + self.in_part

    @property
    def decisions(self) -> int:
        return self.replayed + self.not_replayable.total()

    def add(self, other: "Tally") -> None:
        self.unchanged += other.unchanged
        self.already += other.already
        self.changed += other.changed
        self.in_part += other.in_part
        self.not_replayable += other.not_replayable
        self.left_out += other.left_out
        for change, people in other.people.items():
            self.people[change] |= people
        for whose, row in other.rows.items():
            self.count(whose, row)

    def count(self, whose: Whose, row: Row) -> None:
        known = self.rows.get(whose)
        if known is not None:
            known.add(row)
        elif len(self.rows) < ROWS:
            self.rows[whose] = row
        else:
            self.left_out[whose.change] += row.asked + row.along


@dataclass(frozen=True, slots=True)
class _Answer:
    """What both books say of one question and the actions that its grant carried."""

    today: frozenset[Action]
    draft: frozenset[Action]


_Found = tuple[Decided, _Answer]


@dataclass(frozen=True, slots=True)
class _Looks:
    """What both books look at in the circumstances of some actions in one municipality."""

    timeless: Paths
    others: Paths
    learns: Learnt
    """What they can tell apart in the others."""


@dataclass(slots=True)
class _Asker:
    """What is remembered of an `Asked`, which is kept so that no other one takes its identity."""

    asked: Asked
    actions: tuple[Action, ...]
    looks: _Looks
    stays: Seen
    """What is learnt of all that is the same at another time."""
    passing: Learnt
    """What is learnt of the rest."""
    paths: Paths
    """Of the rest, and of whatever might be from the future at another time, and unusable then."""
    answers: dict[Seen, _Answer] = field(default_factory=dict)


_Key = tuple[Parties, Action, tuple[Action, ...], str, Learnt, Seen, Learnt, Seen]
"""All that both books look at."""


class Simulation:
    """`take` may be called as often as there are parts; what was found out is remembered from one to the next."""

    def __init__(self, today: PolicyBook, draft: PolicyBook) -> None:
        self._today, self._draft = today, draft
        self._askers: dict[int, _Asker] = {}
        self._answers: dict[_Key, _Answer] = {}
        self._one_of: dict[Learnt, Learnt] = {}
        """Of those that are equal, as equal sets may come in another order, and `seen` is in that order."""
        self._looks_at: dict[tuple[MunicipalityCode, tuple[Action, ...], frozenset[str]], _Looks] = {}
        self._kept = 0
        """Answers with all the askers."""
        self.evaluated = 0
        """Questions that were evaluated, of all that were asked."""

    def take(self, decisions: Iterable[Decided]) -> Tally:
        tally = Tally()
        for decided in decisions:
            answer = self._answer(decided)
            if decided.asked.elsewhere:
                each = [decided._replace(asked=one) for one in decided.asked.elsewhere]
                _count(tally, (decided, answer), [(one, self._answer(one)) for one in each])
            elif answer.today == answer.draft:
                if answer.today == _granted(decided):
                    tally.unchanged += 1
                else:
                    tally.already += 1
            else:
                _tell(tally, decided, answer)
        return tally

    def _answer(self, decided: Decided) -> _Answer:
        asker = self._asker(decided.asked)
        passing = _passing(asker, decided)
        if passing is None:  # of which no circumstances can be made: both books refuse it
            return self._asked_of_both(_as_asked(decided), asker.actions)
        answer = asker.answers.get(passing)
        if answer is None:
            answer = self._evaluated(asker, _as_asked(decided), passing)
            self._keep(asker, passing, answer)
        return answer

    def _keep(self, asker: _Asker, passing: Seen, answer: _Answer) -> None:
        if self._kept >= ANSWERS:
            self._askers.clear()
            self._kept = 0
        asker.answers[passing] = answer
        self._kept += 1

    def _asker(self, asked: Asked) -> _Asker:
        known = self._askers.get(id(asked))
        if known is not None:
            return known
        question = asked.question
        actions = tuple(sorted(asked.along | {question.action}))
        looks = self._looks(question, actions)
        stays, passing, paths = self._apart(looks, question)
        if len(self._askers) >= ASKERS:
            self._askers.clear()
            self._kept = 0
        made = self._askers[id(asked)] = _Asker(asked, actions, looks, stays, passing, paths)
        return made

    def _looks(self, question: Question, actions: tuple[Action, ...]) -> _Looks:
        """Of as many as there are municipalities, sets of actions, and sets of facts that are known."""
        where, facts = question.municipality, question.facts
        known = frozenset(name for name in FURTHER if getattr(facts, name) is not None)
        found = self._looks_at.get((where, actions, known))
        if found is None:
            books = (self._today, self._draft)
            looked_at = frozenset(path for book in books for path in book.looks_at(where, actions, facts))
            others = frozenset(path for path in looked_at if not is_timeless(frozenset({path})))
            both = together(book.learns(where, actions, facts) for book in books)
            found = _Looks(looked_at - others, others, both.within(others))
            self._looks_at[where, actions, known] = found
        return found

    def _apart(self, looks: _Looks, question: Question) -> tuple[Seen, Learnt, Paths]:
        """What is learnt of what stays as it is; what can be learnt of the rest, and by which paths."""
        try:
            context = context_of(question, looks.others)
        except UNUSABLE:  # at another time it may be usable
            return (), self._one_of.setdefault(looks.learns, looks.learns), looks.others
        stays, passing = (
            self._one_of.setdefault(one, one)
            for one in apart(looks.learns, context, lambda path: passes(path, context))
        )
        dated = {path for path in looks.others if path and path[0] in DATED and path[0] in context}
        return seen(stays, context), passing, passing.paths | dated

    def _evaluated(self, asker: _Asker, question: Question, passing: Seen) -> _Answer:
        """Other people may have asked the same, or the same person from another place that nobody looks at."""
        timeless = circumstances(question, asker.looks.timeless)
        of, learns = parties(question), asker.looks.learns
        key = (of, question.action, asker.actions, timeless, learns, asker.stays, asker.passing, passing)
        answer = self._answers.get(key)
        if answer is None:
            if len(self._answers) >= ANSWERS:
                self._answers.clear()
            answer = self._answers[key] = self._asked_of_both(question, asker.actions)
        return answer

    def _asked_of_both(self, question: Question, actions: tuple[Action, ...]) -> _Answer:
        self.evaluated += 1
        return _Answer(self._today.allowed(question, actions), self._draft.allowed(question, actions))


def _passing(asker: _Asker, decided: Decided) -> Seen | None:
    """What both books learn of what passes; None of an act from the future."""
    if decided.authenticated_at - decided.now > CLOCKS_DIFFER_BY:
        return None
    if not asker.paths:
        return ()
    try:
        return seen(asker.passing, context_of(_as_asked(decided), asker.paths))
    except UNUSABLE:
        return None


def _as_asked(decided: Decided) -> Question:
    question = decided.asked.question
    facts = question.facts if decided.idle is None else replace(question.facts, idle=decided.idle)
    return replace(question, now=decided.now, authenticated_at=decided.authenticated_at, facts=facts)


def _granted(decided: Decided) -> frozenset[Action]:
    """By the route that was asked by, as it was recorded."""
    asked = decided.asked
    return (asked.along | {asked.question.action}) if decided.permitted else frozenset()


def _count(tally: Tally, main: _Found, elsewhere: Sequence[_Found]) -> None:
    """Of a decision whose grant carried something by several routes: it is one decision all the same."""
    if any(answer.today != answer.draft for _, answer in (main, *elsewhere)):
        _tell(tally, *main, elsewhere)
    elif all(answer.today == _granted(decided) for decided, answer in (main, *elsewhere)):
        tally.unchanged += 1
    else:
        tally.already += 1


def _tell(tally: Tally, decided: Decided, answer: _Answer, elsewhere: Iterable[_Found] = ()) -> None:
    """Of a decision that the draft changes."""
    main = _rows(tally, decided, answer, decided.asked.question.action)
    for one in elsewhere:
        _rows(tally, *one, None)
    if main is None:
        tally.in_part += 1
    else:
        tally.changed[main] += 1


def _rows(tally: Tally, decided: Decided, answer: _Answer, asked_for: Action | None) -> Change | None:
    """By one route; what would come of `asked_for`."""
    question = _as_asked(decided)
    main: Change | None = None
    for action in sorted(answer.today ^ answer.draft):
        change = Change.LOSES if action in answer.today else Change.GAINS
        asked = action == asked_for
        if asked:
            main = change
        row = Row(
            login=decided.asked.login,
            question=replace(question, action=action),
            asked=int(asked),
            along=int(not asked),
            otherwise_recorded=int(decided.permitted != (action in answer.today)),
            examples=(decided.sequence,),
        )
        tally.count(_whose(change, question, action), row)
        tally.people[change].add(question.subject)
    return main


def _whose(change: Change, question: Question, action: Action) -> Whose:
    route = question.facts.route
    return Whose(
        change,
        question.subject,
        question.municipality,
        question.application,
        action,
        None if route is None else RouteName(route.id),
    )
