"""Which applications a person may open now: the portal's cards, by the same policies as at the door."""

from datetime import datetime

from config.vocabulary import Action, ApplicationId
from gateway.authorize.check import question_of
from gateway.authorize.facts import facts_of
from gateway.authorize.snapshot import Snapshot
from gateway.sessions.session import Session
from policies.model import Question


def openable(session: Session, snapshot: Snapshot, address: str, now: datetime) -> list[ApplicationId]:
    """Those in which the person may do anything for the active municipality, in the configuration's order."""
    own = session.municipality
    if own is None or snapshot.meeting(session.subject, session.roles, now):
        return []

    def about(application: ApplicationId) -> Question:
        asked = (application, Action.READ, own)
        facts = facts_of(session, asked, address, snapshot, now)
        return question_of(session, own, asked, address, now, facts)

    return [
        application
        for application, offer in snapshot.applications.items()
        if own in offer.municipalities and offer.opens(about(application), snapshot.policies)
    ]
