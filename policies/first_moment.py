"""When it is permitted first: a moment that was found by chance is moved back to the first one, to the minute. Pure."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from policies.model import Question
from policies.smallest import Ask, Change
from policies.steps import Step, StepKind, at_time

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
HOURS = 192  # of eight days; what lies further away is looked for day by day
DAY = timedelta(days=1)
DAYS = 400


def moved_to_the_first_moment(change: Change, asked: Question, ask: Ask) -> tuple[Change, int]:
    """The change as it is with the first moment, and how often was asked. One without a moment stays as it is."""
    time = next((step for step in change.steps if step.kind is StepKind.TIME), None)
    if time is None:
        return change, 0
    found = datetime.fromisoformat(time.value)
    tried = 0
    for every in (DAY, HOUR, MINUTE):
        moments = list(_until(found, asked.now, every))
        outcomes = ask([at_time(change.question, moment) for moment in moments])
        tried += len(moments)
        permitted = [
            moment for moment, outcome in zip(moments, outcomes, strict=True) if outcome and outcome.permits
        ]
        found = min([*permitted, found])
    step = Step(StepKind.TIME, found.isoformat(), lambda question: at_time(question, found))
    steps = tuple(step if one is time else one for one in change.steps)
    return replace(change, steps=steps, question=at_time(change.question, found)), tried


def _until(found: datetime, now: datetime, every: timedelta) -> Iterator[datetime]:
    """Before the moment that was found: whole days back, then whole hours of eight days, then minutes of an hour."""
    earliest = max(now, found - {DAY: DAY * DAYS, HOUR: HOUR * HOURS, MINUTE: HOUR}[every])
    start = (
        found
        if every is DAY
        else found.replace(minute=0 if every is HOUR else found.minute, second=0, microsecond=0)
    )
    moment = start if start < found else start - every
    while moment > earliest:
        yield moment
        moment -= every
