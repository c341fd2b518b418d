"""A session of the provider: that one person signed in with one browser, how surely, and until when."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from config.vocabulary import ADMINISTRATORS, AuthenticationLevel, Language, SessionId
from idp.directory.person import Person
from idp.events import EndReason
from idp.login.handle import HandleHash

TOUCH_EVERY = timedelta(seconds=30)  # bounds writes of `last_seen`; a thirtieth of the usual idle limit


class Limits(Protocol):
    """What this file needs of `config.settings.SignIn`."""

    @property
    def idle(self) -> timedelta: ...
    @property
    def absolute(self) -> timedelta: ...
    @property
    def absolute_administrators(self) -> timedelta: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    sid: SessionId
    handle: HandleHash
    person: Person
    """As last read of the directory."""
    facts_at: datetime
    """When `person` was last read."""
    locale: Language
    level: AuthenticationLevel
    methods: tuple[str, ...]
    """RFC 8176 names, the `amr` of tokens."""
    auth_time: datetime
    created_at: datetime
    last_seen: datetime
    expires_at: datetime
    ended_at: datetime | None = None
    end_reason: EndReason | None = None


def lifetime(person: Person, limits: Limits) -> timedelta:
    administers = any(held.role in ADMINISTRATORS for held in person.roles)
    return min(limits.absolute, limits.absolute_administrators) if administers else limits.absolute


def end_due(session: Session, now: datetime, idle: timedelta) -> EndReason | None:
    """Why the session must not be used at `now`; None when it may."""
    if session.ended_at is not None:
        return session.end_reason or EndReason.SIGNED_OUT
    if session.person.state.ends_sessions:
        return EndReason.ACCOUNT_CLOSED
    if now >= session.expires_at:
        return EndReason.ABSOLUTE
    if now >= session.last_seen + idle:
        return EndReason.IDLE
    return None


def ended(session: Session, now: datetime, reason: EndReason) -> Session:
    return replace(session, ended_at=now, end_reason=reason)


def with_facts(session: Session, person: Person, now: datetime, limits: Limits) -> Session:
    """The same session with newly read facts; somebody who became an administrator gets the shorter limit."""
    expires = min(session.expires_at, session.auth_time + lifetime(person, limits))
    return replace(session, person=person, facts_at=now, expires_at=expires)
