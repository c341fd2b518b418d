"""What a simulation found, for people and for programs: counts, and a row for each who would gain or lose something."""

from collections.abc import Iterable
from dataclasses import dataclass

from config.vocabulary import Action, ApplicationId, MunicipalityCode, RouteName, SubjectId
from policies.evaluate import PolicyBook
from policies.model import Permitted, Question, Text, Verdict
from policies.rule_titles import title_of
from policies.simulate import Change, Row, Tally, Whose

TOLD = 500  # rows with their reasons: to find why nothing permits takes up to twenty questions


@dataclass(frozen=True, slots=True, kw_only=True)
class Side:
    """What one book says of a row's first decision."""

    permitted: bool
    rule: str
    reason: str = ""
    """Named reason of a refusal."""
    title: Text | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What one person would gain or lose, in one application of one municipality."""

    change: Change
    login: str
    subject: SubjectId
    municipality: MunicipalityCode
    application: ApplicationId
    action: Action
    route: RouteName | None
    """The part of the application, where it has a name."""
    asked: int
    """Decisions in which it was asked for."""
    along: int
    """Decisions whose grant carried it, and something else was asked for."""
    otherwise_recorded: int
    """Of all these: what was recorded is not what the policies in force say today."""
    examples: tuple[int, ...]
    """Sequence numbers of entries."""
    before: Side
    after: Side


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """`decisions` is the sum of `unchanged`, `already`, `losses`, `gains`, `in_part` and `not_replayable`."""

    today: str
    """Version of the policies in force."""
    draft: str
    decisions: int
    unchanged: int
    already: int
    """The draft says what the policies in force say; recorded was something else."""
    losses: int
    """Decisions that were asked for and would be refused."""
    gains: int
    in_part: int
    """Decisions of which nothing but an action carried along would change."""
    not_replayable: dict[str, int]
    """By why."""
    losing: int
    """People."""
    gaining: int
    rows: tuple[Told, ...]
    """Losses first, the most frequent first."""
    left_out: int
    """Decisions of rows that are not told."""

    @property
    def changes(self) -> bool:
        return bool(self.losses or self.gains or self.in_part)


def report(tally: Tally, today: PolicyBook, draft: PolicyBook, most: int = TOLD) -> Report:
    """`most`: rows to be told."""
    ordered = sorted(tally.rows.items(), key=_order)
    left_out = tally.left_out.total() + sum(row.asked + row.along for _, row in ordered[most:])
    return Report(
        today=today.version,
        draft=draft.version,
        decisions=tally.decisions,
        unchanged=tally.unchanged,
        already=tally.already,
        losses=tally.changed[Change.LOSES],
        gains=tally.changed[Change.GAINS],
        in_part=tally.in_part,
        not_replayable={why: tally.not_replayable[why] for why in sorted(tally.not_replayable)},
        losing=len(tally.people[Change.LOSES]),
        gaining=len(tally.people[Change.GAINS]),
        rows=tuple(_told(ordered[:most], today, draft)),
        left_out=left_out,
    )


def _order(one: tuple[Whose, Row]) -> tuple[object, ...]:
    whose, row = one
    return (
        whose.change is not Change.LOSES,
        -(row.asked + row.along),
        row.login,
        whose.municipality,
        whose.application,
        whose.action,
        whose.route or "",
    )


def _told(rows: Iterable[tuple[Whose, Row]], today: PolicyBook, draft: PolicyBook) -> Iterable[Told]:
    for whose, row in rows:
        yield Told(
            change=whose.change,
            login=row.login,
            subject=whose.subject,
            municipality=whose.municipality,
            application=whose.application,
            action=whose.action,
            route=whose.route,
            asked=row.asked,
            along=row.along,
            otherwise_recorded=row.otherwise_recorded,
            examples=row.examples,
            before=_side(today, row.question),
            after=_side(draft, row.question),
        )


def _side(book: PolicyBook, question: Question) -> Side:
    verdict: Verdict = book.decide(question)
    if isinstance(verdict, Permitted):
        asked = book.policies_of(question.municipality)
        rule = next(policy for policy in asked if policy.id == verdict.rule)
        title = title_of(rule, question.municipality, book.names)
        return Side(permitted=True, rule=verdict.rule, title=title)
    return Side(permitted=False, rule=verdict.rule, reason=verdict.reason, title=verdict.title)
