"""Conducts the reading anew of whose sign-in stands since an earlier request; inside one transaction of the caller."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from config.vocabulary import SubjectId
from idp.directory.person import Person
from idp.events import Origin
from idp.login import flow as machine
from idp.login.book import Book, Flow, Limits
from idp.login.drawn import Drawn
from idp.login.facts import read_meanwhile, recent
from idp.login.inputs import PersonReadAgain, Unanswered
from idp.login.needed_level import needed
from idp.login.progress import Progress, carried_out, out_of_turn
from idp.login.reach import reach_of
from idp.login.states import Failed, Standings

JUST_READ = timedelta(seconds=30)
"""A directory answers within it: the password of such a sign-in was accepted while this very request came."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What is known of a person before a step of their sign-in."""

    subject: SubjectId
    answer: Person | Unanswered | None
    read_at: datetime
    """As of Standing."""


def known_anew(
    book: Book,
    flow: Flow,
    reading: Reading | None,
    limits: Limits,
    origin: Origin,
    drawn: Drawn,
    now: datetime,
) -> Flow | Progress:
    """The sign-in by what is known now, or what it came to by that. What is known stays with it, whatever the step that
    follows comes to: whoever tries codes as fast as can be has the directory asked no faster than it is asked anew.
    """
    state = flow.state
    if not isinstance(state, Standings):
        return flow
    standing = state.standing
    if reading is None or reading.subject != standing.person.subject:
        return flow if recent(standing.read_at, now, JUST_READ) else out_of_turn(flow)
    if read_meanwhile(standing.read_at, reading.read_at, now):
        return flow  # another tab went back to the password, and here again
    answer = reading.answer
    event = PersonReadAgain(
        answer=answer,
        read_at=reading.read_at,
        reach=reach_of(book, reading.subject, now),
        needed=needed(answer, limits) if isinstance(answer, Person) else None,
        origin=origin,
        drawn=drawn,
    )
    following, effects = machine.step(state, event, now)
    if isinstance(following, Failed):
        book.drop_flow(flow.id)
        return carried_out(book, Progress(flow=None), effects, now)
    if effects:
        return carried_out(book, Progress(flow=flow), effects, now)
    known = replace(flow, state=following) if isinstance(following, Standings) else None
    if known is not None and known != flow:
        book.keep_flow(known)
    return known or out_of_turn(flow)
