"""Which applications a person may open now: the portal's cards, by the same policies as at the door."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from config.vocabulary import Action, ApplicationId
from gateway.authorize.check import question_of
from gateway.authorize.closed_now import ClosedNow, closes_anything
from gateway.authorize.facts import facts_of
from gateway.authorize.role_opens import in_order
from gateway.authorize.snapshot import Offer, Snapshot
from gateway.sessions.session import Session
from policies.evaluate import PolicyBook
from policies.model import Question, Refused


def openable(session: Session, snapshot: Snapshot, address: str, now: datetime) -> list[ApplicationId]:
    """Those in which the person may do anything for the active municipality, in the configuration's order."""
    return [
        question.application
        for question, offer in asked(session, snapshot, address, now)
        if offer.opens(question, snapshot.policies)
    ]


def closed_in_an_incident(
    session: Session, snapshot: Snapshot, book: PolicyBook, address: str, now: datetime
) -> dict[ApplicationId, ClosedNow]:
    """Those that the person could open now but for that, with what a refusal would say. `book`: the snapshot's."""
    own = session.municipality
    if own is None or not closes_anything(book, own):
        return {}
    as_if_open = book.as_if_open()
    found: dict[ApplicationId, ClosedNow] = {}
    for question, offer in asked(session, snapshot, address, now):
        if offer.opens(question, as_if_open) and not offer.opens(question, book):
            refused = _refused(question, offer, book, as_if_open)
            found[question.application] = ClosedNow(refused.rule, refused.title, refused.advice)
    return found


def _refused(question: Question, offer: Offer, book: PolicyBook, as_if_open: PolicyBook) -> Refused:
    """Of what would be open: what speaks there is the incident, before all else that forbids."""
    verdicts = (
        book.decide(replace(one, action=action))
        for one, actions in offer.questions(question)
        for action in in_order(as_if_open.allowed(one, actions))
    )
    return next(one for one in verdicts if isinstance(one, Refused))


def asked(
    session: Session, snapshot: Snapshot, address: str, now: datetime
) -> Iterator[tuple[Question, Offer]]:
    """Whether they may read it, of each application there; nothing where duties meet that may not."""
    own = session.municipality
    if own is None or snapshot.meeting(session.subject, session.roles, now):
        return
    for application, offer in snapshot.applications.items():
        if own in offer.municipalities:
            about = (application, Action.READ, own)
            facts = facts_of(session, about, address, snapshot, now)
            yield question_of(session, own, about, address, now, facts), offer
