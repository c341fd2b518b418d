"""Which applications a person may open now: the portal's cards. Pure; the same check decides as at the door."""

from dataclasses import replace
from datetime import datetime

from config.vocabulary import Action, ApplicationId
from gateway.authorize.check import check
from gateway.authorize.request import AccessRequest
from gateway.authorize.snapshot import Snapshot
from gateway.authorize.verdict import Granted
from gateway.sessions.session import Session

FIRST_LOOK = (Action.READ, Action.WRITE, Action.SIGN, Action.ADMINISTER)  # any of them is a reason to open it


def openable(
    applications: list[ApplicationId],
    session: Session,
    snapshot: Snapshot,
    asked_like: AccessRequest,
    now: datetime,
) -> list[ApplicationId]:
    """Those of `applications` in which the session's person may do anything for the active municipality."""
    return [
        application
        for application in applications
        if any(
            isinstance(
                check(
                    replace(
                        asked_like,
                        application=application,
                        municipality=session.municipality,
                        action=action,
                    ),
                    session,
                    snapshot,
                    now,
                    "",
                ),
                Granted,
            )
            for action in FIRST_LOOK
        )
    ]
