"""Two open sessions of one person, in the store of an installation that does not run."""

from dataclasses import replace
from datetime import datetime

from config.vocabulary import AuthenticationLevel, Role, SessionId, SubjectId
from gateway.audit.entry import Code, Entry, Outcome
from gateway.sessions.session import Session
from gateway.storage.sessions import StoredSessions
from tests.rig.people import HULIN, JANA_ID


async def open_two(
    sessions: StoredSessions, at: datetime, subject: SubjectId = JANA_ID, letters: str = "ABPQ"
) -> None:
    """`letters`: of which the two sessions' identifiers are, and those of the provider's sessions."""
    one, other, beside, beside_other = (letter * 22 for letter in letters)
    first = Session(
        id=SessionId(one),
        subject=subject,
        login="novakova.jana",
        name="Jana [/b] Nováková",
        provider_sid=beside,
        roles=((HULIN, Role.CLERK),),
        municipality=HULIN,
        generation=1,
        acr=AuthenticationLevel.TWO_FACTORS,
        amr=("pwd", "otp"),
        authenticated_at=at,
        opened_at=at,
        last_seen_at=at,
        facts_at=at,
        address="192.0.2.7",
        user_agent="browser",
    )
    for made in (first, replace(first, id=SessionId(other), provider_sid=beside_other)):
        opened = Entry(code=Code.SESSION_OPENED, outcome=Outcome.SUCCESS, at=at, session=made.id)
        await sessions.add(made, made.id.encode(), "a.example", [opened])
