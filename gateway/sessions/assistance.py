"""What officers do so that somebody can sign in: enrolment codes and the register of exceptions.

Nobody does it for themselves. What is refused is recorded too, with who asked.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Protocol, TypeVar

from config.vocabulary import RECOVERY_ADMINISTRATOR, ApplicationId, SessionId, SubjectId
from gateway.audit.acts import SHORT
from gateway.audit.entry import Code, Entry, Outcome
from gateway.audit.neutral import neutral
from gateway.sessions.shown import Caller
from idp.directory.person import Person
from idp.events import Origin
from idp.http.moments import PRAGUE
from idp.login.authenticator import Authenticator
from idp.login.book import Book
from idp.login.exception import REASON_MAX, SignInException, new_exception
from idp.login.needed_level import may_be_excepted
from idp.login.officer import (
    ExceptionRuns,
    end_exceptions,
    grant_exception,
    issue_enrolment_code,
)
from idp.login.spoken_code import SpokenCode, new_spoken_code

T = TypeVar("T")


class NotDone(StrEnum):
    """Why an officer's act came to nothing."""

    FOR_ONESELF = "not_for_oneself"
    PERSON_UNKNOWN = "person_not_found"
    FACTOR_HELD = "second_factor_held"
    """That one proves further ones; a lost one is removed first."""
    NEVER_EXCEPTED = "never_excepted"
    """Administrators and security officers always show two factors."""
    WHY_UNUSABLE = "exception_without_reason"
    DAY_OVER = "exception_day_over"
    TOO_LONG = "exception_too_long"
    RUNS_ALREADY = "exception_runs_already"
    NO_EXCEPTION = "no_exception_runs"


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

    CODE = "enrolment_code"
    EXCEPTION = "exception"
    END = "end_exception"


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A person as an officer sees them."""

    person: Person
    authenticators: tuple[Authenticator, ...]
    codes_left: int
    """Unused recovery codes."""
    exception: SignInException | None
    """The one that runs."""

    @property
    def has_factor(self) -> bool:
        return bool(self.authenticators or self.codes_left)

    @property
    def may_be_excepted(self) -> bool:
        return may_be_excepted([held.role for held in self.person.roles])


@dataclass(frozen=True, slots=True, kw_only=True)
class Issued:
    person: Person
    code: SpokenCode = field(repr=False)
    until: datetime


class Identities(Protocol):
    async def transact(self, work: Callable[[Book], T]) -> T: ...
    async def look(self, query: Callable[[Book], T]) -> T: ...


@dataclass(frozen=True, slots=True)
class Assistance:
    """`named` and `person` ask the directories now, and raise DirectoryUnusable; `record`: durable when it returns.

    `ended`: told of the provider's sessions that ended; `longest`: an exception, `sign_in.longest_exception`.
    """

    named: Callable[[str], Awaitable[Sequence[Person]]]
    person: Callable[[SubjectId], Awaitable[Person | None]]
    identities: Identities
    record: Callable[[Sequence[Entry]], Awaitable[None]]
    ended: Callable[[Sequence[SessionId], datetime], Awaitable[None]]
    longest: timedelta
    application: ApplicationId
    """Where officers do this; its name stands in the entries."""

    async def find(self, caller: Caller, login: str, now: datetime) -> Sequence[Found]:  # noqa: ARG002 - who may look was decided
        people = await self.named(login)

        def query(book: Book) -> list[Found]:
            return [
                Found(
                    person=one,
                    authenticators=tuple(book.authenticators(one.subject)),
                    codes_left=book.recovery_codes_left(one.subject),
                    exception=book.exception_of(one.subject, now),
                )
                for one in people
            ]

        return await self.identities.look(query)

    async def register(self, caller: Caller) -> Sequence[SignInException]:  # noqa: ARG002 - as of `find`
        """All exceptions, the latest first."""
        return await self.identities.look(lambda book: tuple(book.exceptions()))

    async def issue_code(
        self, caller: Caller, subject: SubjectId, lifetime: timedelta, *, origin: Origin, now: datetime
    ) -> Issued:
        """To be shown once. Raises ActRefused, DirectoryUnusable, LifetimeTooLong."""
        person = await self._somebody_else(caller, subject, Act.CODE, origin, now)
        code, until = new_spoken_code(), now + lifetime

        def work(book: Book) -> bool:
            if book.authenticators(subject) or book.recovery_codes_left(subject):
                return False
            issue_enrolment_code(book, subject, person.login, code, caller.login, now, until, origin)
            return True

        if not await self.identities.transact(work):
            raise await self._refused(NotDone.FACTOR_HELD, caller, person, Act.CODE, origin, now)
        return Issued(person=person, code=code, until=until)

    async def grant(
        self, caller: Caller, subject: SubjectId, why: str, day: date, *, origin: Origin, now: datetime
    ) -> None:
        """Until the end of `day`. Raises ActRefused, DirectoryUnusable."""
        person = await self._somebody_else(caller, subject, Act.EXCEPTION, origin, now)
        said, latest = " ".join(why.split()), last_day(now, self.longest)
        never = not may_be_excepted([held.role for held in person.roles])
        checks = (
            (never, NotDone.NEVER_EXCEPTED),
            (not said or len(said) > REASON_MAX or not said.isprintable(), NotDone.WHY_UNUSABLE),
            (day < now.astimezone(PRAGUE).date(), NotDone.DAY_OVER),
        )
        for wrong, reason in checks:
            if wrong:
                raise await self._refused(reason, caller, person, Act.EXCEPTION, origin, now)
        if day > latest:
            await self._refused(NotDone.TOO_LONG, caller, person, Act.EXCEPTION, origin, now)
            raise TooLong(latest)
        granted = new_exception(subject, person.login, said, caller.login, now, end_of(day))
        try:
            await self.identities.transact(lambda book: grant_exception(book, granted, self.longest, origin))
        except ExceptionRuns as error:
            raise await self._refused(
                NotDone.RUNS_ALREADY, caller, person, Act.EXCEPTION, origin, now
            ) from error

    async def end(self, caller: Caller, subject: SubjectId, *, origin: Origin, now: datetime) -> None:
        """Those of the person that run, and the sessions they opened; whom no directory knows any more too.

        Raises ActRefused.
        """
        register = await self.register(caller)
        login = next((one.login for one in register if one.subject == subject), "")
        if subject == caller.subject:
            raise await self._refused_of(NotDone.FOR_ONESELF, caller, subject, login, Act.END, origin, now)
        if subject == RECOVERY_ADMINISTRATOR:  # no exception of the register opens that session
            raise await self._refused_of(NotDone.NO_EXCEPTION, caller, subject, login, Act.END, origin, now)
        ended = await self.identities.transact(
            lambda book: end_exceptions(book, subject, login, caller.login, now, origin)
        )
        if not ended.exceptions:
            raise await self._refused_of(NotDone.NO_EXCEPTION, caller, subject, login, Act.END, origin, now)
        await self.ended(ended.sessions, now)

    async def _somebody_else(
        self, caller: Caller, subject: SubjectId, act: Act, origin: Origin, now: datetime
    ) -> Person:
        """The person, read now, who is not the officer, and not the account of last resort."""
        if subject == caller.subject:
            raise await self._refused_of(NotDone.FOR_ONESELF, caller, subject, caller.login, act, origin, now)
        found = await self.person(subject) if subject != RECOVERY_ADMINISTRATOR else None
        if found is None:
            raise await self._refused_of(NotDone.PERSON_UNKNOWN, caller, subject, "", act, origin, now)
        return found

    async def _refused(
        self, reason: NotDone, caller: Caller, person: Person, act: Act, origin: Origin, now: datetime
    ) -> ActRefused:
        return await self._refused_of(reason, caller, person.subject, person.login, act, origin, now)

    async def _refused_of(
        self,
        reason: NotDone,
        caller: Caller,
        subject: SubjectId,
        login: str,
        act: Act,
        origin: Origin,
        now: datetime,
    ) -> ActRefused:
        """Recorded, before anybody is told."""
        entry = Entry(
            code=Code.OFFICER_ACT_REFUSED,
            outcome=Outcome.REFUSED,
            at=now,
            reason=reason,
            subject=caller.subject,
            person=caller.login,
            session=caller.sid,
            own_municipality=caller.municipality,
            application=self.application,
            address=origin.address,
            request_id=origin.request_id,
            details={"act": act.value, "of": login, "of_subject": neutral(subject, SHORT)},
        )
        await self.record([entry])
        return ActRefused(reason)


def last_day(now: datetime, longest: timedelta) -> date:
    """The last day, in Prague, at whose end an exception of today has not lasted longer than that."""
    return (now + longest).astimezone(PRAGUE).date() - timedelta(days=1)


def end_of(day: date) -> datetime:
    """Midnight after that day in Prague; of a day that `last_day` allows, as not every one has a next."""
    return datetime.combine(day + timedelta(days=1), time(), PRAGUE).astimezone(UTC)
