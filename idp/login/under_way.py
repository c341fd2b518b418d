"""Sign-ins under way that what is newly known of their people stops; each function is one transaction of the caller.

A sign-in that leads to a new password goes on: the directory is asked once more before it opens anything.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from config.vocabulary import SubjectId
from idp import events
from idp.directory.person import Person
from idp.events import NOWHERE
from idp.login.book import Book, Flow
from idp.login.facts import lost_a_role, read_meanwhile
from idp.login.level import strongest
from idp.login.needed_level import LevelLimits, needed
from idp.login.outcome import MENDED_BY_CHANGING, NOT_ACTIVE, about
from idp.login.refusal import Refusal
from idp.login.states import AwaitingNewPassword, AwaitingPassword, Standing, Standings


@dataclass(frozen=True, slots=True)
class Stopped:
    """A sign-in that was; `person`: as it knew them."""

    person: Person
    reason: Refusal


@dataclass(frozen=True, slots=True)
class News:
    """`people`: as they were known `at` that moment; None: the directory knows nobody of that identity."""

    people: Mapping[SubjectId, Person | None]
    at: datetime
    asked_for: bool = False
    """What is just being asked about these people counts no more, for it may have been read before."""


def concerns(book: Book, news: News, limits: LevelLimits, now: datetime) -> bool:
    """Whether there is anything to stop."""
    return any(_why(flow, news, limits, now) is not None or _asks(flow, news) for flow in _flows(book, news))


def stop(book: Book, news: News, limits: LevelLimits, now: datetime) -> Sequence[Stopped]:
    """Drop the sign-ins that stand by what is no longer so. Recorded, each with its reason."""
    stopped = []
    for flow in _flows(book, news):
        if _asks(flow, news):
            book.ask_nobody(flow)
        why = _why(flow, news, limits, now)
        if why is not None:
            book.drop_flow(flow.id)
            happened = events.SignInFailed(**about(why.person, NOWHERE, now), reason=why.reason)
            book.record(happened)
            stopped.append(why)
    return stopped


def _flows(book: Book, news: News) -> Sequence[Flow]:
    return [flow for subject in news.people for flow in book.flows_of(subject)]


def _asks(flow: Flow, news: News) -> bool:
    return news.asked_for and isinstance(flow.state, AwaitingPassword) and flow.state.asking is not None


def _why(flow: Flow, news: News, limits: LevelLimits, now: datetime) -> Stopped | None:
    if not isinstance(flow.state, Standings | AwaitingNewPassword):
        return None
    standing = flow.state.standing
    if now >= flow.expires_at or read_meanwhile(standing.read_at, news.at, now):
        return None
    reason = _reason(standing, news.people[standing.person.subject], limits)
    return Stopped(standing.person, reason) if reason is not None else None


def _reason(standing: Standing, person: Person | None, limits: LevelLimits) -> Refusal | None:
    if person is None:
        return Refusal.UNKNOWN_PERSON
    why = NOT_ACTIVE.get(person.state, Refusal.ACCOUNT_DISABLED)
    goes_on = why in MENDED_BY_CHANGING and standing.must_change is not None
    if person.state.ends_sessions and not goes_on:
        return why
    if standing.must_change is not None:
        return None
    if lost_a_role(standing.person, person):
        return Refusal.ROLE_LOST
    more = strongest(standing.demanded, needed(person, limits))
    return Refusal.FACTOR_TOO_WEAK if more is not standing.demanded else None
