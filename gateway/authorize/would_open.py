"""Whether something that is asked for would open anything, were it granted: the policies are asked beforehand. Pure.

Laws: it says so only where it is certain. All that the person can do alone is assumed (a key, a device in order,
another network or country, a stated purpose), and every hour of the time asked for; an evaluation that fails, a search
that was not finished, and a closure that may be over by then say nothing.
"""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from config.vocabulary import Action, AuthenticationLevel
from gateway.asks import supplied
from gateway.asks.ask import Ask, Kind, Stage
from gateway.asks.beforehand import StillClosed
from gateway.asks.refused import Spoken
from gateway.asks.supplied import Matter
from gateway.authorize.check import question_of
from gateway.authorize.devices import place_behind
from gateway.authorize.facts import facts_of
from gateway.authorize.of_work import with_work
from gateway.authorize.role_opens import AT, AT_BEST, in_order, working_moment
from gateway.authorize.snapshot import Snapshot
from gateway.sessions.session import Session
from idp.events import Factor
from idp.http.moments import PRAGUE
from idp.login.level import WITH
from policies.alone import could_alone
from policies.evaluate import PolicyBook
from policies.incidents import INCIDENT
from policies.model import AskFor, Facts, Question, Refused

HOUR = timedelta(hours=1)
OFTEN, SHORT = timedelta(minutes=5), 2 * HOUR
MOST_MOMENTS = 120 * 24  # seconds of work; orders last 90 days as delivered, of a longer time it is not told
AT_ONCE = (
    240  # moments put to the policies together; a time in which something opens is mostly told by the first
)
DATE = ("context", "time", "date")


def still_closed(
    ask: Ask, session: Session, book: PolicyBook, snapshot: Snapshot, address: str
) -> tuple[StillClosed, ...]:
    """Of an access: each of its actions that stays closed; of emergency access: all, or none where anything opens."""
    found: list[StillClosed] = []
    for action in in_order(ask.actions):
        refused = _refused(ask, action, session, book, snapshot, address)
        if refused is not None:
            found.append(StillClosed(action, spoken(refused)))
        elif ask.kind is Kind.EMERGENCY:
            return ()
    return tuple(found)


def refused_now(
    ask: Ask, session: Session, book: PolicyBook, snapshot: Snapshot, address: str, now: datetime
) -> Spoken | None:
    """What refuses, from this sign-in, place and at this moment, what runs; None where any of it is open. `address`: as
    of `may_act`.
    """
    own, application = ask.municipality, ask.application
    offer = snapshot.applications.get(application) if application is not None else None
    if application is None or offer is None:
        return None
    place = place_behind(address, snapshot.devices, now)
    here = place or address
    questions: list[Question] = []
    for action in in_order(ask.actions):
        asked = (application, action, own)
        facts = replace(facts_of(session, asked, here, snapshot, now), tunnel=place is not None)
        question = question_of(session, own, asked, here, now, facts)
        questions += [replace(one, action=action) for one, its in offer.questions(question) if action in its]
    verdicts = [book.decide(one) for one in questions]
    refusals = [one for one in verdicts if isinstance(one, Refused)]
    return spoken(refusals[0]) if refusals and len(refusals) == len(verdicts) else None


def spoken(refused: Refused) -> Spoken:
    helps = refused.ask_for is AskFor.EMERGENCY
    return Spoken(refused.reason, refused.title, refused.advice, refused.rule, refused.version, helps)


def _refused(
    ask: Ask, action: Action, session: Session, book: PolicyBook, snapshot: Snapshot, address: str
) -> Refused | None:
    """None: something opens, or nobody can tell."""
    moments = _moments(ask)
    different = _all_closed(ask, action, session, book, snapshot, address, moments)
    if not different:
        return None
    verdict = book.decide(next(iter(different.values())))
    if not isinstance(verdict, Refused) or verdict.detail:
        return None
    if ask.kind is not Kind.EMERGENCY and verdict.reason.startswith(INCIDENT):
        return None
    tried = dict.fromkeys(
        (ask.since, *_named_days(book, ask), *(one.now for one in different.values()), moments[-1])
    )
    for moment in tried:
        for question in _questions(ask, action, session, snapshot, address, moment):
            if could_alone(book, question):
                return None
    return verdict


def _all_closed(
    ask: Ask,
    action: Action,
    session: Session,
    book: PolicyBook,
    snapshot: Snapshot,
    address: str,
    moments: Sequence[datetime],
) -> dict[tuple[str, ...], Question]:
    """The first question of each that different rules decide; empty where something opens, or nobody can tell."""
    found: dict[tuple[str, ...], Question] = {}
    for begin in range(0, len(moments), AT_ONCE):
        asked = [
            one
            for moment in moments[begin : begin + AT_ONCE]
            for one in _questions(ask, action, session, snapshot, address, moment)
        ]
        for question, outcome in zip(asked, book.outcomes(asked), strict=True):
            if outcome is None or outcome.error or outcome.permits:
                return {}
            found.setdefault(tuple(one.id for one in outcome.deciding), question)
    return found


def _named_days(book: PolicyBook, ask: Ask) -> Iterator[datetime]:
    """The first working day's morning, and that of each day that policies name by its date."""
    yield from (one for one in (working_moment(ask.since),) if one < ask.until)
    words = {
        word[:10]
        for policy in book.policies_of(ask.municipality)
        for path, word in policy.compares
        if path == DATE
    }
    begin = ask.since.astimezone(PRAGUE).date()
    for number in range((ask.until - ask.since).days + 2):
        day = begin + timedelta(days=number)
        moment = datetime.combine(day, AT, PRAGUE)
        if day.isoformat() in words and ask.since <= moment < ask.until:
            yield moment


def _moments(ask: Ask) -> list[datetime]:
    """Of the time asked for, from its beginning to its last second; none where it is longer than what is looked at."""
    every, last = OFTEN if ask.until - ask.since <= SHORT else HOUR, ask.until - timedelta(seconds=1)
    count = -(-(last - ask.since) // every)
    if count > MOST_MOMENTS:
        return []
    return [*(ask.since + number * every for number in range(max(0, count))), last]


def _questions(
    ask: Ask, action: Action, session: Session, snapshot: Snapshot, address: str, then: datetime
) -> Sequence[Question]:
    """By each route that asks for the action, with what was asked for in force, and else at best."""
    application, own = ask.application, ask.municipality
    offer = snapshot.applications.get(application) if application is not None else None
    if application is None or offer is None:
        return ()
    asked = (application, action, own)
    question = replace(
        question_of(session, own, asked, address, then, _facts(ask, session, snapshot, address, then)),
        level=AuthenticationLevel.PHISHING_RESISTANT,
        factors=frozenset(WITH[Factor.KEY]),
        authenticated_at=then,
    )
    return [replace(one, action=action) for one, its in offer.questions(question) if action in its]


def _facts(ask: Ask, session: Session, snapshot: Snapshot, address: str, then: datetime) -> Facts:
    granted, application = replace(ask, stage=Stage.IN_FORCE, needed=0), ask.application
    assert application is not None  # of an access, of an emergency
    about = Matter(application, ask.municipality, session.id)
    others = supplied.beside(snapshot.asks(session.subject), ask)
    known = with_work(supplied.facts([*others, granted], about, then), session.work)
    return replace(
        known,
        country=AT_BEST.country,
        impossible_travel=AT_BEST.impossible_travel,
        idle=AT_BEST.idle,
        device=AT_BEST.device,
        employed_since=known.employed_since or AT_BEST.employed_since,
        networks=snapshot.networks.of(address),
    )
