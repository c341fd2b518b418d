"""What officers see and do so that somebody can sign in: blocks, enrolment codes, the register of exceptions."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol, TypeVar

from config.vocabulary import RECOVERY_ADMINISTRATOR, SessionId, SubjectId
from gateway.sessions.assisted import SHUT, Found, Granted, Issued, Replica
from gateway.sessions.lost_factors import WHY_MAX, Has
from gateway.sessions.officers_act import Act, Acts, Asked, NotDone, Officer, TooLong, said
from gateway.sessions.shown import Caller
from idp.directory.person import Person
from idp.events import Origin
from idp.http.moments import PRAGUE
from idp.login.blocks import blocks, lift
from idp.login.book import Book
from idp.login.charging import Rules
from idp.login.exception import REASON_MAX, SignInException, new_exception
from idp.login.needed_level import may_be_excepted
from idp.login.officer import (
    ExceptionRuns,
    end_exceptions,
    grant_exception,
    issue_enrolment_code,
)
from idp.login.spoken_code import new_spoken_code

T = TypeVar("T")
FITTING_MAX = 20
"""People that a part of a name is answered with; whether there are more is said."""


class Identities(Protocol):
    async def transact(self, work: Callable[[Book], T]) -> T: ...
    async def look(self, query: Callable[[Book], T]) -> T: ...

    async def survey(self, query: Callable[[Book], T]) -> T: ...


def has_now(book: Book, subject: SubjectId) -> Has:
    held, codes = tuple(book.authenticators(subject)), book.recovery_codes_left(subject)
    return Has(authenticators=held, codes_left=codes, links=tuple(book.links_of(subject)))


@dataclass(frozen=True, slots=True)
class Assistance:
    """`named` asks the directories now, and raises DirectoryUnusable; `ended`: told of the provider's sessions that
    ended; `longest`: an exception, `sign_in.longest_exception`; `opens`: see `Found.exception_opens`; `rules`: of
    guesses, as they are now.
    """

    acts: Acts
    named: Callable[[str], Awaitable[Sequence[Person]]]
    identities: Identities
    ended: Callable[[Sequence[SessionId], datetime], Awaitable[None]]
    longest: timedelta
    opens: Callable[[Person, datetime], bool]
    replica: Replica
    rules: Callable[[], Rules]

    async def find(self, caller: Caller, login: str, now: datetime) -> Sequence[Found]:  # noqa: ARG002 - who may look was decided
        """Whoever answers to the login. Raises DirectoryUnusable."""
        return await self._seen(await self.named(login), now)

    async def one(self, caller: Caller, subject: SubjectId, now: datetime) -> Sequence[Found]:  # noqa: ARG002 - as of `find`
        """Nobody, or that person. Raises DirectoryUnusable."""
        person = await self.acts.person(subject)
        return await self._seen([person] if person is not None else [], now)

    async def fitting(self, caller: Caller, text: str) -> tuple[Sequence[Person], bool]:  # noqa: ARG002 - as of `find`
        """Whose name or login has all words of the text in it, and whether there are more of them."""
        found = await self.replica.fitting(text, FITTING_MAX + 1)
        return found[:FITTING_MAX], len(found) > FITTING_MAX

    async def _seen(self, people: Sequence[Person], now: datetime) -> Sequence[Found]:
        rules = self.rules()
        opens = {one.subject: self.opens(one, now) for one in people}

        def query(book: Book) -> list[Found]:
            return [
                Found(
                    person=one,
                    has=has_now(book, one.subject),
                    exception=book.exception_of(one.subject, now),
                    exception_opens=opens[one.subject],
                    blocks=blocks(book, one.subject, one.login, rules, now),
                )
                for one in people
            ]

        return await self.identities.look(query)

    async def register(self, caller: Caller, now: datetime) -> Sequence[Granted]:  # noqa: ARG002 - as of `find`
        """All exceptions, the latest first."""
        kept = await self._exceptions()
        wanted = {one.subject for one in kept} | {SubjectId(one.granted_by.subject) for one in kept}
        people = await self.replica.people(wanted)
        return [self._as_known(one, people, now) for one in kept]

    def _as_known(self, one: SignInException, people: Mapping[SubjectId, Person], now: datetime) -> Granted:
        person, granter = people.get(one.subject), people.get(SubjectId(one.granted_by.subject))
        usable = person is None or (person.state not in SHUT and self.opens(person, now))
        return Granted(
            exception=one,
            name=person.name if person is not None else "",
            granter=granter.name if granter is not None else "",
            in_vain=one.runs(now) and not usable,
        )

    async def _exceptions(self) -> Sequence[SignInException]:
        return await self.identities.survey(lambda book: tuple(book.exceptions()))

    def latest_day(self, now: datetime) -> date:
        """The last one that an exception of now may have."""
        return last_day(now, self.longest)

    async def lift(
        self, officer: Officer, subject: SubjectId, why: str, *, origin: Origin, now: datetime
    ) -> Person:
        """The person has all guesses again. Raises ActRefused, DirectoryUnusable."""
        asked = Asked(act=Act.LIFT, officer=officer, subject=subject, origin=origin, now=now)
        person, reason, rules = await self.acts.admit(asked), said(why, WHY_MAX), self.rules()
        if reason is None:
            raise await self.acts.refused(NotDone.LIFTING_UNEXPLAINED, asked, person.login)
        lifted = await self.identities.transact(
            lambda book: lift(book, subject, person.login, reason, asked.by, rules, now, origin)
        )
        if not lifted:
            raise await self.acts.refused(NotDone.NOT_BLOCKED, asked, person.login)
        return person

    async def issue_code(
        self, officer: Officer, subject: SubjectId, lifetime: timedelta, *, origin: Origin, now: datetime
    ) -> Issued:
        """To be shown once. Raises ActRefused, DirectoryUnusable, LifetimeTooLong."""
        asked = Asked(act=Act.CODE, officer=officer, subject=subject, origin=origin, now=now)
        person = await self.acts.admit(asked)
        code, until = new_spoken_code(), now + lifetime

        def work(book: Book) -> bool:
            if has_now(book, subject).why_not(None) is None:
                return False
            issue_enrolment_code(book, subject, person.login, code, asked.by, now, until, origin)
            return True

        if not await self.identities.transact(work):
            raise await self.acts.refused(NotDone.FACTOR_HELD, asked, person.login)
        return Issued(person=person, code=code, until=until)

    async def grant(
        self, officer: Officer, subject: SubjectId, why: str, day: date, *, origin: Origin, now: datetime
    ) -> bool:
        """Until the end of `day`; whether policies let it open anything. Raises ActRefused, DirectoryUnusable."""
        asked = Asked(act=Act.EXCEPTION, officer=officer, subject=subject, origin=origin, now=now)
        person = await self.acts.admit(asked)
        reason, latest = said(why, REASON_MAX), last_day(now, self.longest)
        if not may_be_excepted([held.role for held in person.roles]):
            raise await self.acts.refused(NotDone.NEVER_EXCEPTED, asked, person.login)
        if person.state in SHUT:
            raise await self.acts.refused(NotDone.ACCOUNT_SHUT, asked, person.login)
        if reason is None:
            raise await self.acts.refused(NotDone.WHY_UNUSABLE, asked, person.login)
        if day < now.astimezone(PRAGUE).date():
            raise await self.acts.refused(NotDone.DAY_OVER, asked, person.login)
        if day > latest:
            await self.acts.refused(NotDone.TOO_LONG, asked, person.login)
            raise TooLong(latest)
        granted = new_exception(subject, person.login, reason, asked.by, now, end_of(day))
        try:
            await self.identities.transact(lambda book: grant_exception(book, granted, self.longest, origin))
        except ExceptionRuns as error:
            raise await self.acts.refused(NotDone.RUNS_ALREADY, asked, person.login) from error
        return self.opens(person, now)

    async def end(self, officer: Officer, subject: SubjectId, *, origin: Origin, now: datetime) -> None:
        """Those of the person that run, and the sessions they opened; whom no directory knows any more too. It opens
        nothing, so it takes no newer confirmation. Raises ActRefused.
        """
        asked = Asked(act=Act.END, officer=officer, subject=subject, origin=origin, now=now)
        register = await self._exceptions()
        login = next((one.login for one in register if one.subject == subject), "")
        await self.acts.require_not_own(asked, login)
        if subject == RECOVERY_ADMINISTRATOR:  # no exception of the register opens that session
            raise await self.acts.refused(NotDone.NO_EXCEPTION, asked, login)
        ended = await self.identities.transact(
            lambda book: end_exceptions(book, subject, login, asked.by, now, origin)
        )
        if not ended.exceptions:
            raise await self.acts.refused(NotDone.NO_EXCEPTION, asked, login)
        await self.ended(ended.sessions, now)


def last_day(now: datetime, longest: timedelta) -> date:
    """The last day, in Prague, at whose end an exception of today has not lasted longer than that."""
    return (now + longest).astimezone(PRAGUE).date() - timedelta(days=1)


def end_of(day: date) -> datetime:
    """Midnight after that day in Prague; of a day that `last_day` allows, as not every one has a next."""
    return datetime.combine(day + timedelta(days=1), time(), PRAGUE).astimezone(UTC)
