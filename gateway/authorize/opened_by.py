"""By which rule what somebody asked for would open once approved: told to whoever decides about it. Pure.

At best, like what a role opens: what refuses the person only where they are then is told to them there.
"""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from config.vocabulary import Action, MunicipalityCode, Role
from gateway.asks import supplied
from gateway.asks.ask import Ask, Stage
from gateway.asks.supplied import Matter
from gateway.authorize.role_opens import in_order, questions_at_best, working_moment
from gateway.authorize.snapshot import Snapshot
from policies.alone import could_alone
from policies.evaluate import PolicyBook
from policies.model import Permitted, Question, Refused, Text
from policies.rule_titles import titles_there

HOUR = timedelta(hours=1)
HOURS = 7 * 24
"""Of its time that are tried one by one: whatever rules say of the day and the hour comes by in a week."""


@dataclass(frozen=True, slots=True)
class OpenedBy:
    action: Action
    permits: bool
    title: Text | None
    """Of the rule that permits it, or of what refuses it."""
    rule: str = ""
    """`@id` of the policy; empty where no rule permits it, and none forbids it."""


def opened_by(
    ask: Ask,
    roles: Collection[tuple[MunicipalityCode, Role]],
    book: PolicyBook,
    snapshot: Snapshot,
    now: datetime,
) -> tuple[OpenedBy, ...]:
    """One for each of its actions that the application still has. `roles`: of its holder."""
    titles = titles_there(book, ask.municipality)
    granted = replace(ask, stage=Stage.IN_FORCE, needed=0)
    found = []
    for action in in_order(ask.actions):
        refused: Refused | None = None
        for question in _questions(
            granted, action, roles, snapshot, _moments(granted, max(now, granted.since))
        ):
            verdict, _ = snapshot.policies.decide_and_look(question, ())
            if isinstance(verdict, Permitted):
                found.append(OpenedBy(action, True, titles.get(verdict.rule), verdict.rule))
                break
            refused = refused or verdict
        else:
            if refused is not None:
                found.append(OpenedBy(action, False, refused.title, refused.rule))
    return tuple(found)


def closed_at(
    ask: Ask,
    roles: Collection[tuple[MunicipalityCode, Role]],
    book: PolicyBook,
    snapshot: Snapshot,
    now: datetime,
) -> bool:
    """Whether nothing of an access that runs is open at that moment, whatever its holder does alone. False where
    that is not certain.
    """
    questions = [
        question for action in ask.actions for question in _questions(ask, action, roles, snapshot, [now])
    ]
    verdicts = [book.decide(one) for one in questions]
    return (
        bool(questions)
        and not any(isinstance(one, Permitted) for one in verdicts)
        and not any(could_alone(book, one) for one in questions)
    )


def _questions(
    granted: Ask,
    action: Action,
    roles: Collection[tuple[MunicipalityCode, Role]],
    snapshot: Snapshot,
    moments: Iterable[datetime],
) -> Iterator[Question]:
    """Emergency access and a stated purpose are none of its facts: they end within hours."""
    who, where, application = granted.holder.subject, granted.municipality, granted.application
    kept = supplied.beside(snapshot.asks(who), granted)
    for then in moments:
        for question, its in questions_at_best(who, frozenset(roles), where, snapshot, then):
            if question.application == application and action in its:
                facts = supplied.facts([*kept, granted], Matter(application, where, None), then)
                known = replace(
                    question.facts,
                    requested=facts.requested,
                    ticket=facts.ticket,
                    delegation=facts.delegation,
                )
                yield replace(question, action=action, facts=known)


def _moments(granted: Ask, begins: datetime) -> Iterator[datetime]:
    """When it begins; where it stays closed then, also in the first working hour of its time, and in each hour of its
    first week.
    """
    yield begins
    working = working_moment(begins)
    if begins < working < granted.until:
        yield working
    hours = (begins + number * HOUR for number in range(1, HOURS + 1))
    yield from (one for one in hours if one < granted.until)
