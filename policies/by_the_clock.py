"""What the clock alone keeps closed: a rule refuses it now, and at another moment, all else as it is, it is open. Pure.

Law: it is said only where every rule that refuses reads the clock, and a moment to come was found at which the policies
permit it. What no rule refuses, as where a permit has its days, is not said: a refusal would not speak of time either.
Nor what an order or an approval opens that has yet to begin: the refusal would send its holder to ask for one.

Moments are tried as far as a page that everybody opens bears it, whatever policies name: beyond that it is not said.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from config.vocabulary import MunicipalityCode
from policies.evaluate import Outcome, PolicyBook
from policies.incidents import INCIDENT
from policies.model import Question
from policies.review import Policy
from policies.steps import Known, at_time, facts_with
from policies.steps_oneself import likely_moments

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
MOST_ASKED = 24_000
"""Policies, each as often as there is a moment tried: 0.1 s (`policies.evaluate`: 2.4 to 4 µs each)."""
AT_ONCE = 4  # moments put to the policies together: mostly it is one of the first


def kept_by_the_clock(book: PolicyBook, questions: Sequence[Question]) -> list[Question]:
    """Those of them of which it is so; all of one municipality."""
    if not questions or not has_hours(book, questions[0].municipality):
        return []
    policies, outcomes = book.policies_of(questions[0].municipality), book.outcomes(questions)
    refused = {
        one: _without_what_begins_later(one)
        for one, outcome in zip(questions, outcomes, strict=True)
        if outcome and _by_hours(outcome)
    }
    closed = {one: then for one, then in refused.items() if any(_may_permit(each, then) for each in policies)}
    tried, found = _Tried(book, MOST_ASKED // len(policies)), list[Question]()
    for number, (one, then) in enumerate(closed.items()):
        share = tried.left // (len(closed) - number)  # what opens at once leaves its own to the others
        likely = list(dict.fromkeys(likely_moments(then, Known.of(policies, then.action))))
        if tried.opens(then, (*likely, *_hours(then.now, likely)), share):
            found.append(one)
    return found


def has_hours(book: PolicyBook, municipality: MunicipalityCode) -> bool:
    """Whether any rule there reads the clock and forbids."""
    return any(one.forbids and _reads_the_clock(one) for one in book.policies_of(municipality))


def _by_hours(outcome: Outcome) -> bool:
    return (
        not outcome.error
        and not outcome.permits
        and bool(outcome.deciding)
        and all(_reads_the_clock(one) for one in outcome.deciding)
    )


def _reads_the_clock(rule: Policy) -> bool:
    return not rule.reason.startswith(INCIDENT) and any(path[:1] in ((), ("time",)) for path in rule.looks_at)


def _may_permit(permit: Policy, question: Question) -> bool:
    """Most rules of hours speak of everybody: whose role opens nothing there anyway is known without a moment tried."""
    held = {role for where, role in question.roles if where == question.own_municipality}
    return (
        not permit.forbids
        and permit.needs.may_be_of(question.application, question.action)
        and not any(held.isdisjoint(those) for those in permit.needs.roles)
        and all(getattr(question.facts, name) is not None for name in permit.guards)
    )


@dataclass(slots=True)
class _Tried:
    """`left`: how many moments may be tried yet; `open_at`: those at which something else is open, the first tried."""

    book: PolicyBook
    left: int
    open_at: list[datetime] = field(default_factory=list)

    def opens(self, question: Question, moments: Iterable[datetime], most: int) -> bool:
        wanted = list(dict.fromkeys((*self.open_at, *moments)))[:most]
        for begin in range(0, len(wanted), AT_ONCE):
            some = wanted[begin : begin + AT_ONCE]
            self.left -= len(some)
            outcomes = self.book.outcomes([_later(question, one) for one in some])
            for moment, outcome in zip(some, outcomes, strict=True):
                if outcome is not None and outcome.permits:
                    self.open_at = list(dict.fromkeys((moment, *self.open_at)))
                    return True
            if any(one is not None and not one.error and not one.deciding for one in outcomes):
                return False  # no rule refuses it there, and nothing permits it: it is the role that does not open it
        return False


def _without_what_begins_later(question: Question) -> Question:
    facts = question.facts
    windows = {"ticket": facts.ticket, "delegation": facts.delegation, "requested": facts.requested}
    later = {name: None for name, one in windows.items() if one is not None and one.since > question.now}
    return facts_with(question, **later) if later else question


def _later(question: Question, moment: datetime) -> Question:
    """With a sign-in and a report of the device as old as now."""
    device = question.facts.device
    if device is not None and device.reported_at is not None:
        device = replace(device, reported_at=device.reported_at + (moment - question.now))
        question = facts_with(question, device=device)
    return at_time(question, moment)


def _hours(now: datetime, days: Iterable[datetime]) -> Iterator[datetime]:
    """Each of the next day, and around the likely moments of two further days."""
    whole = now.replace(minute=0, second=0, microsecond=0)
    further = [one for one in days if one - now > DAY][:2]
    yield from (whole + number * HOUR for number in range(1, 24))
    yield from (one + number * HOUR for one in further for number in range(-10, 14))
