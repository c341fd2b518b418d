"""What holds for whatever an officer does to somebody's way of signing in.

Nobody does it for themselves, nor to the account of last resort; what opens an account, or takes away what its person
confirms with, needs a confirmation minutes old, as at "my account": a browser that was left open gives nobody a
way in. What is refused is recorded too, with who asked.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Protocol

from config.unseen import is_seen
from config.vocabulary import RECOVERY_ADMINISTRATOR, ApplicationId, AuthenticationLevel, DeviceId, SubjectId
from gateway.audit.acts import SHORT
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.neutral import neutral
from gateway.sessions.shown import Caller
from idp.directory.errors import DirectoryUnusable
from idp.directory.person import Person
from idp.directory.same_person import OtherAccounts, other_among
from idp.events import Actor, Origin
from idp.login.level import reaches
from idp.login.own_authenticators import shown_just_now

DIRECTORY_AWAY = "directory_unreachable"


class NotDone(StrEnum):
    """Why an officer's act came to nothing."""

    FOR_ONESELF = "not_for_oneself"
    SAME_PERSON = "same_person"
    """Nor for another account of theirs."""
    PERSON_UNKNOWN = "person_not_found"
    NOT_CONFIRMED = "sign_in_too_old"
    """The officer's factors were not shown just now."""
    FACTOR_HELD = "second_factor_held"
    """That one proves further ones; a lost one is removed first."""
    NO_FACTOR = "no_second_factor"
    FACTOR_UNKNOWN = "second_factor_unknown"
    ONLY_FACTOR = "only_second_factor"
    """Recovery codes go with the last one: all are to be removed."""
    REMOVAL_UNEXPLAINED = "removal_without_reason"
    NEVER_EXCEPTED = "never_excepted"
    """Administrators and security officers always show two factors."""
    WHY_UNUSABLE = "exception_without_reason"
    DAY_OVER = "exception_day_over"
    TOO_LONG = "exception_too_long"
    RUNS_ALREADY = "exception_runs_already"
    ACCOUNT_SHUT = "account_shut"
    """The directory lets nobody sign in with the account, with or without an exception."""
    NO_EXCEPTION = "no_exception_runs"
    NOT_BLOCKED = "not_blocked"
    """Nothing is used up, or only what keeps the directory from locking the account."""
    LIFTING_UNEXPLAINED = "lifting_without_reason"


class ActRefused(Exception):
    def __init__(self, reason: NotDone) -> None:
        super().__init__(reason)
        self.reason = reason


class TooLong(ActRefused):
    def __init__(self, latest: date) -> None:
        super().__init__(NotDone.TOO_LONG)
        self.latest = latest
        """The last day that could be named."""


class Act(StrEnum):
    """As an entry of a refused one names it."""

    REMOVAL = "remove_factor"
    CODE = "enrolment_code"
    EXCEPTION = "exception"
    LIFT = "lift_block"
    END = "end_exception"


class Officer(Caller, Protocol):
    """Who asks, and how surely and when they showed who they are."""

    @property
    def acr(self) -> AuthenticationLevel: ...
    @property
    def auth_time(self) -> datetime: ...
    @property
    def device(self) -> DeviceId:
        """The enrolled one that this very request came from; none where none was shown."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One act as it is asked for."""

    act: Act
    officer: Officer
    subject: SubjectId
    """Whom it is about."""
    origin: Origin
    now: datetime

    @property
    def by(self) -> Actor:
        return Actor(self.officer.login, self.officer.subject)


def confirmed(officer: Officer, now: datetime) -> bool:
    """Whether the officer has just shown two factors, or a key."""
    return reaches(officer.acr, AuthenticationLevel.TWO_FACTORS) and shown_just_now(officer.auth_time, now)


@dataclass(frozen=True, slots=True)
class Acts:
    """`person` asks the directories now, and raises DirectoryUnusable; `record`: durable when it returns."""

    person: Callable[[SubjectId], Awaitable[Person | None]]
    record: Callable[[Sequence[Entry]], Awaitable[None]]
    application: ApplicationId
    """Where officers do this; its name stands in the entries."""
    others: OtherAccounts = field(kw_only=True)
    """Which accounts are one person's."""

    async def admit(self, asked: Asked) -> Person:
        """The person, read now, whom this officer may do it to. Raises ActRefused, DirectoryUnusable."""
        await self.require_not_own(asked, asked.officer.login)
        if not confirmed(asked.officer, asked.now):
            raise await self.refused(NotDone.NOT_CONFIRMED, asked)
        try:
            found = await self.person(asked.subject) if asked.subject != RECOVERY_ADMINISTRATOR else None
        except DirectoryUnusable:
            await self._recorded(DIRECTORY_AWAY, asked)
            raise
        if found is None:
            raise await self.refused(NotDone.PERSON_UNKNOWN, asked)
        return found

    async def require_not_own(self, asked: Asked, login: str) -> None:
        """Raises ActRefused. `login`: of whom it is about, where that is the officer."""
        if asked.subject == asked.officer.subject:
            raise await self.refused(NotDone.FOR_ONESELF, asked, login)
        if (own := other_among(asked.officer.subject, {asked.subject}, self.others)) is not None:
            raise await self.refused(NotDone.SAME_PERSON, asked, own.login)

    async def refused(self, reason: NotDone, asked: Asked, login: str = "") -> ActRefused:
        """Recorded, before anybody is told. `login`: of the person, where it is known."""
        await self._recorded(reason, asked, login)
        return ActRefused(reason)

    async def _recorded(self, reason: str, asked: Asked, login: str = "") -> None:
        officer = asked.officer
        entry = Entry(
            code=Code.OFFICER_ACT_REFUSED,
            outcome=Outcome.REFUSED,
            at=asked.now,
            reason=reason,
            subject=officer.subject,
            person=officer.login,
            session=officer.sid,
            own_municipality=officer.municipality,
            application=self.application,
            address=asked.origin.address,
            request_id=asked.origin.request_id,
            details={"act": asked.act.value, "of": login, "of_subject": neutral(asked.subject, SHORT)},
        )
        await self.record([entry])


def said(why: str, longest: int) -> str | None:
    """A reason as it is kept, on one line; None where it says nothing, too much, or what cannot be shown."""
    text = " ".join(why.split())
    return text if 0 < len(text) <= longest and is_seen(text) else None
