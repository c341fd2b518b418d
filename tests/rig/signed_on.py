"""A session of the provider, as it is after a whole sign-in."""

from datetime import datetime, timedelta

from config.vocabulary import AuthenticationLevel, Language
from idp.directory.person import Person
from idp.login.handle import hashed, new_handle, new_session_id
from idp.login.session import Session


def signed_on(
    person: Person, now: datetime, level: AuthenticationLevel = AuthenticationLevel.TWO_FACTORS
) -> Session:
    return Session(
        sid=new_session_id(),
        handle=hashed(new_handle()),
        person=person,
        facts_at=now,
        locale=Language.CZECH,
        level=level,
        methods=("pwd",),
        auth_time=now,
        created_at=now,
        last_seen=now,
        expires_at=now + timedelta(hours=10),
    )
