"""Applications of the portal that the clock alone closes to somebody, with the refusal at their door. Pure."""

from dataclasses import replace
from datetime import datetime

from config.vocabulary import ApplicationId
from gateway.authorize.catalogue import asked
from gateway.authorize.role_opens import in_order
from gateway.authorize.snapshot import Offer, Snapshot
from gateway.sessions.session import Session
from policies.by_the_clock import has_hours, kept_by_the_clock
from policies.evaluate import PolicyBook
from policies.model import Question, Refused


def closed_by_hours(
    session: Session, snapshot: Snapshot, book: PolicyBook, address: str, now: datetime
) -> dict[ApplicationId, tuple[Question, Refused]]:
    """`book`: the snapshot's. Nothing of them is open now; the question is that of whoever opens the application."""
    own = session.municipality
    if own is None or not has_hours(book, own):
        return {}
    first: dict[Question, Offer] = {}
    for about, offer in asked(session, snapshot, address, now):
        one = next((each for each in offer.questions(about) if each[1]), None)
        if one is not None:
            first[replace(one[0], action=in_order(one[1])[0])] = offer
    found: dict[ApplicationId, tuple[Question, Refused]] = {}
    for question in kept_by_the_clock(book, list(first)):
        verdict = book.decide(question)
        if isinstance(verdict, Refused) and not first[question].opens(question, book):
            found[question.application] = question, verdict
    return found
