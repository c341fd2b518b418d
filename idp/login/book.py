"""What sign-in keeps, as the narrowest interface: everything here happens inside one transaction."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Protocol

from config.vocabulary import Language, SessionId, SubjectId
from idp.events import Event
from idp.login.flow import AwaitingCode, AwaitingEnrolment, AwaitingPassword, State
from idp.login.handle import FlowId, HandleHash
from idp.login.purses import Limits as GuessLimits
from idp.login.session import Limits as SessionLimits
from idp.login.session import Session
from idp.login.throttle import Counters
from idp.login.totp import Enrolled

Waiting = AwaitingPassword | AwaitingCode | AwaitingEnrolment
"""States that outlive a request."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Flow:
    """One sign-in attempt of one browser."""

    id: FlowId
    browser: HandleHash
    """Hash of the cookie that binds the attempt to the browser it was begun in."""
    state: Waiting
    asked: str
    """The authorization request to be answered afterwards, as its owner wrote it."""
    address: str
    """`purses.address_key` of where it was begun: a holder of many IPv6 addresses counts as one; or a
    known browser's own key."""
    locale: Language
    began_at: datetime
    expires_at: datetime


def at(flow: Flow, state: State) -> Flow | None:
    """The flow in its next state; None when it is over."""
    return replace(flow, state=state) if isinstance(state, Waiting) else None


class Book(Counters, Protocol):
    """Sign-ins, factors and sessions, inside one transaction."""

    def flow(self, name: FlowId) -> Flow | None: ...

    def keep_flow(self, flow: Flow) -> None: ...

    def drop_flow(self, name: FlowId) -> None: ...

    def flows_from(self, address: str, now: datetime) -> int: ...

    def subject_of(self, login: str) -> SubjectId | None:
        """Whom a login (`same_login`) meant the last time the directory resolved it."""
        ...

    def keep_subject_of(self, login: str, subject: SubjectId, now: datetime) -> None: ...

    def knows_browser(self, browser: HandleHash, subject: SubjectId) -> bool: ...

    def has_known(self, browser: HandleHash) -> bool:
        """Whether anybody completed a sign-in in that browser."""
        ...

    def keep_browser(self, browser: HandleHash, subject: SubjectId, now: datetime) -> None: ...

    def factor(self, subject: SubjectId) -> Enrolled | None: ...

    def keep_factor(self, subject: SubjectId, factor: Enrolled, now: datetime) -> None: ...

    def drop_factor(self, subject: SubjectId) -> bool: ...

    def session(self, sid: SessionId) -> Session | None: ...

    def session_of(self, handle: HandleHash) -> Session | None: ...

    def sessions_of_subject(self, subject: SubjectId) -> list[Session]:
        """Those that have not ended."""
        ...

    def keep_session(self, session: Session) -> None: ...

    def record(self, event: Event) -> None: ...


class Limits(SessionLimits, GuessLimits, Protocol):
    """What sign-in needs of `config.settings.SignIn`."""

    @property
    def flow_lifetime(self) -> timedelta: ...
