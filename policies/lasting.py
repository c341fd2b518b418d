"""Until when a permit stands if nothing but time passes. Pure.

What the policies look at is known, so most permits need no look ahead. The others are asked about again at the moments
to come: at each minute for what a clock on the wall shows (hour, day, holiday), and at the end for what passes all the
time (the age of a sign-in). What changes and changes back in between is not seen.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta

from policies.model import Question
from policies.request import Paths, circumstances, is_timeless

MINUTE = timedelta(minutes=1)  # zones differ by whole minutes, so all of them change with it
PRECISELY = timedelta(milliseconds=50)
INSTANT = timedelta(microseconds=1)
ALL_OF_TIME: Paths = frozenset({("time",)})


def stands_until(
    question: Question, latest: datetime, looks_at: Paths, permits: Callable[[Question], bool]
) -> datetime:
    """`latest`, or before it the first moment at which `permits` would say no; up to 50 ms earlier."""
    if latest <= question.now or is_timeless(looks_at):
        return latest
    good = question.now
    for moment in _moments(question, latest, looks_at):
        if not permits(replace(question, now=moment)):
            return _between(question, good, moment, permits)
        good = moment
    return latest


def _moments(question: Question, latest: datetime, looks_at: Paths) -> Iterator[datetime]:
    """Where the circumstances differ from those before, in order."""
    clock = frozenset(path for path in looks_at if path[:1] == ("time",) and path[1:] not in ((), ("now",)))
    passing = looks_at - clock  # at every instant another
    on_the_wall = clock | (ALL_OF_TIME if passing & {(), ("time",)} else frozenset())
    known = circumstances(question, on_the_wall)
    moment = question.now.replace(second=0, microsecond=0) + MINUTE
    while on_the_wall and moment < latest:
        if (shown := circumstances(replace(question, now=moment), on_the_wall)) != known:
            known = shown
            yield moment
        moment += MINUTE
    if not is_timeless(passing):
        yield latest - INSTANT


def _between(
    question: Question, good: datetime, bad: datetime, permits: Callable[[Question], bool]
) -> datetime:
    if permits(replace(question, now=bad - INSTANT)):
        return bad
    while bad - good > PRECISELY:
        middle = good + (bad - good) / 2
        if permits(replace(question, now=middle)):
            good = middle
        else:
            bad = middle
    return good
