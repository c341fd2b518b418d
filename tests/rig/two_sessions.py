"""Two open sessions of one person, in the store of an installation that does not run."""

from dataclasses import replace
from datetime import datetime

from config.vocabulary import AuthenticationLevel, Role, SessionId
from gateway.audit.entry import Code, Entry, Outcome
from gateway.sessions.session import Session
from gateway.storage.sessions import StoredSessions
from tests.rig.people import HULIN, JANA_ID


async def open_two(sessions: StoredSessions, at: datetime) -> None:
    first = Session(
        id=SessionId("A" * 22),
        subject=JANA_ID,
        login="novakova.jana",
        name="Jana [/b] Nováková",
        provider_sid="P" * 22,
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
    for one in (first, replace(first, id=SessionId("B" * 22), provider_sid="Q" * 22)):
        opened = Entry(code=Code.SESSION_OPENED, outcome=Outcome.SUCCESS, at=at, session=one.id)
        await sessions.add(one, one.id.encode(), "a.example", [opened])
