"""A session of the provider: that one person signed in with one browser, how surely, and until when."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from config.vocabulary import (
    NO_DEVICE,
    RECOVERY_ADMINISTRATOR,
    RECOVERY_LIFETIME,
    AuthenticationLevel,
    DeviceId,
    Language,
    Role,
    SessionId,
)
from idp.directory.person import Person
from idp.events import EndReason
from idp.login.handle import HandleHash
from idp.login.upstream import Via

TOUCH_EVERY = timedelta(seconds=30)  # bounds writes of `last_seen`; a thirtieth of the usual idle limit


class SessionLimits(Protocol):
    """What this file needs of `config.settings.SignIn`."""

    def idle_of(self, roles: Collection[Role]) -> timedelta: ...
    def absolute_of(self, roles: Collection[Role]) -> timedelta: ...


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
    address: str = ""
    """Where the latest sign-in came from, as `events.Origin` says it."""
    user_agent: str = ""
    device: DeviceId = NO_DEVICE
    """Of the browser; none of a version before, and of the account of last resort."""
    proof_counts_from: datetime | None = None
    """When the authenticator that was shown counts in full, where it was new; see `trust.py`."""
    password_changed_at: datetime | None = None
    """When the sign-in that opened it last chose a new password, where it did."""
    recovery_code_used_at: datetime | None = None
    """When the sign-in that opened it last, or raised it, spent a recovery code, where it did."""
    via: Via | None = None
    """The other provider that stood in for the password when it was opened last."""


def roles_of(person: Person) -> frozenset[Role]:
    """Whatever the municipality: the strictest limit of all of them counts."""
    return frozenset(held.role for held in person.roles)


def lifetime(person: Person, limits: SessionLimits) -> timedelta:
    if person.subject == RECOVERY_ADMINISTRATOR:
        return RECOVERY_LIFETIME
    return limits.absolute_of(roles_of(person))


def idle_end(session: Session, limits: SessionLimits) -> datetime:
    """When the session ends if nothing more is asked for."""
    return session.last_seen + limits.idle_of(roles_of(session.person))


def end_due(session: Session, now: datetime, limits: SessionLimits) -> EndReason | None:
    """Why the session must not be used at `now`; None when it may."""
    if session.ended_at is not None:
        return session.end_reason or EndReason.SIGNED_OUT
    if session.person.state.ends_sessions:
        return EndReason.ACCOUNT_CLOSED
    if now >= session.expires_at:
        return EndReason.ABSOLUTE
    if now >= idle_end(session, limits):
        return EndReason.IDLE
    return None


def ended(session: Session, now: datetime, reason: EndReason) -> Session:
    return replace(session, ended_at=now, end_reason=reason)


def with_facts(session: Session, person: Person, facts_at: datetime, limits: SessionLimits) -> Session:
    """The same session with newly read facts; somebody whose new roles have a shorter limit gets it."""
    expires = min(session.expires_at, session.auth_time + lifetime(person, limits))
    return replace(session, person=person, facts_at=facts_at, expires_at=expires)
